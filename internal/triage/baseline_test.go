package triage

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
)

func TestBaseline(t *testing.T) {
	t.Parallel()
	before := []model.Finding{
		{Fingerprint: "a", Rule: "r", Message: "m", Address: "x"},
		{Fingerprint: "b", Rule: "r", Message: "m", SuppressedBy: &model.ExceptionUse{}},
		{Fingerprint: "c", Rule: "r", Message: "m"},
	}
	data, err := json.Marshal(NewBaseline(before))
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseBaseline(data)
	if err != nil {
		t.Fatal(err)
	}
	after := []model.Finding{{Fingerprint: "a"}, {Fingerprint: "b"}, {Fingerprint: "d"}}
	if gone := b.Mark(after); gone != 1 {
		t.Errorf("%d gone", gone)
	}
	want := []model.Finding{{Fingerprint: "a", Known: true}, {Fingerprint: "b"}, {Fingerprint: "d"}}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestBadBaseline(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "[]", `{"version": 2, "findings": []}`, `{"version": 1, "findings": [{"rule": "r"}]}`, `{"version": 1, "found": []}`} {
		if _, err := ParseBaseline([]byte(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}
