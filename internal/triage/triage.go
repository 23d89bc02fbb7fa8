// Package triage says which findings are known and accepted: those that an
// exception of the configuration covers.
package triage

import (
	"cmp"
	"time"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
)

// Apply marks the findings that a running exception covers, and returns what
// became of each exception. An expired one covers nothing, but counts what it
// would have.
func Apply(findings []model.Finding, exceptions []config.Exception, now time.Time) []model.ExceptionUse {
	uses := make([]model.ExceptionUse, len(exceptions))
	for i, e := range exceptions {
		uses[i] = model.ExceptionUse{
			Rule: e.Rule, Address: e.Address, Until: e.Until, Approver: e.Approver, Reason: e.Reason,
			Ticket: e.Ticket, Expired: e.ExpiredAt(now), Source: e.Source,
		}
		for at := range findings {
			if covers(e, findings[at]) {
				uses[i].Matches++
			}
		}
	}
	for at := range findings {
		for i, e := range exceptions {
			if !uses[i].Expired && covers(e, findings[at]) {
				findings[at].SuppressedBy = &uses[i]
				break
			}
		}
	}
	return uses
}

// covers says whether an exception is about a finding. One that is about no
// store is told by its file.
func covers(e config.Exception, f model.Finding) bool {
	subject := f.Address
	if subject == "" && f.Source != nil {
		subject = f.Source.File
	}
	return e.Rule == f.Rule && config.Matches(e.Address, cmp.Or(subject, "-"))
}
