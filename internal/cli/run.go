package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/report"
	"github.com/stateside-dev/stateside/internal/spelling"
)

// options makes the options of a check of flags, arguments and environment.
func options(env *Env, f *flags, paths []string) (check.Options, error) {
	now, err := f.time(env.Now)
	if err != nil {
		return check.Options{}, err
	}
	loaderOptions, err := f.loaders(env.Environ)
	if err != nil {
		return check.Options{}, err
	}
	policies, err := f.userPolicies()
	if err != nil {
		return check.Options{}, err
	}
	o := check.Options{
		Paths: paths, Stdin: env.Stdin, Root: f.root, ConfigFile: f.config, Policies: policies,
		Loaders: loaderOptions, Now: now, Tool: env.Version,
	}
	return o, f.triage.apply(&o)
}

func runCheck(ctx context.Context, env *Env, f *flags, paths []string) (int, error) {
	outputs, err := f.outputs(func(format report.Format) report.Write { return format.Check })
	if err != nil {
		return 0, err
	}
	r, err := judged(ctx, env, f, paths, func(r *check.Result) error { return writeAll(env, outputs, r) })
	if err != nil {
		return 0, err
	}
	return exitCode(r.Report.Summary, f.strict), nil
}

// judged checks the paths and gives the result to write. It shows how long work
// goes on.
func judged(ctx context.Context, env *Env, f *flags, paths []string, write func(*check.Result) error) (*check.Result, error) {
	return worked(ctx, env, f, paths, check.Run, write)
}

// worked is a check or a part of one, with its result written.
func worked(
	ctx context.Context, env *Env, f *flags, paths []string,
	work func(context.Context, check.Options) (*check.Result, error), write func(*check.Result) error,
) (*check.Result, error) {
	o, err := options(env, f, paths)
	if err != nil {
		return nil, err
	}
	p := startProgress(env, f.verbose)
	defer p.stop()
	o.Stage = p.stage
	r, err := work(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.Tree.Close()
	p.stage("writing")
	p.hide()
	return r, write(r)
}

func exitCode(s model.Summary, strict bool) int {
	if s.Errors > 0 || strict && s.Warnings > 0 {
		return ExitFindings
	}
	return ExitClean
}

func runInventory(ctx context.Context, env *Env, f *flags, paths []string) (int, error) {
	outputs, err := f.outputs(func(format report.Format) report.Write { return format.Inventory })
	if err != nil {
		return 0, err
	}
	_, err = worked(ctx, env, f, paths, check.Load, func(r *check.Result) error { return writeAll(env, outputs, r) })
	return ExitClean, err
}

// ruleRow is a rule as `rules --format json` prints it.
type ruleRow struct {
	ID          string           `json:"id"`
	Title       string           `json:"title"`
	Description string           `json:"description"`
	Severities  []model.Severity `json:"severities"`
	Basis       string           `json:"basis,omitempty"`
	Remedy      string           `json:"remedy,omitempty"`
	File        string           `json:"file"`
}

func runRules(_ context.Context, env *Env, f *flags, args []string) (int, error) {
	if err := noArgs(args); err != nil {
		return 0, err
	}
	if err := f.checkFormat(); err != nil {
		return 0, err
	}
	policies, err := f.userPolicies()
	if err != nil {
		return 0, err
	}
	e, err := engine.Compile(policies)
	if err != nil {
		return 0, err
	}
	if f.format == "json" {
		rows := []ruleRow{}
		for _, r := range e.Rules() {
			rows = append(rows, ruleRow{r.ID, r.Title, r.Description, r.Severities, r.Basis, r.Remedy, r.File})
		}
		encoder := json.NewEncoder(env.Stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return ExitClean, encoder.Encode(rows)
	}
	table := tabwriter.NewWriter(env.Stdout, 0, 4, 2, ' ', 0)
	for _, r := range e.Rules() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", r.ID, report.SeveritiesText(r.Severities), r.Title)
	}
	return ExitClean, table.Flush()
}

func runSchema(_ context.Context, env *Env, _ *flags, args []string) (int, error) {
	name := "input"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if err := noArgs(args); err != nil {
		return 0, err
	}
	schemas := model.Schemas()
	schemas["catalog"] = catalog.Schema()
	schemas["config"] = config.Schema()
	schema, ok := schemas[name]
	if !ok {
		return 0, errUsage{fmt.Errorf("there is no schema %q%s", name, spelling.Hint(name, slices.Collect(maps.Keys(schemas))))}
	}
	_, err := env.Stdout.Write(schema)
	return ExitClean, err
}

func runFormats(_ context.Context, env *Env, _ *flags, args []string) (int, error) {
	if err := noArgs(args); err != nil {
		return 0, err
	}
	table := tabwriter.NewWriter(env.Stdout, 0, 4, 2, ' ', 0)
	for _, f := range report.Formats() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", f.Name, f.For(), f.Description)
	}
	return ExitClean, table.Flush()
}

func runVersion(_ context.Context, env *Env, _ *flags, args []string) (int, error) {
	if err := noArgs(args); err != nil {
		return 0, err
	}
	_, err := fmt.Fprintf(env.Stdout, "stateside %s (model version %d)\n", env.Version, model.Version)
	return ExitClean, err
}

func noArgs(args []string) error {
	if len(args) > 0 {
		return errUsage{fmt.Errorf("unexpected argument %q", args[0])}
	}
	return nil
}
