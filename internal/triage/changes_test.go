package triage

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
)

func in(country, region string) model.Place {
	return model.Place{Status: model.Known, Locations: []model.Location{{Cloud: "aws", Region: region, Countries: []string{country}}}}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	us, sg := in("US", "us-east-1"), in("SG", "ap-southeast-1")
	store := func(id string, p model.Place) model.Store {
		return model.Store{ID: ".:" + id, Address: id, Role: model.Primary, Place: p}
	}
	backup := func(from string, p model.Place) model.Copy {
		return model.Copy{From: ".:" + from, Means: model.ByBackup, Place: p}
	}
	before := model.Document{
		Stores: []model.Store{store("moved", us), store("stays", us), store("gone", us), store("lost", us)},
		Copies: []model.Copy{backup("stays", us)},
	}
	after := model.Document{
		Stores: []model.Store{store("moved", sg), store("stays", us), store("new", sg), store("lost", model.Place{Status: model.Unknown})},
		Copies: []model.Copy{backup("stays", sg), backup("stays", us), backup("stays", sg)},
	}
	want := []model.Change{
		{Store: ".:gone", Address: "gone", Part: "primary", From: []string{"US (aws us-east-1)"}, To: []string{}},
		{Store: ".:lost", Address: "lost", Part: "primary", From: []string{"US (aws us-east-1)"}, To: []string{"a place that can't be told"}},
		{Store: ".:moved", Address: "moved", Part: "primary", From: []string{"US (aws us-east-1)"}, To: []string{"SG (aws ap-southeast-1)"}},
		{Store: ".:new", Address: "new", Part: "primary", From: []string{}, To: []string{"SG (aws ap-southeast-1)"}},
		{Store: ".:stays", Address: "stays", Part: "backup copy", From: []string{"US (aws us-east-1)"}, To: []string{"SG (aws ap-southeast-1)", "US (aws us-east-1)"}},
	}
	if diff := cmp.Diff(want, Compare(before, after)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if changes := Compare(before, before); len(changes) > 0 {
		t.Errorf("changes without a change: %v", changes)
	}
}
