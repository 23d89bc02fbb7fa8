package terraform

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// gruntName is the file that makes a directory a unit of Terragrunt.
const gruntName = "terragrunt.hcl"

// Bounds on the files of one unit.
const maxGruntFiles = 200

// unit is a directory with a terragrunt.hcl: a root module whose source, values
// and generated files that file gives.
type unit struct {
	set      *fileSet
	dir      string
	root     string // absolute path of the checked root
	ev       *lang.Evaluator
	files    map[gruntKey]*gruntFile
	parts    map[string]*lang.Cell // of generated files, by the name they have there
	source   string                // directory of its module
	remote   string                // source of a module that is not here
	sourceAt hcl.Range
	problems []model.Problem

	copies []copied    // of the directories that it is in, the outermost first
	values *lang.Value // that a stack gives it; nil when not yet asked for

	dependencies map[string]*lang.Value // by name, as far as asked for
	askedBy      []string               // units that wait for this one's outputs
	asked        *int                   // how many units are asked, one by another
}

// gruntKey names a file as it is read for one: what a file means depends on
// which unit or file includes it.
type gruntKey struct{ name, context string }

// gruntFile is one file of Terragrunt's, as seen from a unit.
type gruntFile struct {
	unit     *unit
	name     string
	context  string // directory from which its functions look upwards
	body     *hclsyntax.Body
	locals   map[string]*lang.Cell
	includes map[string]*gruntFile
	parent   *gruntFile // that it is included by; nil for the unit's own
}

// newUnit reads the file of a directory.
func (s *fileSet) newUnit(dir string) *unit {
	u := &unit{
		set: s, dir: dir, root: strings.TrimSuffix(s.tree.Dir(), "/"),
		files: map[gruntKey]*gruntFile{}, parts: map[string]*lang.Cell{}, asked: new(int),
	}
	u.ev = &lang.Evaluator{Files: s.tree, Dir: dir, Root: u.root, Functions: gruntFunctions(), Context: s.ctx, Real: u.real}
	return u
}

func (u *unit) own() *gruntFile { return u.file(path.Join(u.dir, gruntName), u.dir, nil) }

// file reads and parses a file once for each context; nil when it can't be.
func (u *unit) file(name, context string, parent *gruntFile) *gruntFile {
	key := gruntKey{name, context}
	if f, ok := u.files[key]; ok {
		return f
	}
	u.files[key] = nil
	if len(u.files) > maxGruntFiles {
		u.problem(model.LimitReached, name, "too many files are included; the rest was not read")
		return nil
	}
	data, err := u.set.tree.Read(u.real(name))
	if err != nil {
		u.problem(model.Unread, u.real(name), "the file can't be read: "+err.Error())
		return nil
	}
	p := parseVariables(u.real(name), data)
	u.problems = append(u.problems, p.problems...)
	if p.values == nil {
		return nil
	}
	f := &gruntFile{
		unit: u, name: name, context: context, body: p.values, parent: parent,
		locals: map[string]*lang.Cell{}, includes: map[string]*gruntFile{},
	}
	u.files[key] = f
	if parent == nil {
		// What is included can't include in turn.
		f.readIncludes()
	}
	return f
}

func (u *unit) problem(kind model.ProblemKind, name, message string) {
	u.problems = append(u.problems, model.Problem{
		Kind: kind, Message: message, Source: &model.Source{File: name, Line: 1, Column: 1, EndLine: 1, EndColumn: 1},
	})
}

// readIncludes reads the files that this one includes. Their functions look
// upwards from where this one does.
func (f *gruntFile) readIncludes() {
	for _, b := range f.blocks("include") {
		at := b.Body.Attributes["path"]
		if at == nil {
			continue
		}
		target, ok := f.eval(at.Expr).Text()
		name, inside := f.unit.below(target, path.Dir(f.name))
		if !ok || !inside {
			f.unit.problems = append(f.unit.problems, model.Problem{
				Kind: model.Unread, Source: lang.SourceOf(at.Expr.Range()),
				Message: "the included file can't be told, or is outside the checked files",
			})
			continue
		}
		if inner := f.unit.file(name, f.context, f); inner != nil && inner != f {
			f.includes[label(b)] = inner
		}
	}
}

// below turns a path into one from the checked root.
func (u *unit) below(target, from string) (string, bool) {
	if target == "" {
		return "", false
	}
	if rest, ok := strings.CutPrefix(target, u.root+"/"); ok {
		return path.Clean(rest), true
	}
	if path.IsAbs(target) {
		return "", false
	}
	name := path.Join(from, target)
	return name, name != ".." && !strings.HasPrefix(name, "../")
}

func (f *gruntFile) blocks(kind string) []*hclsyntax.Block {
	var all []*hclsyntax.Block
	for _, b := range f.body.Blocks {
		if b.Type == kind {
			all = append(all, b)
		}
	}
	return all
}

func label(b *hclsyntax.Block) string {
	if len(b.Labels) == 0 {
		return ""
	}
	return b.Labels[0]
}

func (f *gruntFile) eval(e hclsyntax.Expression) *lang.Value { return f.unit.ev.Eval(e, f) }

// chain lists the file and those that it includes and takes over, the strongest
// first: of several included files that is the last one.
func (f *gruntFile) chain() []*gruntFile {
	all := []*gruntFile{f}
	for _, b := range slices.Backward(f.blocks("include")) {
		if inner := f.includes[label(b)]; inner != nil && f.mergeStrategy(b) != "no_merge" {
			all = append(all, inner)
		}
	}
	return all
}

// mergeStrategy says how an included file is put under the one that includes it:
// shallow, deep or no_merge.
func (f *gruntFile) mergeStrategy(include *hclsyntax.Block) string {
	text, _ := f.attr(include.Body, "merge_strategy").Text()
	return cmp.Or(text, "shallow")
}

// Home is the evaluator of the unit, in whose directory its files are.
func (f *gruntFile) Home() *lang.Evaluator { return f.unit.ev }

// Resolve gives names the meaning they have in Terragrunt.
func (f *gruntFile) Resolve(ev *lang.Evaluator, t hcl.Traversal) (*lang.Value, int) {
	second := ""
	if len(t) > 1 {
		if attr, ok := t[1].(hcl.TraverseAttr); ok {
			second = attr.Name
		}
	}
	switch root := t.RootName(); root {
	case "local":
		return ev.Force(f.local(second)), 2
	case "include":
		if inner := f.includes[second]; inner != nil {
			return inner.exposed(), 2
		}
		if inner := f.includes[""]; inner != nil {
			return inner.exposed(), 1
		}
		return noSuch(t)
	case "values":
		return f.unit.given(), 1
	case "dependency":
		if second != "" {
			return f.unit.dependency(second), 2
		}
		return noSuch(t)
	case "feature", "unit", "stack":
		return lang.UnknownVal(model.AtApply, lang.Text(t)+" is known only when applied"), len(t)
	}
	return noSuch(t)
}

func (f *gruntFile) local(name string) *lang.Cell {
	if c := f.locals[name]; c != nil {
		return c
	}
	c := lang.Done(lang.FailedVal("local." + name + " is not declared in " + f.name))
	for _, b := range f.blocks("locals") {
		if a := b.Body.Attributes[name]; a != nil {
			c = lang.Expr(a.Expr, f)
		}
	}
	f.locals[name] = c
	return c
}

// exposed is what a file gives to those who read or include it.
func (f *gruntFile) exposed() *lang.Value {
	return lang.LazyObject(nil, func(ev *lang.Evaluator, name string) *lang.Value {
		if name == "locals" {
			return lang.LazyObject(nil, func(ev *lang.Evaluator, name string) *lang.Value { return ev.Force(f.local(name)) })
		}
		if a := f.body.Attributes[name]; a != nil {
			return ev.Eval(a.Expr, f).At(a.Expr.Range())
		}
		return lang.UnknownVal(model.AtApply, name+" of "+f.name+" is not evaluated")
	})
}

// input returns the value that the unit gives a variable of its module; nil
// when it gives none.
func (u *unit) input(ev *lang.Evaluator, name string) *lang.Value {
	own := u.own()
	if own == nil {
		return nil
	}
	v := own.input(ev, name)
	for _, b := range slices.Backward(own.blocks("include")) {
		inner := own.includes[label(b)]
		if inner == nil {
			continue
		}
		switch strategy := own.mergeStrategy(b); {
		case strategy == "no_merge":
		case v == nil:
			v = inner.input(ev, name)
		case strategy == "deep":
			if under := inner.input(ev, name); under != nil {
				v = deepMerge(ev, under, v)
			}
		}
	}
	return v
}

// input returns the value that a file gives a variable; nil when it gives none.
func (f *gruntFile) input(ev *lang.Evaluator, name string) *lang.Value {
	a := f.body.Attributes["inputs"]
	if a == nil {
		return nil
	}
	v := ev.Eval(a.Expr, f)
	if v.Gap() != nil {
		return lang.UnknownVal(v.Gap().Cause, "the inputs in "+f.name+" are not known: "+v.Gap().Reason).At(a.Expr.Range())
	}
	if v.Kind == lang.Object && v.Has(name) {
		return ev.Attr(v, name)
	}
	return nil
}

// deepMerge puts a value over another one as the strategy deep does it: maps are
// joined key by key, lists one after the other (Terragrunt's page on include). Which
// of the two stays where the one over it is empty, that page does not say.
func deepMerge(ev *lang.Evaluator, under, over *lang.Value) *lang.Value {
	switch {
	case under.Kind == lang.Object && over.Kind == lang.Object && !under.Open && !over.Open:
		return mergeObjects(ev, under, over)
	case under.Kind == lang.List && over.Kind == lang.List && !under.Open && !over.Open:
		return lang.ListVal(slices.Concat(under.Cells(), over.Cells())).Because(over.Origin())
	case under.Kind == lang.Unknown && over.Kind != lang.Scalar:
		return under
	}
	if text, ok := over.Text(); over.Kind == lang.Null || ok && (text == "" || text == "0" || text == "false") {
		return lang.UnknownVal(model.AtApply, "it is merged out of an empty value and another").Because(over.Origin())
	}
	return over
}

func mergeObjects(ev *lang.Evaluator, under, over *lang.Value) *lang.Value {
	elems := map[string]*lang.Cell{}
	for _, v := range []*lang.Value{under, over} {
		pairs, ok := ev.Pairs(v)
		if !ok {
			return lang.UnknownVal(model.AtApply, "it is merged out of values that are not known")
		}
		for _, p := range pairs {
			name, ok := p.Key.Text()
			if !ok {
				return lang.UnknownVal(model.AtApply, "it is merged out of values whose keys are not known")
			}
			if below := elems[name]; below != nil {
				elems[name] = lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return deepMerge(ev, ev.Force(below), ev.Force(p.Value)) })
				continue
			}
			elems[name] = p.Value
		}
	}
	return lang.ObjectVal(elems)
}

// findUnits reads the terragrunt.hcl files among names. A directory that is a
// unit is no root module of its own, and neither is its source.
func (s *fileSet) findUnits(names []string) {
	sources := s.findStacks(names)
	for _, name := range names {
		dir := path.Dir(name)
		if path.Base(name) == gruntName && !sources[dir] && !s.isGenerated(dir) {
			s.addUnit(s.newUnit(dir))
		}
	}
}

// addUnit takes in a unit, unless it is only made to be included.
func (s *fileSet) addUnit(u *unit) {
	if u.own() != nil {
		if u.source, u.remote, u.sourceAt = u.findSource(); u.source != "" || u.remote != "" {
			s.units = append(s.units, u)
			return
		}
	}
	s.problems = append(s.problems, u.problems...)
}

// isGenerated says whether a stack generates the unit in a directory: one that
// was left there by an earlier run counts no more.
func (s *fileSet) isGenerated(dir string) bool {
	return slices.ContainsFunc(s.units, func(u *unit) bool { return u.dir == dir })
}

// isGrunt says whether a file is one of Terragrunt's that is looked for.
func isGrunt(name string) bool { return path.Base(name) == gruntName || path.Base(name) == stackName }

// isUnit says whether a directory is a unit, or the source of one.
func (s *fileSet) isUnit(dir string) bool {
	return slices.ContainsFunc(s.units, func(u *unit) bool { return u.dir == dir || u.source == dir || u.real(u.dir) == dir })
}

// evaluateUnit evaluates the module of a unit as a root.
func (l *Loader) evaluateUnit(ctx context.Context, s *fileSet, u *unit) (doc model.Document) {
	defer func() {
		if p := recover(); p != nil {
			doc = internalError(u.dir, p)
		}
	}()
	r := l.unitRoot(ctx, s, u)
	doc = r.collect()
	if u.source == "" {
		doc.Problems = append(doc.Problems, u.missing(r))
	}
	doc.Problems = append(doc.Problems, u.problems...)
	return doc
}

// unitRoot makes the evaluation of the module of a unit.
func (l *Loader) unitRoot(ctx context.Context, s *fileSet, u *unit) *root {
	r := l.newRoot(ctx, s, u.dir, u.module(cmp.Or(u.source, u.real(u.dir))))
	r.unit, r.library = u, false
	r.ev.Dir, r.ev.Root, r.ev.Functions = r.top.def.dir, u.root, withProviderFunctions(u.ev.Functions)
	r.ev.Real = u.real
	return r
}

// unknownSource stands for a module whose source can't be told.
const unknownSource = "a module whose source can't be told"

// findSource finds the directory of the unit's module. remote is its source
// when that is not among the checked files; neither is set when the directory
// is no unit but only included by others.
func (u *unit) findSource() (dir, remote string, at hcl.Range) {
	for _, f := range u.own().chain() {
		for _, b := range f.blocks("terraform") {
			a := b.Body.Attributes["source"]
			if a == nil {
				continue
			}
			at = a.Expr.Range()
			text, ok := f.eval(a.Expr).Text()
			if !ok {
				return "", unknownSource, at
			}
			text, _, _ = strings.Cut(text, "?")
			isLocal := strings.HasPrefix(text, ".") || path.IsAbs(text)
			name, inside := u.below(strings.ReplaceAll(text, "//", "/"), u.dir)
			if name = u.real(name); isLocal && inside && u.set.tree.IsDir(name) {
				return name, "", at
			}
			return "", "the module " + u.plain(text), at
		}
	}
	// Without a source, the files beside it are the module.
	dir = u.real(u.dir)
	names, _ := u.set.tree.Files(dir)
	if slices.ContainsFunc(names, isConfig) {
		return dir, "", at
	}
	return "", "", at
}

// module builds the module of a unit: that of its source, the files beside it,
// and those that it generates.
func (u *unit) module(dir string) *module {
	names := u.set.configIn(dir)
	if beside := u.real(u.dir); dir != beside {
		names = over(names, u.set.configIn(beside), func(name string) string { return name })
	}
	files := parseAll(u.set.ctx, u.set.tree, names)
	for _, f := range files {
		u.problems = append(u.problems, f.problems...)
	}
	files = over(files, u.generated(names), func(f parsed) string { return f.name })
	m := buildModule(dir, files, newReader(u.set.tree))
	m.values = append(m.values, u.variablesFiles()...)
	return m
}

// over puts files over those of the same names in another directory.
func over[T any](under, files []T, name func(T) string) []T {
	replaced := map[string]bool{}
	for _, f := range files {
		replaced[path.Base(name(f))] = true
	}
	kept := slices.DeleteFunc(slices.Clone(under), func(f T) bool { return replaced[path.Base(name(f))] })
	return append(kept, files...)
}

// generated parses the files that the unit generates beside those that are there.
// Their text is a template of the unit's; what stands inside quotes is kept as
// a reference, so that its chain is not lost, and what is unknown stays so.
func (u *unit) generated(there []string) []parsed {
	var all []parsed
	seen := map[string]bool{}
	for _, f := range u.own().chain() {
		for _, b := range f.blocks("generate") {
			name := label(b)
			contents, target := b.Body.Attributes["contents"], b.Body.Attributes["path"]
			if seen[name] || contents == nil || target == nil {
				continue
			}
			seen[name] = true
			file, ok := f.eval(target.Expr).Text()
			if off, _ := f.attr(b.Body, "disable").Bool(); !ok || !isConfig(file) || off || f.skips(b, file, there) {
				continue
			}
			all = append(all, u.generate(f, name, file, contents.Expr))
		}
		if a := f.body.Attributes["generate"]; a != nil {
			u.problems = append(u.problems, model.Problem{
				Kind: model.Unread, Source: lang.SourceOf(a.SrcRange),
				Message: "generate is written as an attribute, and what it generates is not read; blocks are",
			})
		}
	}
	return all
}

// skips says whether a file is not generated because there is one already.
func (f *gruntFile) skips(generate *hclsyntax.Block, file string, there []string) bool {
	text, _ := f.attr(generate.Body, "if_exists").Text()
	return text == "skip" && slices.ContainsFunc(there, func(name string) bool { return path.Base(name) == path.Base(file) })
}

func (u *unit) generate(f *gruntFile, name, file string, e hclsyntax.Expression) parsed {
	p := parsed{name: path.Join(u.dir, file)}
	text, ok := u.render(f, name, e)
	if !ok {
		p.unread(model.Unread, "the text of "+file+", which it generates, is not known", e.Range())
		return p
	}
	if lang.TooNested([]byte(text)) {
		p.unread(model.Unread, "what it generates nests deeper than a configuration would", e.Range())
		return p
	}
	// The positions are those of the template: a heredoc begins on its next line.
	start := e.Range().Start
	if e.Range().End.Line > start.Line {
		start = hcl.Pos{Line: start.Line + 1, Column: 1}
	}
	// Its bytes are not those of the file, but lie beyond the end of any.
	start.Byte = source.MaxFileSize
	parsedFile, diags := hclsyntax.ParseConfig([]byte(text), u.real(f.name), start)
	p.diagnose(diags)
	if parsedFile != nil {
		for _, b := range parsedFile.Body.(*hclsyntax.Body).Blocks {
			p.blocks = append(p.blocks, newBlock(b, true))
		}
	}
	return p
}

// render writes a template out.
func (u *unit) render(f *gruntFile, name string, e hclsyntax.Expression) (string, bool) {
	template, ok := e.(*hclsyntax.TemplateExpr)
	if !ok {
		return f.eval(e).Text()
	}
	var b strings.Builder
	for i, part := range template.Parts {
		if l, isLiteral := part.(*hclsyntax.LiteralValueExpr); isLiteral {
			text, _ := lang.ScalarVal(l.Val).Text()
			b.WriteString(text)
			continue
		}
		if inQuotes(b.String()) {
			key := fmt.Sprintf("%s_%d", identifier(name), i)
			u.parts[key] = lang.Expr(part, f)
			fmt.Fprintf(&b, "${%s.%s}", generatedRoot, key)
			continue
		}
		text, known := f.eval(part).Text()
		if !known {
			return "", false
		}
		b.WriteString(text)
	}
	return b.String(), true
}

// generatedRoot is the name under which a generated file refers to what the
// template that made it had there.
const generatedRoot = "generate"

func identifier(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, cmp.Or(name, "file"))
}

// inQuotes says whether text ends inside a quoted string.
func inQuotes(text string) bool {
	line := text[strings.LastIndexByte(text, '\n')+1:]
	open := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && open:
			i++
		case line[i] == '"':
			open = !open
		}
	}
	return open
}

// variablesFiles reads the variables files that the unit passes on.
func (u *unit) variablesFiles() []*hclsyntax.Body {
	var all []*hclsyntax.Body
	for _, f := range slices.Backward(u.own().chain()) {
		for _, t := range f.blocks("terraform") {
			for _, b := range t.Body.Blocks {
				if b.Type == "extra_arguments" {
					all = append(all, u.variablesIn(f, b, "required_var_files", true)...)
					all = append(all, u.variablesIn(f, b, "optional_var_files", false)...)
				}
			}
		}
	}
	return all
}

func (u *unit) variablesIn(f *gruntFile, b *hclsyntax.Block, attr string, required bool) []*hclsyntax.Body {
	a := b.Body.Attributes[attr]
	if a == nil {
		return nil
	}
	elems, whole := u.ev.Elements(f.eval(a.Expr))
	var all []*hclsyntax.Body
	for _, elem := range elems {
		text, known := elem.Text()
		name, inside := u.below(text, u.dir)
		name = u.real(name)
		data, err := u.set.tree.Read(name)
		if known && inside && err == nil {
			p := parseVariables(name, data)
			u.problems = append(u.problems, p.problems...)
			all = append(all, p.values)
			continue
		}
		whole = whole && known && !required
	}
	if !whole {
		u.problems = append(u.problems, model.Problem{
			Kind: model.Unread, Source: lang.SourceOf(a.Expr.Range()),
			Message: "a variables file that it names can't be read",
		})
	}
	return all
}
