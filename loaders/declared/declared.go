// Package declared reads files of which the user's configuration says what they
// say of stores: forms of one's own, which no program but one's own reads.
//
// The evidence is that the configuration names the files. One in which none of
// the paths leads to anything is reported, since its stores were not checked.
package declared

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// Format is one form of files.
type Format struct {
	// Files lists patterns of paths.
	Files []string
	// Store is the kind of the stores.
	Store model.Kind
	// Role of the stores, primary when empty.
	Role model.Role
	// Cloud whose regions and names these are; any when empty.
	Cloud string
	// Each is the path of what holds a store in each of its elements.
	Each string
	// Name, Region, Host and Datacenter are the paths of what says the store's
	// name and place.
	Name, Region, Host, Datacenter string
}

// New makes a loader of the formats. Each is a row that the catalogue gets.
func New(tables *geo.Tables, catalogue *catalog.Catalogue, formats []Format) *services.Loader {
	l := &services.Loader{Tables: tables, Catalogue: catalogue, Named: true}
	for i := range formats {
		f := &formats[i]
		row := f.row(i)
		catalogue.Define(row)
		l.Formats = append(l.Formats, services.Format{
			Name: "declared format", Sure: true, Claims: f.claims, Parse: parse,
			Read: func(file *services.File, doc *document.Node) { f.read(file, row.Type, doc) },
		})
	}
	return l
}

// row is what the catalogue would say of the stores, had it a file for them.
func (f *Format) row(i int) *catalog.Type {
	t := &catalog.Type{
		Type: fmt.Sprintf("declared/%s-%d", f.Store, i+1), Cloud: f.Cloud, Service: "declared", Kind: f.Store, Role: f.Role, Name: f.Name, ByName: true,
		Doc: "the configuration's formats",
	}
	if t.Role == "" {
		t.Role = model.Primary
	}
	if f.Host != "" {
		t.Place = append(t.Place, catalog.PlaceRule{Host: f.Host})
	}
	if f.Datacenter != "" {
		t.Place = append(t.Place, catalog.PlaceRule{Named: f.Datacenter, As: "datacenter"})
	}
	if f.Region != "" {
		t.Place = append(t.Place, catalog.PlaceRule{Every: f.Region})
	}
	return t
}

func (f *Format) claims(file *source.File) bool {
	return slices.ContainsFunc(f.Files, func(pattern string) bool {
		ok, err := doublestar.Match(pattern, file.Path)
		return ok && err == nil
	})
}

// parse reads a file by its extension.
func parse(name string, data []byte) ([]*document.Node, error) {
	var one func(string, []byte) (*document.Node, error)
	switch path.Ext(name) {
	case ".toml":
		one = document.ParseTOML
	case ".ini", ".cfg", ".conf":
		one = document.ParseINI
	case ".properties":
		one = func(name string, data []byte) (*document.Node, error) {
			flat, err := document.ParseProperties(name, data)
			if err != nil {
				return nil, err
			}
			return document.Nest(flat), nil
		}
	case ".env":
		one = document.ParseEnv
	case ".xml":
		one = document.ParseXML
	default:
		return document.Parse(name, data)
	}
	return services.One(one)(name, data)
}

// read makes the stores of one document.
func (f *Format) read(file *services.File, typ string, doc *document.Node) {
	if f.Each == "" {
		f.store(file, typ, "document", doc)
		return
	}
	at := doc.At(strings.Split(f.Each, ".")...)
	if at == nil {
		file.Problem(doc.Range, "nothing stands at "+f.Each+", where the configuration says that stores are")
		return
	}
	for _, p := range at.Entries() {
		f.store(file, typ, p.Key, p.Value)
	}
	if at.Kind == document.List {
		for i, item := range at.Items {
			f.store(file, typ, fmt.Sprint(i), item)
		}
	}
}

func (f *Format) store(file *services.File, typ, name string, n *document.Node) {
	found := false
	for _, p := range []string{f.Name, f.Region, f.Host, f.Datacenter} {
		found = found || p != "" && leads(n, strings.Split(p, "."))
	}
	if !found {
		file.Problem(n.Range, "it has none of what the configuration says that such files have: "+strings.Join(f.paths(), ", "))
		return
	}
	if text := n.At(strings.Split(f.Name, ".")...).String(); f.Name != "" && text != "" {
		name = text
	}
	file.AddObject(typ, name, n)
}

func (f *Format) paths() []string {
	return slices.DeleteFunc([]string{f.Name, f.Region, f.Host, f.Datacenter}, func(p string) bool { return p == "" })
}

// leads says whether a path leads to something.
func leads(n *document.Node, path []string) bool {
	if n == nil || n.Kind == document.Null {
		return false
	}
	if n.Kind == document.List {
		return slices.ContainsFunc(n.Items, func(item *document.Node) bool { return leads(item, path) })
	}
	return len(path) == 0 || leads(n.Get(path[0]), path[1:])
}
