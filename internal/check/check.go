// Package check runs a whole check: it finds the files and the configuration,
// lets the loaders read them, joins what they found, asks the policies, and
// applies the exceptions. It decides nothing itself.
package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/inventory"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/parallel"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/triage"
	"github.com/stateside-dev/stateside/loaders"
	"github.com/stateside-dev/stateside/loaders/declared"
	"github.com/stateside-dev/stateside/loaders/terraform"
)

// Options of a check.
type Options struct {
	// Paths to check, files or directories; the current directory when empty.
	// "-" is the standard input.
	Paths []string
	// Stdin is read when Paths name it.
	Stdin io.Reader
	// Unsaved is the text of files that an editor has changed, by their paths: it
	// is read in the place of what is on the disk.
	Unsaved map[string][]byte
	// Root beyond which nothing is read; found from the paths when empty.
	Root string
	// ConfigFile to use; searched for upwards from the paths when empty.
	ConfigFile string
	// Policies of the user's own.
	Policies []engine.Policy
	// Loaders' options.
	Loaders loaders.Options
	// Now against which dates are held.
	Now time.Time
	// Tool is the version that is checking.
	Tool string
	// Into is a directory that the result is written into, and that is therefore
	// no input; empty for none.
	Into string
	// Stage, if there is one, is told what begins.
	Stage func(name string)
	// Baseline of findings that are known; nil for none.
	Baseline *triage.Baseline
	// Base is a commit to compare with; empty for none.
	Base string
	// NewOnly says that what is found in Base too is known.
	NewOnly bool

	config *config.Config // to use instead of looking for one
}

func (o Options) stage(name string) {
	if o.Stage != nil {
		o.Stage(name)
	}
}

// Result of a check.
type Result struct {
	// Report for people and machines.
	Report model.Report
	// Document that was judged.
	Document model.Document
	// Config that was used.
	Config *config.Config
	// Rules lists those that were asked; nil when nothing was judged. Not all
	// reports need what it takes to describe them.
	Rules func() []*engine.Rule
	// Exceptions of the configuration with what became of them.
	Exceptions []model.ExceptionUse
	// Tree of the files, for snippets. The caller closes it.
	Tree *source.Tree
	// WorkDir is the directory from which paths are shown.
	WorkDir string

	given    given
	comments []source.Comment
	scope    scope
}

// maxStdin is the largest standard input that is read, in bytes.
const maxStdin = 256 << 20

// Load finds and reads what is to be checked, and joins it. The report holds
// the summary and the problems, and no findings yet.
func Load(ctx context.Context, o Options) (*Result, error) {
	o.stage("looking for files")
	s, err := locate(o.Paths, o.Root)
	if err != nil {
		return nil, err
	}
	cfg := o.config
	if cfg == nil {
		if cfg, err = s.config(o.ConfigFile); err != nil {
			return nil, err
		}
	}
	tree, err := source.Open(s.root)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", s.root, err)
	}
	for file, data := range o.Unsaved {
		if name := s.display(file); filepath.IsLocal(filepath.FromSlash(name)) {
			tree.Add(name, data)
		}
	}
	if s.stdin {
		data, err := io.ReadAll(io.LimitReader(o.Stdin, maxStdin+1))
		if err != nil || len(data) > maxStdin {
			return nil, errors.Join(fmt.Errorf("the standard input can't be read, or is larger than %d MB", maxStdin>>20), err)
		}
		tree.Add(source.Stdin, data)
	}
	// What is shown of a variables file is its path like that of any other.
	assignments := slices.Clone(o.Loaders.Terraform.Assignments)
	for i, a := range assignments {
		if a.File != "" {
			assignments[i].File = s.display(a.File)
		}
	}
	o.Loaders.Terraform.Assignments = assignments
	o.Loaders.Terraform.Variants = slices.Clone(o.Loaders.Terraform.Variants)
	for i, v := range o.Loaders.Terraform.Variants {
		files := slices.Clone(v.Files)
		for n := range files {
			files[n].File = s.display(files[n].File)
		}
		o.Loaders.Terraform.Variants[i].Files = files
	}
	r := &Result{Config: cfg, Tree: tree, WorkDir: s.workDir, scope: s}
	claimed, examples, doc, err := read(ctx, tree, s, cfg, o)
	if err != nil {
		tree.Close()
		return nil, err
	}
	r.remember(o)
	slices.Sort(claimed)
	for _, name := range claimed {
		r.comments = append(r.comments, tree.Comments(name)...)
	}
	o.stage("joining what was found")
	r.Document = inventory.Join(doc, cfg, r.comments)
	r.Report = model.Report{
		Version: model.Version, Tool: o.Tool, Config: cfg.File, Now: o.Now.UTC().Format(time.RFC3339),
		Summary: summarize(r.Document, len(claimed)), Empty: s.empty(claimed), Findings: []model.Finding{}, Exceptions: []model.ExceptionUse{}, Problems: r.Document.Problems,
	}
	r.Report.Summary.Examples = examples
	return r, nil
}

// Run checks. The error says why the check itself could not be done; what is
// wrong with what was checked is in the result.
func Run(ctx context.Context, o Options) (*Result, error) {
	// Compiling the policies and reading the files need nothing of each other.
	compiled := make(chan struct{})
	var rules *engine.Engine
	var compileErr error
	go func() {
		defer close(compiled)
		rules, compileErr = engine.Compile(o.Policies)
	}()
	r, err := Load(ctx, o)
	o.stage("compiling the rules")
	<-compiled
	o.stage("asking the rules")
	if err != nil || compileErr != nil {
		if r != nil {
			r.Tree.Close()
		}
		return nil, errors.Join(err, compileErr)
	}
	err = r.judge(ctx, rules, o.Now)
	if err == nil && o.Base != "" {
		err = r.compare(ctx, rules, o)
	}
	if err != nil {
		r.Tree.Close()
		return nil, err
	}
	if o.Baseline != nil {
		r.Report.Gone = o.Baseline.Mark(r.Report.Findings)
	}
	count(&r.Report.Summary, r.Report.Findings)
	return r, nil
}

// terraformSettings hands on what the configuration says of how Terraform is
// applied.
func terraformSettings(cfg *config.Config) (map[string]map[string]terraform.Assumed, map[string]terraform.RootOptions) {
	assume := map[string]map[string]terraform.Assumed{}
	for provider, settings := range cfg.Assume {
		assume[provider] = map[string]terraform.Assumed{}
		for name, a := range settings {
			assume[provider][name] = terraform.Assumed{Value: a.Value, Source: &a.Source}
		}
	}
	roots := map[string]terraform.RootOptions{}
	for dir, r := range cfg.Roots {
		roots[dir] = terraform.RootOptions{VarFiles: r.VarFiles, Source: &r.Source}
	}
	return assume, roots
}

// read lets each loader read the files that it claims, several at once, and
// returns these files. The error is that of an option which means nothing in
// them.
func read(ctx context.Context, tree *source.Tree, s scope, cfg *config.Config, o Options) ([]string, int, model.Document, error) {
	into := s.display(o.Into)
	names, unreadable := tree.Walk(s.paths, func(name string) bool {
		return cfg.Excludes(name) || o.Into != "" && name == into
	})
	names = append(names, s.files...)
	o.Loaders.Terraform.Assume, o.Loaders.Terraform.Roots = terraformSettings(cfg)
	o.Loaders.Formats = declaredFormats(cfg)
	all := loaders.All(&geo.Tables{HasSite: cfg.HasSite}, &catalog.Catalogue{}, o.Loaders)
	below := s.below
	if o.Loaders.IncludeExamples {
		below = func(string) string { return "" }
	}
	claimed, examples, problems := claim(tree, all, names, unreadable, below)
	o.stage("reading and evaluating")

	docs := make([]model.Document, len(all))
	var wg sync.WaitGroup
	files := map[string]bool{}
	for i, l := range all {
		if len(claimed[i]) == 0 {
			continue
		}
		for _, name := range claimed[i] {
			files[name] = true
		}
		wg.Go(func() { docs[i] = l.Load(ctx, tree, claimed[i]) })
	}
	wg.Wait()
	for _, l := range all {
		// What an option means now it need not have meant at the base.
		if r, ok := l.(loaders.Refuser); ok && r.Refused() != nil && o.config == nil {
			return nil, 0, model.Document{}, r.Refused()
		}
	}
	joined := model.Document{Problems: problems}
	for _, doc := range docs {
		joined.Add(doc)
	}
	return slices.Collect(maps.Keys(files)), len(examples), joined, nil
}

// declaredFormats are those of the configuration, as the loaders take them.
func declaredFormats(cfg *config.Config) []declared.Format {
	var all []declared.Format
	for _, f := range cfg.Formats {
		all = append(all, declared.Format{
			Files: f.Files, Store: f.Store, Role: f.Role, Cloud: f.Cloud, Each: f.Each,
			Name: f.Name, Region: f.Region, Host: f.Host, Datacenter: f.Datacenter,
		})
	}
	return all
}

// wanted says of a file which loaders claim it, and why it can't be looked into.
type wanted struct {
	by  []bool
	err error
}

// claims asks all loaders about all files, on all processors: for many files
// they look at the content.
func claims(tree *source.Tree, all []loaders.Loader, names []string) []wanted {
	answers := make([]wanted, len(names))
	parallel.Each(len(names), func(n int) {
		f := tree.File(names[n])
		by := make([]bool, len(all))
		for i, l := range all {
			by[i] = l.Claims(f)
		}
		answers[n] = wanted{by, f.Err()}
	})
	return answers
}

// claim asks the loaders which of the files they want. A file that none could
// look into is a problem, and so is a path that could not be followed and might
// have been wanted.
func claim(tree *source.Tree, all []loaders.Loader, names []string, unreadable []source.Unreadable, below func(name string) string) (claimed [][]string, examples map[string]bool, problems []model.Problem) {
	claimed = make([][]string, len(all))
	examples = map[string]bool{}
	answers := claims(tree, all, names)
	for n, name := range names {
		from := below(name)
		for i, l := range all {
			if !answers[n].by[i] {
				continue
			}
			if selective, ok := l.(loaders.Selective); ok && from != "" && selective.Skips(from) {
				examples[name] = true
			} else {
				claimed[i] = append(claimed[i], name)
			}
		}
		if name == source.Stdin && !slices.ContainsFunc(claimed, func(names []string) bool { return slices.Contains(names, name) }) {
			problems = append(problems, unread(source.Unreadable{Path: name, Err: errNoPlan}))
		}
		if err := answers[n].err; err != nil {
			problems = append(problems, unread(source.Unreadable{Path: name, Err: err}))
		}
	}
	for _, u := range unreadable {
		f := tree.File(u.Path)
		isWanted := slices.ContainsFunc(all, func(l loaders.Loader) bool { return l.Claims(f) })
		if isWanted || !strings.Contains(path.Base(u.Path), ".") && !errors.Is(u.Err, source.ErrOutside) {
			problems = append(problems, unread(u))
		}
	}
	return claimed, examples, problems
}

var errNoPlan = errors.New("it is neither a plan nor a state as `terraform show -json` prints it, nor a manifest of Kubernetes")

func unread(u source.Unreadable) model.Problem {
	return model.NotRead(u.Path, 1, fmt.Sprintf("the file can't be read: %v", u.Err))
}
