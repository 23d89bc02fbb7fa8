// Command floor measures stateside against what can't be had for less: a whole
// check of a directory against nothing but parsing its .tf files on one
// processor, which no Terraform checker can do without; and a check of one file
// against conftest, which does the least a policy checker can. Both are run as
// processes of their own, in turn, so that their ratio holds whatever else the
// machine is doing.
//
// With -all it is every file that a loader wants, each parsed by the library for
// its format, and compared by the processor's time, since both then work on what
// several formats share. Charts are not rendered.
//
//	go run ./internal/floor [-n RUNS] [-all] DIR
//	go run ./internal/floor [-n RUNS] -conftest FILE
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func main() {
	runs := flag.Int("n", 11, "how often each is run")
	conftest := flag.Bool("conftest", false, "compare the check of one file with conftest")
	all := flag.Bool("all", false, "parse the files of all formats")
	parse := flag.Bool("parse", false, "only parse the files of DIR (used by the comparison itself)")
	list := flag.Bool("list", false, "only parse the files that a file lists (used by the comparison itself)")
	flag.Parse()
	if flag.NArg() != 1 || *runs < 1 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/floor [-n RUNS] [-all] DIR | -conftest FILE")
		os.Exit(2)
	}
	var err error
	switch target := flag.Arg(0); {
	case *parse:
		err = parseAll(target)
	case *list:
		err = parseList(target)
	default:
		err = run(target, *runs, *conftest, *all)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(2)
	}
}

func run(target string, runs int, conftest, all bool) error {
	work, err := os.MkdirTemp("", "floor")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if conftest {
		return coldStart(work, target, runs)
	}
	if all {
		return wholeOfAll(work, target, runs)
	}
	return whole(work, target, runs)
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

// side is one of the two programs that are compared.
type side struct {
	name    string
	command func() *exec.Cmd
	cpu     bool // the processor's time counts, and not that of the clock
}

// whole compares the check of a directory with parsing it.
func whole(work, dir string, runs int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	program, err := build(work, "./cmd/stateside")
	if err != nil {
		return err
	}
	return compare(runs,
		side{name: "whole check", command: func() *exec.Cmd { return exec.Command(program, "check", dir) }},
		side{name: "parsing on one core", command: func() *exec.Cmd {
			cmd := exec.Command(self, "-parse", dir)
			cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
			return cmd
		}})
}

// rule is what conftest asks: about as little as one can.
const rule = `package main

deny contains msg if {
	some provider in input.provider.aws
	not startswith(provider.region, "us-")
	msg := sprintf("%s is not in the United States", [provider.region])
}
`

// coldStart compares the check of one file with conftest asking one rule of it.
func coldStart(work, file string, runs int) error {
	program, err := build(work, "./cmd/stateside")
	if err != nil {
		return err
	}
	conftest, err := build(work, "github.com/open-policy-agent/conftest", "-modfile=.ci/conftest/go.mod")
	if err != nil {
		return err
	}
	policy := filepath.Join(work, "policy.rego")
	if err := os.WriteFile(policy, []byte(rule), 0o644); err != nil {
		return err
	}
	return compare(runs,
		side{name: "stateside, one file", command: func() *exec.Cmd { return exec.Command(program, "check", file) }},
		side{name: "conftest, one file", command: func() *exec.Cmd { return exec.Command(conftest, "test", "--policy", policy, file) }})
}

// build builds a program into the directory and returns its path.
func build(dir, pkg string, flags ...string) (string, error) {
	program := filepath.Join(dir, path.Base(pkg))
	args := append([]string{"build", "-o", program}, flags...)
	if out, err := exec.Command("go", append(args, pkg)...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return program, nil
}

// compare runs the two in turn and prints the medians.
func compare(runs int, a, b side) error {
	var left, right, ratios []float64
	for i := range runs + 1 {
		x, err := timed(a)
		if err != nil {
			return err
		}
		y, err := timed(b)
		if err != nil {
			return err
		}
		if i == 0 {
			continue // the first run finds the files cold
		}
		left, right, ratios = append(left, x), append(right, y), append(ratios, x/y)
	}
	fmt.Printf("%-22s %7.1f ms\n", a.name, median(left)*1000)
	fmt.Printf("%-22s %7.1f ms\n", b.name, median(right)*1000)
	fmt.Printf("%-22s %7.2f   (%.2f to %.2f in %d pairs of runs)\n", "ratio", median(ratios), slices.Min(ratios), slices.Max(ratios), runs)
	return nil
}

// timed runs a command and returns how long it took, in seconds. Findings are no
// failure; an exit code above 1 is.
func timed(s side) (float64, error) {
	cmd := s.command()
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
	if s.cpu {
		return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), nil
	}
	return seconds, nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
