package terraform

import (
	"fmt"
	"strconv"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// expand returns the keys of a block's instances. Where count or for_each can't
// be known, an instance with the key [*] stands for those there may be: a
// resource that may exist is never dropped.
func (r *root) expand(sc *scope, by repetition) []each {
	var instances []each
	switch {
	case by.count != nil:
		instances = r.expandCount(sc, by.count)
	case by.forEach != nil:
		instances = r.expandForEach(sc, by.forEach)
	case by.enabled != nil:
		instances = r.expandEnabled(sc, by.enabled)
	default:
		instances = []each{{}}
	}
	r.instances += len(instances)
	if r.instances > maxInstances {
		rng := sc.mod.def.dir
		r.limit("there are too many instances in " + rng)
		return nil
	}
	return instances
}

func (r *root) expandCount(sc *scope, count hclsyntax.Expression) []each {
	outcomes := r.outcomes((*lang.Value).IsKnown, func() *lang.Value { return r.ev.Eval(count, sc) })
	n := 0
	for _, o := range outcomes {
		i, ok := o.Value.Int()
		if !ok || i > maxPerBlock {
			return []each{{suffix: anyInstance, count: r.unknownKey("count.index", o.Value)}}
		}
		n = max(n, i)
	}
	instances := make([]each, n)
	for i := range instances {
		instances[i] = each{suffix: "[" + strconv.Itoa(i) + "]", count: lang.NumberVal(i)}
	}
	return instances
}

// expandEnabled makes no instance only where it is sure that there is none.
func (r *root) expandEnabled(sc *scope, enabled hclsyntax.Expression) []each {
	outcomes := r.outcomes((*lang.Value).IsKnown, func() *lang.Value { return r.ev.Eval(enabled, sc) })
	for _, o := range outcomes {
		if on, ok := o.Value.Bool(); on || !ok {
			return []each{{}}
		}
	}
	return nil
}

// outcomes computes a value in every world, whatever world is being looked at:
// which instances there are is decided once.
func (r *root) outcomes(settled func(*lang.Value) bool, compute func() *lang.Value) (outcomes []lang.Outcome) {
	r.ev.InNoWorld(func() { outcomes = r.ev.Outcomes(settled, compute) })
	return outcomes
}

// unknownKey is the key of an instance that stands for all.
func (r *root) unknownKey(name string, v *lang.Value) *lang.Value {
	cause, reason := model.AtApply, name+" is known only when applied"
	if gap := v.Gap(); gap != nil {
		cause = gap.Cause
		reason = name + " is not known: " + gap.Reason
	}
	return lang.SymbolVal(lang.NewSymbol(name), cause, reason).Because(v.Origin())
}

func (r *root) expandForEach(sc *scope, forEach hclsyntax.Expression) []each {
	outcomes := r.outcomes(
		func(v *lang.Value) bool { return v.IsKnown() && !v.Open },
		func() *lang.Value { return r.ev.Eval(forEach, sc) },
	)
	var instances []each
	seen := map[string]bool{}
	add := func(e each) {
		if !seen[e.suffix] {
			seen[e.suffix] = true
			instances = append(instances, e)
		}
	}
	for _, o := range outcomes {
		pairs, ok := r.ev.Pairs(o.Value)
		if !ok || len(pairs) > maxPerBlock {
			add(r.anyEach(o.Value))
			continue
		}
		var open []lang.Pair // whose keys are not known
		for _, pair := range pairs {
			name, known := pair.Key.Text()
			if !known {
				open = append(open, pair)
				continue
			}
			key := pair.Key
			if key.Origin() == nil {
				key = key.Because(o.Value.Origin())
			}
			add(each{suffix: fmt.Sprintf("[%q]", name), key: key, value: pair.Value})
		}
		// An open collection has others like those that it holds: where all of
		// these are known, there is none that is not among them.
		switch {
		case len(open) > 0:
			add(r.anyOf(o.Value, open))
		case o.Value.Open && len(pairs) == 0:
			add(r.anyEach(o.Value))
		}
	}
	return instances
}

// anyOf is the instance that stands for those whose keys are not known.
func (r *root) anyOf(v *lang.Value, pairs []lang.Pair) each {
	e := r.anyEach(v)
	if key := pairs[0].Key; key.Kind == lang.Unknown && len(pairs) == 1 {
		e.key = key
		if key.Origin() == nil {
			e.key = key.Because(v.Origin())
		}
	}
	values := make([]*lang.Cell, len(pairs))
	for i, pair := range pairs {
		values[i] = pair.Value
	}
	e.value = lang.Either(lang.NewSymbol("each.value"), values)
	return e
}

func (r *root) anyEach(v *lang.Value) each {
	return each{
		suffix: anyInstance,
		key:    r.unknownKey("each.key", v),
		value:  lang.Done(r.unknownKey("each.value", v)),
	}
}
