package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/loaders"
	"github.com/stateside-dev/stateside/loaders/terraform"
)

// flags are the values of all flags; each command defines those it has.
type flags struct {
	format      string
	formats     []string
	config      string
	root        string
	policies    []string
	policyKey   string
	strict      bool
	now         string
	help        bool
	verbose     bool
	triage      triageFlags
	rego        regoFlags
	assignments []terraform.Assignment
	variants    []terraform.Variant
	examples    bool
}

func noFlags(*pflag.FlagSet, *flags) {}

func checkFlags(set *pflag.FlagSet, f *flags) {
	formatsFlag(set, f)
	judgeFlags(set, f)
	f.triage.define(set)
}

func inventoryFlags(set *pflag.FlagSet, f *flags) {
	formatsFlag(set, f)
	inputFlags(set, f)
}

// judgeFlags are those of the commands that ask the rules.
func judgeFlags(set *pflag.FlagSet, f *flags) {
	inputFlags(set, f)
	policyFlag(set, f)
	set.BoolVar(&f.strict, "strict", false, "fail on warnings too")
}

func explainFlags(set *pflag.FlagSet, f *flags) {
	inputFlags(set, f)
	policyFlag(set, f)
}

func formatsFlag(set *pflag.FlagSet, f *flags) {
	set.StringArrayVarP(&f.formats, "format", "f", []string{"text"}, "`FORMAT` of the output, or FORMAT=FILE; may be given several times; the command formats lists them")
	set.Lookup("format").DefValue = "text"
}

// inputFlags say what is read, and with which values.
func inputFlags(set *pflag.FlagSet, f *flags) {
	set.StringVarP(&f.config, "config", "c", "", "the configuration `FILE` (default the nearest stateside.yaml upwards)")
	nowFlag(set, f)
	initFlags(set, f)
}

// initFlags are those of a command that needs no configuration.
func initFlags(set *pflag.FlagSet, f *flags) {
	set.StringVar(&f.root, "root", "", "the `DIR` beyond which nothing is read (default the repository)")
	set.BoolVarP(&f.verbose, "verbose", "v", false, "say on standard error how long each stage took")
	set.BoolVar(&f.examples, "include-examples", false, "read examples, tests and documentation too, where services' settings are looked for")
	set.Var(&varFlag{f}, "var", "set a Terraform variable, as `NAME=VALUE`")
	set.Var(&varFileFlag{f}, "var-file", "set Terraform variables from a `FILE`; of several values the last one wins")
	set.Var(&variantFlag{f}, "variant", "check with the variables `FILE`, and anew with that of each other --variant; files joined by commas go together")
}

func nowFlag(set *pflag.FlagSet, f *flags) {
	set.StringVar(&f.now, "now", "", "the `TIME` that the report bears and exceptions are held against, as 2026-12-31 or RFC 3339 (default the clock)")
}

func rulesFlags(set *pflag.FlagSet, f *flags) {
	formatFlag(set, f)
	policyFlag(set, f)
}

// formatFlag is for the commands that have but these two.
func formatFlag(set *pflag.FlagSet, f *flags) {
	set.StringVarP(&f.format, "format", "f", "text", "`FORMAT` of the output: text or json")
}

func policyFlag(set *pflag.FlagSet, f *flags) {
	set.StringArrayVarP(&f.policies, "policy", "p", nil, "a directory or `FILE` with Rego of one's own, in packages stateside.rules.<name>; one that ends in .tar.gz is an OPA bundle")
	set.StringVar(&f.policyKey, "policy-key", "", "the `FILE` with the public key, or the secret, that the bundles of --policy must be signed with")
}

// varFlag and varFileFlag share one list, since their order decides.
type varFlag struct{ flags *flags }

func (v *varFlag) String() string { return "" }
func (v *varFlag) Type() string   { return "string" }

// Set takes NAME=VALUE.
func (v *varFlag) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not NAME=VALUE", text)
	}
	v.flags.assignments = append(v.flags.assignments, terraform.Assignment{Name: name, Value: value})
	return nil
}

type varFileFlag struct{ flags *flags }

func (v *varFileFlag) String() string { return "" }
func (v *varFileFlag) Type() string   { return "string" }

// Set takes a file, whose content is read later.
func (v *varFileFlag) Set(file string) error {
	v.flags.assignments = append(v.flags.assignments, terraform.Assignment{File: file})
	return nil
}

// variantFlag is repeated for each variant.
type variantFlag struct{ flags *flags }

func (v *variantFlag) String() string { return "" }
func (v *variantFlag) Type() string   { return "string" }

// Set takes files, whose content is read later.
func (v *variantFlag) Set(text string) error {
	var variant terraform.Variant
	for file := range strings.SplitSeq(text, ",") {
		variant.Files = append(variant.Files, terraform.Assignment{File: file})
		variant.Name = terraform.VariantName(filepath.ToSlash(file))
	}
	v.flags.variants = append(v.flags.variants, variant)
	return nil
}

func (f *flags) checkFormat() error {
	if f.format != "text" && f.format != "json" {
		return errUsage{fmt.Errorf("there is no format %q; there are text and json", f.format)}
	}
	return nil
}

// time is that of --now, else the clock's.
func (f *flags) time(clock time.Time) (time.Time, error) {
	if f.now == "" {
		return clock, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, f.now); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errUsage{fmt.Errorf("--now %q is neither a day such as 2026-12-31 nor RFC 3339", f.now)}
}

// loaders makes the loaders' options of the flags and the environment.
func (f *flags) loaders(environ []string) (loaders.Options, error) {
	o := terraform.Options{Assignments: f.assignments, Variants: f.variants, Environment: map[string]string{}}
	if err := readFiles("--var-file", o.Assignments); err != nil {
		return loaders.Options{}, err
	}
	for _, v := range o.Variants {
		if err := readFiles("--variant", v.Files); err != nil {
			return loaders.Options{}, err
		}
	}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if variable, ok := strings.CutPrefix(name, "TF_VAR_"); ok {
			o.Environment[variable] = value
		}
		if name == "TF_WORKSPACE" {
			o.Workspace = value
		}
	}
	return loaders.Options{Terraform: o, IncludeExamples: f.examples}, nil
}

// readFiles reads the variables files of a flag.
func readFiles(flag string, files []terraform.Assignment) error {
	for i, a := range files {
		if a.File == "" {
			continue
		}
		data, err := os.ReadFile(a.File)
		if err != nil {
			return fmt.Errorf("%s %s: %w", flag, a.File, cause(err, a.File))
		}
		if problems := terraform.CheckVariables(a.File, data); len(problems) > 0 {
			return fmt.Errorf("%s %s:%d: %s", flag, a.File, problems[0].Source.Line, problems[0].Message)
		}
		files[i].Data = data
	}
	return nil
}

// userPolicies reads the Rego below the directories of --policy. A directory
// without any is a mistake: its rules would silently not be asked.
func (f *flags) userPolicies() ([]engine.Policy, error) { return f.regoFiles(false) }

// regoFiles reads them with their tests, or without.
func (f *flags) regoFiles(tests bool) ([]engine.Policy, error) {
	key, err := f.readPolicyKey()
	if err != nil {
		return nil, err
	}
	var all []engine.Policy
	for _, name := range f.policies {
		var more []engine.Policy
		switch {
		case isBundle(name):
			more, err = readBundle(name, key)
		case key != nil:
			err = errors.New("only bundles are signed, and --policy-key asks for signatures")
		default:
			more, err = readRego(name, tests)
		}
		if err != nil {
			return nil, fmt.Errorf("--policy %s: %w", name, cause(err, name))
		}
		if len(more) == 0 {
			return nil, fmt.Errorf("--policy %s: there is no .rego file", name)
		}
		all = append(all, more...)
	}
	return all, nil
}

// readPolicyKey reads the key for bundles; nil when none is given.
func (f *flags) readPolicyKey() ([]byte, error) {
	if f.policyKey == "" {
		return nil, nil
	}
	key, err := os.ReadFile(f.policyKey)
	if err != nil {
		return nil, fmt.Errorf("--policy-key %s: %w", f.policyKey, cause(err, f.policyKey))
	}
	if len(bytes.TrimSpace(key)) == 0 {
		return nil, fmt.Errorf("--policy-key %s: the file is empty", f.policyKey)
	}
	return key, nil
}

func isBundle(name string) bool {
	return strings.HasSuffix(name, ".tar.gz") || strings.HasSuffix(name, ".tgz")
}

func readBundle(name string, key []byte) ([]engine.Policy, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return engine.ReadBundle(filepath.ToSlash(name), file, key)
}

// readRego reads the files below a directory.
func readRego(dir string, tests bool) ([]engine.Policy, error) {
	var all []engine.Policy
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".rego" || !tests && strings.HasSuffix(name, "_test.rego") {
			return err
		}
		data, err := os.ReadFile(name)
		all = append(all, engine.Policy{Name: filepath.ToSlash(name), Data: data})
		return err
	})
	return all, err
}

// cause takes the path off an error when it is the one that was typed, which
// the message has anyway.
func cause(err error, typed string) error {
	var p *fs.PathError
	if errors.As(err, &p) && p.Path == typed {
		return p.Err
	}
	return err
}
