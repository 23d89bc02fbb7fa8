package inventory

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// at places a store at lines of a file.
func at(s model.Store, file string, line, end int) model.Store {
	s.Root, s.Source = ".", model.Source{File: file, Line: line, EndLine: end}
	return s
}

func TestComments(t *testing.T) {
	t.Parallel()
	cfg := parse(t, `
datasets:
  us: {match: [{labels: {data: us}}], allow: {storage: {countries: [US]}}}
  eu: {allow: {storage: {countries: [DE]}}}
unlabelled: ignore
`)
	inModule := at(bucket("module.users.aws_s3_bucket.b", nil), "modules/users/main.tf", 1, 5)
	otherModule := at(bucket("module.users_old.aws_s3_bucket.b", nil), "modules/users/main.tf", 1, 5)
	counted := at(bucket("module.users[0].aws_s3_bucket.c", nil), "modules/users/main.tf", 10, 12)
	stores := []model.Store{
		at(bucket("above", nil), "main.tf", 2, 6), at(bucket("below", nil), "main.tf", 8, 9),
		at(bucket("both", labelled), "main.tf", 20, 22), inModule, otherModule, counted,
	}
	tests := []struct {
		name    string
		comment source.Comment
		want    []string
		problem string
	}{
		{"above", source.Comment{Word: "dataset", Text: "us", File: "main.tf", Target: 2}, []string{"above: us primary comment", "both: us primary match"}, ""},
		{"inside", source.Comment{Word: "dataset", Text: "us", File: "main.tf", Target: 5}, []string{"above: us primary comment", "both: us primary match"}, ""},
		{"several", source.Comment{Word: "dataset", Text: "us, eu role=backup -- dumps", File: "main.tf", Target: 8}, []string{"below: us backup comment", "below: eu backup comment", "both: us primary match"}, ""},
		{"with a condition", source.Comment{Word: "dataset", Text: "us", File: "main.tf", Target: 20}, []string{"both: us primary comment"}, ""},
		{"against a condition", source.Comment{Word: "dataset", Text: "eu", File: "main.tf", Target: 20}, []string{"both: eu primary comment", "both: us primary match"}, ""},
		{
			"a module's call", source.Comment{Word: "dataset", Text: "eu", File: "main.tf", Target: 30, TargetText: `module "users" {`},
			[]string{"both: us primary match", "module.users.aws_s3_bucket.b: eu primary comment", "module.users[0].aws_s3_bucket.c: eu primary comment"}, "",
		},
		{"at nothing", source.Comment{Word: "dataset", Text: "us", File: "main.tf", Target: 7}, []string{"both: us primary match"}, "the comment names a dataset, but stands at no store, and not at the call of a module with stores"},
		{"another file", source.Comment{Word: "dataset", Text: "us", File: "other.tf", Target: 2}, []string{"both: us primary match"}, "the comment names a dataset, but stands at no store, and not at the call of a module with stores"},
		{"no such dataset", source.Comment{Word: "dataset", Text: "uk", File: "main.tf", Target: 2}, []string{"both: us primary match"}, `the configuration has no dataset "uk"; there are eu, us`},
		{"no dataset", source.Comment{Word: "dataset", Text: "-- why", File: "main.tf", Target: 2}, []string{"both: us primary match"}, "the comment names no dataset"},
		{"no such role", source.Comment{Word: "dataset", Text: "us role=spare", File: "main.tf", Target: 2}, []string{"both: us primary match"}, `there is no role "spare"`},
		{"no such word", source.Comment{Word: "skip", File: "main.tf", Target: 2}, []string{"both: us primary match"}, "there is no comment stateside:skip; there are stateside:dataset and stateside:ignore"},
		{"an exception", source.Comment{Word: "ignore", File: "main.tf", Target: 2}, []string{"both: us primary match"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc := Join(model.Document{Stores: stores}, cfg, []source.Comment{tt.comment})
			if diff := cmp.Diff(tt.want, held(doc)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			problem := ""
			if len(doc.Problems) > 0 {
				problem = doc.Problems[0].Message
			}
			if problem != tt.problem {
				t.Errorf("problem %q, want %q", problem, tt.problem)
			}
		})
	}
}
