package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/loaders"
)

// wholeOfAll compares the check of a directory with parsing what it reads.
func wholeOfAll(work, dir string, runs int) error {
	names, err := wanted(dir)
	if err != nil {
		return err
	}
	list := filepath.Join(work, "list")
	if err := os.WriteFile(list, []byte(strings.Join(names, "\n")), 0o644); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	program, err := build(work, "./cmd/stateside")
	if err != nil {
		return err
	}
	return compare(runs,
		side{name: "whole check", cpu: true, command: func() *exec.Cmd {
			cmd := exec.Command(program, "check", dir)
			cmd.Env = append(os.Environ(), "PATH=")
			return cmd
		}},
		side{name: "parsing", cpu: true, command: func() *exec.Cmd { return exec.Command(self, "-list", list) }})
}

// wanted lists the files that a loader wants.
func wanted(dir string) ([]string, error) {
	tree, err := source.Open(dir)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	all := loaders.All(&geo.Tables{}, &catalog.Catalogue{}, loaders.Options{})
	files, _ := tree.Walk([]string{"."}, func(string) bool { return false })
	var names []string
	for _, name := range files {
		f := tree.File(name)
		isWanted := func(l loaders.Loader) bool {
			s, ok := l.(loaders.Selective)
			return l.Claims(f) && !(ok && s.Skips(name))
		}
		if slices.ContainsFunc(all, isWanted) {
			names = append(names, filepath.Join(dir, filepath.FromSlash(name)))
		}
	}
	return names, nil
}

// parseList parses the files of a list, each with the library for its format. One
// for which there is none is only read.
func parseList(list string) error {
	data, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(string(data), "\n") {
		if data, err = os.ReadFile(name); err != nil {
			return err
		}
		switch strings.ToLower(filepath.Ext(name)) {
		case ".tf", ".hcl", ".nomad", ".job":
			hclsyntax.ParseConfig(data, name, hcl.InitialPos) // a file in error is parsed too
		case ".json":
			d := jsontext.NewDecoder(bytes.NewBuffer(data))
			for err := error(nil); err == nil; {
				_, err = d.ReadToken()
			}
		case ".toml":
			var v any
			_ = toml.Unmarshal(data, &v)
		case ".yaml", ".yml", ".template":
			d := yaml.NewDecoder(strings.NewReader(string(data)))
			for {
				var n yaml.Node
				if d.Decode(&n) != nil {
					break
				}
			}
		}
	}
	return nil
}
