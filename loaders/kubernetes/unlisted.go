package kubernetes

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// Of a kind that the catalogue knows neither as a store nor as none it is said that
// nothing is known. Which kinds there are is read off the lines of a manifest, which
// need not be parsed for that.

// declared is an object as its lines tell it.
type declared struct {
	group, kind string
	from, to    int // where the kind stands, with its quotes
}

// objectsIn finds the objects of a text in YAML that have their kind and their
// apiVersion at the beginnings of lines. What a template makes of these is seen when it
// is rendered.
func objectsIn(text []byte) []declared {
	var all []declared
	for at := 0; ; {
		next := indexLine(text[at:], "kind:")
		if next < 0 {
			return all
		}
		at += next
		line := at
		at += len("kind:")
		from, to := bounds(text, line)
		version := indexLine(text[from:to], "apiVersion:")
		kind := kindAfter(text[line+len("kind"):])
		if version < 0 || kind == "" || kind == openKind {
			continue
		}
		group, ok := groupOf(scalarAfter(text[from+version+len("apiVersion:") : to]))
		if !ok {
			continue
		}
		start := at + bytes.Index(text[at:], []byte(kind))
		end := start + len(kind)
		if c := text[start-1]; (c == '"' || c == '\'') && end < len(text) && text[end] == c {
			start, end = start-1, end+1
		}
		all = append(all, declared{group, kind, start, end})
	}
}

// indexLine is the offset of the first line that begins with a word, -1 for none.
func indexLine(text []byte, word string) int {
	if bytes.HasPrefix(text, []byte(word)) {
		return 0
	}
	if at := bytes.Index(text, []byte("\n"+word)); at >= 0 {
		return at + 1
	}
	return -1
}

// bounds are those of the document in which an offset is.
func bounds(text []byte, at int) (from, to int) {
	if from = bytes.LastIndex(text[:at], separator); from < 0 {
		from = 0
	}
	if to = bytes.Index(text[at:], separator); to < 0 {
		return from, len(text)
	}
	return from, at + to
}

// scalarAfter is the word behind a key, without quotes.
func scalarAfter(text []byte) string {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	word := strings.TrimSpace(string(line))
	if !strings.HasPrefix(word, "{{") {
		word, _, _ = strings.Cut(word, " ")
	}
	return strings.Trim(word, `"'`)
}

// groupOf is the API group of an apiVersion; ok is false for one that no kind of which
// nothing is known can have. Groups without a dot are Kubernetes' own, all of whose
// kinds are listed, or those of other tools' files.
func groupOf(apiVersion string) (group string, ok bool) {
	group, version, _ := strings.Cut(apiVersion, "/")
	isVersion := len(version) > 1 && version[0] == 'v' && version[1] >= '0' && version[1] <= '9' && !strings.Contains(version, "/")
	return group, isVersion && strings.Contains(group, ".")
}

// isListed says whether the catalogue knows a kind, as a store or as none.
func (k kinds) isListed(group, kind string) bool {
	kind = strings.TrimSuffix(kind, "List")
	return k.listed[group+"/"+kind] || k.listed[group+"/*"] || kind == ""
}

// isManaged says whether a group is one of which the parsed object tells the type.
func isManaged(group string) bool {
	return slices.ContainsFunc(managed, func(m []byte) bool { return bytes.Contains([]byte(group+"/"), m) })
}

// hasUnlisted says whether a text has an object of a kind that is not known.
func (k kinds) hasUnlisted(text []byte) bool {
	return bytes.Contains(text, []byte("apiVersion:")) && slices.ContainsFunc(objectsIn(text), func(d declared) bool {
		return !isManaged(d.group) && !k.isListed(d.group, d.kind)
	})
}

// tellUnlistedIn reports the objects of a file whose kinds are not known.
func (s *set) tellUnlistedIn(name string) {
	data, err := s.tree.Read(name)
	if err != nil || !bytes.Contains(data, []byte("apiVersion:")) {
		return
	}
	var rng func(from, to int) hcl.Range
	for _, d := range objectsIn(data) {
		if isManaged(d.group) || s.kinds.isListed(d.group, d.kind) {
			continue
		}
		if rng == nil {
			rng = document.Positions(name, data)
		}
		s.tellUnlisted(d.group, d.kind, rng(d.from, d.to))
	}
}

// tellUnlistedObject reports an object that was parsed, when its kind is not known.
// Those that clouds' providers generate are known by the types of Terraform.
func (s *set) tellUnlistedObject(n *document.Node, group, kind string) {
	if _, ok := groupOf(n.Get("apiVersion").String()); !ok || s.kinds.isListed(group, kind) || s.isManagedNoStore(group, kind) {
		return
	}
	s.tellUnlisted(group, kind, n.Get("kind").Range)
}

func (s *set) tellUnlisted(group, kind string, at hcl.Range) {
	src := lang.SourceOf(at)
	if src == nil {
		return
	}
	typ := group + "/" + kind
	s.doc.Problems = append(s.doc.Problems, model.Problem{
		Kind: model.UnlistedType, Address: group, Source: src,
		Message: fmt.Sprintf("the catalogue does not know the kind %s", typ), Types: []model.TypeCount{{Type: typ, Resources: 1}},
	})
}

// isManagedNoStore says whether the Terraform type of a kind is listed as no store.
func (s *set) isManagedNoStore(group, kind string) bool {
	f, service, ok := familyOf(group)
	if !ok {
		return false
	}
	key := "no " + f.prefix
	names := s.types[key]
	if names == nil {
		names = map[string]string{}
		for typ := range catalog.NoStores(f.prefix) {
			names[fold(strings.TrimPrefix(typ, f.prefix+"_"))] = typ
		}
		if s.types == nil {
			s.types = map[string]map[string]string{}
		}
		s.types[key] = names
	}
	return names[fold(kind)] != "" || names[fold(service+kind)] != ""
}
