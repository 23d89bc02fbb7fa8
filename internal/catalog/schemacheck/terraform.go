package main

import (
	"encoding/json"
	"fmt"
)

// terraformBlock is a block as `terraform providers schema -json` has it.
type terraformBlock struct {
	Attributes map[string]terraformAttribute `json:"attributes"`
	BlockTypes map[string]struct {
		Block terraformBlock `json:"block"`
	} `json:"block_types"`
}

type terraformAttribute struct {
	Type       any             `json:"type"`
	NestedType *terraformBlock `json:"nested_type"`
}

// readTerraform reads what `terraform providers schema -json` prints.
func readTerraform(name string, data []byte) (*schema, error) {
	var document struct {
		Providers map[string]struct {
			Provider struct {
				Block terraformBlock `json:"block"`
			} `json:"provider"`
			Resources map[string]struct {
				Block terraformBlock `json:"block"`
			} `json:"resource_schemas"`
		} `json:"provider_schemas"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &schema{from: name, types: map[string]*node{}}
	for _, p := range document.Providers {
		s.provider = blockNode(&p.Provider.Block)
		for resourceType, r := range p.Resources {
			s.types[resourceType] = blockNode(&r.Block)
		}
	}
	return s, nil
}

func blockNode(b *terraformBlock) *node {
	n := &node{children: map[string]*node{}}
	for name, a := range b.Attributes {
		if a.NestedType != nil {
			n.children[name] = blockNode(a.NestedType)
		} else {
			n.children[name] = typeNode(a.Type)
		}
	}
	for name, nested := range b.BlockTypes {
		n.children[name] = blockNode(&nested.Block)
	}
	return n
}

// typeNode reads a type: a name, or a list such as ["list", ["object", {…}]].
func typeNode(t any) *node {
	list, ok := t.([]any)
	if !ok || len(list) != 2 {
		return &node{free: t == "dynamic"}
	}
	switch list[0] {
	case "map":
		return &node{free: true}
	case "object":
		n := &node{children: map[string]*node{}}
		attributes, _ := list[1].(map[string]any)
		for name, of := range attributes {
			n.children[name] = typeNode(of)
		}
		return n
	}
	return typeNode(list[1])
}
