package lang

import (
	"strings"
	"testing"
)

// Calls whose results would be far larger than what they are written in end
// without them, whatever the function.
func TestHostileCalls(t *testing.T) {
	t.Parallel()
	names := newNames(map[string]string{
		"big":  `join("", [for i in range(1000) : "0123456789"])`,
		"huge": `join("", [for i in range(100) : big])`,
		"many": `flatten([for a in range(40) : range(100)])`,
	})
	tests := []string{
		`format("%1000000000s", "x")`, `format("%-1000000000d", 1)`, `format("%.1000000000f", 1.5)`, `format("%01000000000d", 1)`, `format("%[1000000000]s", "x")`,
		`formatlist("%1000000000s", ["x"])`, `indent(1000000000, "a\nb")`, `"${1e100000000}"`, `tostring(1e100000000)`, `jsonencode(1e100000000)`, `yamlencode(1e100000000)`, `format("%d", 1e100000000)`, `format("%f", 1e100000000)`,
		`pow(10, 100000000)`, `pow(1e1000, 1000000)`, `1e1000000 * 1e1000000 * 1e1000000`, `parseint(huge, 10)`, `parseint(huge, 62)`, `replace(huge, "0", huge)`, `replace(huge, "", huge)`, `replace(huge, "/./", huge)`,
		`join(huge, many)`, `join("", [for x in many : huge])`, `split("", huge)`, `chunklist(many, 1)`, `setproduct(many, many)`, `setproduct(many, many, many, many)`, `range(1000000000)`, `range(0, 1, 0.0000001)`,
		`regexall(".", huge)`, `regex("(a{1000}){1000}", huge)`, `can(regex("((((((((((a{1,100}){1,100}){1,100}){1,100}){1,100}){1,100}){1,100}){1,100}){1,100}){1,100})", "a"))`,
		`jsondecode("${huge}")`, `yamldecode("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]")`,
		`csvdecode("${huge}")`, `zipmap(many, many)`, `transpose({a = many})`, `distinct(many)`, `sort(many)`, `toset(many)`, `cidrsubnets("::/0", range(1000)...)`, `cidrhost("::/0", 1e1000000)`, `substr(huge, 0, 1000000000)`, `strrev(huge)`, `title(huge)`,
		`formatdate("${huge}", "2026-01-02T03:04:05Z")`, `timeadd("2026-01-02T03:04:05Z", "${huge}h")`, `templatestring(huge, {})`, `urlencode(huge)`, `merge([for x in many : {"${x}" = huge}]...)`, `concat([for x in many : many]...)`, `flatten([for x in many : many])`,
		`base64gunzip("` + strings.Repeat("A", 1000) + `")`, `[for a in many : [for b in many : a]]`, `{for a in many : "${a}" => many...}`, `max(many...)`, `sum([for x in many : 1e1000000])`, `log(1e1000000, 2)`, `1e1000000 % 3`, `ceil(1e1000000)`,
	}
	for _, text := range tests {
		t.Run(text[:min(len(text), 60)], func(t *testing.T) {
			ev := &Evaluator{}
			v := ev.Eval(parse(text, "test"), names)
			text, _ := v.Text()
			if len(text) > 8*maxString || len(v.list) > maxList {
				t.Errorf("a text of %d bytes, a list of %d", len(text), len(v.list))
			}
		})
	}
}
