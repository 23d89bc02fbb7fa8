package terraform

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// resourceInst is one instance of a resource or data block.
type resourceInst struct {
	def     *resource
	mod     *moduleInst
	scope   *scope
	address string
	attrs   map[string]*lang.Cell
}

// Address of the instance, such as module.a.aws_s3_bucket.b["key"].
func (inst *resourceInst) Address() string { return inst.address }

// Type of the resource.
func (inst *resourceInst) Type() string { return inst.def.typ }

// IsData says that the block only looks the thing up.
func (inst *resourceInst) IsData() bool { return inst.def.mode == "data" }

// Range of the block.
func (inst *resourceInst) Range() hcl.Range { return inst.def.block.text }

// IsAbsent says that there is no such instance, or none of a module that it is in.
func (inst *resourceInst) IsAbsent(ev *lang.Evaluator) bool {
	if inst.mod.lacks(ev, inst.def.key(), inst.mod.repetition(inst.def), inst.scope.each) {
		return true
	}
	for m := inst.mod; m.parent != nil; m = m.parent {
		if m.parent.lacks(ev, "module."+m.call.name, m.arguments.repeat, m.outer.each) {
			return true
		}
	}
	return false
}

// Body of the block.
func (inst *resourceInst) Body() stores.Node { return stores.BodyNode(inst.body(), inst.scope) }

func (inst *resourceInst) body() *hclsyntax.Body { return inst.mod.root.reader.body(inst.def.block) }

// instancesOf returns the instances of a block.
func (m *moduleInst) instancesOf(def *resource) []*resourceInst {
	if instances, ok := m.resources[def.key()]; ok {
		return instances
	}
	var instances []*resourceInst
	for _, e := range m.root.expand(m.scope, m.repetition(def)) {
		inst := &resourceInst{
			def: def, mod: m,
			address: join(m.path, def.key()+e.suffix),
			attrs:   map[string]*lang.Cell{},
		}
		inst.scope = &scope{mod: m, each: e, self: inst}
		instances = append(instances, inst)
	}
	m.resources[def.key()] = instances
	return instances
}

// resourceValue is what a reference to a block stands for.
func (m *moduleInst) resourceValue(ev *lang.Evaluator, def *resource) *lang.Value {
	instances := m.instancesOf(def)
	objects := make([]*lang.Value, len(instances))
	for i, inst := range instances {
		objects[i] = inst.value()
	}
	return m.perInstance(ev, def.key(), m.repetition(def), objects, func(i int) each { return instances[i].scope.each })
}

func (m *moduleInst) repetition(def *resource) repetition {
	return newRepetition(m.root.reader.body(def.block))
}

// value is the object of one instance. It has attributes beyond those that are
// written, and each remembers whose it is.
func (inst *resourceInst) value() *lang.Value {
	return lang.LazyObject(nil, func(ev *lang.Evaluator, name string) *lang.Value {
		return ev.Force(inst.attr(name))
	})
}

func (inst *resourceInst) attr(name string) *lang.Cell {
	if c := inst.attrs[name]; c != nil {
		return c
	}
	c := lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return inst.attrValue(ev, name) })
	inst.attrs[name] = c
	return c
}

func (inst *resourceInst) attrValue(ev *lang.Evaluator, name string) *lang.Value {
	ref := &lang.Ref{Target: inst, Attr: name}
	if a := inst.body().Attributes[name]; a != nil {
		v := inst.asKept(name, ev.Eval(a.Expr, inst.scope)).At(a.Expr.Range())
		if v.Kind != lang.Null {
			// What names another resource still does so here.
			if v.Ref() == nil {
				v = v.WithRef(ref)
			}
			return v
		}
	}
	if blocks := inst.Body().Blocks(ev, name); len(blocks) > 0 {
		objects := make([]*lang.Value, len(blocks))
		for i, b := range blocks {
			objects[i] = blockValue(b, inst, name)
		}
		return lang.ListOf(objects)
	}
	if v := inst.computed(ev, name); v != nil {
		return v.WithRef(ref)
	}
	return inst.atApply(name)
}

// asKept is the value of an argument as others see it: some providers keep
// a location in another spelling than the one it is written in.
func (inst *resourceInst) asKept(name string, v *lang.Value) *lang.Value {
	text, ok := v.Text()
	if !ok || name != "location" || inst.IsData() {
		return v
	}
	kept := text
	switch {
	case strings.HasPrefix(inst.def.typ, "azurerm_"):
		// As package location of the provider's helpers normalises it.
		kept = strings.ReplaceAll(strings.ToLower(text), " ", "")
	case inst.def.typ == "google_storage_bucket", inst.def.typ == "google_container_registry":
		kept = strings.ToUpper(text)
	}
	if kept == text {
		return v
	}
	return lang.StringVal(kept).Because(v.Origin())
}

// blockValue is a nested block as an object, for expressions that refer to it.
// What the provider fills in is still known to be an attribute of the resource.
func blockValue(n stores.Node, inst *resourceInst, path string) *lang.Value {
	return lang.LazyObject(nil, func(ev *lang.Evaluator, name string) *lang.Value {
		if f, ok := n.Attribute(ev, name); ok {
			return ev.Force(f.Cell)
		}
		inner := path + "." + name
		if blocks := n.Blocks(ev, name); len(blocks) > 0 {
			objects := make([]*lang.Value, len(blocks))
			for i, b := range blocks {
				objects[i] = blockValue(b, inst, inner)
			}
			return lang.ListOf(objects)
		}
		return inst.atApply(inner)
	})
}

// atApply is an attribute that the provider fills in.
func (inst *resourceInst) atApply(name string) *lang.Value {
	v := lang.UnknownVal(model.AtApply, inst.address+"."+name+" is known only when applied")
	if name == "id" || name == "arn" {
		v = v.AsNotNull() // every resource has the one, and those of AWS the other
	}
	if !strings.Contains(inst.address, anyInstance) {
		v = v.OfForm(inst.address + "." + name)
	}
	return v.WithRef(&lang.Ref{Target: inst, Attr: name}).At(inst.def.block.text)
}

// computed returns an attribute that the provider fills in with what is known
// here: the place that comes from its own configuration.
func (inst *resourceInst) computed(ev *lang.Evaluator, name string) *lang.Value {
	if inst.def.mode == "data" {
		return inst.computedData(ev, name)
	}
	switch {
	case name == "region" && strings.HasPrefix(inst.def.typ, "aws_"),
		(name == "region" || name == "zone") && strings.HasPrefix(inst.def.typ, "google_"):
		return inst.Setting(ev, []string{name})
	}
	return nil
}

// computedData answers the data sources that only tell what the provider is
// configured with. Of a thing that is looked up in the provider's region, it
// says that it lies there.
func (inst *resourceInst) computedData(ev *lang.Evaluator, name string) *lang.Value {
	switch inst.def.typ + "." + name {
	case "aws_region.name", "aws_region.id", "aws_region.region":
		for _, arg := range []string{"region", "name"} {
			if v := inst.argument(ev, arg); v.Kind != lang.Null && arg != name {
				return v
			}
		}
		if inst.argument(ev, "endpoint").Kind != lang.Null {
			return nil // it looks for the region of that
		}
		return inst.Setting(ev, []string{"region"})
	case "google_client_config.region", "google_client_config.zone":
		return inst.Setting(ev, []string{name})
	case "aws_availability_zones.names", "google_compute_zones.names":
		return inst.within(ev, name, true)
	}
	switch inst.def.typ {
	case "terraform_remote_state":
		if name == "outputs" {
			return inst.remoteOutputs(ev)
		}
	case "aws_arn":
		// It takes its argument apart, and looks nothing up.
		if name == "account" {
			name = "account_id"
		}
		if parts := parseARN(ev, []*lang.Value{inst.argument(ev, "arn")}); parts.Kind == lang.Object && parts.Has(name) {
			v := ev.Attr(parts, name)
			if a := inst.body().Attributes["arn"]; a != nil {
				v = v.At(a.Expr.Range())
			}
			return v
		}
	}
	if other, at := inst.declared(ev); other != nil {
		return ev.Force(other.attr(name)).Named(other.address + "." + name).At(at)
	}
	if strings.HasPrefix(inst.def.typ, "oci_") {
		return inst.within(ev, name, false)
	}
	return nil
}

// declared returns the resource that a data source looks up, when it does so by
// an attribute of a resource of its own type, and where it names that.
func (inst *resourceInst) declared(ev *lang.Evaluator) (*resourceInst, hcl.Range) {
	by := []string{"name", "arn", "id"}
	t := inst.mod.root.catalogue.Lookup(inst.def.typ)
	if t != nil && t.Name != "" {
		by = append(by, t.Name)
	}
	for _, name := range by {
		a := inst.body().Attributes[name]
		if a == nil {
			continue
		}
		if ref := ev.Eval(a.Expr, inst.scope).Ref(); ref != nil {
			other, ok := ref.Target.(*resourceInst)
			if !ok || other.IsData() || other.def.typ != inst.def.typ {
				continue
			}
			// A name may be another thing's in another region.
			if isUnique := name == "arn" || t != nil && t.UniqueName; isUnique || !inst.looksElsewhere(ev, other) {
				return other, a.Expr.Range()
			}
		}
	}
	return nil, hcl.Range{}
}

// looksElsewhere says whether the region of a data source is known to be another
// one than that of a resource.
func (inst *resourceInst) looksElsewhere(ev *lang.Evaluator, other *resourceInst) bool {
	here, ok := inst.region(ev).Text()
	there, known := other.region(ev).Text()
	return ok && known && here != there
}

// region is that of the instance's own argument, else of its provider.
func (inst *resourceInst) region(ev *lang.Evaluator) *lang.Value {
	if v := inst.argument(ev, "region"); v.Kind != lang.Null {
		return v
	}
	return inst.Setting(ev, []string{"region"})
}

// within is an unknown value of which it is known that it is about something
// in the region in which the data source looks. many makes it a list.
func (inst *resourceInst) within(ev *lang.Evaluator, name string, many bool) *lang.Value {
	region := inst.region(ev)
	text, ok := region.Text()
	if !ok {
		return region
	}
	v := lang.UnknownVal(model.AtApply, inst.address+"."+name+" is known only when applied").Because(region.Origin()).At(inst.def.block.text)
	v.Gap().Within = text
	if many {
		return lang.ListOf([]*lang.Value{v}).AsOpen()
	}
	return v
}
