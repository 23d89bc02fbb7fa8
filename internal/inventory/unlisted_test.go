package inventory

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
)

func TestUnlistedTypesAreJoined(t *testing.T) {
	t.Parallel()
	unknown := func(provider, typ, file string, line int) model.Problem {
		return model.Problem{
			Kind: model.UnlistedType, Address: provider, Message: "the catalogue does not know the type " + typ,
			Source: &model.Source{File: file, Line: line}, Types: []model.TypeCount{{Type: typ, Resources: 1}},
		}
	}
	cfg := parse(t, usUsers+"no_stores: [\"a_quiet*\"]\n")
	doc := Join(model.Document{Problems: []model.Problem{
		unknown("a", "a_one", "b.tf", 9), unknown("a", "a_two", "b.tf", 3), unknown("a", "a_two", "a.tf", 4),
		unknown("a", "a_two", "a.tf", 4), // read by another root, too
		unknown("a", "a_quiet_thing", "a.tf", 1),
		{Kind: model.Unread, Message: "not read"},
		unknown("b", "b_one", "c.tf", 1),
	}}, cfg, nil)
	var got []string
	for _, p := range doc.Problems {
		line := p.Message
		if p.Source != nil {
			line = fmt.Sprintf("%s:%d %s %s", p.Source.File, p.Source.Line, p.Address, p.Message)
		}
		got = append(got, line)
	}
	want := []string{
		"not read",
		"a.tf:4 a 3 resources of 2 types of a are unknown to the catalogue: a_two (2), a_one (1); whether they store or copy data was not checked",
		"c.tf:1 b the type b_one is unknown to the catalogue; whether its resource stores or copies data was not checked",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]model.TypeCount{{Type: "a_two", Resources: 2}, {Type: "a_one", Resources: 1}}, doc.Problems[1].Types); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Of very many types not all are named.
func TestUnlistedTypesAreNotAllNamed(t *testing.T) {
	t.Parallel()
	var types []model.TypeCount
	for i := range maxNamedTypes + 3 {
		types = append(types, model.TypeCount{Type: fmt.Sprintf("t%02d", i), Resources: 1})
	}
	text := list(types)
	if want := "t19 (1), 3 more"; text[len(text)-len(want):] != want {
		t.Errorf("got %s", text)
	}
}
