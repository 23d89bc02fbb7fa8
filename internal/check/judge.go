package check

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/inventory"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/spelling"
	"github.com/stateside-dev/stateside/internal/triage"
)

// judge asks the policies about the stores and problems, applies the
// exceptions, and asks about these in turn.
func (r *Result) judge(ctx context.Context, rules *engine.Engine, now time.Time) error {
	ids, err := checkRules(r.Config, rules)
	if err != nil {
		return err
	}
	inline, problems := triage.Inline(r.comments, ids)
	r.Document.Problems = append(r.Document.Problems, problems...)
	r.Report.Problems = r.Document.Problems
	data := engine.Data{
		Config: r.Config.ForPolicies(), Groups: geo.Groups(), Now: r.Report.Now, Inventory: r.Document,
	}
	inputs := inventory.Inputs(r.Document, r.Config)
	results, err := rules.Evaluate(ctx, data, inputs)
	if err != nil {
		return err
	}
	findings, err := toFindings(results, inputs, r.Config)
	if err != nil {
		return err
	}
	var exceptions []triage.Exception
	for _, e := range r.Config.Exceptions {
		exceptions = append(exceptions, triage.Exception{Exception: e})
	}
	uses := triage.Apply(findings, append(exceptions, inline...), triage.Terms{Now: now, Never: never(r.Config, rules)})
	r.Report.Exceptions = append(r.Report.Exceptions, uses...)
	r.Rules, r.Exceptions = rules.Rules, uses
	if len(uses) > 0 {
		inputs := exceptionInputs(uses)
		results, err := rules.Evaluate(ctx, data, inputs)
		if err != nil {
			return err
		}
		more, err := toFindings(results, inputs, r.Config)
		if err != nil {
			return err
		}
		findings = append(findings, more...)
	}
	sortFindings(findings)
	r.Report.Findings = findings
	r.Report.Summary.Rules = len(ids)
	return nil
}

func exceptionInputs(uses []model.ExceptionUse) []model.Input {
	inputs := make([]model.Input, len(uses))
	for i := range uses {
		inputs[i] = model.Input{Kind: model.ExceptionInput, Exception: &uses[i]}
	}
	return inputs
}

// Verify reads the configuration that a check of the options would use, and
// holds it against the rules. The error lists every mistake.
func Verify(o Options) (*config.Config, error) {
	s, err := locate(o.Paths, o.Root)
	if err != nil {
		return nil, err
	}
	cfg, err := s.config(o.ConfigFile)
	if err != nil {
		return nil, err
	}
	rules, err := engine.Compile(o.Policies)
	if err != nil {
		return nil, err
	}
	_, err = checkRules(cfg, rules)
	return cfg, err
}

// checkRules refuses a configuration that names a rule which does not exist, and
// returns those that do.
func checkRules(cfg *config.Config, rules *engine.Engine) ([]string, error) {
	ids := rules.IDs()
	for _, e := range cfg.Exceptions {
		if !slices.Contains(ids, e.Rule) {
			return nil, &config.Error{File: e.Source.File, Line: e.Source.Line, Message: fmt.Sprintf("there is no rule %q%s", e.Rule, spelling.Hint(e.Rule, ids))}
		}
	}
	for _, rule := range cfg.Terms.Never {
		if !slices.Contains(ids, rule) {
			_, at, _ := cfg.Setting("exception_terms")
			return nil, &config.Error{File: at.File, Line: at.Line, Message: fmt.Sprintf("there is no rule %q%s", rule, spelling.Hint(rule, ids))}
		}
	}
	return ids, nil
}

// never says of a rule that there are no exceptions of it: it says so itself, or
// the configuration does.
func never(cfg *config.Config, rules *engine.Engine) func(string) bool {
	return func(id string) bool {
		r := rules.Rule(id)
		return slices.Contains(cfg.Terms.Never, id) || r != nil && r.Never
	}
}

// summarize counts what was found. Where nothing rests counts as no store.
func summarize(doc model.Document, files int) model.Summary {
	s := model.Summary{Files: files, Unread: countUnread(doc.Problems), Copies: len(doc.Copies), Unknown: map[model.Cause]int{}}
	for _, p := range doc.Problems {
		for _, t := range p.Types {
			s.UnlistedTypes++
			s.UnlistedResources += t.Resources
		}
	}
	for i := range doc.Stores {
		if doc.Stores[i].Transit {
			continue
		}
		s.Stores++
		switch p := doc.Stores[i].Place; p.Status {
		case model.Known:
			s.Known++
		case model.OneOf:
			s.OneOf++
		case model.Caller:
			s.Caller++
		default:
			s.Unknown[p.Cause]++
		}
	}
	return s
}

// countUnread counts the files that were not read, or not to the end.
func countUnread(problems []model.Problem) int {
	files := map[string]bool{}
	for _, p := range problems {
		if p.Kind == model.Unread && p.Source != nil {
			files[p.Source.File] = true
		}
	}
	return len(files)
}

// count counts the findings anew. One that is known counts as nothing else.
func count(s *model.Summary, findings []model.Finding) {
	s.Errors, s.Warnings, s.Suppressed, s.KnownFindings = 0, 0, 0, 0
	used := map[model.ExceptionUse]bool{}
	for _, f := range findings {
		switch {
		case f.SuppressedBy != nil:
			s.Suppressed++
			used[*f.SuppressedBy] = true
		case f.Known:
			s.KnownFindings++
		case f.Severity == model.Error:
			s.Errors++
		default:
			s.Warnings++
		}
	}
	s.Exceptions = len(used)
}
