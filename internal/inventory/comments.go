package inventory

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// The words of comments.
const (
	datasetWord = "dataset" // here; which data the store holds
	ignoreWord  = "ignore"  // in package triage
)

// label is what a comment says of the data at a declaration.
type label struct {
	comment  source.Comment
	datasets []model.Dataset
}

// labels reads the comments that name datasets. What is wrong with one is a
// problem.
func labels(comments []source.Comment, cfg *config.Config) (all []label, problems []model.Problem) {
	for _, c := range comments {
		switch c.Word {
		case datasetWord:
		case ignoreWord:
			continue
		default:
			problems = append(problems, BadComment(c, fmt.Sprintf("there is no comment stateside:%s; there are stateside:dataset and stateside:ignore", c.Word)))
			continue
		}
		datasets, err := parseLabel(c.Text, cfg)
		if err != "" {
			problems = append(problems, BadComment(c, err))
			continue
		}
		all = append(all, label{c, datasets})
	}
	return all, problems
}

// BadComment is the problem of a comment that means nothing.
func BadComment(c source.Comment, message string) model.Problem {
	return model.Problem{Kind: model.BadComment, Message: message, Source: CommentSource(c)}
}

// CommentSource is where a comment stands.
func CommentSource(c source.Comment) *model.Source {
	return &model.Source{File: c.File, Line: c.Line, Column: c.Column, EndLine: c.Line, EndColumn: c.EndColumn}
}

// parseLabel reads NAME[, NAME…] [role=ROLE] [-- remark].
func parseLabel(text string, cfg *config.Config) (datasets []model.Dataset, wrong string) {
	text, _, _ = strings.Cut(text, "--")
	role := model.Role("")
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' }) {
		if name, ok := strings.CutPrefix(word, "role="); ok {
			if role = model.Role(name); !slices.Contains(model.Roles(), role) {
				return nil, fmt.Sprintf("there is no role %q", name)
			}
			continue
		}
		if _, ok := cfg.Datasets[word]; !ok {
			return nil, fmt.Sprintf("the configuration has no dataset %q; there are %s", word, strings.Join(slices.Sorted(maps.Keys(cfg.Datasets)), ", "))
		}
		datasets = append(datasets, model.Dataset{Name: word, Basis: model.ByComment})
	}
	if len(datasets) == 0 {
		return nil, "the comment names no dataset"
	}
	for i := range datasets {
		datasets[i].Role = role
	}
	return datasets, ""
}

// applyLabels gives stores the datasets that comments at their declarations
// name, or at the call of the module that they are in. A comment at nothing is a
// problem.
func applyLabels(doc model.Document, all []label) []model.Problem {
	var problems []model.Problem
	for i := range doc.Stores {
		doc.Stores[i].Datasets = nil
	}
	for _, l := range all {
		found := false
		for i := range doc.Stores {
			s := &doc.Stores[i]
			if !l.isAt(s) {
				continue
			}
			found = true
			for _, d := range l.datasets {
				if !has(s, d.Name) {
					d.Role = cmp.Or(d.Role, s.Role)
					s.Datasets = append(s.Datasets, d)
				}
			}
		}
		if !found {
			problems = append(problems, BadComment(l.comment, "the comment names a dataset, but stands at no store, and not at the call of a module with stores"))
		}
	}
	return problems
}

// modulePattern finds the name in the first line of a module call.
var modulePattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*module\s+"([^"]+)"`) })

func (l label) isAt(s *model.Store) bool {
	c := l.comment
	if s.Source.File == c.File && s.Source.Line <= c.Target && c.Target <= s.Source.EndLine {
		return true
	}
	m := modulePattern().FindStringSubmatch(c.TargetText)
	if m == nil || path.Dir(c.File) != s.Root {
		return false
	}
	rest, ok := strings.CutPrefix(s.Address, "module."+m[1])
	return ok && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "["))
}
