package terraform

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/model"
)

// A root module is often applied several times, each time with other variables
// files: one for each environment. Each such way is a variant, and makes stores
// of its own. So the root is evaluated once for each variant, and what comes
// out the same in all of them is taken for one store; what differs is kept
// apart, under ids that end in the variants' names, each with a place that is
// certain and with its own reasons. To put the places together into one of
// several would turn a violation in one environment into a mere possibility.

// variant is one way in which a root module is applied.
type variant struct {
	name   string
	files  []Assignment
	bodies []*hclsyntax.Body // of files
}

// maxVariants bounds the variants of one root module.
const maxVariants = 50

// Variant is a way in which root modules are applied, as a user names it.
type Variant struct {
	// Name for people.
	Name string
	// Files with values for variables, in order; of several values the last
	// one wins.
	Files []Assignment
}

// RootOptions say how one root module is applied.
type RootOptions struct {
	// VarFiles has an entry for each variant: its variables files, in order, as
	// seen from the root module's directory.
	VarFiles [][]string
	// Source of the setting, for problems.
	Source *model.Source
}

// variants lists the ways in which a root module is applied: those of the
// configuration, else those of the command line, else those for which there are
// variables files where people put them. nil means that there is but one.
func (s *fileSet) variants(dir string, options Options) []variant {
	var all []variant
	switch configured, ok := options.Roots[dir]; {
	case ok && len(configured.VarFiles) > 0:
		for _, files := range configured.VarFiles {
			all = append(all, s.configuredVariant(dir, files, configured.Source))
		}
	case len(options.Variants) > 0:
		for _, v := range options.Variants {
			all = append(all, variant{name: v.Name, files: v.Files, bodies: bodiesOf(v.Files)})
		}
	default:
		all = s.conventionalVariants(s.modules[dir], options)
	}
	if len(all) > maxVariants {
		s.problems = append(s.problems, model.Problem{
			Kind: model.LimitReached, Message: fmt.Sprintf("%s has more than %d variants; the rest was not checked", dir, maxVariants),
		})
		all = all[:maxVariants]
	}
	return all
}

// job is one evaluation of a root module: in one of its variants, where it has
// several.
type job struct {
	dir      string
	variants []variant
	at       int
}

// jobs lists the evaluations of the root modules, those of one root together.
func (l *Loader) jobs(s *fileSet) []job {
	var jobs []job
	for _, dir := range s.roots(l.Options) {
		variants := s.variants(dir, l.Options)
		s.rootVariants[dir] = variants
		for i := range max(len(variants), 1) {
			jobs = append(jobs, job{dir: dir, variants: variants, at: i})
		}
	}
	return jobs
}

// joinJobs makes one document for each root module.
func joinJobs(jobs []job, docs []model.Document) []model.Document {
	var joined []model.Document
	for i, j := range jobs {
		switch {
		case len(j.variants) == 0:
			joined = append(joined, docs[i])
		case j.at == 0:
			joined = append(joined, joinVariants(j.variants, docs[i:i+len(j.variants)]))
		}
	}
	return joined
}

// configuredVariant reads the variables files that the configuration names.
func (s *fileSet) configuredVariant(dir string, files []string, src *model.Source) variant {
	var v variant
	for _, file := range files {
		name := path.Join(dir, file)
		f, ok := s.varFiles[name]
		if !ok {
			f = parse(s.ctx, s.tree, name)
			s.problems = append(s.problems, f.problems...)
		}
		if f.values == nil {
			s.problems = append(s.problems, model.Problem{
				Kind: model.Unread, Source: src, Message: "the variables file " + name + " is not read; a variant of " + dir + " is checked without it",
			})
		}
		v.name = VariantName(name)
		v.files = append(v.files, Assignment{File: name})
		v.bodies = append(v.bodies, f.values)
	}
	return v
}

// environmentDirs are the directories beside a root module in which people keep
// variables files, one for each environment.
var environmentDirs = []string{"env", "envs", "environment", "environments", "var", "vars", "tfvars", "config", "configs", "stages", "variables"}

// conventionalVariants finds variables files that Terraform does not read by
// itself, and that give a value to a variable of the module: they are there to
// be named on the command line. Where the module has a value for each of its
// variables without them, that is a variant too.
func (s *fileSet) conventionalVariants(def *module, options Options) []variant {
	byName := map[string]*variant{}
	for name, f := range s.varFiles {
		unit, ok := conventional(def.dir, name)
		if !ok || f.values == nil || !assigns(f.values, def) {
			continue
		}
		if byName[unit] == nil {
			byName[unit] = &variant{name: unit}
		}
		byName[unit].files = append(byName[unit].files, Assignment{File: name})
	}
	var all []variant
	for _, v := range byName {
		slices.SortFunc(v.files, func(a, b Assignment) int { return cmp.Compare(a.File, b.File) })
		for _, f := range v.files {
			v.bodies = append(v.bodies, s.varFiles[f.File].values)
		}
		all = append(all, *v)
	}
	slices.SortFunc(all, func(a, b variant) int { return cmp.Compare(a.name, b.name) })
	if len(all) > 0 && !def.lacksValues(options) {
		all = append([]variant{{name: "default"}}, all...)
	}
	return all
}

// conventional says to which variant of a root module a variables file belongs
// by its path: dir/prod.tfvars, dir/envs/prod.tfvars, or dir/envs/prod/any.tfvars.
func conventional(dir, file string) (name string, ok bool) {
	rel := file
	if dir != "." {
		if rel, ok = strings.CutPrefix(file, dir+"/"); !ok {
			return "", false
		}
	}
	parts := strings.Split(rel, "/")
	switch {
	case len(parts) == 1 && !isVariables(rel):
		return VariantName(rel), true
	case len(parts) == 2 && slices.Contains(environmentDirs, parts[0]):
		return VariantName(rel), true
	case len(parts) == 3 && slices.Contains(environmentDirs, parts[0]):
		return parts[1], true
	}
	return "", false
}

// VariantName is the name of a variables file without what all of them have.
func VariantName(file string) string {
	name := strings.TrimSuffix(path.Base(file), ".json")
	return strings.TrimSuffix(strings.TrimSuffix(name, ".tfvars"), ".auto")
}

// assigns says whether a variables file gives a value to a variable of a module.
func assigns(body *hclsyntax.Body, def *module) bool {
	for name := range body.Attributes {
		if def.variables[name] != nil {
			return true
		}
	}
	return false
}

// lacksValues says whether a variable of a root module has neither a default
// nor a value that Terraform finds by itself.
func (m *module) lacksValues(options Options) bool {
	for name, v := range m.variables {
		if v.isSet || slices.ContainsFunc(m.values, func(b *hclsyntax.Body) bool { return b.Attributes[name] != nil }) {
			continue
		}
		_, inEnvironment := options.Environment[name]
		if !inEnvironment && !slices.ContainsFunc(options.Assignments, func(a Assignment) bool { return a.Name == name }) {
			return true
		}
	}
	return false
}

func bodiesOf(files []Assignment) []*hclsyntax.Body {
	bodies := make([]*hclsyntax.Body, len(files))
	for i, a := range files {
		if a.File != "" {
			bodies[i] = parseVariables(a.File, a.Data).values
		}
	}
	return bodies
}

// joinVariants makes one document of those of a root module's variants.
func joinVariants(variants []variant, docs []model.Document) model.Document {
	names := make([]string, len(variants))
	for i, v := range variants {
		names[i] = v.name
	}
	j := joiner{names: names, ids: make([]map[string]string, len(docs))}
	var joined model.Document
	for i := range j.ids {
		j.ids[i] = map[string]string{}
	}
	joined.Stores = joinItems(j, docs, func(d model.Document) []model.Store { return d.Stores }, storeParts)
	for i := range docs {
		for n := range docs[i].Copies {
			c := &docs[i].Copies[n]
			c.From, c.To = cmp.Or(j.ids[i][c.From], c.From), cmp.Or(j.ids[i][c.To], c.To)
		}
		for n := range docs[i].Grants {
			g := &docs[i].Grants[n]
			g.Store = cmp.Or(j.ids[i][g.Store], g.Store)
		}
	}
	joined.Copies = joinItems(j, docs, func(d model.Document) []model.Copy { return d.Copies }, copyParts)
	joined.Grants = joinItems(j, docs, func(d model.Document) []model.Grant { return d.Grants }, grantParts)
	for _, d := range docs {
		joined.Kept = append(joined.Kept, d.Kept...) // once is enough, which the join of all roots sees to
	}
	joined.Guardrails = joinItems(j, docs, func(d model.Document) []model.Guardrail { return d.Guardrails }, guardrailParts)
	joined.Problems = j.problems(docs)
	return joined
}

func storeParts(s *model.Store) (id *string, variants *[]string) { return &s.ID, &s.Variants }
func copyParts(c *model.Copy) (id *string, variants *[]string)   { return &c.ID, &c.Variants }
func grantParts(g *model.Grant) (id *string, variants *[]string) { return &g.ID, &g.Variants }

func guardrailParts(g *model.Guardrail) (id *string, variants *[]string) {
	return &g.ID, &g.Variants
}

// joiner knows the names of the variants, and by what id each one's stores go
// after joining.
type joiner struct {
	names []string
	ids   []map[string]string
}

// joinItems takes the items of an id that are equal in several variants for one.
// One that is the same in all variants of the root stays as it is.
func joinItems[T any](j joiner, docs []model.Document, of func(model.Document) []T, parts func(*T) (*string, *[]string)) []T {
	type group struct {
		item     T
		id       string
		variants []int
	}
	groups := map[string]*group{} // by content
	kinds := map[string]int{}     // groups of one id
	var order []string
	for i, doc := range docs {
		for _, item := range of(doc) {
			id, _ := parts(&item)
			content := contentOf(item)
			g := groups[content]
			if g == nil {
				g = &group{item: item, id: *id}
				groups[content] = g
				kinds[*id]++
				order = append(order, content)
			}
			g.variants = append(g.variants, i)
		}
	}
	var all []T
	for _, content := range order {
		g := groups[content]
		id, variants := parts(&g.item)
		if len(g.variants) < len(docs) {
			for _, i := range g.variants {
				*variants = append(*variants, j.names[i])
			}
			if kinds[g.id] > 1 {
				*id += "@" + strings.Join(*variants, ",")
			}
		}
		for _, i := range g.variants {
			j.ids[i][g.id] = *id
		}
		all = append(all, g.item)
	}
	return all
}

// contentOf writes all of an item that counts when two variants are compared.
// Which of their variables files decided does not.
func contentOf(item any) string {
	named := ""
	switch i := item.(type) {
	case model.Store:
		if i.Place.Because = nil; i.Whole != nil {
			named = i.Whole.Type + " " + i.Whole.Name
		}
		if i.Group != nil {
			named += "\n" + i.Group.Name
		}
		item = i
	case model.Copy:
		i.Place.Because = nil
		item = i
	case model.Guardrail:
		i.Place.Because = nil
		item = i
	}
	content, _ := json.Marshal(item) // plain data, which can be written
	return string(content) + named
}

// problems says of a problem that not all variants have which ones do.
func (j joiner) problems(docs []model.Document) []model.Problem {
	type key struct {
		kind             model.ProblemKind
		message, address string
		source           model.Source
	}
	have := map[key][]string{}
	var order []model.Problem
	for i, doc := range docs {
		for _, p := range doc.Problems {
			k := key{p.Kind, p.Message, p.Address, model.Source{}}
			if p.Source != nil {
				k.source = *p.Source
			}
			if have[k] == nil {
				order = append(order, p)
			}
			if !slices.Contains(have[k], j.names[i]) {
				have[k] = append(have[k], j.names[i])
			}
		}
	}
	for i, p := range order {
		k := key{p.Kind, p.Message, p.Address, model.Source{}}
		if p.Source != nil {
			k.source = *p.Source
		}
		if in := have[k]; len(in) < len(docs) {
			order[i].Message += " (in " + strings.Join(in, ", ") + ")"
		}
	}
	return order
}

// checkRoots reports settings for root modules that do not exist.
func (s *fileSet) checkRoots(options Options) {
	for dir, o := range options.Roots {
		if s.modules[dir] == nil {
			s.problems = append(s.problems, model.Problem{
				Kind: model.Unread, Source: o.Source, Message: fmt.Sprintf("there is no Terraform configuration in %s, for which there are settings", dir),
			})
		}
	}
}
