//go:build !unix

package engine

import (
	"testing"
	"time"
)

var began = time.Now()

// processorTime is the time that has passed, where no other is told.
func processorTime(*testing.B) time.Duration { return time.Since(began) }
