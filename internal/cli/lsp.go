package cli

import (
	"context"
	"time"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/lsp"
)

func runLSP(ctx context.Context, env *Env, f *flags, args []string) (int, error) {
	if err := noArgs(args); err != nil {
		return 0, err
	}
	// A mistake in the flags is one before the editor says anything.
	if _, err := options(env, f, nil); err != nil {
		return 0, err
	}
	return ExitClean, lsp.Serve(ctx, env.Stdin, env.Stdout, env.Version, func(ctx context.Context, dir string, unsaved map[string][]byte) (*check.Result, error) {
		// A server lives for days.
		now := *env
		now.Now = time.Now()
		o, err := options(&now, f, []string{dir})
		if err != nil {
			return nil, err
		}
		o.Unsaved = unsaved
		return check.Run(ctx, o)
	})
}
