// Package triage says which findings are known and accepted: those that an
// exception covers, and those that were there before.
package triage

import (
	"cmp"
	"time"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// Exception is one of the configuration, or of a comment beside what it excepts.
type Exception struct {
	config.Exception
	// Comment that makes it; nil for one of the configuration.
	Comment *source.Comment
}

// Terms under which exceptions hold.
type Terms struct {
	// Now against which their ends are held.
	Now time.Time
	// Never says of a rule that there are no exceptions of it.
	Never func(rule string) bool
}

// Apply marks the findings that a running exception covers, and returns what
// became of each exception. One that has expired, or is of a rule without
// exceptions, covers nothing, but counts what it would have.
func Apply(findings []model.Finding, exceptions []Exception, terms Terms) []model.ExceptionUse {
	uses := make([]model.ExceptionUse, len(exceptions))
	for i, e := range exceptions {
		uses[i] = use(e, terms)
		for at := range findings {
			if covers(e, findings[at]) {
				uses[i].Matches++
			}
		}
	}
	for at := range findings {
		for i, e := range exceptions {
			if !uses[i].Expired && !uses[i].Never && covers(e, findings[at]) {
				findings[at].SuppressedBy = &uses[i]
				break
			}
		}
	}
	return uses
}

func use(e Exception, terms Terms) model.ExceptionUse {
	u := model.ExceptionUse{
		Rule: e.Rule, Address: e.Address, Inline: e.Comment != nil, Granted: e.Granted, Until: e.Until,
		Approver: e.Approver, Reason: e.Reason, Ticket: e.Ticket, Expired: e.ExpiredAt(terms.Now), Source: e.Source,
		Never: terms.Never != nil && terms.Never(e.Rule),
	}
	today := terms.Now.UTC().Truncate(24 * time.Hour)
	u.DaysLeft = max(days(today, e.Until), 0)
	from := today
	if granted, err := time.Parse(time.DateOnly, e.Granted); err == nil {
		from = granted
	}
	u.Days = max(days(from, e.Until), 0)
	return u
}

// days counts them from one to another, both included.
func days(from time.Time, until string) int {
	last, err := time.Parse(time.DateOnly, until)
	if err != nil {
		return 0
	}
	return int(last.Sub(from).Hours()/24) + 1
}

// covers says whether an exception is about a finding. One that is about no
// store is told by its file.
func covers(e Exception, f model.Finding) bool {
	if e.Rule != f.Rule {
		return false
	}
	if e.Comment != nil {
		return f.Source != nil && isAt(*e.Comment, *f.Source)
	}
	subject := f.Address
	if subject == "" && f.Source != nil {
		subject = f.Source.File
	}
	return config.Matches(e.Address, cmp.Or(subject, "-"))
}

// isAt says whether a comment stands at what a finding shows: at its line, at the
// block that holds the line, or inside the block when the finding is about the
// whole of it.
func isAt(c source.Comment, s model.Source) bool {
	inside := s.File == c.File && s.Line <= c.Target && c.Target <= s.EndLine
	return inside || c.About(s.File, s.Line)
}
