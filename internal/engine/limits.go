package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/metrics"
	"time"
)

// limits bound what policies may take. They are for those that come from outside:
// one that goes on for ever must end the check, and not the machine.
type limits struct {
	// time for one input.
	time time.Duration
	// memory in bytes, beyond what is in use when evaluation begins.
	memory uint64
}

var defaultLimits = limits{time: 30 * time.Second, memory: 2 << 30}

var errTime = errors.New("policies take too long for one input")

// each returns a context in which one input is evaluated.
func (l limits) each(ctx context.Context) (context.Context, context.CancelFunc) {
	if l.time == 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, l.time, fmt.Errorf("%w: more than %s", errTime, l.time))
}

// watchInterval is how often the use of memory is looked at.
const watchInterval = 50 * time.Millisecond

// watch ends a context when too much memory is in use. The function that it returns
// ends the watch.
func (l limits) watch(ctx context.Context) (context.Context, func()) {
	if l.memory == 0 {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	most := heap() + l.memory
	ticker := time.NewTicker(watchInterval)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if heap() > most {
					cancel(fmt.Errorf("policies take too much memory: more than %d MB", l.memory>>20))
					return
				}
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

// heap is how much memory objects take.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
