// Package gittree writes the files of a commit to a directory, without touching
// the work tree or the index. It asks the git program, which alone knows every
// form a repository can have, and only for what a commit holds: no hook, filter
// or remote takes part.
package gittree

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/stateside-dev/stateside/internal/source"
)

// maxTotal bounds what is written, in bytes.
const maxTotal = 1 << 30

// entry is a file of a commit.
type entry struct {
	mode, object, path string
	size               int64
}

// Extract writes the files below dir, as they are in the commit that ref names,
// into a directory. Files that a check would find too large are left out, and so
// are submodules, which are no files.
func Extract(ctx context.Context, dir, ref string, into *os.Root) error {
	commit, err := output(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		return fmt.Errorf("git knows no commit %q in %s: %w", ref, dir, err)
	}
	list, err := output(ctx, dir, "ls-tree", "-r", "-l", "-z", strings.TrimSpace(string(commit)))
	if err != nil {
		return fmt.Errorf("the files of %s can't be listed: %w", ref, err)
	}
	entries, err := parseList(list)
	if err != nil {
		return fmt.Errorf("the files of %s can't be listed: %w", ref, err)
	}
	if err := write(ctx, dir, entries, into); err != nil {
		return fmt.Errorf("the files of %s can't be read: %w", ref, err)
	}
	return nil
}

// parseList reads what ls-tree prints: mode, type, object and size, a tab, and the
// path, each entry ended by a zero byte.
func parseList(list []byte) ([]entry, error) {
	var all []entry
	var total int64
	for record := range bytes.SplitSeq(list, []byte{0}) {
		if len(record) == 0 {
			continue
		}
		head, name, ok := strings.Cut(string(record), "\t")
		fields := strings.Fields(head)
		if !ok || len(fields) != 4 {
			return nil, errors.New("git prints what is not understood")
		}
		size, err := strconv.ParseInt(fields[3], 10, 64)
		if fields[1] != "blob" || err != nil || size > source.MaxFileSize || !isPlain(name) {
			continue
		}
		if total += size; total > maxTotal {
			return nil, fmt.Errorf("they are larger than %d MB", maxTotal>>20)
		}
		all = append(all, entry{fields[0], fields[2], name, size})
	}
	return all, nil
}

// isPlain says whether a path stays inside, and out of what belongs to git.
func isPlain(name string) bool {
	return filepath.IsLocal(filepath.FromSlash(name)) &&
		!slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.EqualFold(part, ".git") })
}

// write asks for the objects one after the other and writes each where it belongs.
func write(ctx context.Context, dir string, entries []entry, into *os.Root) error {
	cmd := command(ctx, dir, "cat-file", "--batch")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		w := bufio.NewWriter(stdin)
		for _, e := range entries {
			fmt.Fprintln(w, e.object)
		}
		w.Flush()
		stdin.Close()
	}()
	err = read(bufio.NewReader(stdout), entries, into)
	if err != nil {
		cmd.Cancel()
	}
	return errors.Join(err, withText(cmd.Wait(), stderr.Bytes()))
}

func read(r *bufio.Reader, entries []entry, into *os.Root) error {
	for _, e := range entries {
		var object, kind string
		var size int64
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if _, err := fmt.Sscanf(line, "%s %s %d", &object, &kind, &size); err != nil || kind != "blob" || size != e.size {
			return fmt.Errorf("%s: git answers %q", e.path, strings.TrimSpace(line))
		}
		data := make([]byte, size+1) // and a line break
		if _, err := io.ReadFull(r, data); err != nil {
			return err
		}
		if err := writeFile(into, e, data[:size]); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(into *os.Root, e entry, data []byte) error {
	name := filepath.FromSlash(e.path)
	if err := into.MkdirAll(filepath.FromSlash(path.Dir(e.path)), 0o700); err != nil {
		return err
	}
	if e.mode == "120000" {
		return into.Symlink(string(data), name)
	}
	return into.WriteFile(name, data, 0o600)
}

func output(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := command(ctx, dir, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	return out, withText(err, stderr.Bytes())
}

// withText adds what a program printed to its error.
func withText(err error, stderr []byte) error {
	text := strings.TrimSpace(string(stderr))
	if err == nil || text == "" {
		return err
	}
	first, _, _ := strings.Cut(text, "\n")
	return fmt.Errorf("%w: %s", err, first)
}

// command is git in a directory. What the environment says of another repository
// is left out, as is all by which git would run or fetch something.
func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "core.fsmonitor=false"}, args...)...)
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "GIT_") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "LC_ALL=C")
	return cmd
}
