package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/proposal"
	"github.com/stateside-dev/stateside/internal/report"
)

// schemaOf is the address of the schema of stateside.yaml as of a version.
func schemaOf(version string) string {
	return "https://raw.githubusercontent.com/stateside-dev/stateside/" + report.Release(version) + "/internal/config/schema.json"
}

func runInit(ctx context.Context, env *Env, f *flags, args []string) (int, error) {
	if len(args) > 1 {
		return 0, errUsage{errors.New("init takes one path")}
	}
	dir := "."
	if len(args) == 1 {
		dir = args[0]
	}
	file := filepath.Join(dir, config.FileName)
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%s is there already", file)
	}
	_, err := worked(ctx, env, f, []string{dir}, check.Load, func(r *check.Result) error { return writeProposal(env, r, file) })
	return ExitClean, err
}

func writeProposal(env *Env, r *check.Result, file string) error {
	text := proposal.Config(r.Document, schemaOf(env.Version))
	// A file that came in the meantime is not written over.
	w, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = w.WriteString(text)
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	color, width := env.terminal()
	if err := report.Summary(env.Stdout, r, report.Options{Color: color, Width: width}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.Stdout, "Wrote %s. Say in it which stores hold the data; until then every store does.\n", file)
	return err
}
