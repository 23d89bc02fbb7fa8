package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/model"
)

// regoFlags are those of the commands for writing rules.
type regoFlags struct {
	address string
	data    bool
}

func seeFlags(set *pflag.FlagSet, f *flags) {
	set.StringVar(&f.rego.address, "address", "", "only what is about the store with this `ADDRESS`, in which * stands for any text")
	set.BoolVar(&f.rego.data, "data", false, "print what rules find besides their input, as `opa eval --data` takes it")
	inputFlags(set, f)
}

func runInput(ctx context.Context, env *Env, f *flags, paths []string) (int, error) {
	f.format = "json"
	o, err := options(env, f, paths)
	if err != nil {
		return 0, err
	}
	facts, err := check.Explain(ctx, o)
	if err != nil {
		return 0, err
	}
	if f.rego.data {
		return ExitClean, writeJSON(env.Stdout, facts.Data)
	}
	if f.rego.address == "" {
		return ExitClean, writeJSON(env.Stdout, facts.Inputs)
	}
	facts.Inputs = slices.DeleteFunc(facts.Inputs, func(in model.Input) bool {
		return in.Store == nil || !config.Matches(f.rego.address, in.Store.Address)
	})
	switch len(facts.Inputs) {
	case 0:
		return 0, fmt.Errorf("no store has the address %s", f.rego.address)
	case 1:
		return ExitClean, writeJSON(env.Stdout, facts.Inputs[0])
	}
	return ExitClean, writeJSON(env.Stdout, facts.Inputs)
}

func runTest(ctx context.Context, env *Env, f *flags, dirs []string) (int, error) {
	if len(dirs) == 0 {
		dirs = []string{"policy"}
	}
	f.policies = dirs
	policies, err := f.regoFiles(true)
	if err != nil {
		return 0, err
	}
	tested, err := engine.Test(ctx, policies)
	if err != nil {
		return 0, err
	}
	results := tested.Results
	failed := 0
	for _, r := range results {
		if r.Passed || r.Skipped {
			continue
		}
		failed++
		fmt.Fprintf(env.Stdout, "%s:%d: %s fails\n", r.File, r.Line, strings.TrimSpace(r.Name+" "+r.Message))
	}
	if len(results) == 0 {
		return 0, fmt.Errorf("%s: there are no tests, which are rules named test_… in files named …_test.rego", strings.Join(dirs, ", "))
	}
	for _, m := range tested.Coverage.Missed {
		fmt.Fprintf(env.Stdout, "%s:%s: no test gets here\n", m.File, lineRange(m.From, m.To))
	}
	fmt.Fprintf(env.Stdout, "%s, %d failed; %s covered.\n", model.Count(len(results), "test"), failed, coverageText(tested.Coverage))
	if failed > 0 {
		return ExitFindings, nil
	}
	return ExitClean, nil
}

func lineRange(from, to int) string {
	if to <= from {
		return strconv.Itoa(from)
	}
	return fmt.Sprintf("%d-%d", from, to)
}

// coverageText says how many lines of the rules the tests evaluate. It rounds down:
// one that is missed is not none.
func coverageText(c engine.Coverage) string {
	if c.Lines == 0 {
		return "no line"
	}
	return fmt.Sprintf("%d of %s (%d%%)", c.Covered, model.Count(c.Lines, "line"), c.Covered*100/c.Lines)
}

var ruleName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func runNew(_ context.Context, env *Env, _ *flags, args []string) (int, error) {
	if len(args) < 2 || len(args) > 3 || args[0] != "rule" {
		return 0, errUsage{fmt.Errorf("what is new? `stateside new rule NAME [DIR]`")}
	}
	id, dir := args[1], "policy"
	if len(args) == 3 {
		dir = args[2]
	}
	if !ruleName.MatchString(id) {
		return 0, errUsage{fmt.Errorf("%q is no name of a rule; one is written like bucket-name", id)}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	name := strings.ReplaceAll(id, "-", "_")
	for _, f := range []struct{ file, text string }{{name + ".rego", newRule}, {name + "_test.rego", newTest}} {
		text := strings.NewReplacer("ID", id, "NAME", name).Replace(f.text)
		if err := writeNew(filepath.Join(dir, f.file), text); err != nil {
			return 0, err
		}
		fmt.Fprintf(env.Stdout, "%s\n", filepath.ToSlash(filepath.Join(dir, f.file)))
	}
	return ExitClean, nil
}

// writeNew writes a file that must not be there yet.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

const newRule = `# METADATA
# title: A sentence that says what is wrong
# description: Why it is wrong, and when it is not.
# custom:
#   id: ID
#   basis: policy
#   remedy: what to do about it
package stateside.rules.NAME

import data.stateside.lib

# Each placement is one dataset at one place: the store's own, or that of a copy.
deny contains result if {
	some p in lib.judged
	some l in p.locations
	l.region == "us-east-1"
	result := {
		"msg": sprintf("%s of %s is in %s", [lib.the_part(p), lib.title(p), lib.where([l])]),
		"placement": p.index,
	}
}
`

const newTest = `package stateside.rules.NAME_test

import data.stateside.lib_test as facts
import data.stateside.rules.NAME

said(placements) := result if {
	result := NAME.deny with input as facts.store(placements)
		with data.stateside.config as facts.config
}

test_what_is_wrong if {
	said([facts.placement("primary", [facts.virginia])]) == {{
		"msg": "the primary copy of US user data is in aws us-east-1 (N. Virginia, US)",
		"placement": 0,
	}}
}

test_what_is_right if said([facts.placement("primary", [facts.ashburn])]) == set()
`
