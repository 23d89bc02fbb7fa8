package cloudformation

import (
	"cmp"
	"fmt"
	"path"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

const stackSetType = "AWS::CloudFormation::StackSet"

// instance is one region in which a stack set is deployed.
type instance struct {
	key    string // of the region, or *
	region *lang.Cell
	given  *document.Node // parameters, by name
}

// stackSet makes the stacks of a set: one for each region that it names.
func (st *stack) stackSet(ev *lang.Evaluator, p document.Pair) []*stack {
	t := st.setTemplate(ev, p)
	if t == nil || st.nestsTooDeep(p, t) {
		return nil
	}
	var all []*stack
	for _, in := range st.instances(ev, p) {
		child := newStack(st.set, t, st.deployed)
		child.problems = st.problems
		child.parent, child.given, child.ownRegion = st, in.given, in.region
		child.path = fmt.Sprintf("%s%s[%s].", st.path, p.Key, in.key)
		all = append(all, child)
	}
	return all
}

// setTemplate finds the template of a set: written out in it, or a file.
func (st *stack) setTemplate(ev *lang.Evaluator, p document.Pair) *template {
	body := p.Value.At("Properties", "TemplateBody")
	if _, isFile := nestedURL(p.Value); isFile || body == nil {
		return st.templateAt(p)
	}
	if isTemplate(body) {
		return &template{name: st.template.name, doc: body}
	}
	whole := body
	if _, _, computed := intrinsic(body); computed {
		text, ok := ev.Eval(expression(body), st).Text()
		if !ok {
			st.missing(p, "the template of "+p.Key+" is made when deployed; what it declares was not checked")
			return nil
		}
		whole = &document.Node{Kind: document.String, Text: text, Range: body.Range}
	}
	file, err := st.set.tree.Read(body.Range.Filename)
	if err != nil {
		file = nil // then the range of the text stands for all within
	}
	docs, err := whole.Embedded(file)
	if err != nil || len(docs) == 0 || !isTemplate(docs[0]) {
		st.problem(body.Range, "the template of "+p.Key+" can't be read")
		return nil
	}
	return &template{name: st.template.name, doc: docs[0]}
}

// instances lists the regions of a set, each once. One whose regions are not
// written is deployed wherever somebody adds instances.
func (st *stack) instances(ev *lang.Evaluator, p document.Pair) []instance {
	properties := p.Value.Get("Properties")
	var all []instance
	seen := map[string]bool{}
	for _, group := range properties.Get("StackInstancesGroup").Elements() {
		given := givenTo(properties.Get("Parameters"), group.Get("ParameterOverrides"))
		list := lang.Expr(expression(group.Get("Regions")), st)
		regions, whole := ev.Elements(ev.Force(list))
		for i, region := range regions {
			text, ok := region.Text()
			key := cmp.Or(text, "*")
			if ok && seen[key] {
				continue
			}
			seen[key] = true
			all = append(all, instance{key, lang.Lazy(func(ev *lang.Evaluator) *lang.Value {
				if regions, _ := ev.Elements(ev.Force(list)); i < len(regions) {
					region = regions[i]
				}
				return region.Named("Regions of " + p.Key)
			}), given})
		}
		if !whole {
			all = append(all, instance{"*", lang.Lazy(func(ev *lang.Evaluator) *lang.Value {
				return ev.Unknowable(ev.Force(list), "a region of "+p.Key)
			}), given})
		}
	}
	if len(all) == 0 {
		region := lang.UnknownVal(model.LeftToCaller, "the regions of "+p.Key+" are left to whoever adds its instances")
		all = append(all, instance{"*", lang.Done(region), givenTo(properties.Get("Parameters"), nil)})
	}
	return all
}

// givenTo makes one map of lists of ParameterKey and ParameterValue.
func givenTo(lists ...*document.Node) *document.Node {
	given := &document.Node{Kind: document.Map}
	for _, list := range lists {
		for _, item := range list.Elements() {
			if value := item.Get("ParameterValue"); value != nil {
				given.Pairs = append(given.Pairs, document.Pair{Key: item.Get("ParameterKey").String(), Value: value})
			}
		}
	}
	return given
}

// templateAt finds the template that a resource nests by its path. One that
// lies elsewhere is a problem: what it declares is not checked.
func (st *stack) templateAt(p document.Pair) *template {
	url, isLocal := nestedURL(p.Value)
	if isLocal {
		if t := st.set.templates[path.Join(path.Dir(st.template.name), url)]; t != nil {
			return t
		}
	}
	what := "its template"
	if url != "" {
		what = "the template " + url
	}
	st.missing(p, what+" is not in the checked files; what it declares was not checked")
	return nil
}

// missing reports a template that a resource nests and that is not at hand.
func (st *stack) missing(p document.Pair, message string) {
	*st.problems = append(*st.problems, model.Problem{
		Kind: model.ModuleMissing, Address: st.path + p.Key, Source: lang.SourceOf(p.Range), Message: message,
	})
}

// nestsTooDeep says, also as a problem, that a template nests itself, or that
// stacks are nested deeper than anybody would.
func (st *stack) nestsTooDeep(p document.Pair, t *template) bool {
	depth := 0
	for up := st; up != nil; up = up.parent {
		if depth++; t == up.template || depth > maxStackDepth {
			st.problem(p.Range, p.Key+" nests itself, or too deeply, and was not checked")
			return true
		}
	}
	return false
}
