//go:build unix

package engine

import (
	"syscall"
	"testing"
	"time"
)

// processorTime is what the process has used of all processors. Beside other
// programs it says more than the time that has passed.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
