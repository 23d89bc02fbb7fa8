package azurearm

import (
	"path"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
)

// deployment is one with which a template is deployed.
type deployment struct {
	name   string // of the file of parameters, without what it shares with the template; "" when there is but one
	values *document.Node
}

// deployments lists those that files of parameters beside a template tell of;
// one of which nothing is known when none does.
func (s *set) deployments(template string) []deployment {
	var all []deployment
	dir := path.Dir(template)
	for _, near := range []string{dir, path.Join(dir, "parameters")} {
		for _, file := range s.valuesIn[near] {
			if label, ok := s.parametersOf(template, file); ok {
				all = append(all, deployment{label, s.values[file]})
			}
		}
	}
	if len(all) == 0 {
		return []deployment{{}}
	}
	slices.SortFunc(all, func(a, b deployment) int { return strings.Compare(a.name, b.name) })
	if len(all) == 1 && all[0].name == "parameters" {
		all[0].name = ""
	}
	return all
}

// parametersOf says whether a file has the parameters of a template: by its
// name, as main.parameters.prod.json is main.json's, or since the template is
// alone beside it. The label tells it from the other ones.
func (s *set) parametersOf(template, file string) (label string, ok bool) {
	own := strings.TrimSuffix(path.Base(template), path.Ext(template))
	label = strings.TrimSuffix(path.Base(file), path.Ext(file))
	if rest, ok := strings.CutPrefix(label, own+"."); ok && path.Dir(template) == path.Dir(file) {
		return cleanLabel(rest), true
	}
	return cleanLabel(label), s.templatesIn[path.Dir(template)] == 1
}

// cleanLabel leaves out the words that all such files have in their names.
func cleanLabel(label string) string {
	var words []string
	for _, word := range strings.FieldsFunc(label, func(r rune) bool { return r == '.' }) {
		if word != "parameters" && word != "azuredeploy" && word != "main" && word != "template" {
			words = append(words, word)
		}
	}
	return strings.Join(words, ".")
}
