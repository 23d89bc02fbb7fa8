package terraform

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// identity lists, by kind of backend, the settings that tell one state from
// another (the pages of the backends in Terraform's documentation). Where
// a setting is not written, both sides have the backend's default.
var identity = map[string][]string{
	"azurerm": {"storage_account_name", "container_name", "key"},
	"consul":  {"address", "path"},
	"cos":     {"bucket", "prefix", "key"},
	"gcs":     {"bucket", "prefix"},
	"http":    {"address"},
	"local":   {"path"},
	"oss":     {"bucket", "prefix", "key"},
	"pg":      {"conn_str", "schema_name"},
	"s3":      {"bucket", "key", "endpoint"},
}

// remoteOutputs is what a data source terraform_remote_state knows: the outputs
// of another root module among the checked files, the one that keeps its state
// there.
func (inst *resourceInst) remoteOutputs(ev *lang.Evaluator) *lang.Value {
	backend, ok := inst.argument(ev, "backend").Text()
	settings, known := identity[backend]
	if !ok || !known || inst.argument(ev, "workspace").Kind != lang.Null {
		return inst.atApply("outputs")
	}
	config := inst.argument(ev, "config")
	wanted := make([]string, len(settings))
	for i, name := range settings {
		v := lang.NullVal()
		if config.Has(name) {
			v = ev.Attr(config, name)
		}
		if wanted[i], ok = v.Text(); !ok && v.Kind != lang.Null {
			return inst.atApply("outputs")
		}
	}
	if backend == "local" {
		wanted[0] = path.Join(inst.mod.root.dir, wanted[0])
	}
	if !slices.ContainsFunc(wanted, func(setting string) bool { return setting != "" }) {
		return inst.atApply("outputs")
	}
	var found []*root
	for _, other := range inst.mod.root.others.all() {
		if slices.Equal(other.stateIdentity(backend), wanted) {
			found = append(found, other)
		}
	}
	if len(found) > 0 {
		return outputsOfAny(found, inst.address+".outputs").WithRef(&lang.Ref{Target: inst, Attr: "outputs"})
	}
	return lang.UnknownVal(model.AtApply, fmt.Sprintf("%s.outputs is the state of a module that is not in the checked files", inst.address)).At(inst.def.block.text)
}

// argument returns an argument of the block, null when it is not written.
func (inst *resourceInst) argument(ev *lang.Evaluator, name string) *lang.Value {
	a := inst.body().Attributes[name]
	if a == nil {
		return lang.NullVal()
	}
	return ev.Eval(a.Expr, inst.scope).At(a.Expr.Range())
}

// stateIdentity returns the settings that tell where a root module keeps its
// state, nil when it does not keep it in such a backend.
func (r *root) stateIdentity(backend string) []string {
	body := r.top.def.backends[backend]
	if body == nil {
		if backend == "local" && len(r.top.def.backends) == 0 {
			return []string{path.Join(r.dir, "terraform.tfstate")}
		}
		return nil
	}
	found := make([]string, len(identity[backend]))
	for i, name := range identity[backend] {
		// A backend takes literals alone.
		for _, f := range stores.BodyNode(body, lang.Empty{}).At(r.ev, name) {
			found[i], _ = r.ev.Force(f.Cell).Text()
		}
	}
	if backend == "local" {
		if found[0] == "" {
			found[0] = "terraform.tfstate"
		}
		found[0] = path.Join(r.dir, found[0])
	}
	return found
}

// outputsOfAny is the object of the outputs of a root module. They are evaluated by
// its own evaluator, in whose directory its files are. A module with variants,
// or several that keep their state in one place, may be any of these.
func outputsOfAny(roots []*root, name string) *lang.Value {
	choice := lang.NewSymbol(name)
	outputs := map[string][]*lang.Cell{}
	for _, r := range roots {
		for name := range r.top.def.outputs {
			outputs[name] = append(outputs[name], lang.Lazy(func(*lang.Evaluator) *lang.Value { return r.ev.Force(r.top.output(name)) }))
		}
	}
	elems := map[string]*lang.Cell{}
	for name, cells := range outputs {
		elems[name] = lang.Either(choice, cells)
	}
	return lang.ObjectVal(elems)
}

// neighbours are the root modules of one check as one of them sees them: made
// when it refers to them, each once. They are not shared with the evaluation of
// other roots, which may run at the same time.
type neighbours struct {
	dirs []string
	make func(dir string) []*root
	made map[string][]*root // one for each variant
}

func (n *neighbours) all() []*root {
	for _, dir := range n.dirs {
		if n.made[dir] == nil {
			n.made[dir] = n.make(dir)
		}
	}
	var all []*root
	for _, dir := range slices.Sorted(maps.Keys(n.made)) {
		all = append(all, n.made[dir]...)
	}
	return all
}
