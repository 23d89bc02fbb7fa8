package cloudformation

import (
	"path"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// deployment is where, and with which parameters, a template is deployed.
type deployment struct {
	name       string      // of the environment; "" when there is but one
	region     *lang.Value // nil when nothing says it
	stack      *lang.Value // the stack's name; nil when nothing says it
	parameters map[string]*document.Node
}

// deployments lists the deployments of a template that files tell of; one of
// which nothing is known when none does.
func (s *set) deployments(t *template) []deployment {
	if t.service != nil {
		return t.stages()
	}
	if d, ok := s.assembly(t); ok {
		return []deployment{d}
	}
	if all := s.samConfig(t); len(all) > 0 {
		return all
	}
	return []deployment{{}}
}

// assembly finds a template in the manifest of the CDK assembly it is part of.
func (s *set) assembly(t *template) (deployment, bool) {
	name := path.Join(path.Dir(t.name), "manifest.json")
	data, err := s.tree.Read(name)
	if err != nil {
		return deployment{}, false
	}
	doc, err := document.ParseJSON(name, data)
	if err != nil {
		s.problems = append(s.problems, model.NotRead(name, document.LineOf(err), "the manifest can't be read: "+err.Error()))
		return deployment{}, false
	}
	for _, artifact := range doc.Get("artifacts").Entries() {
		if artifact.Value.Get("type").String() != "aws:cloudformation:stack" ||
			artifact.Value.At("properties", "templateFile").String() != path.Base(t.name) {
			continue
		}
		environment, stack := artifact.Value.Get("environment"), stackName(artifact.Value.At("properties", "stackName"))
		_, region, _ := strings.Cut(strings.TrimPrefix(environment.String(), "aws://"), "/")
		if region == "" || region == "unknown-region" {
			return deployment{stack: stack}, true
		}
		return deployment{stack: stack, region: lang.StringVal(region).At(environment.Range).Named("environment of " + artifact.Key)}, true
	}
	return deployment{}, false
}

// defaultTemplates are the names under which SAM finds a template by itself.
var defaultTemplates = []string{"template.yaml", "template.yml", "template.json"}

// samConfig reads the deployments of a template out of the configuration of the
// SAM command line beside it: one for each environment that has a region.
func (s *set) samConfig(t *template) []deployment {
	doc := s.samFile(path.Dir(t.name))
	var all []deployment
	for _, environment := range doc.Entries() {
		global := environment.Value.At("global", "parameters")
		deploy := environment.Value.At("deploy", "parameters")
		get := func(key string) *document.Node {
			if n := deploy.Get(key); n != nil {
				return n
			}
			return global.Get(key)
		}
		file := get("template_file").String()
		if file == "" {
			file = get("template").String()
		}
		// What a build wrote is the template that it was made of.
		built := strings.Contains(file, ".aws-sam/")
		isDefault := (file == "" || built) && slices.Contains(defaultTemplates, path.Base(t.name))
		region := get("region")
		if region.String() == "" || !isDefault && path.Join(path.Dir(t.name), file) != t.name {
			continue
		}
		all = append(all, deployment{
			name:       environment.Key,
			stack:      stackName(get("stack_name")),
			region:     lang.StringVal(region.String()).At(region.Range).Named("region of " + environment.Key),
			parameters: overrides(get("parameter_overrides")),
		})
	}
	return all
}

// stackName is the value of a name that is written out, nil when it is not.
func stackName(n *document.Node) *lang.Value {
	if !n.IsScalar() {
		return nil
	}
	return n.Value().Named("name of the stack")
}

func (s *set) samFile(dir string) *document.Node {
	for _, file := range []string{"samconfig.toml", "samconfig.yaml", "samconfig.yml"} {
		name := path.Join(dir, file)
		data, err := s.tree.Read(name)
		if err != nil {
			continue
		}
		var doc *document.Node
		if path.Ext(name) == ".toml" {
			doc, err = document.ParseTOML(name, data)
		} else {
			var docs []*document.Node
			if docs, err = document.Parse(name, data); len(docs) > 0 {
				doc = docs[0]
			}
		}
		if err != nil {
			s.problems = append(s.problems, model.NotRead(name, document.LineOf(err), "the configuration of SAM can't be read: "+err.Error()))
		}
		return doc
	}
	return nil
}

// overrides reads parameters written as Key=Value, in one text or a list.
func overrides(n *document.Node) map[string]*document.Node {
	all := map[string]*document.Node{}
	for _, item := range n.Elements() {
		for _, word := range strings.Fields(item.String()) {
			key, value, ok := strings.Cut(word, "=")
			if !ok {
				continue
			}
			all[strings.Trim(key, `"`)] = &document.Node{Kind: document.String, Text: strings.Trim(value, `"`), Range: item.Range}
		}
	}
	return all
}
