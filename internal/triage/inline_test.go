package triage

import (
	"strings"
	"testing"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

var ruleIDs = []string{"backup-place", "storage-place"}

func ignore(text string) source.Comment {
	return source.Comment{Word: "ignore", Text: text, File: "main.tf", Line: 3, Target: 4, End: 9}
}

func TestInline(t *testing.T) {
	t.Parallel()
	all, problems := Inline([]source.Comment{
		ignore("backup-place, storage-place until=2026-12-31 ticket=SEC-1 approver=a@example.com granted=2026-10-01 -- drain in -- progress"),
		{Word: "dataset", Text: "us"},
	}, ruleIDs)
	if len(problems) > 0 || len(all) != 2 {
		t.Fatalf("%d exceptions, problems %v", len(all), problems)
	}
	e := all[1]
	if e.Rule != "storage-place" || e.Until != "2026-12-31" || e.Ticket != "SEC-1" || e.Approver != "a@example.com" ||
		e.Granted != "2026-10-01" || e.Reason != "drain in -- progress" || e.Source.Line != 3 {
		t.Errorf("got %+v", e.Exception)
	}
}

func TestInlineThatIsNotComplete(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"backup-place until=2026-12-31":                  "it has no reason",
		"backup-place until=2026-12-31 --":               "it has no reason",
		"backup-place -- why":                            "it has no end",
		"until=2026-12-31 -- why":                        "it names no rule",
		"backup-plase until=2026-12-31 -- why":           `there is no rule "backup-plase"; did you mean "backup-place"?`,
		"backup-place until=soon -- why":                 `until must be a day such as 2026-12-31, not "soon"`,
		"backup-place end=2026-12-31 -- why":             `there is no "end"`,
		"backup-place granted=x until=2026-12-31 -- why": `granted must be a day`,
	} {
		all, problems := Inline([]source.Comment{ignore(text)}, ruleIDs)
		if len(all) > 0 || len(problems) != 1 || problems[0].Kind != model.BadComment || !strings.Contains(problems[0].Message, want) {
			t.Errorf("%s: %d exceptions, problems %v, want %s", text, len(all), problems, want)
		}
	}
}

func TestInlineCovers(t *testing.T) {
	t.Parallel()
	all, _ := Inline([]source.Comment{ignore("backup-place until=2026-12-31 -- why")}, ruleIDs)
	for name, test := range map[string]struct {
		rule string
		at   model.Source
		want bool
	}{
		"the block it stands at":   {"backup-place", model.Source{File: "main.tf", Line: 4, EndLine: 9}, true},
		"a line in that block":     {"backup-place", model.Source{File: "main.tf", Line: 8, EndLine: 8}, true},
		"the block it stands in":   {"backup-place", model.Source{File: "main.tf", Line: 1, EndLine: 12}, true},
		"the line after the block": {"backup-place", model.Source{File: "main.tf", Line: 10, EndLine: 10}, false},
		"a line before":            {"backup-place", model.Source{File: "main.tf", Line: 2, EndLine: 2}, false},
		"another file":             {"backup-place", model.Source{File: "other.tf", Line: 4, EndLine: 9}, false},
		"another rule":             {"storage-place", model.Source{File: "main.tf", Line: 4, EndLine: 9}, false},
	} {
		findings := []model.Finding{{Rule: test.rule, Source: &test.at}}
		Apply(findings, all, Terms{Now: day("2026-11-24T00:00:00Z")})
		if got := findings[0].SuppressedBy != nil; got != test.want {
			t.Errorf("%s: covered %t", name, got)
		}
	}
	findings := []model.Finding{{Rule: "backup-place"}}
	if Apply(findings, all, Terms{Now: day("2026-11-24T00:00:00Z")}); findings[0].SuppressedBy != nil {
		t.Error("covers a finding without a place in the files")
	}
}
