package document

import "testing"

func TestEmbedded(t *testing.T) {
	t.Parallel()
	file := "a: 1\nbody: |\n  key: value\n  list:\n    - item\nquoted: '{\"key\": 1}'\nbroken: |\n  a: 1\n  b: [\n"
	docs, err := Parse("f.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	inner, err := docs[0].Get("body").Embedded([]byte(file))
	if err != nil || len(inner) != 1 {
		t.Fatal(inner, err)
	}
	item := inner[0].Get("list").Items[0]
	if r := item.Range; r.Filename != "f.yaml" || r.Start.Line != 5 || r.Start.Column != 7 || file[r.Start.Byte:r.End.Byte] != "item" {
		t.Errorf("item at %v", r)
	}
	if r := inner[0].Pair("key").Range; r.Start.Line != 3 || r.Start.Column != 3 {
		t.Errorf("key at %v", r)
	}
	inner, err = docs[0].Get("quoted").Embedded([]byte(file))
	if err != nil || inner[0].Get("key").Range.Start != docs[0].Get("quoted").Range.Start {
		t.Errorf("in a quoted string: %v, %v", inner, err)
	}
	if _, err = docs[0].Get("broken").Embedded([]byte(file)); err == nil || err.(*SyntaxError).Line < 9 {
		t.Errorf("a mistake in a block: %v", err)
	}
	if _, err = docs[0].Get("a").Embedded([]byte(file)); err == nil {
		t.Error("a number is parsed")
	}
}
