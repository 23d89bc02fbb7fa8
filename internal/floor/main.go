// Command floor measures stateside against what can't be had for less: a whole
// check of a directory against nothing but parsing its .tf files on one
// processor, which no Terraform checker can do without; and a check of one file
// against conftest, which does the least a policy checker can. Both are run as
// processes of their own, in turn, so that their ratio holds whatever else the
// machine is doing.
//
//	go run ./internal/floor [-n RUNS] DIR
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
	parse := flag.Bool("parse", false, "only parse the files of DIR (used by the comparison itself)")
	flag.Parse()
	if flag.NArg() != 1 || *runs < 1 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/floor [-n RUNS] DIR | -conftest FILE")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *runs, *conftest, *parse); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(2)
	}
}

func run(target string, runs int, conftest, parse bool) error {
	if parse {
		return parseAll(target)
	}
	work, err := os.MkdirTemp("", "floor")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if conftest {
		return coldStart(work, target, runs)
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
		side{"whole check", func() *exec.Cmd { return exec.Command(program, "check", dir) }},
		side{"parsing on one core", func() *exec.Cmd {
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
		side{"stateside, one file", func() *exec.Cmd { return exec.Command(program, "check", file) }},
		side{"conftest, one file", func() *exec.Cmd { return exec.Command(conftest, "test", "--policy", policy, file) }})
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
		x, err := timed(a.command())
		if err != nil {
			return err
		}
		y, err := timed(b.command())
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
