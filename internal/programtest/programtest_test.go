package programtest

import (
	"path/filepath"
	"runtime"
	"testing"
)

// recorder is a test that is left out or fails.
type recorder struct {
	testing.TB
	skipped, failed bool
}

func (r *recorder) Helper() {}

func (r *recorder) Skip(...any) {
	r.skipped = true
	runtime.Goexit()
}

func (r *recorder) Fatal(...any) {
	r.failed = true
	runtime.Goexit()
}

func TestFind(t *testing.T) {
	t.Setenv("CI", "")
	if got := Find(t, "no-such-program", "go"); !filepath.IsAbs(got) {
		t.Errorf("go is at %q", got)
	}
	for _, c := range []struct {
		name, ci, absent string
		failed           bool
	}{
		{"by hand", "", "", false},
		{"in the pipeline", "true", "", true},
		{"in a pipeline that lacks another", "true", "other", true},
		{"in a pipeline that says so", "true", "other no-such-program", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("CI", c.ci)
			t.Setenv("STATESIDE_ABSENT", c.absent)
			r := &recorder{TB: t}
			done := make(chan bool)
			go func() {
				defer close(done)
				Find(r, "no-such-program")
			}()
			<-done
			if r.failed != c.failed || r.skipped == c.failed {
				t.Errorf("skipped %v, failed %v", r.skipped, r.failed)
			}
		})
	}
}
