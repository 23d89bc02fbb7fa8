package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/spelling"
)

// word begins a comment that makes an exception:
//
//	# stateside:ignore RULE[, RULE…] until=2026-12-31 [approver=WHO] [ticket=ID] [granted=2026-10-01] -- REASON
const word = "ignore"

// Inline reads the exceptions that comments make, of the rules there are. One that
// is not complete makes none, and is a problem.
func Inline(comments []source.Comment, rules []string) (all []Exception, problems []model.Problem) {
	for _, c := range comments {
		if c.Word != word {
			continue
		}
		exceptions, wrong := parse(c, rules)
		if wrong != "" {
			problems = append(problems, model.Problem{Kind: model.BadComment, Message: wrong, Source: sourceOf(c)})
			continue
		}
		all = append(all, exceptions...)
	}
	return all, problems
}

func sourceOf(c source.Comment) *model.Source {
	return &model.Source{File: c.File, Line: c.Line, Column: c.Column, EndLine: c.Line, EndColumn: c.EndColumn}
}

func parse(c source.Comment, rules []string) (all []Exception, wrong string) {
	head, reason, _ := strings.Cut(c.Text, "--")
	e := config.Exception{Reason: strings.TrimSpace(reason), Source: *sourceOf(c)}
	fields := map[string]*string{"until": &e.Until, "approver": &e.Approver, "ticket": &e.Ticket, "granted": &e.Granted}
	var named []string
	for _, text := range strings.FieldsFunc(head, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' }) {
		key, value, isField := strings.Cut(text, "=")
		switch {
		case isField && fields[key] == nil:
			return nil, fmt.Sprintf("the exception is not followed: there is no %q; there are until, approver, ticket and granted", key)
		case isField:
			*fields[key] = value
		case !slices.Contains(rules, text):
			return nil, fmt.Sprintf("the exception is not followed: there is no rule %q%s", text, spelling.Hint(text, rules))
		default:
			named = append(named, text)
		}
	}
	switch {
	case len(named) == 0:
		return nil, "the exception is not followed: it names no rule"
	case e.Reason == "":
		return nil, "the exception is not followed: it has no reason; write it at the end after --"
	case e.Until == "":
		return nil, "the exception is not followed: it has no end; write until=2026-12-31"
	}
	for _, key := range []string{"until", "granted"} {
		if day := *fields[key]; day != "" {
			if _, err := time.Parse(time.DateOnly, day); err != nil {
				return nil, fmt.Sprintf("the exception is not followed: %s must be a day such as 2026-12-31, not %q", key, day)
			}
		}
	}
	for _, rule := range named {
		e.Rule = rule
		all = append(all, Exception{e, &c})
	}
	return all, ""
}
