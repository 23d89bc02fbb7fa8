package terraform

import (
	"slices"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// maxDependencies bounds the units that one unit asks for their outputs, in turn.
const maxDependencies = 50

// dependency is what a dependency block of a unit stands for: the outputs of
// another unit, as its files give them. Mock outputs are never taken for them.
func (u *unit) dependency(name string) *lang.Value {
	if v := u.dependencies[name]; v != nil {
		return v
	}
	v := u.findDependency(name)
	if u.dependencies == nil {
		u.dependencies = map[string]*lang.Value{}
	}
	u.dependencies[name] = v
	return v
}

func (u *unit) findDependency(name string) *lang.Value {
	full := "dependency." + name
	for _, f := range u.own().chain() {
		for _, b := range f.blocks("dependency") {
			if label(b) != name {
				continue
			}
			target, ok := f.attr(b.Body, "config_path").Text()
			dir, inside := u.below(target, u.dir)
			mocked, _ := f.attr(b.Body, "skip_outputs").Bool()
			if other := u.neighbour(dir); ok && inside && !mocked && other != nil {
				return u.outputsOf(other, full)
			}
			return lang.UnknownVal(model.AtApply, full+" is known only when applied").At(b.DefRange())
		}
	}
	return lang.FailedVal("there is no " + full)
}

// neighbour is a unit of its own for another directory, which only this one asks:
// units are evaluated at the same time. It is nil when there is none whose
// module is here, and for one that waits for this one.
func (u *unit) neighbour(dir string) *unit {
	at := slices.IndexFunc(u.set.units, func(other *unit) bool { return other.dir == dir && other.source != "" })
	if at < 0 || slices.Contains(u.askedBy, dir) || dir == u.dir {
		return nil
	}
	if *u.asked++; *u.asked > maxDependencies {
		return nil
	}
	found := u.set.units[at]
	other := u.set.newUnit(dir)
	other.copies, other.values, other.source, other.sourceAt = found.copies, found.values, found.source, found.sourceAt
	other.asked, other.askedBy = u.asked, append(slices.Clone(u.askedBy), u.dir)
	return other
}

// outputsOf is the object of a dependency.
func (u *unit) outputsOf(other *unit, name string) *lang.Value {
	var outputs *lang.Value
	return lang.LazyObject(nil, func(_ *lang.Evaluator, attr string) *lang.Value {
		if attr != "outputs" {
			return lang.UnknownVal(model.AtApply, name+"."+attr+" is known only when applied")
		}
		if outputs == nil {
			outputs = outputsOfAny([]*root{u.set.unitRoot(other)}, name+".outputs")
		}
		return outputs
	})
}
