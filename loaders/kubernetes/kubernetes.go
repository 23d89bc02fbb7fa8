// Package kubernetes reads manifests, the overlays of kustomize and the charts
// of Helm.
//
// A file is read when it has an apiVersion and a kind, and one of its kinds is
// one that the catalogue knows to place data: a volume, a backup location, a
// database of an operator, a cloud's resource that is managed from within the
// cluster, or a ConfigMap with the configuration of a program that writes
// elsewhere. A Deployment or a Service alone is not parsed.
//
// Where a cluster is, its manifests do not say. What stands in it and is bound
// to no zone is where the cluster is: whoever deploys it decides that.
//
// An overlay is judged by what it builds, a chart by what it renders; files that
// are parts of one are not judged by themselves.
package kubernetes

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Loader reads manifests.
type Loader struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
	// Helm is the program that renders charts; found on the PATH when empty.
	Helm string
	// Wait is how long one rendering may take; a minute when zero.
	Wait time.Duration

	once  sync.Once
	known kinds
}

// Skips leaves out what only shows something, and what a test of kuttl or Chainsaw
// expects to find in its cluster: its steps are 00-assert.yaml and 00-errors.yaml.
func (l *Loader) Skips(name string) bool {
	return source.IsShown(name) || expectation.MatchString(path.Base(name))
}

var expectation = regexp.MustCompile(`^([0-9]+-(assert|errors?)|assert)(-.*)?\.ya?ml$`)

// Claims recognises manifests by their kinds, and the files that make charts
// and overlays by their names and keys.
func (l *Loader) Claims(f *source.File) bool {
	switch base := path.Base(f.Path); {
	case base == chartFile:
		return f.Words().HasAll("name:", "version:")
	case isKustomization(base):
		return len(f.Text()) > 0
	}
	switch f.Ext() {
	case ".yaml", ".yml", ".json":
		if !f.Words().Has("apiVersion") {
			return false
		}
		return l.kinds().matter(f.Text()) || f.Ext() != ".json" && l.kinds().hasUnlisted(f.Text())
	}
	return f.Path == source.Stdin && f.Words().HasAll("apiVersion", "kind")
}

// Load reads the charts, the overlays and the manifests that belong to neither,
// those of a directory together.
func (l *Loader) Load(ctx context.Context, tree *source.Tree, files []string) model.Document {
	s := &set{Loader: l, ctx: ctx, tree: tree, kinds: l.kinds(), parsed: map[string]*parsed{}, reported: map[string]bool{}, byName: map[string][]*object{}}
	roots := s.roots(files)
	for _, r := range roots {
		s.guard(r.dir, func() { s.declare(r) })
	}
	for _, r := range roots {
		s.guard(r.dir, func() { s.collect(r) })
	}
	s.tellCluster()
	s.tellFetched()
	return s.doc
}

// set is what one check reads.
type set struct {
	*Loader
	ctx      context.Context
	tree     *source.Tree
	kinds    kinds
	parsed   map[string]*parsed
	reported map[string]bool      // problems that were told
	byName   map[string][]*object // by type and name, of all roots
	managed  []*object            // of clouds, of all roots
	types    map[string]map[string]string
	open     []openRoot
	masked   int // see within
	charts   *charts
	fetched  []fetched
	doc      model.Document
}

// root is what is deployed as one: the objects of a directory, of an overlay, or
// of a chart with one set of values.
type root struct {
	dir     string
	nodes   []*document.Node
	vars    map[string]*document.Node // that are filled in when it is deployed
	objects []*object
	scope   *scope
}

// guard keeps a failure that was not foreseen to one root, and reports it.
func (s *set) guard(dir string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			s.problem(model.Unread, dir, 1, fmt.Sprintf("%s was not checked: internal error: %v", dir, p))
		}
	}()
	f()
}

// roots sorts the files into what is deployed as one.
func (s *set) roots(files []string) []*root {
	charts, overlays, paths := s.findCharts(files), s.findOverlays(files), s.fluxPaths(files)
	s.charts = charts
	overlays.leaveToFlux(paths)
	var plain []string
	for _, name := range files {
		base := path.Base(name)
		if base == chartFile || isKustomization(base) || charts.owns(name) || overlays.owns(name) {
			continue
		}
		plain = append(plain, name)
	}
	for _, name := range files {
		if base := path.Base(name); base != chartFile && !isKustomization(base) && !charts.owns(name) {
			s.tellUnlistedIn(name)
		}
	}
	roots := s.directories(plain)
	for _, dir := range overlays.tops() {
		s.guard(dir, func() { roots = append(roots, s.build(overlays, dir)) })
	}
	for _, p := range paths {
		if p.hasComponents(overlays) {
			s.guard(p.dir, func() { roots = append(roots, s.buildWith(overlays, p)) })
		}
	}
	s.tellCircles(overlays)
	roots = append(roots, s.renderAll(charts)...)
	roots = s.substitute(paths, roots)
	slices.SortStableFunc(roots, func(a, b *root) int { return cmp.Compare(a.dir, b.dir) })
	return roots
}

// directories makes a root of the manifests of each directory.
func (s *set) directories(files []string) []*root {
	byDir := map[string]*root{}
	for _, name := range files {
		dir := path.Dir(name)
		if byDir[dir] == nil {
			byDir[dir] = &root{dir: dir}
		}
		if data, err := s.tree.Read(name); err == nil && !s.kinds.matter(data) {
			continue // it only has kinds of which nothing is known
		}
		byDir[dir].nodes = append(byDir[dir].nodes, s.read(name)...)
	}
	var roots []*root
	for _, dir := range slices.Sorted(maps.Keys(byDir)) {
		roots = append(roots, byDir[dir])
	}
	return roots
}

// parsed is a file that was read.
type parsed struct {
	docs []*document.Node
	err  error
}

// read returns the documents of a file that can matter, those before a mistake too.
// A mistake is told once.
func (s *set) read(name string) []*document.Node { return s.parse(name, name, s.kinds.blank) }

// readWhole returns all documents of a file.
func (s *set) readWhole(name string) []*document.Node {
	return s.parse(name, "whole\n"+name, func(data []byte) []byte { return data })
}

// parse returns the documents of what is taken of a file, and keeps them under a
// key.
func (s *set) parse(name, key string, take func([]byte) []byte) []*document.Node {
	if s.ctx.Err() != nil {
		s.problem(model.Unread, name, 1, "it was not read: the check was stopped")
		return nil
	}
	p := s.parsed[key]
	if p == nil {
		p = &parsed{}
		s.parsed[key] = p
		data, err := s.tree.Read(name)
		if err == nil {
			p.docs, err = document.Parse(name, take(data))
		}
		if p.err = err; err != nil {
			s.tellUnread(name, data, err)
		}
	}
	return p.docs
}

// tellUnread reports a file that is not valid. One with the marks of a template
// may be valid once it is rendered, by a program that is not known here.
func (s *set) tellUnread(name string, data []byte, err error) {
	if hasAll(data, "{{", "}}") || hasAll(data, "{%", "%}") {
		s.problem(model.NotRendered, name, document.LineOf(err), "it is a template that was not rendered; what it declares was not checked")
		return
	}
	s.problem(model.Unread, name, document.LineOf(err), fmt.Sprintf("it can't be read: %v", err))
}

// problem reports something of a line once.
func (s *set) problem(kind model.ProblemKind, file string, line int, message string) {
	at := document.FirstLine(file)
	at.Start.Line, at.End.Line = line, line
	s.problemAt(kind, at, message)
}

// problemAt reports something once.
func (s *set) problemAt(kind model.ProblemKind, at hcl.Range, message string) {
	src := lang.SourceOf(at)
	key := message
	if src != nil {
		key = fmt.Sprintf("%s:%d\n%s", src.File, src.Line, message)
	}
	if s.reported[key] {
		return
	}
	s.reported[key] = true
	s.doc.Problems = append(s.doc.Problems, model.Problem{Kind: kind, Message: message, Source: src})
}

// declare makes the objects of a root, so that those of other roots can find
// them by name.
func (s *set) declare(r *root) {
	r.scope = &scope{set: s, root: r}
	for _, n := range r.nodes {
		s.add(r, n, 0)
	}
	tellApart(r.objects)
	for _, o := range r.objects {
		if !strings.Contains(o.Kind, "/") {
			s.managed = append(s.managed, o)
		}
		for _, name := range o.names {
			key := o.Kind + "\n" + name
			s.byName[key] = append(s.byName[key], o)
		}
	}
}

// tellApart gives objects of one kind and name, which can't be deployed together
// but stand beside each other, addresses of their own.
func tellApart(objects []*object) {
	seen := map[string]bool{}
	for _, o := range objects {
		if seen[o.Name] {
			o.Name += "@" + path.Base(o.At.Filename)
		}
		if seen[o.Name] {
			o.Name += fmt.Sprintf(":%d", o.At.Start.Line)
		}
		seen[o.Name] = true
	}
}

// collect makes the stores and copies of a root.
func (s *set) collect(r *root) {
	if len(r.objects) == 0 {
		return
	}
	resources := make([]stores.Resource, len(r.objects))
	for i, o := range r.objects {
		resources[i] = o
	}
	ev := &lang.Evaluator{Dir: r.dir, Context: s.ctx}
	collector := stores.Collector{Tables: s.Tables, Catalogue: s.Catalogue, Tree: s.tree, Dir: r.dir, Evaluator: ev, Cluster: true,
		Find: func(typ, name string) stores.Resource { return s.find(r, typ, name) }}
	doc := collector.Collect(resources)
	s.doc.Add(doc)
	if ev.Exceeded {
		s.problem(model.LimitReached, r.file(), 1, "evaluation of "+r.dir+" reached a bound; the rest was not checked")
	}
	s.countOpen(r, doc.Stores)
}

// file is one that stands for the root in a problem.
func (r *root) file() string {
	if len(r.objects) > 0 {
		return r.objects[0].At.Filename
	}
	return r.dir
}

// find returns the object of a type and name in a root or, where that has none,
// the only one in all roots. Of several of one name it can't be told which is
// meant.
func (s *set) find(r *root, typ, name string) stores.Resource {
	var here []*object
	for _, o := range r.objects {
		if o.Kind == typ && slices.Contains(o.names, name) {
			here = append(here, o)
		}
	}
	found := s.byName[typ+"\n"+name]
	switch {
	case len(here) == 1:
		return here[0]
	case len(here) == 0 && len(found) == 1:
		return found[0]
	}
	return nil
}

// countOpen notes the stores of a root whose place is that of the cluster.
func (s *set) countOpen(r *root, all []model.Store) {
	var ids []string
	for _, store := range all {
		if store.Place.Status == model.Caller && !store.Transit {
			ids = append(ids, store.ID)
		}
	}
	if len(ids) > 0 {
		s.open = append(s.open, openRoot{r.dir, ids, r.objects[0].At})
	}
}

// openRoot is a root that does not say where its cluster is.
type openRoot struct {
	dir    string
	stores []string
	at     hcl.Range
}

// tellCluster says once for all roots that the place of a cluster decides.
func (s *set) tellCluster() {
	if len(s.open) == 0 {
		return
	}
	var ids []string
	for _, o := range s.open {
		ids = append(ids, o.stores...)
	}
	what, verb, whom := s.open[0].dir, "leaves", "it"
	if more := len(s.open) - 1; more > 0 {
		what, verb, whom = fmt.Sprintf("%s and %d more of its kind", what, more), "leave", "them"
	}
	s.doc.Problems = append(s.doc.Problems, model.Problem{
		Kind: model.CallerDecides, Source: lang.SourceOf(s.open[0].at), Open: ids,
		Message: fmt.Sprintf("%s %s %s to the cluster, and so to whoever deploys %s", what, verb, model.PlaceOf(len(ids)), whom),
	})
}

// hasAll says whether a text has all of the words.
func hasAll(text []byte, words ...string) bool {
	for _, w := range words {
		if !bytes.Contains(text, []byte(w)) {
			return false
		}
	}
	return true
}

// firstLine is the range of the beginning of a file.
