package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/spelling"
)

func runCatalog(_ context.Context, env *Env, f *flags, args []string) (int, error) {
	if err := f.checkFormat(); err != nil {
		return 0, err
	}
	if len(args) == 0 {
		return ExitClean, writeCounts(env.Stdout, f.format)
	}
	if err := noArgs(args[1:]); err != nil {
		return 0, err
	}
	name := args[0]
	rows := new(catalog.Catalogue)
	if slices.Contains(catalog.Prefixes(), name) {
		return ExitClean, writeTypes(env.Stdout, f.format, rows.Of(name))
	}
	if t := rows.Lookup(name); t != nil {
		return ExitClean, writeType(env.Stdout, f.format, t)
	}
	if reason, ok := rows.NoStore(name); ok {
		return ExitClean, writeNoStore(env.Stdout, f.format, name, reason)
	}
	return 0, errUsage{fmt.Errorf("the catalogue has no type %q%s", name, nearestType(name, catalog.FileOf(name), rows))}
}

// nearestType ends the message about a type that is not known. All names would
// be too many.
func nearestType(name, prefix string, rows *catalog.Catalogue) string {
	known := catalog.Prefixes()
	if slices.Contains(known, prefix) {
		known = slices.Collect(maps.Keys(catalog.NoStores(prefix)))
		for _, t := range rows.Of(prefix) {
			known = append(known, t.Type)
		}
	}
	if near := spelling.Nearest(name, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// count is what the catalogue knows of a prefix.
type count struct {
	Prefix   string `json:"prefix"`
	Rows     int    `json:"rows"`
	Stores   int    `json:"stores"`
	Copying  int    `json:"copying"`
	Granting int    `json:"granting"`
	NoStores int    `json:"no_stores"`
}

func counts() []count {
	var all []count
	rows := new(catalog.Catalogue)
	for _, prefix := range catalog.Prefixes() {
		c := count{Prefix: prefix, NoStores: len(catalog.NoStores(prefix))}
		for _, t := range rows.Of(prefix) {
			c.Rows++
			if t.IsStore() {
				c.Stores++
			}
			if len(t.Copies) > 0 || t.Group != "" {
				c.Copying++
			}
			if len(t.Grants) > 0 {
				c.Granting++
			}
		}
		all = append(all, c)
	}
	return all
}

func writeCounts(w io.Writer, format string) error {
	all := counts()
	if format == "json" {
		return writeJSON(w, all)
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "types\tknown\tstores\tcopying\tgranting\tno stores\t")
	sum := count{Prefix: "all"}
	for _, c := range all {
		sum.Rows, sum.Stores, sum.Copying = sum.Rows+c.Rows, sum.Stores+c.Stores, sum.Copying+c.Copying
		sum.Granting, sum.NoStores = sum.Granting+c.Granting, sum.NoStores+c.NoStores
	}
	for _, c := range append(all, sum) {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t\n", c.Prefix, c.Rows, c.Stores, c.Copying, c.Granting, c.NoStores)
	}
	return table.Flush()
}

func writeTypes(w io.Writer, format string, types []*catalog.Type) error {
	if format == "json" {
		return writeJSON(w, types)
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, t := range types {
		fmt.Fprintf(table, "%s\t%s\n", t.Type, holds(t))
	}
	return table.Flush()
}

func writeNoStore(w io.Writer, format, name, reason string) error {
	if format == "json" {
		return writeJSON(w, map[string]string{"type": name, "no_store": reason})
	}
	_, err := fmt.Fprintf(w, "%s is no store.\n%s\n", name, reason)
	return err
}

func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

func writeType(w io.Writer, format string, t *catalog.Type) error {
	if format == "json" {
		return writeJSON(w, t)
	}
	fmt.Fprintf(w, "%s  %s %s\n", t.Type, t.Cloud, t.Service)
	section := func(title string, lines []string) {
		for _, line := range lines {
			fmt.Fprintf(w, "  %-10s %s\n", title, line)
			title = ""
		}
	}
	section("holds", []string{holds(t)})
	section("named", optional(t.Name))
	section("place", places(t))
	section("labels", labels(t))
	section("group", optional(t.Group))
	section("copies", each(t.Copies, func(rule catalog.CopyRule) string { return copyText(t, rule) }))
	section("grants", each(t.Grants, grantText))
	section("bounds", each(t.Guardrails, guardrailText))
	section("keeps", each(t.Retention, retentionText))
	section("page", []string{t.Doc})
	section("note", optional(t.Note))
	return nil
}

func optional(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func each[T any](rules []T, text func(T) string) []string {
	var lines []string
	for _, rule := range rules {
		lines = append(lines, text(rule))
	}
	return lines
}

// holds says what rests in resources of a type.
func holds(t *catalog.Type) string {
	switch {
	case !t.IsStore() && len(t.Guardrails) > 0:
		return "nothing itself: bounds where things may be made"
	case !t.IsStore() && t.Of != "":
		return "nothing itself: settings of the store in " + named(t.Of, t.OfType)
	case !t.IsStore():
		return "nothing itself"
	}
	text := fmt.Sprintf("%s, %s", t.Kind, t.Role)
	if t.Transit {
		text += ", passed on and not kept"
	}
	if t.Content != "" {
		text += ", " + string(t.Content) + " only"
	}
	if t.Part {
		text += ", as a part of its whole"
	}
	return text
}

func places(t *catalog.Type) []string {
	if !t.IsStore() {
		return nil
	}
	lines := each(t.Place, func(rule catalog.PlaceRule) string { return placeText(t, rule) })
	for i := 1; i < len(lines); i++ {
		lines[i] = "else " + lines[i]
	}
	return lines
}

func placeText(t *catalog.Type, rule catalog.PlaceRule) string {
	text := ""
	switch {
	case rule.At != "":
		text = "the region in " + rule.At
	case rule.Every != "":
		text = "each region in " + rule.Every
	case rule.Zone != "":
		text = "the zone in " + rule.Zone
	case rule.Host != "":
		text = "where the host in " + rule.Host + " is"
	case rule.Named != "":
		text = "the site of the " + rule.As + " in " + rule.Named
	case rule.Disk != "":
		text = "left to whoever deploys it, where " + rule.Disk + " is a path"
	case rule.Of != "":
		text = "where " + named(rule.Of, rule.OfType) + " is"
	case rule.Nearest != "":
		text = "the multi-region nearest to " + rule.Nearest
	case rule.Default != "":
		text = rule.Default + ", a default"
	default:
		text = "not told: " + rule.Unknown
	}
	if setting, ok := strings.CutPrefix(rule.At, "provider."); ok && t.Unset(setting) != nil {
		u := t.Unset(setting)
		text += fmt.Sprintf(", when that is absent what %s says, or else %s", u.Env, u.Value)
	}
	if rule.Cloud != "" {
		text += ", of the cloud in " + rule.Cloud
	}
	return text + conditions(rule.When) + source(rule.Doc)
}

// boundTexts say how the values of a guardrail's attribute bound.
var boundTexts = map[catalog.Bound]string{
	catalog.BoundAllowed: "what is let in, in ", catalog.BoundForbidden: "what is not let in, in ",
	catalog.BoundNothing: "nothing, with ", catalog.BoundPolicy: "the conditions on aws:RequestedRegion in ",
	catalog.BoundQuota: "the conditions on request.region in ",
}

func guardrailText(rule catalog.GuardrailRule) string {
	text := boundTexts[rule.As] + rule.At
	if rule.On != "" {
		text += ", where " + rule.On + " ends in " + rule.Ends
	}
	return text + conditions(rule.When)
}

func labels(t *catalog.Type) []string {
	switch {
	case !t.IsStore() || t.Labels == "":
		return nil
	case t.DefaultLabels != "":
		return []string{t.Labels + ", over " + t.DefaultLabels}
	}
	return []string{t.Labels}
}

func copyText(t *catalog.Type, rule catalog.CopyRule) string {
	text := string(rule.Means)
	switch {
	case rule.From != "":
		text += " of " + named(rule.From, rule.FromType)
	case rule.FromType != "":
		text += " of each " + rule.FromType
	}
	if rule.FromLabels != "" {
		text += " of what has a label in " + rule.FromLabels
	}
	if len(rule.FromKinds) > 0 {
		text += fmt.Sprintf(" (%s)", strings.Join(each(rule.FromKinds, func(k model.Kind) string { return string(k) }), ", "))
	}
	switch rule.To {
	case catalog.ToSelf:
		text += " to this"
	case catalog.ToPair:
		text += " to the region pair"
		if rule.At != "" {
			text += ", as " + rule.At + " says"
		}
	default:
		switch {
		case rule.Unknown != "":
			text += " to a place not told: " + rule.Unknown
		case rule.At == "":
			text += " to " + rule.Absent
		default:
			text += fmt.Sprintf(" to the %s in %s", rule.To, named(rule.At, rule.Type))
		}
	}
	if rule.Cloud != "" {
		text += ", of the cloud in " + rule.Cloud
	}
	if rule.In != "" {
		text += ", in the region " + rule.In
	}
	if rule.SameRegion {
		text += ", of the same region"
	}
	if len(rule.Is) > 0 {
		text += ", if that is " + strings.Join(rule.Is, " or ")
	}
	text += conditions(rule.When)
	if rule.Absent != "" && rule.At != "" {
		text += ", by default " + rule.Absent
	}
	return text + source(rule.Doc)
}

func grantText(rule catalog.GrantRule) string {
	text := "to " + rule.As
	if rule.At != "" {
		text = fmt.Sprintf("%s in %s", rule.As, rule.At)
	}
	if len(rule.Is) > 0 {
		text += ", if that is " + strings.Join(rule.Is, " or ")
	}
	if rule.ActionsAt != "" {
		text += ", for what " + rule.ActionsAt + " says"
	}
	if len(rule.Actions) > 0 {
		text += ", for " + strings.Join(rule.Actions, ", ")
	}
	text += conditions(rule.When)
	if rule.Absent != "" {
		text += ", by default " + rule.Absent
	}
	return text + source(rule.Doc)
}

func retentionText(rule catalog.RetentionRule) string {
	unit := string(rule.Unit)
	if unit == "" {
		unit = string(catalog.Days)
	}
	text := string(rule.Kind)
	if rule.At != "" {
		text += fmt.Sprintf(" for the %s in %s", unit, rule.At)
	}
	text += conditions(rule.When)
	switch {
	case rule.Absent == "":
	case slices.Contains(rule.Forever, rule.Absent):
		text += ", by default without end"
	default:
		text += fmt.Sprintf(", by default %s %s", rule.Absent, unit)
	}
	return text + source(rule.Doc)
}

// named writes an attribute with the type that a plain name in it stands for.
func named(attribute, resourceType string) string {
	if resourceType == "" {
		return attribute
	}
	return fmt.Sprintf("%s (%s)", attribute, resourceType)
}

func conditions(when map[string][]string) string {
	var all []string
	for _, attribute := range slices.Sorted(maps.Keys(when)) {
		values := when[attribute]
		switch {
		case len(values) == 0:
			all = append(all, attribute+" is there")
		default:
			quoted := each(values, func(v string) string {
				if v == "" {
					return "absent"
				}
				return v
			})
			all = append(all, attribute+" is "+strings.Join(quoted, " or "))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return ", when " + strings.Join(all, " and ")
}

func source(doc string) string {
	if doc == "" {
		return ""
	}
	return " [" + doc + "]"
}
