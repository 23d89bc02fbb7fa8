package kubernetes

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/parallel"
	"github.com/stateside-dev/stateside/internal/source"
)

// Charts are rendered by the helm that is installed, in a process of its own: a
// template may loop or repeat without end, and only a process can be stopped. It
// gets a copy of the chart's files, so that it reads nothing beyond the root, and
// none of the user's settings, plugins or clusters. docs/kubernetes.md says why
// its library is not linked.

// Bounds on one rendering.
const (
	maxWait     = time.Minute
	maxRendered = 32 << 20 // bytes
)

// runAll renders several at once: what takes time is another process.
func (s *set) runAll(jobs []*rendering) {
	if len(jobs) == 0 {
		return
	}
	helm, err := s.helm()
	if err != nil {
		for _, job := range jobs {
			job.err = errNoHelm
		}
		return
	}
	parallel.Each(len(jobs), func(i int) {
		jobs[i].out, jobs[i].err = s.runHelm(helm, jobs[i].files, jobs[i].values)
	})
}

var errNoHelm = errors.New("helm is not installed")

// rendered returns the root of a rendering; nil, and a problem, when it failed.
func (s *set) rendered(job *rendering) *root {
	r := &root{dir: job.chart.dir}
	if job.values != "" {
		r.dir += "@" + path.Base(job.values)
	}
	if errors.Is(job.err, errNoHelm) && job.values != "" {
		return nil // said of the chart's own values
	}
	if job.err != nil {
		s.problem(model.NotRendered, path.Join(job.chart.dir, chartFile), 1,
			fmt.Sprintf("the chart is not rendered%s: %v; what it declares was not checked", with(job.values), job.err))
		return nil
	}
	r.nodes = s.readRendered(job)
	return r
}

func with(values string) string {
	if values == "" {
		return ""
	}
	return " with " + path.Base(values)
}

// helm finds the program.
func (s *set) helm() (string, error) {
	if s.Helm != "" {
		return s.Helm, nil
	}
	return exec.LookPath("helm")
}

// runHelm renders a copy of a chart.
func (s *set) runHelm(helm string, files map[string]string, values string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "stateside-chart-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := s.copyChart(filepath.Join(dir, "chart"), files); err != nil {
		return nil, err
	}
	args := []string{"template", "release-name", filepath.Join(dir, "chart"), "--namespace", "default"}
	if values != "" {
		data, err := s.tree.Read(values)
		if err != nil {
			return nil, err
		}
		file := filepath.Join(dir, "values.yaml")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			return nil, err
		}
		args = append(args, "--values", file)
	}
	wait := cmp.Or(s.Wait, maxWait)
	ctx, cancel := context.WithTimeout(s.ctx, wait)
	defer cancel()
	cmd := bounded(ctx, helm, args)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "HELM_CACHE_HOME=" + dir, "HELM_CONFIG_HOME=" + dir, "HELM_DATA_HOME=" + dir,
		"HELM_PLUGINS=" + filepath.Join(dir, "plugins"), "KUBECONFIG=" + filepath.Join(dir, "kubeconfig"), "GOMEMLIMIT=1GiB",
	}
	stdout, stderr := &limited{left: maxRendered}, &limited{left: 1 << 16}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = cmd.Run()
	switch {
	case stdout.err != nil:
		return nil, fmt.Errorf("it makes more than %d MB", maxRendered>>20)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("it takes more than %v", wait)
	case err != nil:
		return nil, errors.New(helmError(stderr.kept.Bytes(), dir))
	}
	return stdout.kept.Bytes(), nil
}

// maxMemory bounds what a rendering may take, in kB of addresses.
const maxMemory = 4 << 20

// bounded makes the command that runs a program with bounded memory, where there
// is a shell that can do so.
func bounded(ctx context.Context, program string, args []string) *exec.Cmd {
	shell, err := exec.LookPath("sh")
	if err != nil {
		return exec.CommandContext(ctx, program, args...)
	}
	script := fmt.Sprintf(`ulimit -v %d 2>/dev/null; exec "$0" "$@"`, maxMemory)
	return exec.CommandContext(ctx, shell, append([]string{"-c", script, program}, args...)...)
}

// helmError is what helm says, on one line and without the copy's path.
func helmError(text []byte, dir string) string {
	message := strings.Join(strings.Fields(strings.ReplaceAll(string(text), dir+"/", "")), " ")
	// Warnings come before the error, and advice after it.
	if at := strings.LastIndex(message, "Error: "); at >= 0 {
		message = message[at+len("Error: "):]
	}
	message = source.Redact(strings.TrimSuffix(message, " Use --debug flag to render out invalid YAML"))
	if len(message) > 300 {
		message = strings.ToValidUTF8(message[:300], "") + "…"
	}
	return message
}

// limited keeps what is written to it up to a size. The buffer is no embedded
// field: its ReadFrom would go round the limit.
type limited struct {
	kept bytes.Buffer
	left int
	err  error
}

var errTooMuch = errors.New("too much output")

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		l.err = errTooMuch
		return 0, l.err
	}
	l.left -= len(p)
	return l.kept.Write(p)
}

// copyChart writes the files of a chart, which the tree reads from below the
// root alone.
func (s *set) copyChart(dir string, files map[string]string) error {
	size := 0
	for _, rel := range slices.Sorted(maps.Keys(files)) {
		data, err := s.tree.Read(files[rel])
		if err != nil {
			continue // helm says what it misses
		}
		if size += len(data); size > maxChartSize {
			return fmt.Errorf("the chart has more than %d MB", maxChartSize>>20)
		}
		to := filepath.Join(dir, filepath.FromSlash(rel))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// readRendered reads what helm prints: the documents, each after the name of the
// template that makes it.
func (s *set) readRendered(job *rendering) []*document.Node {
	var nodes []*document.Node
	origins := s.origins(job)
	for _, part := range splitRendered(job.out) {
		if !s.kinds.matter(part.text) && !s.kinds.hasUnlisted(part.text) {
			continue
		}
		file := job.files[part.template]
		if file == "" {
			file = path.Join(job.chart.dir, chartFile)
		}
		docs, err := document.Parse(file, part.text)
		if err != nil {
			s.problem(model.NotRendered, file, 1, fmt.Sprintf("what the template renders%s can't be read: %v", with(job.values), err))
		}
		for _, doc := range docs {
			origins.place(doc, file)
			nodes = append(nodes, doc)
		}
	}
	return nodes
}

// renderedPart is the text that one template makes.
type renderedPart struct {
	template string // its path in the chart
	text     []byte
}

// splitRendered splits what helm prints at its comments.
func splitRendered(out []byte) []renderedPart {
	var parts []renderedPart
	for _, doc := range bytes.Split(out, []byte("\n---\n")) {
		doc = bytes.TrimPrefix(doc, []byte("---\n"))
		template := ""
		if rest, ok := bytes.CutPrefix(doc, []byte("# Source: ")); ok {
			line, _, _ := bytes.Cut(rest, []byte("\n"))
			_, template, _ = strings.Cut(string(line), "/") // after the chart's name
		}
		if template == "" && len(parts) > 0 {
			template = parts[len(parts)-1].template
		}
		parts = append(parts, renderedPart{template, doc})
	}
	return parts
}
