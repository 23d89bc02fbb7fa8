package report

import (
	"cmp"
	"io"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
)

// GitLab writes a code quality report, which GitLab shows in merge requests
// (GitLab documentation, "Code Quality", section on the report format).
func GitLab(w io.Writer, r *check.Result, _ Options) error {
	v := newView(r)
	issues := []gitlabIssue{}
	for _, f := range v.shownFindings() {
		issue := gitlabIssue{
			Description: clean(f.Message), Rule: f.Rule, Fingerprint: f.Fingerprint, Severity: "minor",
			// What stands in no file is shown at the configuration.
			Location: gitlabLocation{cmp.Or(r.Config.File, config.FileName), gitlabLines{1}},
		}
		if f.Severity == model.Error {
			issue.Severity = "critical"
		}
		if f.Source != nil {
			issue.Location = gitlabLocation{f.Source.File, gitlabLines{max(f.Source.Line, 1)}}
		}
		issues = append(issues, issue)
	}
	return encode(w, issues)
}

type (
	gitlabIssue struct {
		Description string         `json:"description"`
		Rule        string         `json:"check_name"`
		Fingerprint string         `json:"fingerprint"`
		Severity    string         `json:"severity"`
		Location    gitlabLocation `json:"location"`
	}
	gitlabLocation struct {
		Path  string      `json:"path"`
		Lines gitlabLines `json:"lines"`
	}
	gitlabLines struct {
		Begin int `json:"begin"`
	}
)
