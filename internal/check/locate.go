package check

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/source"
)

// scope is what is checked, and where.
type scope struct {
	root    string   // directory beyond which nothing is read
	paths   []string // directories to check, from the root
	given   []string // files that were named, from the root
	files   []string // those and the ones beside them
	start   string   // absolute directory from which the configuration is searched
	workDir string   // absolute working directory
	stdin   bool     // the standard input was named, as "-"
}

// locate finds the root of the paths: the repository they are in, else the
// directory with their configuration, else the one that holds them all.
func locate(paths []string, root string) (scope, error) {
	given := len(paths)
	paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return p == "-" })
	stdin := len(paths) < given
	if len(paths) == 0 {
		// What comes from the standard input belongs to where we are.
		paths = []string{"."}
	}
	var dirs []string
	var absolute []string
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return scope{}, err
		}
		// What a link leads to is what is checked.
		real, err := filepath.EvalSymlinks(abs)
		if err != nil {
			return scope{}, fmt.Errorf("%s: %w", p, reason(err))
		}
		info, err := os.Stat(real)
		if err != nil {
			return scope{}, fmt.Errorf("%s: %w", p, reason(err))
		}
		dir := real
		if !info.IsDir() {
			dir = filepath.Dir(real)
		}
		dirs = append(dirs, dir)
		absolute = append(absolute, real)
	}
	s := scope{start: dirs[0], stdin: stdin}
	workDir, err := filepath.Abs(".")
	if err != nil {
		return scope{}, err
	}
	if s.workDir, err = filepath.EvalSymlinks(workDir); err != nil {
		return scope{}, err
	}
	if s.root, err = rootOf(dirs, root); err != nil {
		return scope{}, err
	}
	if stdin && given == 1 {
		s.files = []string{source.Stdin}
		return s, nil
	}
	for i, real := range absolute {
		rel, err := filepath.Rel(s.root, real)
		if err != nil || !filepath.IsLocal(rel) {
			return scope{}, fmt.Errorf("%s is outside the root %s", paths[i], s.root)
		}
		if dirs[i] == real {
			s.paths = append(s.paths, filepath.ToSlash(rel))
			continue
		}
		s.given = append(s.given, filepath.ToSlash(rel))
		s.files = append(s.files, beside(real, s.root)...)
	}
	if stdin {
		s.files = append(s.files, source.Stdin)
	}
	slices.Sort(s.files)
	s.files = slices.Compact(s.files)
	return s, nil
}

// empty are the paths below which none of the files is.
func (s *scope) empty(files []string) []string {
	var paths []string
	for _, dir := range s.paths {
		if !slices.ContainsFunc(files, func(f string) bool {
			return f != source.Stdin && (dir == "." || strings.HasPrefix(f, dir+"/"))
		}) {
			paths = append(paths, dir)
		}
	}
	for _, file := range s.given {
		if !slices.ContainsFunc(files, func(f string) bool { return path.Dir(f) == path.Dir(file) }) {
			paths = append(paths, file)
		}
	}
	return paths
}

// below is the path of a file from the one of the paths that it is below. A file
// that was named itself has none: it counts, wherever it is.
func (s *scope) below(name string) string {
	if slices.Contains(s.given, name) {
		return ""
	}
	for _, dir := range s.paths {
		if rest, ok := strings.CutPrefix(name, dir+"/"); ok {
			return rest
		}
	}
	return name
}

// beside lists the files of the directory of a file: a file means nothing
// without them.
func beside(file, root string) []string {
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			rel, err := filepath.Rel(root, filepath.Join(filepath.Dir(file), e.Name()))
			if err == nil {
				names = append(names, filepath.ToSlash(rel))
			}
		}
	}
	return names
}

func rootOf(dirs []string, given string) (string, error) {
	if given != "" {
		abs, err := filepath.Abs(given)
		if err != nil {
			return "", err
		}
		real, err := filepath.EvalSymlinks(abs)
		if err != nil {
			return "", fmt.Errorf("root %s: %w", given, reason(err))
		}
		return real, nil
	}
	root := ""
	for _, dir := range dirs {
		top := dir
		if found, ok := upward(dir, ".git"); ok {
			top = found
		} else if found, ok := upward(dir, config.FileName); ok {
			top = found
		}
		root = common(root, top)
	}
	return root, nil
}

// upward finds the nearest directory at or above dir that holds name.
func upward(dir, name string) (string, bool) {
	for {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// common is the directory that holds both a and b.
func common(a, b string) string {
	if a == "" {
		return b
	}
	for !within(b, a) {
		a = filepath.Dir(a)
	}
	return a
}

func within(dir, root string) bool {
	rel, err := filepath.Rel(root, dir)
	return err == nil && (rel == "." || rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)))
}

// reason takes the path off an error whose message names it anyway.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// config reads the configuration: the file given, else the nearest one at or
// above the first path, but not above the root, else the built-in one.
func (s *scope) config(given string) (*config.Config, error) {
	file := given
	if file == "" {
		dir, ok := upward(s.start, config.FileName)
		if !ok || !within(dir, s.root) {
			return config.Default(), nil
		}
		file = filepath.Join(dir, config.FileName)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", file, reason(err))
	}
	name := s.display(file)
	cfg, err := config.Parse(name, data)
	if err == nil && filepath.IsLocal(filepath.FromSlash(name)) {
		cfg.Rebase(path.Dir(name))
	}
	return cfg, err
}

// display names a file from the root when it is below it, else by its whole path.
func (s *scope) display(file string) string {
	abs, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	if rel, err := filepath.Rel(s.root, abs); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(abs)
}
