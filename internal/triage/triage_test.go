package triage

import (
	"testing"
	"time"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
)

func day(text string) time.Time {
	d, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return d
}

func TestApply(t *testing.T) {
	t.Parallel()
	finding := model.Finding{Rule: "backup-place", Address: "module.legacy.aws_backup_vault.far"}
	unread := model.Finding{Rule: "unread-input", Source: &model.Source{File: "old/broken.tf"}}
	for name, test := range map[string]struct {
		finding   model.Finding
		exception config.Exception
		now       string
		covered   bool
		matches   int
	}{
		"covers":                 {finding, config.Exception{Rule: "backup-place", Address: "module.legacy.*", Until: "2026-12-31"}, "2026-11-24T00:00:00Z", true, 1},
		"still on its last day":  {finding, config.Exception{Rule: "backup-place", Address: "*", Until: "2026-12-31"}, "2026-12-31T23:59:59Z", true, 1},
		"no longer the next day": {finding, config.Exception{Rule: "backup-place", Address: "*", Until: "2026-12-31"}, "2027-01-01T00:00:00Z", false, 1},
		"not of another rule":    {finding, config.Exception{Rule: "storage-place", Address: "*", Until: "2026-12-31"}, "2026-11-24T00:00:00Z", false, 0},
		"not of another store":   {finding, config.Exception{Rule: "backup-place", Address: "module.new.*", Until: "2026-12-31"}, "2026-11-24T00:00:00Z", false, 0},
		"a date that is none":    {finding, config.Exception{Rule: "backup-place", Address: "*", Until: "soon"}, "2026-11-24T00:00:00Z", false, 1},
		"a file":                 {unread, config.Exception{Rule: "unread-input", Address: "old/*", Until: "2026-12-31"}, "2026-11-24T00:00:00Z", true, 1},
		"about nothing at all":   {model.Finding{Rule: "backup-place"}, config.Exception{Rule: "backup-place", Address: "module.*", Until: "2026-12-31"}, "2026-11-24T00:00:00Z", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			findings := []model.Finding{test.finding}
			uses := Apply(findings, []Exception{{Exception: test.exception}}, Terms{Now: day(test.now)})
			if covered := findings[0].SuppressedBy != nil; covered != test.covered {
				t.Errorf("covered: %v, want %v", covered, test.covered)
			}
			if uses[0].Matches != test.matches {
				t.Errorf("%d matches, want %d", uses[0].Matches, test.matches)
			}
		})
	}
}

// Of two exceptions of one finding the running one counts, whatever the order.
func TestApplyPrefersARunningException(t *testing.T) {
	t.Parallel()
	findings := []model.Finding{{Rule: "r", Address: "a"}}
	uses := Apply(findings, []Exception{
		{Exception: config.Exception{Rule: "r", Address: "a", Until: "2026-01-01"}},
		{Exception: config.Exception{Rule: "r", Address: "a", Until: "2026-12-31"}},
	}, Terms{Now: day("2026-11-24T00:00:00Z")})
	if findings[0].SuppressedBy != &uses[1] {
		t.Errorf("suppressed by %v", findings[0].SuppressedBy)
	}
	if !uses[0].Expired || uses[1].Expired {
		t.Errorf("got %+v", uses)
	}
}

func TestApplyCountsDays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		granted, until string
		days, left     int
	}{
		{"", "2026-11-24", 1, 1},
		{"", "2026-12-24", 31, 31},
		{"2026-11-01", "2026-11-30", 30, 7},
		{"2026-01-01", "2026-01-31", 31, 0},
		{"", "2026-01-31", 0, 0},
	} {
		uses := Apply(nil, []Exception{{Exception: config.Exception{Granted: test.granted, Until: test.until}}}, Terms{Now: day("2026-11-24T15:00:00Z")})
		if uses[0].Days != test.days || uses[0].DaysLeft != test.left {
			t.Errorf("%+v: %d days, %d left", test, uses[0].Days, uses[0].DaysLeft)
		}
	}
}

func TestApplyNever(t *testing.T) {
	t.Parallel()
	findings := []model.Finding{{Rule: "denied-country", Address: "a"}}
	uses := Apply(findings, []Exception{{Exception: config.Exception{Rule: "denied-country", Address: "a", Until: "2026-12-31"}}}, Terms{
		Now: day("2026-11-24T00:00:00Z"), Never: func(rule string) bool { return rule == "denied-country" },
	})
	if findings[0].SuppressedBy != nil || !uses[0].Never || uses[0].Matches != 1 {
		t.Errorf("suppressed by %v; %+v", findings[0].SuppressedBy, uses[0])
	}
}
