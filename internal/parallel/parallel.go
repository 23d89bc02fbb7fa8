// Package parallel does many things of one kind on all processors.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls do for each number from 0 up to n, several at once, and returns when
// all of them are done. They are begun in order.
func Each(n int, do func(i int)) {
	var begun atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := int(begun.Add(1)) - 1; i < n; i = int(begun.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}
