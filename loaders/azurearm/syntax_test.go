package azurearm

import "testing"

func TestParseExpression(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"parameters('a')":                                   "parameters('a')",
		" Concat( 'it''s' , -1 ) ":                          "concat('it''s', -1)",
		"variables('x').y[0]['z'].?w":                       "variables('x').y[0].z.w",
		"if(equals(parameters('a'),true()),'b',null())":     "if(equals(parameters('a'), true()), 'b', null())",
		"contoso.uniqueName('x')":                           "contoso.uniquename('x')",
		"parameters('list')[copyIndex('loop', 1)].location": "parameters('list')[copyindex('loop', 1)].location",
	} {
		got, err := parseExpression(text)
		if err != nil || got.String() != want {
			t.Errorf("%s is %v, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "x", "f(", "f(,)", "f()x", "'a", "f()[", "f().", "-", "f('a' 'b')", "{}"} {
		if got, err := parseExpression(text); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

func FuzzParseExpression(f *testing.F) {
	for _, text := range []string{
		"concat('a', parameters('b').c[0], format('{0}-{1:D2}', 1, 2))", "variables('x')[?copyIndex()].?y", "f(f(f(f('''')))))", "[[", "-.5",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parseExpression(text)
		if err != nil {
			return
		}
		// What is written in one way is read as the same again.
		again, err := parseExpression(parsed.String())
		if err == nil && again.String() != parsed.String() {
			t.Errorf("%q is %s, and then %s", text, parsed, again)
		}
		parsed.expression(expression(nil).Range())
		parsed.nameParts()
	})
}
