package source

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestComments(t *testing.T) {
	t.Parallel()
	const text = `# stateside:dataset us-user-data

# another comment
resource "a" "b" {
  region = "x" # stateside:ignore backup-place until=2026-12-31 -- why
  // stateside:ignore r
  nested {
    deep = 1

  }
  text = "# stateside:ignore in-a-text"
  url  = "https://stateside:8080/"
}

resource "c" "d" {} /* stateside:ignore x -- y */
  #stateside:ignore
# stateside: nothing
`
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	var got []string
	for _, c := range tree.Comments("main.tf") {
		got = append(got, fmt.Sprintf("%d:%d-%d about %d-%d: %s|%s", c.Line, c.Column, c.EndColumn, c.Target, c.End, c.Word, c.Text))
	}
	want := []string{
		"1:1-33 about 4-13: dataset|us-user-data",
		"5:16-71 about 5-5: ignore|backup-place until=2026-12-31 -- why",
		"6:3-24 about 7-10: ignore|r",
		"15:21-50 about 15-15: ignore|x -- y",
		"16:3-20 about 16-16: ignore|",
		"17:1-21 about 17-17: |nothing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A block whose lines are not set in ends early: the comment covers less.
func TestCommentOfABlockThatIsNotSetIn(t *testing.T) {
	t.Parallel()
	lines := strings.Split("resource \"a\" \"b\" {\nregion = 1\n}\nresource \"c\" \"d\" {\n}\n", "\n")
	if end := endOf(lines, 0); end != 0 {
		t.Errorf("ends at %d", end)
	}
}
