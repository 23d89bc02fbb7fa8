package loaders

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// sample is a file that a loader takes, from which hostile ones are made.
type sample struct {
	name string
	data []byte
}

// further are samples for loaders whose archives hold none that they take.
var further = []sample{
	{"main.tf", []byte("resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"a\"\n  region = \"eu-west-1\"\n}\n")},
	{"plan.json", []byte(`{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"resources": [
{"address": "aws_s3_bucket.a", "mode": "managed", "type": "aws_s3_bucket", "name": "a", "provider_name": "registry.terraform.io/hashicorp/aws",
 "values": {"bucket": "a", "region": "eu-west-1"}}]}}, "resource_changes": [], "configuration": {"root_module": {}}}`)},
}

// samples are the files in the archives of all loaders.
func samples(t *testing.T) []sample {
	t.Helper()
	archives, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil || len(archives) < 40 {
		t.Fatalf("archives %v, %v", archives, err)
	}
	all := further
	for _, a := range archives {
		archive, err := txtar.ParseFile(a)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(filepath.Base(a), "hostile") {
			continue
		}
		for _, f := range archive.Files {
			if f.Name != "want" {
				all = append(all, sample{f.Name, f.Data})
			}
		}
	}
	return all
}

// readers are all loaders, those of services format by format, by their names.
// Formats are to be declared by users, and have none of their own.
func readers() map[string]Loader {
	all := map[string]Loader{}
	for _, l := range All(storestest.Tables(), &catalog.Catalogue{}, Options{}) {
		s, ok := l.(*services.Loader)
		if !ok {
			all[strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", l), "*"), ".Loader")] = l
			continue
		}
		for i, f := range s.Formats {
			own := *s
			own.Formats, own.Named = s.Formats[i:i+1], true
			name := f.Name
			for n := 2; all[name] != nil; n++ {
				name = fmt.Sprintf("%s %d", f.Name, n)
			}
			all[name] = &own
		}
	}
	return all
}

// isSure says whether what a loader claims and can't read is reported by it: a
// file of some formats may be anything until it is parsed.
func isSure(l Loader) bool {
	s, ok := l.(*services.Loader)
	return !ok || s.Formats[0].Sure
}

// maxSamples bounds the samples for one loader.
const maxSamples = 2

// Whatever stands in a file, each loader comes to an end with it, takes memory in
// proportion to it, and fails in no way that was not foreseen. A new loader is
// tried like the others, and must have a sample of what it reads in an archive.
func TestHostileFiles(t *testing.T) {
	all := samples(t)
	dir := t.TempDir()
	for name, l := range readers() {
		t.Run(name, func(t *testing.T) {
			tree, err := source.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer tree.Close()
			tried := 0
			for _, s := range all {
				tree.Add(s.name, s.data)
				if tried == maxSamples || !l.Claims(tree.File(s.name)) || stores(load(tree, l, s.name)) == 0 {
					continue
				}
				tried++
				for _, h := range hostile(s) {
					try(t, tree, l, s, h)
				}
				tree.Add(s.name, s.data)
			}
			if tried == 0 {
				t.Error("no archive has a file of this kind in which it finds a store or a copy")
			}
		})
	}
}

func load(tree *source.Tree, l Loader, name string) model.Document {
	return l.Load(context.Background(), tree, []string{name})
}

func stores(doc model.Document) int { return len(doc.Stores) + len(doc.Copies) }

// Bounds on what a loader allocates, all told, for a file.
const (
	perByte = 1_000
	perFile = 64 << 20
)

// try lets a loader read a hostile file.
func try(t *testing.T, tree *source.Tree, l Loader, s sample, h shape) {
	t.Helper()
	tree.Add(s.name, h.data)
	if !l.Claims(tree.File(s.name)) {
		return
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	doc := load(tree, l, s.name)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > uint64(perFile+perByte*len(h.data)) {
		t.Errorf("%s, %s: allocated %d MB for %d kB", s.name, h.name, took>>20, len(h.data)>>10)
	}
	for _, p := range doc.Problems {
		if strings.Contains(p.Message, "internal error") {
			t.Errorf("%s, %s: %s", s.name, h.name, p.Message)
		}
	}
	if h.unreadable && isSure(l) && len(doc.Problems) == 0 {
		t.Errorf("%s, %s: nothing is said of a file that can't be read", s.name, h.name)
	}
}

// shape is a hostile file.
type shape struct {
	name string
	data []byte
	// unreadable says that no reader of the format takes it.
	unreadable bool
}

// hostile makes hostile files of a sample.
func hostile(s sample) []shape {
	var all []shape
	for i := 1; i < 8; i++ {
		all = append(all, shape{fmt.Sprintf("cut at %d of 8", i), s.data[:len(s.data)*i/8], false})
	}
	all = append(all,
		shape{"bytes that are no text", slices.Concat(s.data[:len(s.data)/2], []byte("\xff\xfe\x00\x80"), s.data[len(s.data)/2:]), false},
		shape{"a byte order mark", slices.Concat([]byte("\xef\xbb\xbf"), s.data), false},
		shape{"line breaks of Windows", bytes.ReplaceAll(s.data, []byte("\n"), []byte("\r\n")), false},
		shape{"twice over", slices.Concat(s.data, []byte("\n"), s.data), false},
	)
	all = append(all, wrongTypes(s)...)
	all = append(all, nested(s)...)
	return append(all, lengthened(s)...)
}

// nested puts what nests without end into a sample.
func nested(s sample) []shape {
	deep := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	var all []shape
	add := func(name, text string, unreadable bool) { all = append(all, shape{name, insert(s, text), unreadable}) }
	switch kindOf(s) {
	case "yaml":
		add("brackets inside brackets", "zz_deep: "+deep("[", "", "]", 100_000)+"\n", true)
		add("braces inside braces", "zz_deep: "+deep("{a: ", "1", "}", 100_000)+"\n", true)
		var steps, bomb strings.Builder
		for i := range 1_000 {
			fmt.Fprintf(&steps, "%szz:\n", strings.Repeat(" ", i))
		}
		add("indented further and further", steps.String(), true)
		bomb.WriteString("zz_0: &z0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n")
		for i := range 12 {
			fmt.Fprintf(&bomb, "zz_%d: &z%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*z%d, ", i), 10), ", "))
		}
		add("aliases of aliases", bomb.String(), true)
		merges := "zz_0: &z0 {a: 1}\n"
		for i := range 12 {
			merges += fmt.Sprintf("zz_%d: &z%d {<<: [%s], k%d: 1}\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*z%d, ", i), 10), ", "), i)
		}
		add("merges of merges", merges, true)
		add("an alias of itself", "zz_self: &self [*self]\n", true)
	case "json":
		add("brackets inside brackets", `"zz_deep": `+deep("[", "", "]", 100_000)+",\n", true)
		add("objects inside objects", `"zz_deep": `+deep(`{"a":`, "1", "}", 100_000)+",\n", true)
	case "hcl":
		add("brackets inside brackets", "zz_deep = "+deep("(", "1", ")", 100_000)+"\n", true)
		add("blocks inside blocks", deep("a {\n", "", "}\n", 100_000), true)
		add("templates inside templates", "zz_deep = "+deep(`"${`, "1", `}"`, 50_000)+"\n", true)
	case "xml":
		add("elements inside elements", deep("<a>", "", "</a>", 100_000), true)
		add("an entity", "<!DOCTYPE a [<!ENTITY x \"xx\">]><a>&x;</a>", false)
	case "toml":
		add("brackets inside brackets", "zz_deep = "+deep("[", "", "]", 100_000)+"\n", true)
	default:
		add("brackets inside brackets", deep("(", "", ")", 100_000)+"\n", false)
	}
	return all
}

// lengthened makes values that are long, or of which there are many.
func lengthened(s sample) []shape {
	var all []shape
	for _, mark := range []string{"${", "{{", "$(", "%(", "[", "a,", "x.", "://", "$${"} {
		long := strings.Repeat(mark, 40_000/len(mark))
		all = append(all, shape{"a value of many " + mark, insert(s, pair(s, "zz_long", long)), false})
		if at := bytes.LastIndexAny(s.data, `":=`); at > 0 && at < len(s.data)-1 {
			all = append(all, shape{"in place, many " + mark, slices.Concat(s.data[:at+1], []byte(" "+long), s.data[at+1:]), false})
		}
	}
	var many strings.Builder
	for i := range 5_000 {
		many.WriteString(pair(s, fmt.Sprintf("zz_%d", i), "value"))
	}
	all = append(all, shape{"many settings", insert(s, many.String()), false})
	var copies bytes.Buffer
	for copies.Len() < 150<<10 {
		copies.Write(s.data)
		copies.WriteString(map[string]string{"yaml": "\n---\n"}[kindOf(s)] + "\n")
	}
	return append(all, shape{"many times over", copies.Bytes(), false})
}

// pair is a setting as the format of a sample writes it.
func pair(s sample, key, value string) string {
	switch kindOf(s) {
	case "yaml":
		return fmt.Sprintf("%s: %q\n", key, value)
	case "json":
		return fmt.Sprintf("%q: %q,\n", key, value)
	case "hcl", "toml":
		return fmt.Sprintf("%s = %q\n", key, strings.ReplaceAll(value, "${", "$${"))
	case "xml":
		return fmt.Sprintf("<%s>%s</%s>\n", key, strings.ReplaceAll(value, "<", ""), key)
	case "sql":
		return fmt.Sprintf("INSERT INTO %s VALUES ('%s');\n", key, value)
	}
	return fmt.Sprintf("%s=%s\n", key, value)
}

// insert puts text where a sample has its settings.
func insert(s sample, text string) []byte {
	at := len(s.data)
	switch kindOf(s) {
	case "json":
		at = bytes.IndexByte(s.data, '{') + 1
	case "xml":
		at = bytes.LastIndex(s.data, []byte("</"))
	case "yaml":
		if len(s.data) > 0 && s.data[0] == '{' {
			return append(bytes.TrimSuffix(bytes.TrimSpace(s.data), []byte("}")), []byte(", \n"+text+"}")...)
		}
		return slices.Concat(bytes.TrimRight(s.data, "\n"), []byte("\n"+text))
	}
	return slices.Concat(s.data[:at], []byte(text), s.data[at:])
}

// kindOf is how the format of a sample is written.
func kindOf(s sample) string {
	switch path.Ext(s.name) {
	case ".yaml", ".yml", ".template":
		return "yaml"
	case ".json":
		return "json"
	case ".tf", ".hcl", ".nomad", ".job":
		return "hcl"
	case ".xml":
		return "xml"
	case ".toml":
		return "toml"
	case ".sql", ".cql", ".ddl", ".hql":
		return "sql"
	}
	return path.Ext(s.name)
}

// wrongTypes puts values of other types in the places of those of a document.
func wrongTypes(s sample) []shape {
	kind := kindOf(s)
	if kind != "yaml" && kind != "json" {
		return nil
	}
	docs, err := document.Parse(s.name, s.data)
	if err != nil {
		return nil
	}
	others := []*document.Node{
		{Kind: document.Null}, {Kind: document.Number, Text: "7"}, {Kind: document.String, Text: ""},
		{Kind: document.List}, {Kind: document.List, Items: []*document.Node{{Kind: document.List}, {Kind: document.Null}}},
		{Kind: document.Map}, {Kind: document.Map, Pairs: []document.Pair{{Key: "a", Value: &document.Node{Kind: document.Null}}}},
	}
	var places []**document.Node
	for _, d := range docs {
		places = append(places, placesIn(d)...)
	}
	var all []shape
	for i, p := range places {
		before := *p
		for j, other := range others {
			*p = other
			all = append(all, shape{fmt.Sprintf("value %d of %q of the wrong type %d", i, before.Text, j), written(docs, kind), false})
		}
		*p = before
	}
	return all
}

// maxPlaces bounds the values of a document that are tried.
const maxPlaces = 30

func placesIn(n *document.Node) []**document.Node {
	var all []**document.Node
	for i := range n.Pairs {
		all = append(all, &n.Pairs[i].Value)
		all = append(all, placesIn(n.Pairs[i].Value)...)
	}
	for i := range n.Items {
		all = append(all, &n.Items[i])
		all = append(all, placesIn(n.Items[i])...)
	}
	return all[:min(len(all), maxPlaces)]
}

// written writes documents, in blocks so that what tells a format by its keys
// still finds them.
func written(docs []*document.Node, kind string) []byte {
	var b bytes.Buffer
	for i, d := range docs {
		if i > 0 {
			b.WriteString("\n---\n")
		}
		write(&b, d, 0, kind == "json")
	}
	b.WriteString("\n")
	return b.Bytes()
}

func write(b *bytes.Buffer, n *document.Node, depth int, isJSON bool) {
	indent := "\n" + strings.Repeat("  ", depth)
	tag := ""
	if n.Tag != "" && !isJSON {
		tag = n.Tag + " "
	}
	switch {
	case n.Kind == document.Null:
		b.WriteString("null")
	case n.Kind == document.Map && isJSON:
		b.WriteString("{")
		for i, p := range n.Pairs {
			fmt.Fprintf(b, "%s%q: ", map[bool]string{true: ", "}[i > 0], p.Key)
			write(b, p.Value, depth+1, true)
		}
		b.WriteString("}")
	case n.Kind == document.List && isJSON:
		b.WriteString("[")
		for i, item := range n.Items {
			b.WriteString(map[bool]string{true: ", "}[i > 0])
			write(b, item, depth+1, true)
		}
		b.WriteString("]")
	case n.Kind == document.Map && len(n.Pairs) > 0:
		b.WriteString(tag)
		for _, p := range n.Pairs {
			key := p.Key
			if strings.ContainsAny(key, ":#*&!|>'\"%@`{}[], ") || key == "" {
				key = fmt.Sprintf("%q", key)
			}
			b.WriteString(indent + key + ": ")
			write(b, p.Value, depth+1, false)
		}
	case n.Kind == document.List && len(n.Items) > 0:
		b.WriteString(tag)
		for _, item := range n.Items {
			b.WriteString(indent + "- ")
			write(b, item, depth+1, false)
		}
	case n.Kind == document.Map:
		b.WriteString(tag + "{}")
	case n.Kind == document.List:
		b.WriteString(tag + "[]")
	case n.Kind == document.String:
		fmt.Fprintf(b, "%s%q", tag, n.Text)
	default:
		b.WriteString(tag + n.Text)
	}
}

// A file that is larger than people write is said not to be read by each loader
// that would have taken it.
func TestLargeFiles(t *testing.T) {
	all := samples(t)
	dir := t.TempDir()
	for name, l := range readers() {
		for _, s := range all {
			tree, err := source.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			tree.Add(s.name, s.data)
			if name == "tfplan" || !l.Claims(tree.File(s.name)) || stores(load(tree, l, s.name)) == 0 || !isSure(l) {
				tree.Close()
				continue
			}
			tree.Close()
			file := filepath.Join(dir, filepath.FromSlash(s.name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, slices.Concat(s.data, bytes.Repeat([]byte("\n"), source.MaxFileSize)), 0o644); err != nil {
				t.Fatal(err)
			}
			if tree, err = source.Open(dir); err != nil {
				t.Fatal(err)
			}
			if l.Claims(tree.File(s.name)) && len(load(tree, l, s.name).Problems) == 0 {
				t.Errorf("%s: nothing is said of %s, which is too large", name, s.name)
			}
			tree.Close()
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
}
