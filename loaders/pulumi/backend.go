package pulumi

import (
	"context"
	"net/url"
	"path"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// backend is where projects keep the states of their stacks.
type backend struct {
	project string // path of the first one
	url     *document.Node
}

// noteBackend notes the bucket that a project keeps its states in. Many projects
// keep theirs in one, which is told once.
func (s *set) noteBackend(name string, project *document.Node) {
	at := project.At("backend", "url")
	if backendKinds[schemeOf(at.String())] == "" || s.backends[at.Text] != nil {
		return
	}
	s.backends[at.Text] = &backend{project: name, url: at}
}

// backendKinds are the kinds of backends by the schemes of their addresses, as
// Terraform, which keeps the same in the same places, has them.
var backendKinds = map[string]string{"s3": "s3", "gs": "gcs", "azblob": "azurerm"}

func schemeOf(text string) string {
	if u, err := url.Parse(text); err == nil {
		return u.Scheme
	}
	return ""
}

// state is the store of a backend: a bucket with the region and the endpoint that
// its address may have, or a container of an account (documentation of Pulumi,
// DIY backends).
func (b *backend) state(ctx context.Context, s *set) model.Document {
	u, err := url.Parse(b.url.Text)
	if err != nil {
		return model.Document{}
	}
	kind := backendKinds[u.Scheme]
	elems := map[string]*lang.Cell{}
	set := func(attr, value string) {
		if value != "" {
			elems[attr] = lang.Done(lang.StringVal(value).At(b.url.Range))
		}
	}
	if kind == "azurerm" {
		set("container_name", u.Host)
	} else {
		set("bucket", u.Host)
	}
	for attr, parameter := range map[string]string{"region": "region", "endpoint": "endpoint", "storage_account_name": "storage_account"} {
		set(attr, u.Query().Get(parameter))
	}
	r := &stores.Object{
		Name: "backend." + kind, Kind: "terraform_backend_" + kind,
		Attributes: lang.ObjectVal(elems).At(b.url.Range), At: b.url.Range,
	}
	ev := &lang.Evaluator{Dir: path.Dir(b.project), Context: ctx}
	return s.collect(ev, b.project, []stores.Resource{r})
}
