package tfplan

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// maxModuleDepth bounds modules inside one another.
const maxModuleDepth = 64

// readShown reads what `terraform show -json` prints: planned_values of a plan,
// values of a state.
func (s *set) readShown(doc *document.Node) {
	if version := doc.Get("format_version").String(); !supported(version) {
		s.unread(doc.Range, "the format version "+version+" is not one that stateside reads")
		return
	}
	config := doc.Get("configuration")
	s.variables, s.providers = doc.Get("variables"), config.Get("provider_config")
	if root := config.Get("root_module"); root != nil {
		s.root = &module{node: root}
	}
	values := doc.Get("planned_values")
	if values == nil {
		values = doc.Get("values")
	}
	unknown := map[string]*document.Node{}
	for _, change := range doc.Get("resource_changes").Elements() {
		unknown[change.Get("address").String()] = change.At("change", "after_unknown")
	}
	s.readModule(values.Get("root_module"), unknown, 0)
	// Things that are looked up stand in the state before the plan.
	s.readData(doc.At("prior_state", "values", "root_module"), 0)
}

// supported says whether a format has the form that is read here: 0.1 to 1.x.
func supported(version string) bool {
	return strings.HasPrefix(version, "0.") || strings.HasPrefix(version, "1.")
}

func (s *set) readModule(m *document.Node, unknown map[string]*document.Node, depth int) {
	if depth > maxModuleDepth {
		s.unread(m.Range, "modules are nested too deeply")
		return
	}
	for _, r := range m.Get("resources").Elements() {
		s.add(r, unknown[r.Get("address").String()])
	}
	for _, child := range m.Get("child_modules").Elements() {
		s.readModule(child, unknown, depth+1)
	}
}

func (s *set) readData(m *document.Node, depth int) {
	if m == nil || depth > maxModuleDepth {
		return
	}
	for _, r := range m.Get("resources").Elements() {
		if r.Get("mode").String() == "data" {
			s.add(r, nil)
		}
	}
	for _, child := range m.Get("child_modules").Elements() {
		s.readData(child, depth+1)
	}
}

// add takes in one resource.
func (s *set) add(r, unknown *document.Node) {
	address := r.Get("address").String()
	if address == "" || r.Get("type").String() == "" {
		s.unread(r.Range, "a resource has no address or no type")
		return
	}
	inst := &instance{key: keyText(r.Get("index")), values: r.Get("values")}
	base := strings.TrimSuffix(address, inst.key)
	config, mod := s.configOf(base)
	inst.Object = stores.Object{
		Name: address, Kind: r.Get("type").String(), Lookup: r.Get("mode").String() == "data",
		At: whole(r),
	}
	sensitive := r.Get("sensitive_values")
	b := builder{set: s, inst: inst, mod: mod}
	inst.Attributes = b.object(inst.values, unknown, sensitive, config.Get("expressions"), "")
	inst.Settings = func(ev *lang.Evaluator, path string) *lang.Value {
		return s.setting(ev, inst, mod, config.Get("provider_config_key").String(), path)
	}
	s.instances = append(s.instances, inst)
	plain := withoutKeys(base)
	s.byAddress[plain] = append(s.byAddress[plain], inst)
}

// whole is the range of a resource, from its address to the line of that.
func whole(r *document.Node) hcl.Range {
	if address := r.Get("address"); address != nil {
		return address.Range
	}
	return r.Range
}

// keyText writes an index as it stands in an address.
func keyText(n *document.Node) string {
	switch {
	case n == nil || n.Kind == document.Null:
		return ""
	case n.Kind == document.String:
		return `["` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(n.Text) + `"]`
	}
	return "[" + n.String() + "]"
}

// builder makes the attributes of an instance.
type builder struct {
	set  *set
	inst *instance
	mod  *module
}

// object joins what is planned with what is known only when applied.
func (b *builder) object(values, unknown, sensitive, expressions *document.Node, path string) *lang.Value {
	elems := map[string]*lang.Cell{}
	add := func(name string) {
		if elems[name] != nil {
			return
		}
		elems[name] = lang.Lazy(func(ev *lang.Evaluator) *lang.Value {
			return b.value(ev, values.Get(name), unknown.Get(name), sensitive.Get(name), expression(expressions, name), join(path, name))
		})
	}
	for _, name := range values.Keys() {
		add(name)
	}
	for _, name := range unknown.Keys() {
		if is := unknown.Get(name); is.Kind != document.Bool || is.Text == "true" {
			add(name)
		}
	}
	rng := b.inst.At
	if values != nil {
		rng = values.Range
	}
	return lang.ObjectVal(elems).At(rng)
}

// expression is the part of a configuration's expressions for an attribute;
// those of a block are a list of blocks, those of an attribute are one.
func expression(n *document.Node, name string) *document.Node {
	if n.Get("references") != nil || n.Get("constant_value") != nil {
		return n // of a whole attribute, for all its parts
	}
	return n.Get(name)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (b *builder) value(ev *lang.Evaluator, n, unknown, sensitive, expr *document.Node, path string) *lang.Value {
	ref := b.set.reference(b.mod, expr, b.inst.key, 0)
	if unknown.String() == "true" {
		v := lang.UnknownVal(model.AtApply, b.inst.Name+"."+path+" is known only when applied").At(b.inst.At)
		if ref != nil {
			// What stands in the plan for a resource that exists may still be read there.
			if known := ref.known(ev); known != nil {
				return known.WithRef(ref.ref)
			}
			v = v.WithRef(ref.ref)
		}
		return v
	}
	var v *lang.Value
	switch {
	case n != nil && n.Kind == document.Map:
		v = b.object(n, unknown, sensitive, expr, path)
	case n != nil && n.Kind == document.List:
		v = b.list(n, unknown, sensitive, expr, path)
	default:
		v = n.Value()
	}
	if sensitive.String() == "true" {
		v = v.AsSecret()
	}
	if ref != nil && v.Kind == lang.Scalar {
		v = v.WithRef(ref.ref)
	}
	return v
}

func (b *builder) list(n, unknown, sensitive, expr *document.Node, path string) *lang.Value {
	cells := make([]*lang.Cell, len(n.Items))
	for i, item := range n.Items {
		cells[i] = lang.Lazy(func(ev *lang.Evaluator) *lang.Value {
			return b.value(ev, item, at(unknown, i), at(sensitive, i), part(expr, i, len(n.Items)), path)
		})
	}
	return lang.ListVal(cells).At(n.Range)
}

func at(n *document.Node, i int) *document.Node {
	if n == nil || n.Kind != document.List || i >= len(n.Items) {
		return nil
	}
	return n.Items[i]
}

// part is the expression of one element: of blocks each has its own, unless
// they come from a dynamic one, and of an attribute they share it.
func part(expr *document.Node, i, n int) *document.Node {
	if expr == nil || expr.Kind != document.List {
		return expr
	}
	if len(expr.Items) != n {
		return nil
	}
	return expr.Items[i]
}

// setting returns a setting of the provider that an instance uses: what the
// configuration says, else what the values of the instance tell of its region.
func (s *set) setting(ev *lang.Evaluator, inst *instance, mod *module, key, path string) *lang.Value {
	if v := s.configured(mod, key, path); v != nil {
		return v
	}
	if path != "region" && path != "location" {
		return nil
	}
	for _, name := range []string{"arn", "region", "availability_zone", "self_link", "id", "ocid", "crn"} {
		n := inst.values.Get(name)
		if n == nil || n.Kind != document.String || n.Text == "" {
			continue
		}
		step := &lang.Origin{What: name, Range: n.Range}
		if name == "region" || name == "availability_zone" {
			return n.Value().Because(step)
		}
		if ref, ok := geo.ParseIdentifier(n.Text, true); ok && ref.Region != "" {
			return lang.StringVal(ref.Region).At(n.Range).Because(step)
		}
	}
	return nil
}

// configured reads a setting out of provider_config, following variables to
// the calls that give them.
func (s *set) configured(mod *module, key, path string) *lang.Value {
	config := s.providers.Get(key)
	expr := config.Get("expressions")
	for _, name := range strings.Split(path, ".") {
		if expr != nil && expr.Kind == document.List {
			expr = at(expr, 0)
		}
		expr = expr.Get(name)
	}
	if expr == nil {
		return nil
	}
	provider := config.Get("name").String()
	if alias := config.Get("alias").String(); alias != "" {
		provider += "." + alias
	}
	owner := mod
	if address := config.Get("module_address").String(); address == "" {
		owner = s.root
	} else if s.root != nil {
		owner = s.root.find(address)
	}
	v := s.resolve(owner, expr, 0)
	if v == nil {
		v = lang.UnknownVal(model.AtApply, "the plan does not say the "+path+" of provider "+provider)
	}
	return v.Named("provider " + provider)
}
