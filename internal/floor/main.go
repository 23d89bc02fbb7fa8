// Command floor compares a whole check of a directory with nothing but parsing
// its .tf files on one processor, which no Terraform checker can do without.
// Both are run as processes of their own, in turn, so that their ratio holds
// whatever else the machine is doing.
//
//	go run ./internal/floor [-n RUNS] DIR
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func main() {
	runs := flag.Int("n", 11, "how often each is run")
	parse := flag.Bool("parse", false, "only parse the files of DIR (used by the comparison itself)")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/floor [-n RUNS] DIR")
		os.Exit(2)
	}
	var err error
	if *parse {
		err = parseAll(flag.Arg(0))
	} else {
		err = compare(flag.Arg(0), *runs)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(2)
	}
}

// parseAll reads and parses every .tf file below a directory.
func parseAll(dir string) error {
	return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".tf" {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		hclsyntax.ParseConfig(data, name, hcl.InitialPos) // a file in error is parsed too
		return nil
	})
}

// compare runs the check and the parsing in turn and prints the medians.
func compare(dir string, runs int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "floor")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	program := filepath.Join(work, "stateside")
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/stateside").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	var whole, floor, ratios []float64
	for i := range runs + 1 {
		check, err := timed(exec.Command(program, "check", dir))
		if err != nil {
			return err
		}
		parsing := exec.Command(self, "-parse", dir)
		parsing.Env = append(os.Environ(), "GOMAXPROCS=1")
		parse, err := timed(parsing)
		if err != nil {
			return err
		}
		if i == 0 {
			continue // the first run finds the files cold
		}
		whole, floor, ratios = append(whole, check), append(floor, parse), append(ratios, check/parse)
	}
	fmt.Printf("whole check           %6.0f ms\n", median(whole)*1000)
	fmt.Printf("parsing on one core   %6.0f ms\n", median(floor)*1000)
	fmt.Printf("ratio                 %6.2f   (%.2f to %.2f in %d pairs of runs)\n", median(ratios), slices.Min(ratios), slices.Max(ratios), runs)
	return nil
}

// timed runs a command and returns its wall time in seconds. Findings are no
// failure; an exit code above 1 is.
func timed(cmd *exec.Cmd) (float64, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	seconds := time.Since(start).Seconds()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", cmd, err, stderr.String())
	}
	return seconds, nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
