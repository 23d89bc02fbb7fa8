package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/evidence"
	"github.com/stateside-dev/stateside/internal/report"
	"github.com/stateside-dev/stateside/internal/spelling"
)

func runExplain(ctx context.Context, env *Env, f *flags, args []string) (int, error) {
	if len(args) == 0 {
		return 0, errUsage{errors.New("which rule or store?")}
	}
	subject, paths := args[0], args[1:]
	policies, err := f.userPolicies()
	if err != nil {
		return 0, err
	}
	rules, err := engine.Compile(policies)
	if err != nil {
		return 0, err
	}
	var known []string
	for _, rule := range rules.Rules() {
		if rule.ID == subject {
			_, err := fmt.Fprint(env.Stdout, report.RuleMarkdown(rule))
			return ExitClean, err
		}
		known = append(known, rule.ID)
	}
	_, err = judged(ctx, env, f, paths, func(r *check.Result) error { return explainStores(env, r, subject, known) })
	return ExitClean, err
}

// explainStores explains the stores whose addresses a pattern fits.
func explainStores(env *Env, r *check.Result, pattern string, known []string) error {
	var ids []string
	for _, s := range r.Document.Stores {
		known = append(known, s.Address)
		if config.Matches(pattern, s.Address) {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		hint := ""
		if name := spelling.Nearest(pattern, known); name != "" {
			hint = fmt.Sprintf("; did you mean %q?", name)
		}
		return errUsage{fmt.Errorf("%q is neither a rule (`stateside rules` lists them) nor the address of a store below the checked paths (`stateside inventory`)%s", pattern, hint)}
	}
	color, width := env.terminal()
	return report.Explain(env.Stdout, r, ids, report.Options{Color: color, Width: width})
}

func runEvidence(ctx context.Context, env *Env, f *flags, args []string) (int, error) {
	if len(args) == 0 {
		return 0, errUsage{errors.New("evidence needs a directory to write into")}
	}
	// What an earlier run wrote there is no input of this one.
	run := func(ctx context.Context, o check.Options) (*check.Result, error) {
		o.Into = args[0]
		return check.Run(ctx, o)
	}
	r, err := worked(ctx, env, f, args[1:], run, func(r *check.Result) error {
		names, err := evidence.Write(args[0], r, env.Program)
		if err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		color, width := env.terminal()
		if err := report.Summary(env.Stdout, r, report.Options{Color: color, Width: width}); err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.Stdout, "Wrote %d files to %s.\n", len(names), args[0])
		return err
	})
	if err != nil {
		return 0, err
	}
	return exitCode(r.Report.Summary, f.strict), nil
}

func runConfig(_ context.Context, env *Env, f *flags, args []string) (int, error) {
	if len(args) == 0 || args[0] != "verify" {
		return 0, errUsage{errors.New("config knows `config verify [FILE…]`")}
	}
	policies, err := f.userPolicies()
	if err != nil {
		return 0, err
	}
	files := args[1:]
	if len(files) == 0 {
		files = []string{""}
	}
	var errs []error
	for _, file := range files {
		errs = append(errs, verify(env, check.Options{ConfigFile: file, Policies: policies}))
	}
	return ExitClean, errors.Join(errs...)
}

// verify says that a configuration is valid, or why not.
func verify(env *Env, o check.Options) error {
	cfg, err := check.Verify(o)
	switch {
	case err != nil:
		return err
	case cfg.File == "":
		return fmt.Errorf("there is no %s here or above", config.FileName)
	}
	_, err = fmt.Fprintf(env.Stdout, "%s is valid: %s.\n", cfg.File, report.ConfigText(cfg))
	return err
}
