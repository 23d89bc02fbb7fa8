package cli

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/pflag"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/triage"
)

// triageFlags are those by which findings that were there before do not count.
type triageFlags struct {
	baseline string
	base     string
	newOnly  bool
}

func (t *triageFlags) define(set *pflag.FlagSet) {
	set.StringVar(&t.baseline, "baseline", "", "a `FILE` that `stateside baseline` made: the findings in it are known and do not count")
	set.StringVar(&t.base, "base", "", "a `COMMIT` to compare with: what rests elsewhere since is listed")
	set.BoolVar(&t.newOnly, "new-only", false, "with --base, findings that it has too are known and do not count")
}

// apply takes the flags into the options of a check.
func (t *triageFlags) apply(o *check.Options) error {
	o.Base, o.NewOnly = t.base, t.newOnly
	if t.newOnly && t.base == "" {
		return errUsage{fmt.Errorf("--new-only needs --base COMMIT to tell what is new")}
	}
	if t.baseline == "" {
		return nil
	}
	data, err := os.ReadFile(t.baseline)
	if err != nil {
		return fmt.Errorf("--baseline: %w", err)
	}
	b, err := triage.ParseBaseline(data)
	if err != nil {
		return fmt.Errorf("--baseline %s: %w", t.baseline, err)
	}
	o.Baseline = &b
	return nil
}

func exceptionsFlags(set *pflag.FlagSet, f *flags) {
	formatFlag(set, f)
	baselineFlags(set, f)
}

func baselineFlags(set *pflag.FlagSet, f *flags) {
	inputFlags(set, f)
	policyFlag(set, f)
}

func runBaseline(ctx context.Context, env *Env, f *flags, paths []string) (int, error) {
	r, err := checked(ctx, env, f, paths)
	if err != nil {
		return 0, err
	}
	defer r.Tree.Close()
	return ExitClean, writeJSON(env.Stdout, triage.NewBaseline(r.Report.Findings))
}

func runExceptions(ctx context.Context, env *Env, f *flags, paths []string) (int, error) {
	r, err := checked(ctx, env, f, paths)
	if err != nil {
		return 0, err
	}
	defer r.Tree.Close()
	if f.format == "json" {
		return ExitClean, writeJSON(env.Stdout, r.Report.Exceptions)
	}
	if len(r.Report.Exceptions) == 0 {
		_, err := fmt.Fprintln(env.Stdout, "There are no exceptions.")
		return ExitClean, err
	}
	table := tabwriter.NewWriter(env.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "RULE\tFOR\tLEFT\tCOVERS\tAPPROVER\tREASON")
	for _, e := range r.Report.Exceptions {
		subject := e.Address
		if e.Inline {
			subject = fmt.Sprintf("%s:%d", e.Source.File, e.Source.Line)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", e.Rule, subject, left(e), model.Count(e.Matches, "finding"), e.Approver, e.Reason)
	}
	return ExitClean, table.Flush()
}

// left says how long an exception holds.
func left(e model.ExceptionUse) string {
	switch {
	case e.Never:
		return "not followed"
	case e.Expired:
		return "ended " + e.Until
	}
	return model.Count(e.DaysLeft, "day")
}

// checked runs a check for a command that shows a part of it.
func checked(ctx context.Context, env *Env, f *flags, paths []string) (*check.Result, error) {
	o, err := options(env, f, paths)
	if err != nil {
		return nil, err
	}
	return check.Run(ctx, o)
}
