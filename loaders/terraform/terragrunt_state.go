package terraform

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// remoteState is what a unit says of the place of its state: a remote_state
// block, or an attribute of that name.
type remoteState struct {
	backend, config *lang.Value
	rng             hcl.Range
}

// remoteState returns what the unit's file says, or else one that it includes;
// nil when none says anything. They are not merged with one another.
func (u *unit) remoteState() *remoteState {
	for _, f := range u.own().chain() {
		for _, b := range f.blocks("remote_state") {
			return &remoteState{
				backend: f.attr(b.Body, "backend"), config: f.attr(b.Body, "config"),
				rng: hcl.RangeBetween(b.DefRange(), b.CloseBraceRange),
			}
		}
		if a := f.body.Attributes["remote_state"]; a != nil {
			v := f.eval(a.Expr)
			return &remoteState{backend: u.ev.Attr(v, "backend"), config: u.ev.Attr(v, "config"), rng: a.SrcRange}
		}
	}
	return nil
}

// attr evaluates an attribute of a block, null when it is not written.
func (f *gruntFile) attr(body *hclsyntax.Body, name string) *lang.Value {
	a := body.Attributes[name]
	if a == nil {
		return lang.NullVal()
	}
	return f.eval(a.Expr).At(a.Expr.Range())
}

// unitState makes the resource of the backend that Terragrunt configures, whose
// settings come before those of the module.
func (r *root) unitState(s *remoteState) []stores.Resource {
	kind, ok := s.backend.Text()
	if !ok {
		r.problem(model.Unread, "where the state of "+r.dir+" is kept can't be told: its backend is not known", s.rng)
		return nil
	}
	settings := s.config
	if pairs, ok := r.ev.Pairs(settings); ok && !settings.Open {
		elems := map[string]*lang.Cell{}
		if b := r.top.def.backend; b != nil && b.kind == kind {
			for name, a := range b.block.Body.Attributes {
				elems[name] = lang.Expr(a.Expr, r.top.scope)
			}
		}
		for _, p := range pairs {
			if name, ok := p.Key.Text(); ok {
				elems[name] = p.Value
			}
		}
		settings = lang.ObjectVal(elems).At(s.rng)
	}
	return []stores.Resource{&stores.Object{
		Name: "backend." + kind, Kind: "terraform_backend_" + kind, Attributes: settings, At: s.rng,
	}}
}
