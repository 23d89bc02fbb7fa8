package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/gittree"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/triage"
)

// compare checks the files of another commit in the same way, and says what rests
// elsewhere since. The configuration and the modules that were fetched are those
// of today, so that only what the commits hold makes a difference.
func (r *Result) compare(ctx context.Context, rules *engine.Engine, o Options) error {
	dir, err := os.MkdirTemp("", "stateside-base-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := r.extract(ctx, o, dir); err != nil {
		return fmt.Errorf("--base: %w", err)
	}
	base, err := r.loadBase(ctx, o, dir)
	if err != nil {
		return fmt.Errorf("--base %s: %w", o.Base, err)
	}
	if base == nil {
		// Nothing of what is checked was there.
		r.Report.Changes = triage.Compare(model.Document{}, r.Document)
		return nil
	}
	defer base.Tree.Close()
	r.Report.Changes = triage.Compare(base.Document, r.Document)
	if !o.NewOnly {
		return nil
	}
	if err := base.judge(ctx, rules, o.Now); err != nil {
		return err
	}
	triage.NewBaseline(base.Report.Findings).Mark(r.Report.Findings)
	return nil
}

// extract writes the files of the commit to a directory.
func (r *Result) extract(ctx context.Context, o Options, dir string) error {
	into, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer into.Close()
	if err := gittree.Extract(ctx, r.scope.root, o.Base, into); err != nil {
		return err
	}
	return r.addModules(into)
}

// addModules copies the modules that Terraform fetched, which no commit holds.
func (r *Result) addModules(into *os.Root) error {
	return filepath.WalkDir(r.scope.root, func(name string, entry fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(r.scope.root, name)
		if err != nil || relErr != nil {
			return nil // the check of the tree itself says what can't be read
		}
		rel = filepath.ToSlash(rel)
		if entry.IsDir() {
			if base := path.Base(rel); base == ".git" || base == "node_modules" || path.Base(path.Dir(rel)) == ".terraform" && base != "modules" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.Contains("/"+rel, "/.terraform/modules/") || !entry.Type().IsRegular() {
			return nil
		}
		data, err := r.Tree.Read(rel)
		if err != nil {
			return nil
		}
		return put(into, rel, data)
	})
}

func put(into *os.Root, name string, data []byte) error {
	if err := into.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o700); err != nil {
		return err
	}
	return into.WriteFile(filepath.FromSlash(name), data, 0o600)
}

// loadBase reads in a directory what is read here; nil when none of it is there.
func (r *Result) loadBase(ctx context.Context, o Options, dir string) (*Result, error) {
	there := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	var paths []string
	for _, name := range slices.Concat(r.scope.paths, r.scope.given) {
		if name == source.Stdin {
			return nil, errors.New("what is read from the standard input is in no commit")
		}
		if _, err := os.Stat(there(name)); err == nil {
			paths = append(paths, there(name))
		}
	}
	if len(paths) == 0 {
		return nil, nil
	}
	base := o
	base.Paths, base.Root, base.Base, base.Baseline, base.config = paths, dir, "", nil, r.Config
	base.Loaders.Terraform.Assignments = slices.Clone(o.Loaders.Terraform.Assignments)
	for i, a := range base.Loaders.Terraform.Assignments {
		if a.File == "" {
			continue
		}
		name := r.scope.display(a.File)
		if data, err := os.ReadFile(there(name)); err == nil && filepath.IsLocal(filepath.FromSlash(name)) {
			base.Loaders.Terraform.Assignments[i].Data = data
		}
		base.Loaders.Terraform.Assignments[i].File = there(name)
	}
	return Load(ctx, base)
}
