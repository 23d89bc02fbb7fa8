package document

import (
	"strings"
	"testing"
)

// assigned is a suite on one line, with those within it.
func assigned(n *Node) string {
	text := written(n)
	for _, inner := range n.Items {
		text += " " + assigned(inner)
	}
	return text
}

func TestParsePython(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"A = 'b'\nC: str = \"d\" 'e'  # f\n":                                                     "{A: b, C: de}",
		"import os\nA = os.environ['B']\nC = os.environ.get(\"D\", 'e')\n":                       "{A: ${$B}, C: ${$D:-e}}",
		"A = env('B', default='c')\nD = env.str('E', default=None)\nF = config('G', cast=int)\n": "{A: ${$B:-c}, D: ${$E}, F: ${$G}}",
		"A = os.getenv('B') or 'c'\nD = A\nE = f'{A}.s3.{R}.x'\nF = r'\\d'\n":                    "{A: ${$B:-c}, D: ${A}, E: ${A}.s3.${R}.x, F: \\d}",
		"D = {\n  'default': {\n    'ENGINE': 'x', # y\n    'HOST': 'h',\n  },\n}\n":             "{D: {default: {ENGINE: x, HOST: h}}}",
		"D = {'default': env.db('U', default='postgres://h/x')}\nE = {'d': env.db()}\n":          "{D: {default: ${$U:-postgres://h/x}}, E: {d: ${$DATABASE_URL}}}",
		"D = dict(default=dj_database_url.config(default='p://h'))\n":                            "{D: {default: ${$DATABASE_URL:-p://h}}}",
		"D['default']['HOST'] = 'h'\nD[X] = 'y'\n":                                               "{D.default.HOST: h}",
		"if X == 'A = 1':\n    A = 'b'\nelse:\n\tA = 'c'\nD = 'e'\n":                             "{D: e} {A: b} {A: c}",
		"class P(B):\n  A = 'b'\n\n  def f(self):\n    A = 'no'\n    return A\n  C = 'd'\n":      "{} {A: b, C: d}",
		"def f():\n    A = 'no'\nB = 'c'\n":                                                      "{B: c}",
		"A = 'x' if B else 'y'\nC = 'a' + 'b'\nD = 'a' + E\nF = ('g')\nH = [\n'i',\n'j']\n":      "{A: ${B}, C: ab, D: a${E}, F: g, H: [i, j]}",
		"A = '%s' % B\nC = 'x'.join(D)\nE = f(g('h')).i\nJ = K.l\nM = 3\nN = None\n":             "{A: ${B}, C: ${join}, E: ${f}, J: ${K.l}, M: 3, N: }",
		"\"\"\"\nA = 'no'\n\"\"\"\nA = \"\"\"b\nc\"\"\"\n":                                       "{A: b\nc}",
		"A == 'b'\nA += 'b'\nprint(A='b')\n":                                                     "{}",
		"":                                                                                       "{}", "A": "{}", "A =": "{A: ${an expression}}", "A = '": "{A: }", "A = [": "{A: []}", "A = {'b'": "{A: {}}", "A = )\nB = 'c'": "{A: ${an expression}, B: c}", "\\": "{}",
	} {
		n, err := ParsePython("a.py", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := assigned(n); got != want {
			t.Errorf("%q\n got %s\nwant %s", text, got, want)
		}
	}
	for _, open := range []string{"[", "{'a': ", "f(", "("} {
		if _, err := ParsePython("a.py", []byte("A = "+strings.Repeat(open, 10_000))); err != ErrTooLarge {
			t.Errorf("deep nesting of %s: %v", open, err)
		}
	}
	var deep strings.Builder
	for i := range 1000 {
		deep.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	if _, err := ParsePython("a.py", []byte(deep.String())); err != ErrTooLarge {
		t.Errorf("deep suites: %v", err)
	}
}

// Whatever is cut off anywhere, reading ends.
func FuzzParsePython(f *testing.F) {
	f.Add([]byte("if A:\n  B = env('C', default='d') or f'{E}'\nD = {'x': [1, (2,), dict(a=b)]}\nE = 'a' if b else \"c\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) { ParsePython("a.py", data) })
}
