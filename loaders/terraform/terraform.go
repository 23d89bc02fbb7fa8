// Package terraform reads Terraform and OpenTofu configuration. It evaluates
// as much of it as decides the place of a store or the target of a copy, and
// nothing else: without a plan, without a provider, without credentials.
//
// What enters are the files of a tree; what leaves are stores, copies and
// problems. Directories are told apart into root modules, which are evaluated,
// and modules that these call, which are evaluated once for each call.
package terraform

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/parallel"
	"github.com/stateside-dev/stateside/internal/source"
)

// Loader reads Terraform configuration.
type Loader struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
	Options   Options

	refused error
}

// Claims says whether a file is Terraform configuration, or gives values to its
// variables.
func (l *Loader) Claims(f *source.File) bool {
	return isConfig(f.Path) || isAnyVariables(f.Path) || isGrunt(f.Path)
}

// Load evaluates the root modules among the directories of files.
func (l *Loader) Load(ctx context.Context, tree *source.Tree, names []string) model.Document {
	set := newFileSet(ctx, tree)
	set.unitRoot = func(u *unit) *root { return l.unitRoot(ctx, set, u) }
	set.findUnits(names)
	set.parse(slices.DeleteFunc(slices.Clone(names), isGrunt))
	set.parseCalled()
	set.parseSources()
	set.flagBodies = bodiesOf(l.Options.Assignments)
	set.checkRoots(l.Options)
	jobs := l.jobs(set)
	l.refused = set.undeclared(jobs, l.Options.Assignments)

	docs := make([]model.Document, len(jobs)+len(set.units))
	parallel.Each(len(docs), func(i int) {
		if i < len(jobs) {
			docs[i] = l.evaluate(ctx, set, jobs[i])
		} else {
			docs[i] = l.evaluateUnit(ctx, set, set.units[i-len(jobs)])
		}
	})
	joined := append(joinJobs(jobs, docs), docs[len(jobs):]...)
	return merge(append(joined, model.Document{Problems: set.problems}))
}

// fileSet is the parsed files, by directory.
type fileSet struct {
	ctx      context.Context
	tree     *source.Tree
	modules  modules
	asked    []string // directories whose files were asked for, not only called
	called   map[string]bool
	rootDirs []string
	// rootVariants are the variants of the roots that have several.
	rootVariants map[string][]variant
	// manifests of the asked directories in which an init was run.
	manifests map[string]manifest
	units     []*unit
	unitRoot  func(*unit) *root // makes the evaluation of a unit
	problems  []model.Problem
	varFiles  map[string]parsed // with values for variables, that Terraform does not read by itself

	flagBodies []*hclsyntax.Body // of --var-file, in the order of the command line
}

func newFileSet(ctx context.Context, tree *source.Tree) *fileSet {
	return &fileSet{ctx: ctx, tree: tree, modules: modules{}, varFiles: map[string]parsed{}, manifests: map[string]manifest{}, rootVariants: map[string][]variant{}}
}

// parse parses files and makes the modules of their directories.
func (s *fileSet) parse(names []string) {
	byDir := map[string][]parsed{}
	hasConfig := map[string]bool{}
	for _, f := range parseAll(s.ctx, s.tree, names) {
		dir := path.Dir(f.name)
		byDir[dir] = append(byDir[dir], f)
		hasConfig[dir] = hasConfig[dir] || isConfig(f.name)
		s.problems = append(s.problems, f.problems...)
	}
	for dir, files := range byDir {
		for _, f := range files {
			if !isConfig(f.name) && (!isVariables(f.name) || !hasConfig[dir]) {
				s.varFiles[f.name] = f
			}
		}
		if !hasConfig[dir] {
			delete(byDir, dir)
			continue
		}
		s.modules[dir] = buildModule(dir, files, newReader(s.tree))
	}
	s.asked = slices.Sorted(maps.Keys(byDir))
}

// parseCalled parses the modules that the asked directories call, those that
// these call in turn, and those that an init put beside them.
func (s *fileSet) parseCalled() {
	asked := s.asked
	targets := s.calledFrom(asked)
	s.readManifests(asked, targets)
	for len(targets) > 0 {
		var names []string
		for dir := range targets {
			if s.modules[dir] == nil && s.tree.IsDir(dir) {
				names = append(names, s.configIn(dir)...)
			}
		}
		slices.Sort(names)
		s.asked = nil
		s.parse(names)
		targets = s.calledFrom(s.asked)
	}
	s.asked = asked
}

// readManifests reads what an init left in the asked directories, and adds the
// directories of the modules to those to parse.
func (s *fileSet) readManifests(asked []string, targets map[string]bool) {
	for _, dir := range asked {
		s.manifests[dir] = readManifest(s.tree, dir)
		for _, i := range s.manifests[dir] {
			targets[i.Dir] = true
		}
	}
}

// parseSources parses what the modules of units call.
func (s *fileSet) parseSources() {
	asked := s.asked
	for _, u := range s.units {
		if u.source != "" && s.modules[u.source] == nil {
			s.parse(s.configIn(u.source))
		}
		if s.modules[u.source] != nil {
			s.asked = []string{u.source}
			s.parseCalled()
		}
	}
	s.asked = asked
}

// calledFrom lists the local directories that modules call.
func (s *fileSet) calledFrom(dirs []string) map[string]bool {
	called := map[string]bool{}
	for _, dir := range dirs {
		m := s.modules[dir]
		for _, c := range m.calls {
			if target, ok := c.localDir(m); ok {
				called[target] = true
			}
		}
	}
	return called
}

func (s *fileSet) configIn(dir string) []string {
	names, err := s.tree.Files(dir)
	if err != nil {
		s.problems = append(s.problems, model.Problem{Kind: model.Unread, Message: dir + " can't be listed: " + err.Error()})
	}
	return slices.DeleteFunc(names, func(name string) bool { return !isConfig(name) && !isVariables(name) })
}

// roots lists the directories that are applied by themselves: those that no
// other calls, and those that say where their state is kept or have values for
// their variables. What only a ring of calls would reach is a root too.
func (s *fileSet) roots(options Options) []string {
	s.called = s.calledFrom(slices.Sorted(maps.Keys(s.modules)))
	var roots []string
	reached := map[string]bool{}
	for _, dir := range s.asked {
		m := s.modules[dir]
		if s.isUnit(dir) {
			s.reach(dir, reached)
			continue
		}
		if _, isNamed := options.Roots[dir]; isNamed || !s.called[dir] || m.hasState || len(m.values) > 0 {
			roots = append(roots, dir)
			s.reach(dir, reached)
		}
	}
	for _, dir := range s.asked {
		if !reached[dir] {
			roots = append(roots, dir)
			s.reach(dir, reached)
		}
	}
	slices.Sort(roots)
	s.rootDirs = roots
	return roots
}

func (s *fileSet) reach(dir string, reached map[string]bool) {
	if reached[dir] || s.modules[dir] == nil {
		return
	}
	reached[dir] = true
	for target := range s.calledFrom([]string{dir}) {
		s.reach(target, reached)
	}
}

// evaluate evaluates one root module. Should that fail in a way that was not
// foreseen, the other roots are still checked, and this one is reported.
func (l *Loader) evaluate(ctx context.Context, s *fileSet, j job) (doc model.Document) {
	defer func() {
		if p := recover(); p != nil {
			doc = internalError(j.dir, p)
		}
	}()
	r := l.newRoot(ctx, s, j.dir, s.modules[j.dir])
	if len(j.variants) > 0 {
		r.apply(j.variants[j.at])
	}
	return r.collect()
}

func internalError(dir string, what any) model.Document {
	return model.Document{Problems: []model.Problem{{
		Kind: model.Unread, Message: fmt.Sprintf("%s was not checked: internal error: %v", dir, what),
	}}}
}

// newRoot makes the evaluation of a root module, which may ask for the outputs
// of other root modules.
func (l *Loader) newRoot(ctx context.Context, s *fileSet, dir string, def *module) *root {
	n := &neighbours{dirs: s.rootDirs, made: map[string][]*root{}}
	n.make = func(dir string) []*root {
		variants := s.rootVariants[dir]
		if len(variants) == 0 {
			return []*root{l.rootAmong(ctx, s, dir, s.modules[dir], n)}
		}
		roots := make([]*root, len(variants))
		for i, v := range variants {
			roots[i] = l.rootAmong(ctx, s, dir, s.modules[dir], n)
			roots[i].apply(v)
		}
		return roots
	}
	r := l.rootAmong(ctx, s, dir, def, n)
	n.made[dir] = []*root{r}
	return r
}

func (l *Loader) rootAmong(ctx context.Context, s *fileSet, dir string, def *module, n *neighbours) *root {
	r := &root{
		dir: dir, modules: s.modules, manifest: s.manifests[dir], others: n, tree: s.tree, tables: l.Tables, catalogue: l.Catalogue, options: l.Options,
		library: !s.called[dir] && isLibrary(def, l.Options), flagBodies: s.flagBodies, concerning: map[*module]bool{}, reader: newReader(s.tree),
		declarations: map[*block]*variable{}, calls: map[*call]*arguments{},
		ev: &lang.Evaluator{Files: s.tree, Dir: dir, Context: ctx, Functions: providerFunctions()},
	}
	r.top = newInstance(r, def, nil, nil, nil)
	return r
}

func parseVariables(name string, data []byte) parsed {
	f := parsed{name: name}
	if lang.TooNested(data) {
		f.unread(model.Unread, "the file is not read: it nests deeper than a configuration would", hcl.Range{})
		return f
	}
	f.values, _ = f.parseBody(data)
	return f
}

// CheckVariables parses a variables file of the command line and returns what
// is wrong with it.
func CheckVariables(name string, data []byte) []model.Problem {
	return parseVariables(name, data).problems
}

// merge puts documents together, in an order that does not depend on which was
// ready first.
func merge(docs []model.Document) model.Document {
	var all model.Document
	for _, doc := range docs {
		all.Add(doc)
	}
	slices.SortStableFunc(all.Stores, func(a, b model.Store) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(all.Copies, func(a, b model.Copy) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(all.Grants, func(a, b model.Grant) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(all.Guardrails, func(a, b model.Guardrail) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(all.Problems, compareProblems)
	all.Problems = slices.CompactFunc(all.Problems, func(a, b model.Problem) bool { return compareProblems(a, b) == 0 })
	return all
}

func compareProblems(a, b model.Problem) int {
	at := func(p model.Problem) model.Source {
		if p.Source == nil {
			return model.Source{}
		}
		return *p.Source
	}
	x, y := at(a), at(b)
	return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Address, b.Address))
}
