package terraform

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// A terragrunt.stack.hcl is a list of units, and of other stacks, each with
// a directory that it is copied from, a path that it is copied to, and values
// for it to use. Terragrunt generates the copies before it runs (its page on
// stacks). Here nothing is copied: a unit knows where it would be and where it
// is read from.

// stackName is the file that makes a directory a stack.
const stackName = "terragrunt.stack.hcl"

// valuesName is the file in which Terragrunt leaves a copy its values.
const valuesName = "terragrunt.values.hcl"

// stackDir is the directory, beside the stack's file, that copies go to.
const stackDir = ".terragrunt-stack"

// Bounds on what stacks generate.
const (
	maxStackDepth = 16    // stacks inside one another
	maxGenerated  = 2_000 // units and stacks of one check
)

// copied says that a directory is a copy of another one.
type copied struct{ to, from string }

// real is the name under which a file is found that may be in a copy.
func (u *unit) real(name string) string {
	// What is copied into a copy comes before what surrounds it.
	for _, c := range slices.Backward(u.copies) {
		if name == c.to {
			return c.from
		}
		if rest, ok := strings.CutPrefix(name, c.to+"/"); ok {
			return path.Join(c.from, rest)
		}
	}
	return name
}

// given are the values that a stack gives the unit, or that it left beside it.
// A unit that stands by itself may be made to be copied: whoever does so gives
// them.
func (u *unit) given() *lang.Value {
	if u.values != nil {
		return u.values
	}
	u.values = lang.UnknownVal(model.LeftToCaller, "its values are left to the stacks that "+u.dir+" is copied into")
	name := u.real(path.Join(u.dir, valuesName))
	if data, err := u.set.tree.Read(name); err == nil {
		p := parseVariables(name, data)
		u.problems = append(u.problems, p.problems...)
		if p.values != nil {
			values := map[string]*lang.Cell{}
			for name, a := range p.values.Attributes {
				values[name] = lang.Expr(a.Expr, lang.Empty{})
			}
			u.values = lang.ObjectVal(values)
		}
	}
	return u.values
}

// stacks are those of the checked files.
type stacks struct {
	set       *fileSet
	sources   map[string]bool // directories that units and stacks are copied from
	reached   map[string]bool // directories of stacks that were generated
	generated int
	limited   bool
}

// findStacks generates the units of the stacks among names, and returns the
// directories that these are copied from: they are no units of their own.
func (s *fileSet) findStacks(names []string) map[string]bool {
	all := &stacks{set: s, sources: map[string]bool{}, reached: map[string]bool{}}
	var found []*unit
	for _, name := range names {
		if path.Base(name) == stackName {
			u := s.newUnit(path.Dir(name))
			found = append(found, u)
			for _, b := range u.stackBlocks() {
				if from, ok := u.copiedFrom(b); ok {
					all.sources[from] = true
				}
			}
		}
	}
	for _, u := range found {
		if !all.sources[u.dir] {
			all.generate(u)
		}
	}
	// What only a ring of stacks would reach, or one whose sources hang on values.
	for _, u := range found {
		if !all.reached[u.dir] {
			all.generate(u)
		}
	}
	return all.sources
}

// stackBlock is a unit or stack block and the file that it is in.
type stackBlock struct {
	*hclsyntax.Block
	file *gruntFile
}

// stackBlocks lists what the stack in a unit's directory generates.
func (u *unit) stackBlocks() []stackBlock {
	own := u.file(path.Join(u.dir, stackName), u.dir, nil)
	if own == nil {
		return nil
	}
	var all []stackBlock
	for _, f := range own.chain() {
		for _, b := range f.body.Blocks {
			if b.Type == "unit" || b.Type == "stack" {
				all = append(all, stackBlock{b, f})
			}
		}
	}
	return all
}

// source is the text of a block's source, without the version that it asks for.
func (b stackBlock) source() (text string, ok bool) {
	text, ok = b.file.attr(b.Body, "source").Text()
	text, _, _ = strings.Cut(text, "?")
	return text, ok
}

// copiedFrom finds the directory of a block's source; ok is false when it is
// not among the checked files.
func (u *unit) copiedFrom(b stackBlock) (dir string, ok bool) {
	text, ok := b.source()
	if !ok || strings.Contains(text, "::") || strings.Contains(text, "://") {
		return "", false
	}
	name, inside := u.below(strings.ReplaceAll(text, "//", "/"), u.dir)
	return u.real(name), inside && u.set.tree.IsDir(u.real(name))
}

// generate adds the units of a stack, and those of the stacks in it.
func (all *stacks) generate(u *unit) {
	all.reached[u.real(u.dir)] = true
	for _, b := range u.stackBlocks() {
		if all.generated++; all.generated > maxGenerated || len(u.copies) >= maxStackDepth {
			all.limit(u, b)
			return
		}
		from, ok := u.copiedFrom(b)
		if !ok {
			all.set.problems = append(all.set.problems, u.notCopied(b))
			continue
		}
		made := u.copy(b, from)
		if made == nil {
			continue
		}
		if b.Type == "stack" {
			all.generate(made)
		} else {
			all.set.addUnit(made)
		}
	}
	all.set.problems = append(all.set.problems, u.problems...)
}

func (all *stacks) limit(u *unit, b stackBlock) {
	if !all.limited {
		all.limited = true
		u.problems = append(u.problems, model.Problem{
			Kind: model.LimitReached, Source: lang.SourceOf(b.DefRange()),
			Message: "too many units are generated; the rest was not checked",
		})
	}
	all.set.problems = append(all.set.problems, u.problems...)
}

// copy makes the unit, or the stack, that a block generates from a directory;
// nil when it can't be told where it would be.
func (u *unit) copy(b stackBlock, from string) *unit {
	name, known := b.file.attr(b.Body, "path").Text()
	base := path.Join(u.dir, stackDir)
	if isTrue(b.Body.Attributes["no_dot_terragrunt_stack"]) {
		base = u.dir
	}
	dir := path.Join(base, name)
	if !known || !strings.HasPrefix(dir, base+"/") {
		u.problems = append(u.problems, model.Problem{
			Kind: model.Unread, Source: lang.SourceOf(b.DefRange()),
			Message: "where it is generated can't be told, or is outside the stack; it was not checked",
		})
		return nil
	}
	made := u.set.newUnit(dir)
	made.copies = append(slices.Clone(u.copies), copied{to: dir, from: from})
	made.values = lang.ObjectVal(nil)
	if a := b.Body.Attributes["values"]; a != nil {
		// Units are evaluated at the same time, and must share nothing that is not
		// computed yet.
		made.values = u.ev.Settle(b.file.eval(a.Expr).At(a.Expr.Range()))
	}
	return made
}

// notCopied reports a block whose source is not at hand, and what it is told of
// places.
func (u *unit) notCopied(b stackBlock) model.Problem {
	source, ok := b.source()
	if source = u.plain(source); !ok {
		source = unknownSource
	}
	where := ""
	if values := u.placesAmong(b.file.attr(b.Body, "values")); len(values) > 0 {
		where = " with " + strings.Join(values, ", ")
	}
	return model.Problem{
		Kind: model.ModuleMissing, Address: path.Join(u.dir, stackDir, label(b.Block)), Source: lang.SourceOf(b.DefRange()),
		Message: fmt.Sprintf("%s is not in the checked files; what it declares%s was not checked", source, where),
	}
}

// plain is a path as people write it, from the checked root.
func (u *unit) plain(name string) string { return strings.TrimPrefix(name, u.root+"/") }

// placesAmong lists the values whose names say that they are about a place.
func (u *unit) placesAmong(values *lang.Value) []string {
	var all []string
	pairs, _ := u.ev.Pairs(values)
	for _, p := range pairs {
		name, _ := p.Key.Text()
		text, ok := u.ev.Force(p.Value).Text()
		if ok && (strings.Contains(name, "region") || strings.Contains(name, "location") || strings.Contains(name, "zone")) {
			all = append(all, name+" = "+text)
		}
	}
	slices.Sort(all)
	return all
}

// remotePlaces lists the providers that a unit whose module is not at hand
// gives it, with their regions where those are known.
func (r *root) remotePlaces() []string {
	var all []string
	for _, p := range r.top.def.providers {
		name := p.String()
		ref := providerRef{name: p.name, alias: p.alias}
		if region, ok := r.top.setting(r.ev, ref, r.top.scope, []string{"region"}).Text(); ok {
			name += " (" + region + ")"
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// missing reports a unit whose module is not at hand.
func (u *unit) missing(r *root) model.Problem {
	what := "what it declares"
	if places := r.remotePlaces(); len(places) > 0 {
		what += " in " + strings.Join(places, ", ")
	}
	return model.Problem{
		Kind: model.ModuleMissing, Address: u.dir, Source: lang.SourceOf(u.sourceAt),
		Message: u.remote + " is not in the checked files; " + what + " was not checked",
	}
}
