package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
)

// object is what the schema says of a mapping.
type object struct {
	Properties map[string]json.RawMessage `json:"properties"`
	Required   []string                   `json:"required"`
	Additional json.RawMessage            `json:"additionalProperties"`
}

type schema struct {
	object
	Defs map[string]json.RawMessage `json:"$defs"`
}

func readSchema(t *testing.T) schema {
	t.Helper()
	var s schema
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s schema) def(t *testing.T, name string) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(s.Defs[name], &o); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return o
}

// The keys that the schema knows are those that are read: an unknown one is
// asked for in each mapping, and the error lists the known ones.
func TestSchemaKnowsTheKeys(t *testing.T) {
	s := readSchema(t)
	var allow object
	if err := json.Unmarshal(s.def(t, "dataset").Properties["allow"], &allow); err != nil {
		t.Fatal(err)
	}
	const odd = "qqqqqqqqqqqqqqqqqqqqqqqq"
	for what, c := range map[string]struct {
		text   string
		schema object
	}{
		"the configuration": {"version: 1\n" + odd + ": 1\n", s.object},
		"dataset":           {"version: 1\ndatasets: {d: {" + odd + ": 1}}\n", s.def(t, "dataset")},
		"match":             {"version: 1\ndatasets: {d: {match: [{" + odd + ": 1}]}}\n", s.def(t, "match")},
		"allow":             {"version: 1\ndatasets: {d: {allow: {" + odd + ": 1}}}\n", allow},
		"places":            {"version: 1\ndatasets: {d: {deny: {" + odd + ": 1}}}\n", s.def(t, "places")},
		"site":              {"version: 1\nsites: {s: {" + odd + ": 1}}\n", s.def(t, "site")},
		"access":            {"version: 1\ndatasets: {d: {access: {" + odd + ": 1}}}\n", s.def(t, "access")},
		"principal":         {"version: 1\nprincipals: {p: {" + odd + ": 1}}\n", s.def(t, "principal")},
		"terms":             {"version: 1\nexception_terms: {" + odd + ": 1}\n", s.def(t, "terms")},
		"format":            {"version: 1\nformats: [{" + odd + ": 1}]\n", s.def(t, "format")},
		"exception":         {"version: 1\nexceptions: [{" + odd + ": 1}]\n", s.def(t, "exception")},
	} {
		_, err := Parse("stateside.yaml", []byte(c.text))
		m := regexp.MustCompile(`has no key "` + odd + `"; known are (.*)`).FindStringSubmatch(fmt.Sprint(err))
		if m == nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if diff := cmp.Diff(strings.Split(m[1], ", "), slices.Sorted(maps.Keys(c.schema.Properties))); diff != "" {
			t.Errorf("%s (-read +schema)\n%s", what, diff)
		}
		if string(c.schema.Additional) != "false" {
			t.Errorf("%s: the schema takes other keys", what)
		}
	}
}

// What the schema requires is required, and the roles are those of the model.
func TestSchemaRequires(t *testing.T) {
	s := readSchema(t)
	for _, field := range s.def(t, "exception").Required {
		if _, err := Parse("stateside.yaml", []byte("version: 1\ndatasets: {d: {}}\nexceptions: [{}]\n")); err == nil || !strings.Contains(err.Error(), "needs `"+field+"`") {
			t.Errorf("an exception without %s: %v", field, err)
		}
	}
	var profile struct {
		Enum []string `json:"enum"`
	}
	if err := json.Unmarshal(s.Defs["profile"], &profile); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append(ProfileNames(), NoProfile), profile.Enum); diff != "" {
		t.Error(diff)
	}
	var role struct {
		Enum []model.Role `json:"enum"`
	}
	if err := json.Unmarshal(s.def(t, "match").Properties["role"], &role); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(model.Roles(), role.Enum); diff != "" {
		t.Error(diff)
	}
	var kind struct {
		Enum []model.Kind `json:"enum"`
	}
	if err := json.Unmarshal(s.def(t, "format").Properties["store"], &kind); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(model.Kinds(), kind.Enum); diff != "" {
		t.Error(diff)
	}
}
