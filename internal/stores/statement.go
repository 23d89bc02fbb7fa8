package stores

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// statement is what a statement of an OCI policy says of its object: the kinds of
// thing, and the compartment they are in.
//
// The syntax is that of the page "Policy Syntax" of the OCI documentation.
type statement struct {
	types       string      // such as objects or all-resources
	compartment *lang.Value // its name or OCID; nil for the whole tenancy
}

// statement reads one statement of an OCI policy.
func (inv *inventory) statement(v *lang.Value, rng hcl.Range) []granted {
	text, ok := v.Marked()
	words := policyWords(text)
	if !ok || len(words) == 0 {
		return []granted{unreadStatement(v, rng)}
	}
	switch strings.ToLower(words[0]) {
	case "define", "endorse", "deny":
		// Define names things, Endorse lets one's own reach others' things, and Deny
		// takes away: none lets anybody read a store here.
		return nil
	case "allow", "admit":
		if all := inv.parseStatement(words, v, rng); len(all) > 0 {
			return all
		}
	}
	return []granted{unreadStatement(v, rng)}
}

// unreadStatement says that somebody may do something.
func unreadStatement(v *lang.Value, rng hcl.Range) granted {
	return granted{
		principal: model.Principal{Kind: model.SomePrincipal}, actions: []string{"*"},
		because: v.Origin(), rng: rng, in: &statement{types: "all-resources"},
	}
}

// policyWords splits a statement into its words. Names in quotes are one word,
// and a comma is a word of its own.
func policyWords(text string) []string {
	var words []string
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if text[0] == ',' {
			words, text = append(words, ","), text[1:]
			continue
		}
		if text[0] == '{' {
			permissions, rest, _ := strings.Cut(text, "}")
			words, text = append(words, permissions+"}"), rest
			continue
		}
		n, quote := 0, byte(0)
		for n < len(text) && (quote != 0 || !strings.ContainsRune(", \t\n\r", rune(text[n]))) {
			switch {
			case quote == 0 && (text[n] == '\'' || text[n] == '"'):
				quote = text[n]
			case text[n] == quote:
				quote = 0
			}
			n++
		}
		words, text = append(words, text[:n]), text[n:]
	}
	return words
}

// parseStatement reads: allow SUBJECT to VERB TYPE in LOCATION where CONDITIONS.
func (inv *inventory) parseStatement(words []string, v *lang.Value, rng hcl.Range) []granted {
	to := indexFold(words, "to")
	if to < 2 {
		return nil
	}
	principals := inv.subjects(words[1:to], v)
	rest := words[to+1:]
	g := granted{because: v.Origin(), rng: rng, in: &statement{types: "all-resources"}}
	if at := indexFold(rest, "where"); at >= 0 {
		g.conditional = true
		rest = rest[:at]
	}
	if at := indexFold(rest, "in"); at >= 0 {
		g.in.compartment = inv.compartment(rest[at+1:], v)
		rest = rest[:at]
	}
	if len(rest) == 0 {
		return nil
	}
	g.actions = inv.texts(inv.Evaluator.Unmark(v, strings.ToLower(strings.Join(rest, " "))))
	if len(rest) > 1 && !strings.HasPrefix(rest[0], "{") {
		g.in.types = strings.ToLower(rest[1])
	}
	var all []granted
	for _, p := range principals {
		one := g
		one.principal = p
		all = append(all, one)
	}
	return all
}

func indexFold(words []string, word string) int {
	return slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
}

// subjectKinds are the words that begin a subject.
var subjectKinds = map[string]model.PrincipalKind{
	"any-user": model.AuthPrincipal, "any-group": model.AuthPrincipal, "group": model.GroupPrincipal,
	"dynamic-group": model.RolePrincipal, "service": model.ServicePrincipal, "user": model.UserPrincipal,
	"resource": model.RolePrincipal,
}

// subjects reads the subjects of a statement. Those of another tenancy are that
// tenancy's: who is in its groups is decided there.
func (inv *inventory) subjects(words []string, v *lang.Value) []model.Principal {
	if at := indexFold(words, "of"); at >= 0 && at+1 < len(words) {
		return []model.Principal{inv.subject(model.OrgPrincipal, words[len(words)-1], v)}
	}
	kind, ok := subjectKinds[strings.ToLower(words[0])]
	if !ok {
		return nil
	}
	var all []model.Principal
	for _, w := range words[1:] {
		if w != "," && !strings.EqualFold(w, "id") && !strings.EqualFold(w, words[0]) {
			all = append(all, inv.subject(kind, w, v))
		}
	}
	if kind == model.AuthPrincipal || len(all) == 0 {
		return []model.Principal{{Kind: kind, ID: strings.ToLower(words[0])}}
	}
	return all
}

func (inv *inventory) subject(kind model.PrincipalKind, word string, v *lang.Value) model.Principal {
	p := model.Principal{Kind: kind, ID: principalID(inv.Evaluator.Unmark(v, strings.ReplaceAll(word, "'", "")))}
	if p.ID == "" {
		p.Kind = model.SomePrincipal
	}
	return p
}

// compartment reads a location: tenancy, compartment NAME, or compartment id
// OCID. A compartment within another is written with colons.
func (inv *inventory) compartment(words []string, v *lang.Value) *lang.Value {
	if len(words) == 0 || strings.EqualFold(words[0], "tenancy") {
		return nil
	}
	name := words[len(words)-1]
	return inv.Evaluator.Unmark(v, name[strings.LastIndexByte(name, ':')+1:])
}

// kindsOf are the kinds of store that a type of resource in a statement covers;
// nil for all.
var kindsOf = map[string][]model.Kind{
	"objects": {model.ObjectStorage}, "buckets": {model.ObjectStorage}, "object-family": {model.ObjectStorage},
	"volume-family": {model.Volume, model.Snapshot, model.BackupVault}, "volumes": {model.Volume},
	"volume-backups": {model.Snapshot, model.BackupVault}, "boot-volume-backups": {model.Snapshot, model.BackupVault},
	"file-family": {model.FileSystem, model.Snapshot}, "file-systems": {model.FileSystem},
	"secret-family": {model.Secret}, "secrets": {model.Secret}, "secret-bundles": {model.Secret},
	"keys": {model.Key}, "vaults": {model.Key, model.Secret},
	"autonomous-database-family": {model.Database, model.Warehouse, model.Snapshot},
	"autonomous-databases":       {model.Database, model.Warehouse}, "database-family": {model.Database, model.Snapshot},
	"db-systems": {model.Database}, "databases": {model.Database}, "db-backups": {model.Snapshot},
	"mysql-family": {model.Database, model.Snapshot}, "nosql-family": {model.Database}, "nosql-rows": {model.Database},
	"postgres-db-systems": {model.Database}, "logging-family": {model.Log}, "log-content": {model.Log}, "log-groups": {model.Log},
	"stream-family": {model.Stream}, "streams": {model.Stream}, "stream-pull": {model.Stream}, "queues": {model.Queue},
	"repos": {model.Registry}, "all-resources": nil,
}

// reachedBy returns the stores that a statement opens: those of its kinds in its
// compartment, of all compartments when it is about the tenancy.
func (inv *inventory) reachedBy(e *entry, s statement) []end {
	kinds, known := kindsOf[s.types]
	var ends []end
	for _, other := range inv.entries {
		if !known || other.store == nil || other.part || other.typ.Cloud != e.typ.Cloud {
			continue
		}
		if kinds != nil && !slices.Contains(kinds, other.store.Kind) {
			continue
		}
		if s.compartment == nil || inv.inCompartment(other, s.compartment) {
			ends = append(ends, end{store: other.store})
		}
	}
	if len(ends) > 0 {
		return ends
	}
	where := "the tenancy"
	if s.compartment != nil {
		where = "compartment " + cmp.Or(nameOf(s.compartment), "that is not known")
	}
	return []end{{name: fmt.Sprintf("%s in %s", s.types, where)}}
}

// inCompartment says whether a store lies in a compartment, told by its name, its
// OCID, the resource that declares it, or the same unknown.
func (inv *inventory) inCompartment(other *entry, compartment *lang.Value) bool {
	own := inv.readFirst("compartment_id", other.inst)
	if own == nil {
		return false
	}
	if alikeValues(own, compartment) {
		return true
	}
	inst := instanceOf(own)
	text, known := compartment.Text()
	if inst == nil || !known {
		return false
	}
	for _, f := range inst.Body().At(inv.Evaluator, "name") {
		if name, ok := inv.Evaluator.Force(f.Cell).Text(); ok && strings.EqualFold(name, text) {
			return true
		}
	}
	return false
}
