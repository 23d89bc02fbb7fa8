package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
)

// A row read alone says the same as the row within the whole file.
func TestRowsAreFoundByTheirText(t *testing.T) {
	t.Parallel()
	for _, name := range Prefixes() {
		var whole header
		decode(name, read(name), &whole)
		var c Catalogue
		seen := map[string]bool{}
		for _, want := range whole.Types {
			if seen[want.Type] {
				t.Errorf("%s: %s has two rows", name, want.Type)
			}
			seen[want.Type] = true
			got := c.Lookup(want.Type)
			if got == nil {
				t.Errorf("%s: %s is not found", name, want.Type)
				continue
			}
			inherited := cmpopts.IgnoreFields(Type{}, "Cloud", "Place", "Labels", "DefaultLabels", "Role", "endpoints", "unset", "fileLabels")
			if diff := cmp.Diff(want, *got, inherited); diff != "" {
				t.Errorf("%s: %s (-whole +alone)\n%s", name, want.Type, diff)
			}
		}
	}
	if new(Catalogue).Lookup("aws_nothing") != nil {
		t.Error("a type without a row is found")
	}
}

func TestRowsAreValid(t *testing.T) {
	t.Parallel()
	var c Catalogue
	all := c.All()
	if len(all) < 60 {
		t.Fatalf("only %d rows", len(all))
	}
	for _, typ := range all {
		t.Run(typ.Type, func(t *testing.T) {
			t.Parallel()
			checkType(t, typ)
			for _, rule := range typ.Place {
				checkPlace(t, rule)
			}
			for _, rule := range typ.Copies {
				checkCopy(t, typ, rule)
			}
			for _, rule := range typ.Grants {
				checkGrant(t, typ, rule)
			}
			for _, rule := range typ.Guardrails {
				checkGuardrail(t, rule)
			}
			for _, rule := range typ.Retention {
				checkRetention(t, rule)
			}
		})
	}
}

func checkType(t *testing.T, typ *Type) {
	t.Helper()
	if typ.IsStore() && !slices.Contains(model.Kinds(), typ.Kind) {
		t.Errorf("kind %q", typ.Kind)
	}
	if typ.IsStore() && !slices.Contains(model.Roles(), typ.Role) {
		t.Errorf("role %q", typ.Role)
	}
	// What stands in a cluster of Kubernetes may stand in any cloud.
	open := typ.CloudAt != "" || typ.TypeAt != "" || typ.ByName || FileOf(typ.Type) == "kubernetes"
	if !slices.Contains(geo.Clouds(), typ.Cloud) && (typ.Cloud != "" || !open) {
		t.Errorf("cloud %q", typ.Cloud)
	}
	if typ.Service == "" || typ.Doc == "" {
		t.Error("service or doc is missing")
	}
	if typ.IsStore() && len(typ.Place) == 0 {
		t.Error("a store without a place rule")
	}
	if typ.IsStore() && typ.Of != "" {
		t.Error("a store whose copies belong to another one")
	}
	isOf := func(rule PlaceRule) bool { return rule.Of != "" }
	if typ.Part && (!typ.IsStore() || !slices.ContainsFunc(typ.Place, isOf)) {
		t.Error("a part, and it is not said of what")
	}
	if typ.Content != model.WholeData && typ.Content != model.Metadata {
		t.Errorf("content %q", typ.Content)
	}
	if !typ.IsStore() && len(typ.Copies) == 0 && len(typ.Grants) == 0 && len(typ.Guardrails) == 0 && typ.Group == "" && typ.Of == "" {
		t.Error("neither a store nor a copy nor a guardrail nor a part of a store")
	}
}

func checkGuardrail(t *testing.T, rule GuardrailRule) {
	t.Helper()
	if rule.At == "" || !slices.Contains(Bounds(), rule.As) {
		t.Errorf("guardrail rule %+v has no attribute, or no form", rule)
	}
	if (rule.On == "") != (rule.Ends == "") {
		t.Errorf("guardrail rule %+v: on and ends go together", rule)
	}
}

func checkPlace(t *testing.T, rule PlaceRule) {
	t.Helper()
	if rule.Named != "" && rule.As == "" || rule.As != "" && rule.Named == "" && rule.Any == "" {
		t.Errorf("place rule %+v: as does not fit", rule)
	}
	set := 0
	for _, field := range []string{rule.At, rule.Every, rule.Any, rule.Zone, rule.Host, rule.Named, rule.Of, rule.Nearest, rule.Default, rule.Disk, rule.Unknown} {
		if field != "" {
			set++
		}
	}
	if set != 1 {
		t.Errorf("place rule %+v says %d things", rule, set)
	}
	if rule.InCloud != "" && (rule.At == "" || !slices.Contains(geo.Clouds(), rule.InCloud)) {
		t.Errorf("place rule %+v: cloud does not fit", rule)
	}
	if rule.OfType != "" && rule.Of == "" {
		t.Errorf("place rule %+v: of_type does not fit", rule)
	}
	if strings.HasSuffix(rule.Unknown, ".") {
		t.Errorf("reason %q ends in a full stop", rule.Unknown)
	}
}

func checkCopy(t *testing.T, typ *Type, rule CopyRule) {
	t.Helper()
	if !slices.Contains(model.AllMeans(), rule.Means) {
		t.Errorf("means %q", rule.Means)
	}
	if !slices.Contains([]Target{ToRegion, ToStore, ToHost, ToPair, ToSelf}, rule.To) {
		t.Errorf("to %q", rule.To)
	}
	if rule.To == ToSelf && rule.At != "" || rule.To != ToSelf && rule.At == "" && rule.Absent == "" && rule.Unknown == "" {
		t.Errorf("copy rule %+v: at and to do not fit", rule)
	}
	if rule.To == ToSelf && (rule.From == "" && rule.FromType == "" && rule.FromLabels == "" || !typ.IsStore()) {
		t.Errorf("copy rule %+v: nothing is copied to this resource", rule)
	}
	if rule.Unknown != "" && (rule.At != "" || rule.Absent != "" || strings.HasSuffix(rule.Unknown, ".")) {
		t.Errorf("copy rule %+v: unknown does not fit", rule)
	}
	if rule.SameRegion && rule.To != ToStore {
		t.Error("same_region is for targets that are stores")
	}
	if rule.To == ToPair && rule.At != "" && len(rule.Is) == 0 {
		t.Errorf("copy rule %+v: which values copy to the pair", rule)
	}
	if rule.InCloud != "" && !slices.Contains(geo.Clouds(), rule.InCloud) {
		t.Errorf("copy rule %+v: cloud %q", rule, rule.InCloud)
	}
	if rule.InAbsent != "" && rule.In == "" {
		t.Errorf("copy rule %+v: in_absent without in", rule)
	}
	if rule.FromLabels != "" && (rule.From != "" || len(rule.FromKinds) == 0) {
		t.Errorf("copy rule %+v: from_labels stands for from, and needs from_kinds", rule)
	}
	for _, kind := range rule.FromKinds {
		if !slices.Contains(model.Kinds(), kind) {
			t.Errorf("kind %q", kind)
		}
	}
	if rule.From == "" && rule.FromType == "" && rule.FromLabels == "" && typ.Of == "" && !typ.IsStore() {
		t.Errorf("copy rule %+v: it is not said what is copied", rule)
	}
}

func checkGrant(t *testing.T, typ *Type, rule GrantRule) {
	t.Helper()
	forms := []string{AsPolicy, AsMember, AsACL, AsBindings, AsARN, AsSwitch, AsStatement}
	if !slices.Contains(forms, rule.As) && !slices.Contains(model.PrincipalKinds(), model.PrincipalKind(rule.As)) {
		t.Errorf("grant as %q", rule.As)
	}
	if rule.As == AsSwitch && len(rule.Is) == 0 {
		t.Errorf("grant rule %+v: which values open the store", rule)
	}
	if len(rule.Actions) > 0 && rule.ActionsAt != "" {
		t.Errorf("grant rule %+v: actions are given twice", rule)
	}
	if typ.Of == "" && !typ.IsStore() && rule.As != AsStatement {
		t.Errorf("grant rule %+v: it is not said on what", rule)
	}
}

func checkRetention(t *testing.T, rule RetentionRule) {
	t.Helper()
	if !slices.Contains(model.RetentionKinds(), rule.Kind) {
		t.Errorf("retention %q", rule.Kind)
	}
	if rule.Unit != "" && !slices.Contains(Units(), rule.Unit) {
		t.Errorf("unit %q", rule.Unit)
	}
	if rule.At == "" && rule.Absent == "" {
		t.Errorf("retention rule %+v says no length", rule)
	}
}
