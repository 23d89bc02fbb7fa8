package main

import (
	"strings"
)

// schema is what a provider publishes of its resource types.
type schema struct {
	// from is where it was read, with the provider's version if that is known.
	from string
	// provider is the configuration block of the provider, nil when not known.
	provider *node
	// types by name, each with its attributes.
	types map[string]*node
	// loose names were spelled anew by the bindings' maker: underscores and a
	// last s do not tell them apart.
	loose bool
}

// node is a block or an attribute with what may stand below it.
type node struct {
	children map[string]*node
	// free says that any name may stand below: maps and things without a type.
	free bool
}

func (s *schema) lookup(resourceType string) *node {
	if n := s.types[resourceType]; n != nil || !s.loose {
		return n
	}
	for name, n := range s.types {
		if loosely(name) == loosely(resourceType) {
			return n
		}
	}
	return nil
}

// loosely spells a name so that bindings which drop underscores and add plurals
// can be compared with the provider's own.
func loosely(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "_", ""))
	return strings.TrimSuffix(name, "s")
}

// has says whether a path of names, as the catalogue writes it, exists below a
// node.
func (s *schema) has(n *node, path string) bool {
	for _, part := range strings.Split(path, ".") {
		name, condition, _ := strings.Cut(part, "[")
		name, isJSON := strings.CutSuffix(name, "{}")
		next, ok := s.child(n, name)
		if !ok {
			return n.free
		}
		if isJSON {
			return true // what a text holds is in no schema
		}
		n = next
		attr, _, _ := strings.Cut(strings.TrimSuffix(condition, "]"), "=")
		if attr = strings.TrimSuffix(attr, "!"); attr != "" {
			if _, ok := s.child(n, attr); !ok && !n.free {
				return false
			}
		}
	}
	return true
}

func (s *schema) child(n *node, name string) (*node, bool) {
	if s.loose {
		name = loosely(name)
	}
	next, ok := n.children[name]
	return next, ok
}

// walk visits the names of all attributes at and below a node, as the schema
// spells them. Types that hold themselves are left at a depth no row reaches.
func (n *node) walk(visit func(name string), depth int) {
	if depth == 0 {
		return
	}
	for name, child := range n.children {
		visit(name)
		child.walk(visit, depth-1)
	}
}

// maxDepth bounds walks through blocks that may hold blocks of their own type.
const maxDepth = 6
