package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stateside": main})
}

// Each script is a user at work: commands, and what they must print. Besides
// the commands of testscript there are
//
//	exits CODE PROGRAM ARGS…  runs a program that must end with the exit code
//	valid SCHEMA FILE         holds a JSON file against a JSON Schema
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		// A script sees a repository of its own, whatever lies above it.
		Setup: func(env *testscript.Env) error {
			return os.Mkdir(filepath.Join(env.WorkDir, ".git"), 0o755)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "valid": valid},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func valid(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: valid SCHEMA FILE")
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	ts.Check(compiler.AddResource("schema.json", decode(ts, args[0])))
	schema, err := compiler.Compile("schema.json")
	ts.Check(err)
	err = schema.Validate(decode(ts, args[1]))
	switch {
	case neg && err == nil:
		ts.Fatalf("%s is valid", args[1])
	case !neg:
		ts.Check(err)
	}
}

func decode(ts *testscript.TestScript, name string) any {
	file, err := os.Open(ts.MkAbs(name))
	ts.Check(err)
	defer file.Close()
	value, err := jsonschema.UnmarshalJSON(file)
	ts.Check(err)
	return value
}
