package engine

import (
	"context"
	"maps"
	"testing"

	"github.com/stateside-dev/stateside/internal/model"
)

// Whatever the model says of data at a place, some rule judges it: a role, a
// kind or a means that is new must not pass because no rule knows it yet.
func TestNothingIsLeftUnjudged(t *testing.T) {
	t.Parallel()
	e := mustCompile(t)
	us := model.Location{Cloud: "aws", Region: "us-east-1", Countries: []string{"US"}}
	china := model.Location{Cloud: "aws", Region: "cn-north-1", Countries: []string{"CN"}}
	singapore := model.Location{Cloud: "aws", Region: "ap-southeast-1", Countries: []string{"SG"}}
	places := []struct {
		name      string
		status    model.Status
		locations []model.Location
		wrong     bool
	}{
		{"inside", model.Known, []model.Location{us}, false},
		{"outside", model.Known, []model.Location{singapore}, true},
		{"denied", model.Known, []model.Location{china}, true},
		{"partly outside", model.Known, []model.Location{us, singapore}, true},
		{"one of several inside", model.OneOf, []model.Location{us, us}, false},
		{"perhaps outside", model.OneOf, []model.Location{us, singapore}, true},
		{"one of several outside", model.OneOf, []model.Location{china, singapore}, true},
		{"unknown", model.Unknown, []model.Location{}, true},
		{"a status yet to come", "elsewhere", []model.Location{}, true},
		// The caller of a module decides; that is said once, as a problem.
		{"left to the caller", model.Caller, []model.Location{}, false},
		{"known, but nowhere", model.Known, []model.Location{}, true},
		{"one of none", model.OneOf, []model.Location{}, true},
	}
	for _, content := range []model.Content{model.WholeData, model.Metadata} {
		d := data
		if content == model.Metadata {
			d.Config = withMetadata()
		}
		var inputs []model.Input
		var wrong []bool
		add := func(role model.Role, kind model.Kind, means model.Means) {
			for _, place := range places {
				inputs = append(inputs, model.Input{Kind: model.StoreInput, Placements: []model.Placement{{
					Dataset: "us", Role: role, Kind: kind, Means: means, Content: content,
					Status: place.status, Locations: place.locations,
				}}})
				wrong = append(wrong, place.wrong)
			}
		}
		for _, role := range append(model.Roles(), "a role yet to come") {
			for _, kind := range append(model.Kinds(), "a kind yet to come") {
				add(role, kind, "")
			}
			for _, means := range append(model.AllMeans(), "means yet to come") {
				add(role, model.Database, means)
			}
		}
		results, err := e.Evaluate(context.Background(), d, inputs)
		if err != nil {
			t.Fatal(err)
		}
		said := map[int]bool{}
		for _, r := range results {
			said[r.Input] = true
		}
		for i, in := range inputs {
			if p := in.Placements[0]; said[i] != wrong[i] {
				t.Errorf("content %q, role %s, kind %s, means %q, %s: a rule says something: %t", p.Content, p.Role, p.Kind, p.Means, places[i%len(places)].name, said[i])
			}
		}
	}
}

// withMetadata is the configuration of data with places for metadata.
func withMetadata() map[string]any {
	config := maps.Clone(data.Config)
	us := map[string]any{"countries": []string{"US"}}
	config["datasets"] = map[string]any{"us": map[string]any{
		"title": "US user data", "allow": map[string]any{"storage": us, "metadata": us}, "deny": map[string]any{},
	}}
	return config
}
