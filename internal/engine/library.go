package engine

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/stateside-dev/stateside/policies"
)

// libraryText is a file that rules import, as text. To parse and compile all of it
// takes longer than the rules themselves, so that only what they name is.
type libraryText struct {
	file  string
	lines []string
	// defined are the definitions by name: the lines from one on up to another.
	defined map[string][]lineRange
}

type lineRange struct{ from, to int }

// readLibrary finds the definitions in a library. As `opa fmt` writes them, each
// begins a line with its name, and nothing else does but what goes with the file.
func readLibrary(file string) (*libraryText, error) {
	data, err := policies.Files.ReadFile(file)
	if err != nil {
		return nil, err
	}
	l := &libraryText{file: file, lines: strings.Split(string(data), "\n"), defined: map[string][]lineRange{}}
	name, from := "", 0
	for i, line := range append(l.lines, "end") {
		begins, _ := word(line)
		if begins == "" || begins == "package" || begins == "import" {
			continue
		}
		if name != "" {
			l.defined[name] = append(l.defined[name], lineRange{from, i})
		}
		name, from = begins, i
	}
	return l, nil
}

// text is the library with some of its definitions, each on the line on which it
// stands. What is no definition stays.
func (l *libraryText) text(names map[string]bool) []byte {
	kept := slices.Clone(l.lines)
	for name, ranges := range l.defined {
		if names[name] {
			continue
		}
		for _, r := range ranges {
			clear(kept[r.from:r.to])
		}
	}
	return []byte(strings.Join(kept, "\n"))
}

// usedLibraries parses of the libraries what some rules name, directly or not.
// That one more is taken in than is used does no harm.
func usedLibraries(files []string, rules [][]byte) ([]*ast.Module, error) {
	libraries := map[string]*libraryText{} // by the word that stands for them
	for _, file := range files {
		l, err := readLibrary(file)
		if err != nil {
			return nil, err
		}
		libraries[strings.TrimSuffix(path.Base(file), ".rego")] = l
	}
	used := map[string]map[string]bool{}
	var note func(text, own string)
	note = func(text, own string) {
		need := func(library, name string) {
			l := libraries[library]
			if l == nil || l.defined[name] == nil || used[library][name] {
				return
			}
			if used[library] == nil {
				used[library] = map[string]bool{}
			}
			used[library][name] = true
			for _, r := range l.defined[name] {
				note(strings.Join(l.lines[r.from:r.to], "\n"), library)
			}
		}
		of := "" // the word before a dot
		for text != "" {
			w, rest := word(text)
			if w == "" {
				of, text = "", text[1:]
				continue
			}
			need(own, w)
			need(of, w)
			of, text = w, strings.TrimPrefix(rest, ".")
			if text == rest {
				of = ""
			}
		}
	}
	for _, text := range rules {
		note(string(text), "")
	}
	var all []*ast.Module
	for _, name := range slices.Sorted(maps.Keys(used)) {
		l := libraries[name]
		m, err := parseWith(Policy{Name: "policies/" + l.file, Data: l.text(used[name])}, false)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// word is the name with which a text begins, "" when it begins otherwise, and what
// comes after it.
func word(text string) (name, rest string) {
	n := 0
	for n < len(text) && isNameByte(text[n], n > 0) {
		n++
	}
	return text[:n], text[n:]
}

func isNameByte(b byte, inside bool) bool {
	return b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || inside && b >= '0' && b <= '9'
}
