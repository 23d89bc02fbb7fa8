package terraform

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// The state of a root module rests in its backend. It is read like a resource,
// of type terraform_backend_s3 and so on.

// newBackend makes the resource of a backend block, or of the cloud block.
func newBackend(b *hclsyntax.Block) *backend {
	kind := b.Type
	if len(b.Labels) > 0 {
		kind = b.Labels[0]
	}
	return &backend{kind: kind, block: b}
}

// backend is where a module says that its state is kept.
type backend struct {
	kind  string
	block *hclsyntax.Block
}

// states lists the places in which the state of the root is kept: one, or one
// for each file of settings for a backend that leaves some out.
func (r *root) states() []stores.Resource {
	if r.unit != nil {
		if s := r.unit.remoteState(); s != nil {
			return r.unitState(s)
		}
	}
	b := r.top.def.backend
	if b == nil || r.library {
		return nil
	}
	files := r.backendFiles()
	if len(files) == 0 {
		return []stores.Resource{r.state(b, "", nil)}
	}
	var all []stores.Resource
	for _, f := range files {
		all = append(all, r.state(b, "["+settingsName(f.name)+"]", f.values))
	}
	return all
}

// state makes the resource of a backend with the settings of a file, which win.
func (r *root) state(b *backend, key string, settings *hclsyntax.Body) stores.Resource {
	elems := map[string]*lang.Cell{}
	for _, body := range []*hclsyntax.Body{b.block.Body, settings} {
		if body == nil {
			continue
		}
		for name, a := range body.Attributes {
			elems[name] = lang.Expr(a.Expr, r.top.scope)
		}
	}
	rng := hcl.RangeBetween(b.block.DefRange(), b.block.CloseBraceRange)
	return &stores.Object{
		Name: "backend." + b.kind + key, Kind: "terraform_backend_" + b.kind,
		Attributes: lang.ObjectVal(elems).At(rng), At: rng,
	}
}

// settingsExtensions are what files of settings end in: .tfbackend, as Terraform's
// page on backends recommends, and what else people use.
var settingsExtensions = []string{".tfbackend", ".backend", ".backend.hcl", ".backend.conf", ".backend.config"}

// isBackendFile says whether a file holds settings for a backend.
func isBackendFile(name string) bool {
	base := path.Base(name)
	return settingsName(name) != base || base == "backend.hcl" || base == "backend.conf" || base == "backend.config" ||
		strings.HasPrefix(base, "backend-") && strings.HasSuffix(base, ".hcl")
}

// settingsName is the name of a file of settings without what all of them have.
func settingsName(name string) string {
	base := path.Base(name)
	for _, ext := range settingsExtensions {
		if short, ok := strings.CutSuffix(base, ext); ok {
			return short
		}
	}
	return base
}

// settingsDirs are the directories beside a module in which files of settings
// for its backend are looked for, besides its own.
var settingsDirs = []string{".", "backend", "backends", "config", "configs", "env", "envs", "environments"}

// backendFiles parses the files of settings for the backend of a root module,
// which its users give on the command line.
func (r *root) backendFiles() []parsed {
	var all []parsed
	for _, sub := range settingsDirs {
		names, err := r.tree.Files(path.Join(r.dir, sub))
		if err != nil {
			continue // there is no such directory
		}
		slices.Sort(names)
		for _, name := range names {
			if !isBackendFile(name) {
				continue
			}
			data, err := r.tree.Read(name)
			if err != nil {
				r.problem(model.Unread, "the file can't be read: "+err.Error(), hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos})
				continue
			}
			f := parseVariables(name, data)
			r.problems = append(r.problems, f.problems...)
			if f.values != nil {
				all = append(all, f)
			}
		}
	}
	return all
}
