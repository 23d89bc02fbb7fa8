package kubernetes

import (
	"bytes"
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/source"
)

// kinds says what is known of the kinds of objects.
type kinds struct {
	names  map[string]bool // that can matter, without their groups
	listed map[string]bool // group/Kind with a row or a line that says why there is none; group/* for all of one
}

// readers are the kinds that are looked into, besides those of the catalogue.
var readers = []string{"List", "Composition", "HelmRelease", "HelmChart", "OCIRepository", "Application", "ApplicationSet", "OpenTelemetryCollector", "Template"}

// kinds lists the kinds of the catalogue and those that may hold others.
func (l *Loader) kinds() kinds {
	l.once.Do(func() { l.known = l.listKinds() })
	return l.known
}

func (l *Loader) listKinds() kinds {
	all := kinds{names: map[string]bool{}, listed: map[string]bool{}}
	for _, typ := range l.Catalogue.Types("kubernetes") {
		_, kind, _ := strings.Cut(typ, "/")
		all.names[kind], all.listed[typ] = true, true
	}
	for typ := range catalog.NoStores("kubernetes") {
		all.listed[typ] = true
	}
	for _, kind := range readers {
		all.names[kind] = true
	}
	return all
}

// managed are the endings of groups whose every kind may matter: those of clouds
// and of Flux, which fills in variables.
var managed = [][]byte{
	[]byte(".upbound.io/"), []byte(".crossplane.io/"), []byte(".cnrm.cloud.google.com/"), []byte("kustomize.toolkit.fluxcd.io/"),
}

// matter says whether a text has an object that can matter, without parsing it.
func (k kinds) matter(text []byte) bool {
	if !bytes.Contains(text, []byte("apiVersion")) {
		return false
	}
	for _, m := range managed {
		if bytes.Contains(text, m) {
			return true
		}
	}
	embeds := false
	for rest := text; ; {
		at := bytes.Index(rest, []byte("kind"))
		if at < 0 {
			return embeds && hasFormat(source.NewWords(text))
		}
		rest = rest[at+len("kind"):]
		word := kindAfter(rest)
		switch {
		case word == openKind || k.names[word] || strings.HasSuffix(word, "List") && k.names[strings.TrimSuffix(word, "List")]:
			return true
		case word == "ConfigMap" || word == "Secret":
			embeds = true
		}
	}
}

// separator stands between the documents of a file.
var separator = []byte("\n---")

// blank returns a file in which the documents that can't matter are blank, so
// that they are not parsed and the others stay where they are: a bundle of a
// release is mostly definitions of resources.
func (k kinds) blank(text []byte) []byte {
	if !bytes.Contains(text, separator) {
		return text
	}
	var out []byte
	for at := 0; at < len(text); {
		end := len(text)
		if next := bytes.Index(text[at+1:], separator); next >= 0 {
			end = at + 1 + next
		}
		if doc := text[at:end]; isDefinition(doc) || bytes.Contains(doc, []byte("\nkind:")) && !k.matter(doc) {
			if out == nil {
				out = bytes.Clone(text)
			}
			fill(out[at:end])
		}
		at = end
	}
	if out == nil {
		return text
	}
	return out
}

// isDefinition says whether a document defines a kind of resources, whose schema
// may speak of any kind.
func isDefinition(doc []byte) bool {
	_, rest, ok := bytes.Cut(doc, []byte("\nkind: CustomResourceDefinition"))
	return ok && !bytes.Contains(rest, []byte("\nkind:"))
}

// fill blanks a document but for its lines and the separator before it.
func fill(doc []byte) {
	doc = bytes.TrimPrefix(doc, separator)
	for i, b := range doc {
		if b != '\n' {
			doc[i] = ' '
		}
	}
}

// openKind stands for a kind that a template leaves open.
const openKind = "{{"

// kindAfter is the word behind `kind` and its colon, "" when there is none.
func kindAfter(text []byte) string {
	line := text[:min(len(text), 80)]
	line = bytes.TrimLeft(bytes.TrimPrefix(line, []byte(`"`)), " \t")
	rest, ok := bytes.CutPrefix(line, []byte(":"))
	if !ok {
		return ""
	}
	rest = bytes.TrimLeft(rest, " \t\"'")
	if bytes.HasPrefix(rest, []byte("{{")) {
		return openKind
	}
	end := 0
	for end < len(rest) && (rest[end] >= 'a' && rest[end] <= 'z' || rest[end] >= 'A' && rest[end] <= 'Z' || rest[end] >= '0' && rest[end] <= '9') {
		end++
	}
	return string(rest[:end])
}
