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
	o, err := options(env, f, paths)
	if err != nil {
		return 0, err
	}
	r, err := check.Run(ctx, o)
	if err != nil {
		return 0, err
	}
	defer r.Tree.Close()
	var ids []string
	for _, s := range r.Document.Stores {
		known = append(known, s.Address)
		if config.Matches(subject, s.Address) {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		hint := ""
		if name := spelling.Nearest(subject, known); name != "" {
			hint = fmt.Sprintf("; did you mean %q?", name)
		}
		return 0, errUsage{fmt.Errorf("%q is neither a rule nor the address of a store below the checked paths%s", subject, hint)}
	}
	color, width := env.terminal()
	return ExitClean, report.Explain(env.Stdout, r, ids, report.Options{Color: color, Width: width})
}

func runEvidence(ctx context.Context, env *Env, f *flags, args []string) (int, error) {
	if len(args) == 0 {
		return 0, errUsage{errors.New("evidence needs a directory to write into")}
	}
	o, err := options(env, f, args[1:])
	if err != nil {
		return 0, err
	}
	r, err := check.Run(ctx, o)
	if err != nil {
		return 0, err
	}
	defer r.Tree.Close()
	names, err := evidence.Write(args[0], r, env.Program)
	if err != nil {
		return 0, fmt.Errorf("evidence: %w", err)
	}
	color, width := env.terminal()
	if err := report.Summary(env.Stdout, r, report.Options{Color: color, Width: width}); err != nil {
		return 0, err
	}
	if _, err := fmt.Fprintf(env.Stdout, "Wrote %d files to %s.\n", len(names), args[0]); err != nil {
		return 0, err
	}
	return exitCode(r.Report.Summary, f.strict), nil
}

func runConfig(_ context.Context, env *Env, f *flags, args []string) (int, error) {
	if len(args) == 0 || args[0] != "verify" || len(args) > 2 {
		return 0, errUsage{errors.New("config knows `config verify [FILE]`")}
	}
	policies, err := f.userPolicies()
	if err != nil {
		return 0, err
	}
	o := check.Options{Policies: policies}
	if len(args) == 2 {
		o.ConfigFile = args[1]
	}
	cfg, err := check.Verify(o)
	switch {
	case err != nil:
		return 0, err
	case cfg.File == "":
		return 0, fmt.Errorf("there is no %s here or above", config.FileName)
	}
	_, err = fmt.Fprintf(env.Stdout, "%s is valid: %s.\n", cfg.File, report.ConfigText(cfg))
	return ExitClean, err
}
