// Package source is the set of files that a check may read: everything below
// one root, and nothing outside it. It gives out each file's content once read,
// and snippets of it for reports.
package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// MaxFileSize is the largest file that is read, in bytes. Configuration
// written by people stays far below it.
const MaxFileSize = 5 << 20

// Stdin is the name in a tree of what was read from the standard input.
const Stdin = "<stdin>"

// ErrTooLarge reports a file above MaxFileSize.
var ErrTooLarge = fmt.Errorf("larger than %d MB", MaxFileSize>>20)

// ErrOutside reports a path that leads out of the root.
var ErrOutside = errors.New("outside the checked root")

var errNotRegular = errors.New("not a regular file")

// Tree is the files below one root directory. It is safe for use by several
// goroutines.
type Tree struct {
	dir  string
	root *os.Root
	at   *os.File // the root directory too

	mu    sync.Mutex
	files map[string]content
	// starts of the lines, of files whose lines were asked for.
	starts map[string][]int
}

type content struct {
	data []byte
	err  error
}

// Open opens the tree below dir. Reads can't leave it, not by "..", not by a
// symbolic link.
func Open(dir string) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	at, err := os.Open(dir)
	if err != nil {
		root.Close()
		return nil, err
	}
	return &Tree{dir: dir, root: root, at: at, files: map[string]content{}, starts: map[string][]int{}}, nil
}

// Close releases the root directory.
func (t *Tree) Close() error { return errors.Join(t.root.Close(), t.at.Close()) }

// Dir is the root directory as it was given to Open.
func (t *Tree) Dir() string { return t.dir }

// Read returns the content of a regular file, named by its slash-separated
// path from the root. It is read once; later calls return the same bytes,
// which must not be changed.
func (t *Tree) Read(name string) ([]byte, error) {
	t.mu.Lock()
	c, ok := t.files[name]
	t.mu.Unlock()
	if ok {
		return c.data, c.err
	}
	c.data, c.err = t.read(name, MaxFileSize)
	t.mu.Lock()
	t.files[name] = c
	t.mu.Unlock()
	return c.data, c.err
}

// Add puts the content of a file into the tree that is on no disk: that of the
// standard input, under a name that no file below the root can have, or what an
// editor has not saved yet.
func (t *Tree) Add(name string, data []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.files[name] = content{data: data}
	delete(t.starts, name)
}

// ReadUpTo is Read for files that programs write, and which may be larger than
// what people do.
func (t *Tree) ReadUpTo(name string, limit int64) ([]byte, error) {
	data, err := t.Read(name)
	if !errors.Is(err, ErrTooLarge) {
		return data, err
	}
	c := content{}
	c.data, c.err = t.read(name, limit)
	t.mu.Lock()
	t.files[name] = c
	t.mu.Unlock()
	return c.data, c.err
}

// Head returns the beginning of a file of any size, at most n bytes of it.
func (t *Tree) Head(name string, n int64) ([]byte, error) {
	data, err := t.Read(name)
	if !errors.Is(err, ErrTooLarge) {
		return data[:min(int64(len(data)), n)], err
	}
	f, err := t.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err = io.ReadAll(io.LimitReader(f, n))
	return data, plain(err)
}

func (t *Tree) read(name string, limit int64) ([]byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, ErrOutside
	}
	data, err := readBeneath(t.at, filepath.FromSlash(name), limit)
	if err == nil || errors.Is(err, ErrTooLarge) || errors.Is(err, errNotRegular) || errors.Is(err, fs.ErrNotExist) {
		return data, err
	}
	f, err := t.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, plain(err)
	}
	if info.Size() > limit {
		return nil, ErrTooLarge
	}
	return readAll(f, make([]byte, 0, info.Size()+1), limit)
}

// open opens a regular file on any system. A FIFO or a device would block or never
// end, so the kind of file is looked at before it is opened.
func (t *Tree) open(name string) (*os.File, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, ErrOutside
	}
	info, err := t.root.Stat(name)
	if err != nil {
		return nil, plain(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f, err := t.root.Open(name)
	if err != nil {
		return nil, plain(err)
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, errNotRegular
	}
	return f, nil
}

// readAll reads r to its end into buf, which has room for what is expected, or to
// the limit.
func readAll(r io.Reader, buf []byte, limit int64) ([]byte, error) {
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, plain(err)
		}
		if int64(len(buf)) > limit {
			return nil, ErrTooLarge
		}
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, 4096)
		}
	}
	return buf, nil
}

// plain takes the operation and the path off an error: whoever reports it
// names the path in its own words.
func plain(err error) error {
	if err == nil {
		return nil
	}
	if strings.Contains(err.Error(), "escapes from parent") {
		return ErrOutside
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Loaded lists the files whose content was asked for so far, in order.
func (t *Tree) Loaded() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.files))
}

// IsDir reports whether name is a directory inside the root.
func (t *Tree) IsDir(name string) bool {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return false
	}
	info, err := t.root.Stat(name)
	return err == nil && info.IsDir()
}

// Files lists the names of the regular files in one directory, in order,
// among them links that lead to one inside the root.
func (t *Tree) Files(dir string) ([]string, error) {
	entries, err := t.listing().ReadDir(dir)
	if err != nil {
		return nil, plain(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		names = append(names, path.Join(dir, e.Name()))
	}
	return names, nil
}

// Below lists the files below a directory inside the root.
func (t *Tree) Below(dir string) ([]string, error) {
	if !t.IsDir(dir) {
		return nil, ErrOutside
	}
	names, _ := t.Walk([]string{dir}, func(string) bool { return false })
	return names, nil
}

// rootFS is what os.Root gives as a file system.
type rootFS interface {
	fs.ReadDirFS
	fs.StatFS
	fs.ReadLinkFS
}

// listing is a root's file system, with its directories listed in fewer calls
// where that can be done.
type listing struct {
	rootFS
	at *os.File
}

func (t *Tree) listing() listing { return listing{t.root.FS().(rootFS), t.at} }

// ReadDir lists a directory in order.
func (l listing) ReadDir(name string) ([]fs.DirEntry, error) {
	if fs.ValidPath(name) {
		entries, err := listBeneath(l.at, filepath.FromSlash(name))
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return entries, err
		}
	}
	return l.rootFS.ReadDir(name)
}

// Unreadable is a directory or a link that could not be followed.
type Unreadable struct {
	// Path from the root.
	Path string
	// Err says why.
	Err error
}

// skipped are directories that hold no configuration of the checked
// repository: version control, and what package managers and Terraform fetch.
var skipped = map[string]bool{".git": true, ".terraform": true, ".terragrunt-cache": true, "node_modules": true}

// Walk lists the files below the given paths in order, each once, leaving out
// directories that hold fetched things and those for which exclude is true.
// What can't be listed is returned beside them.
func (t *Tree) Walk(paths []string, exclude func(path string) bool) (files []string, unreadable []Unreadable) {
	for _, p := range paths {
		err := fs.WalkDir(t.listing(), p, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				unreadable = append(unreadable, Unreadable{name, plain(err)})
				return nil
			}
			if name != p && exclude(name) || entry.IsDir() && name != p && skipped[entry.Name()] {
				if entry.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if entry.IsDir() {
				return nil
			}
			if entry.Type()&fs.ModeSymlink != 0 && skipped[entry.Name()] {
				return nil
			}
			if entry.Type()&fs.ModeSymlink != 0 {
				return t.walkLink(name, &files, &unreadable)
			}
			files = append(files, name)
			return nil
		})
		if err != nil {
			unreadable = append(unreadable, Unreadable{p, plain(err)})
		}
	}
	slices.Sort(files)
	slices.SortFunc(unreadable, func(a, b Unreadable) int { return strings.Compare(a.Path, b.Path) })
	unreadable = slices.CompactFunc(unreadable, func(a, b Unreadable) bool { return a.Path == b.Path })
	return slices.Compact(files), unreadable
}

// walkLink takes a link to a file for the file. A link to a directory inside
// the root is passed over, since the directory is walked under its own name;
// one that leads outside is reported.
func (t *Tree) walkLink(name string, files *[]string, unreadable *[]Unreadable) error {
	info, err := t.root.Stat(name)
	switch {
	case err != nil:
		*unreadable = append(*unreadable, Unreadable{name, plain(err)})
	case info.Mode().IsRegular():
		*files = append(*files, name)
	}
	return nil
}

// Line returns one line of a file, counted from 1, without its line break; ""
// when there is no such line.
func (t *Tree) Line(name string, line int) string {
	data, err := t.Read(name)
	if err != nil || line < 1 {
		return ""
	}
	starts := t.lineStarts(name, data)
	if line > len(starts) {
		return ""
	}
	text := data[starts[line-1]:]
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	return string(bytes.TrimSuffix(text, []byte("\r")))
}

// lineStarts says where the lines of a file begin. Reports ask for many lines of
// one file, and a plan has a million.
func (t *Tree) lineStarts(name string, data []byte) []int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if starts, ok := t.starts[name]; ok {
		return starts
	}
	starts := []int{0}
	for at := 0; ; {
		end := bytes.IndexByte(data[at:], '\n')
		if end < 0 {
			break
		}
		at += end + 1
		starts = append(starts, at)
	}
	t.starts[name] = starts
	return starts
}
