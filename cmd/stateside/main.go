// Command stateside checks where the data of a population comes to rest.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/stateside-dev/stateside/internal/cli"
)

func main() {
	// The collector starts when the heap has grown by a share of what it was. To it,
	// this memory is part of the heap, so that a small check ends before it ever
	// starts, and a large one need not double; as nothing is written to it, the
	// system does not provide it.
	ballast := make([]byte, 96<<20)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(45)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	program, _ := os.Executable() // reports do without it
	code := cli.Run(ctx, &cli.Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Now: time.Now(), Version: version(), Program: program,
	})
	stop()
	runtime.KeepAlive(ballast)
	os.Exit(code)
}

// version is that of the module, as the Go tool recorded it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
