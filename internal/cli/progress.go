package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// patience is how long work goes on before it shows itself.
const patience = time.Second

// progress shows on a terminal what long work is at, and in the end, if it is
// asked to, how long each stage took. It shows nothing on a pipe.
type progress struct {
	w       io.Writer
	verbose bool
	done    chan struct{}
	began   time.Time

	mu      sync.Mutex
	stages  []stage
	hidden  bool
	visible bool
}

// stage is a part of the work, with the time at which it began.
type stage struct {
	name string
	at   time.Time
}

// startProgress begins. stop must be called in the end.
func startProgress(env *Env, verbose bool) *progress {
	p := &progress{w: env.Stderr, verbose: verbose, done: make(chan struct{}), began: time.Now()}
	if f, ok := env.Stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		go p.watch(patience)
	}
	return p
}

func (p *progress) stage(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stages = append(p.stages, stage{name, time.Now()})
}

// watch shows the stage once the work takes longer than people wait.
func (p *progress) watch(after time.Duration) {
	wait := time.NewTimer(after)
	defer wait.Stop()
	select {
	case <-p.done:
		return
	case <-wait.C:
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		p.show()
		select {
		case <-p.done:
			return
		case <-tick.C:
		}
	}
}

// clearLine takes away what the line shows, and goes back to its beginning.
const clearLine = "\r\x1b[K"

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hidden || len(p.stages) == 0 {
		return
	}
	p.visible = true
	fmt.Fprintf(p.w, "%s%s… %d s", clearLine, p.stages[len(p.stages)-1].name, int(time.Since(p.began).Seconds()))
}

// hide makes room for the result.
func (p *progress) hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hidden = true
	if p.visible {
		p.visible = false
		fmt.Fprint(p.w, clearLine)
	}
}

func (p *progress) stop() {
	p.hide()
	close(p.done)
	if !p.verbose {
		return
	}
	end := time.Now()
	for i, s := range p.stages {
		until := end
		if i+1 < len(p.stages) {
			until = p.stages[i+1].at
		}
		fmt.Fprintf(p.w, "%8.1f ms  %s\n", milliseconds(until.Sub(s.at)), s.name)
	}
	fmt.Fprintf(p.w, "%8.1f ms  all\n", milliseconds(end.Sub(p.began)))
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
