package docs

import (
	"encoding/csv"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each bound on the page is the constant that it names.
func TestBounds(t *testing.T) {
	rows := regexp.MustCompile(`(?m)^\| [^|]+ \| ([0-9,]+)( MB)? \| (\S+\.go) (\w+) \|$`).FindAllStringSubmatch(read(t, "docs/limits.md"), -1)
	if len(rows) < 15 {
		t.Fatalf("the page has %d bounds", len(rows))
	}
	for _, row := range rows {
		said, err := strconv.ParseInt(strings.ReplaceAll(row[1], ",", ""), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if row[2] != "" {
			said <<= 20
		}
		if is := constantIn(t, row[3], row[4]); is != said {
			t.Errorf("%s in %s is %d, the page says %d", row[4], row[3], is, said)
		}
	}
}

// constantIn is the value of a constant that a file declares.
func constantIn(t *testing.T, file, name string) int64 {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", file), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	value := int64(-1)
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != name {
			return true
		}
		v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, types.ExprString(spec.Values[0]))
		if err != nil {
			t.Fatal(err)
		}
		value, _ = constant.Int64Val(v.Value)
		return false
	})
	return value
}

// The page says how many rows of each table rest on no page that was read.
func TestUnreadRows(t *testing.T) {
	const begin, end = "<!-- unread rows: made by `go test ./docs -update` -->\n", "<!-- end -->\n"
	text := read(t, "docs/limits.md")
	before, rest, ok := strings.Cut(text, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("the page has no table of unread rows")
	}
	want := before + begin + unreadRows(t) + end + after
	if want == text {
		return
	}
	if *update {
		if err := os.WriteFile("limits.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("run `go test ./docs -update` and review (-page +tables)\n%s", cmp.Diff(text, want))
}

// unreadRows is the table of the tables with such rows.
func unreadRows(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| table | rows | of a page not yet read |\n|---|---|---|\n")
	found := 0
	for _, pattern := range []string{"regions/*.csv", "*.csv"} {
		files, err := filepath.Glob("../internal/geo/data/" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			rows, unread := sources(t, file)
			if unread > 0 {
				found += unread
				name, _ := filepath.Rel("../internal/geo/data", file)
				fmt.Fprintf(&b, "| %s | %d | %d |\n", filepath.ToSlash(name), rows, unread)
			}
		}
	}
	if found == 0 {
		t.Fatal("no row is unread: is the column still called source?")
	}
	return b.String()
}

// sources counts the rows of a table, and those whose page was not read.
func sources(t *testing.T, file string) (rows, unread int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for i, column := range lines[0] {
		if column == "source" {
			at = i
		}
	}
	for _, line := range lines[1:] {
		if at >= 0 && strings.HasPrefix(line[at], "unread:") {
			unread++
		}
	}
	return len(lines) - 1, unread
}
