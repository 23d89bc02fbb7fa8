package cli

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// writer is a buffer that two goroutines may use.
type writer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *writer) Write(data []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(data)
}

func (w *writer) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// Nothing is shown on a pipe, however long the work.
func TestNoProgressOnPipes(t *testing.T) {
	code, _, stderr := run(t, nil, "check", "--root", project, project)
	if code != ExitFindings || stderr != "" {
		t.Errorf("exit %d, %q", code, stderr)
	}
}

// Long work shows its stage, and takes it away for the result.
func TestProgress(t *testing.T) {
	var w writer
	p := &progress{w: &w, done: make(chan struct{}), began: time.Now()}
	p.stage("reading")
	finished := make(chan struct{})
	go func() { p.watch(0); close(finished) }()
	for !strings.Contains(w.String(), "reading… ") {
		time.Sleep(time.Millisecond)
	}
	p.hide()
	if got := w.String(); !strings.HasSuffix(got, clearLine) {
		t.Errorf("it ends in %q", got)
	}
	before := w.String()
	p.show()
	p.stop()
	<-finished
	if got := w.String(); got != before {
		t.Errorf("after it was hidden it shows %q", got[len(before):])
	}
}

// Short work shows nothing.
func TestNoProgressOfShortWork(t *testing.T) {
	var w writer
	p := &progress{w: &w, done: make(chan struct{}), began: time.Now()}
	finished := make(chan struct{})
	go func() { p.watch(time.Hour); close(finished) }()
	p.stage("reading")
	p.stop()
	<-finished
	if w.String() != "" {
		t.Errorf("it shows %q", w.String())
	}
}

func TestVerbose(t *testing.T) {
	code, stdout, stderr := run(t, nil, "check", "--root", project, "--verbose", project)
	_, plain, _ := run(t, nil, "check", "--root", project, project)
	if code != ExitFindings || stdout != plain {
		t.Errorf("exit %d; the result is another", code)
	}
	line := regexp.MustCompile(`^ *\d+\.\d ms  [a-z ]+$`)
	var names []string
	for text := range strings.Lines(stderr) {
		text = strings.TrimSuffix(text, "\n")
		if !line.MatchString(text) {
			t.Errorf("%q", text)
		}
		_, name, _ := strings.Cut(text, "ms  ")
		names = append(names, name)
	}
	want := "looking for files, reading and evaluating, joining what was found, compiling the rules, asking the rules, writing, all"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("the stages are %s", got)
	}
}
