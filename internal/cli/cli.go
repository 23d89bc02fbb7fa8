// Package cli is the command line: a table of commands with their flags, the
// help that comes from it, and the exit codes.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/stateside-dev/stateside/internal/spelling"
)

// The exit codes, the same for every command and format.
const (
	ExitClean    = 0 // nothing found
	ExitFindings = 1 // findings of the failing severity
	ExitError    = 2 // the check itself could not be done
)

// Env is what a run sees of the world.
type Env struct {
	// Args after the program's name.
	Args []string
	// Stdin for a path that is "-".
	Stdin io.Reader
	// Stdout and Stderr for results and for errors.
	Stdout, Stderr io.Writer
	// Environ as os.Environ gives it.
	Environ []string
	// Now is the time when --now gives none.
	Now time.Time
	// Version of the program.
	Version string
	// Program is its file; empty when it is not known.
	Program string
}

// command is one row of the table of commands.
type command struct {
	name  string
	args  string
	short string
	long  string
	flags func(*pflag.FlagSet, *flags)
	run   func(context.Context, *Env, *flags, []string) (int, error)
}

// commands in the order of the help. The first one is the default.
func commands() []command {
	return []command{
		{
			name: "check", args: "[PATH…]", short: "check that data rests in allowed places (the default)",
			long: `Checks the configuration below each PATH, the current directory when there
is none; "-" is a plan or state on the standard input, as
` + "`terraform show -json`" + ` prints it. Where the data may rest is said by the
nearest stateside.yaml at or above the first PATH.`,
			flags: checkFlags, run: runCheck,
		},
		{
			name: "inventory", args: "[PATH…]", short: "list the stores and copies, with their places",
			long: `Lists every store below each PATH, where it is, which data rests in it,
and where its copies go. Nothing is judged.`,
			flags: inventoryFlags, run: runInventory,
		},
		{
			name: "explain", args: "RULE|ADDRESS [PATH…]", short: "explain a rule, or why a store is where it is",
			long: `Explains a rule, as its page does; or a store below the PATHs by its address,
in which * stands for any text: why it is where it is, which data rests in it,
what it copies, and what the rules say of it.`,
			flags: explainFlags, run: runExplain,
		},
		{
			name: "evidence", args: "DIR [PATH…]", short: "write what an auditor keeps",
			long: `Checks, and writes into DIR the data map, the findings, the exceptions, and
digests of all that they were made of, with an in-toto statement to be signed
and OSCAL assessment results. The same input with the same --now gives the same
bytes.`,
			flags: judgeFlags, run: runEvidence,
		},
		{
			name: "init", args: "[PATH]", short: "write a first stateside.yaml",
			long: `Looks at what is below PATH, the current directory when there is none, and
writes a stateside.yaml there that proposes datasets and sites, with comments.
What it proposes to allow is the United States, whatever was found.`,
			flags: initFlags, run: runInit,
		},
		{
			name: "config", args: "verify [FILE…]", short: "verify a configuration",
			long: `Verifies each configuration FILE, the nearest stateside.yaml upwards when there
is none: its form, and that the rules it excepts are there.`,
			flags: policyFlag, run: runConfig,
		},
		{
			name: "exceptions", args: "[PATH…]", short: "list the exceptions, with the days they have left",
			long: `Lists the exceptions of the configuration, and of comments in the files below
each PATH, with what they cover and how long they still hold.`,
			flags: exceptionsFlags, run: runExceptions,
		},
		{
			name: "baseline", args: "[PATH…]", short: "print the findings for a later check to take as known",
			long: `Prints the findings below each PATH by what they are about, for --baseline of
a later check. Lines may move; a finding with another rule, store or place is
a new one.`,
			flags: baselineFlags, run: runBaseline,
		},
		{
			name: "rules", short: "list the rules",
			long:  `Lists the built-in rules, and with --policy a user's own.`,
			flags: rulesFlags, run: runRules,
		},
		{
			name: "catalog", args: "[TYPE|PREFIX]", short: "tell what is known of resource types",
			long: `Prints what is known of a resource TYPE, such as aws_db_instance: what rests
in it, how its place is found, what copies it elsewhere or opens it to others,
and how long it is kept. Of a PREFIX, such as aws, it lists the types; without
either it counts them.`,
			flags: formatFlag, run: runCatalog,
		},
		{
			name: "input", args: "[PATH…]", short: "print what rules see, for writing one",
			long: `Prints the inputs that the rules would be asked about below each PATH, as a JSON
list; with --address and a single match, that one. What rules find besides is
printed with --data. Both are what plain OPA takes.`,
			flags: seeFlags, run: runInput,
		},
		{
			name: "test", args: "[DIR…]", short: "run the tests of rules of one's own",
			long: `Runs the rules named test_… in the files named …_test.rego below each DIR, the
directory policy when there is none. The libraries of the built-in rules are at
hand, and the facts of their tests as data.stateside.lib_test.`,
			flags: noFlags, run: runTest,
		},
		{
			name: "new", args: "rule NAME [DIR]", short: "begin a rule of one's own, with a test",
			long: `Writes a rule and its test into DIR, the directory policy when there is none.
The rule works, and is to be changed.`,
			flags: noFlags, run: runNew,
		},
		{
			name: "formats", short: "list the formats of the output",
			long: `Lists the formats that --format takes, and whether check, inventory or both
can write them.`,
			flags: noFlags, run: runFormats,
		},
		{
			name: "schema", args: "[input|inventory|report|line|catalog|config]", short: "print a JSON Schema",
			long: `Prints the JSON Schema of what rules see as input (the default), of the
inventory (also data.inventory in rules), of the report, of a line of the format
jsonl, of the catalogue's files, or of stateside.yaml.`,
			flags: noFlags, run: runSchema,
		},
		{
			name: "lsp", short: "serve an editor",
			long: `Speaks the Language Server Protocol on standard input and output: what is found
in the files as they are saved, and for a store, a copy or a value under the
cursor where it is and why.`,
			flags: judgeFlags, run: runLSP,
		},
		{
			name: "completion", args: "bash|zsh|fish|powershell", short: "print a script that completes commands in a shell",
			long: `Prints a script for a shell that completes the commands, flags and values of
stateside. The documentation says where each shell wants it.`,
			flags: noFlags, run: runCompletion,
		},
		{
			name: "man", short: "print the manual page",
			long:  `Prints the manual page in the language of man: ` + "`stateside man | man -l -`" + `.`,
			flags: noFlags, run: runMan,
		},
		{
			name: "version", short: "print the version",
			long:  `Prints the version of the program and of the model.`,
			flags: noFlags, run: runVersion,
		},
	}
}

// flagSet makes the flags of a command, whose values are put into f.
func (c command) flagSet(f *flags) *pflag.FlagSet {
	set := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.SortFlags = false
	c.flags(set, f)
	set.BoolVarP(&f.help, "help", "h", false, "show this help")
	return set
}

// errUsage is an error of the command line; it points to the help.
type errUsage struct{ error }

// Run runs the program and returns its exit code.
func Run(ctx context.Context, env *Env) int {
	c, args, isTop, err := choose(env.Args)
	switch {
	case err != nil:
		return fail(env, "", err)
	case isTop:
		fmt.Fprint(env.Stdout, topHelp())
		return ExitClean
	}
	f := &flags{}
	set := c.flagSet(f)
	err = set.Parse(args)
	switch {
	case f.help || errors.Is(err, pflag.ErrHelp):
		fmt.Fprint(env.Stdout, commandHelp(c, set))
		return ExitClean
	case err != nil:
		err = errUsage{withNearest(err, set)}
	default:
		var code int
		if code, err = c.run(ctx, env, f, set.Args()); err == nil {
			return code
		}
	}
	return fail(env, c.name, err)
}

// fail prints why the run ends, each mistake on a line of its own.
func fail(env *Env, command string, err error) int {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(env.Stderr, "stateside: %s\n", strings.TrimSuffix(line, "\n"))
	}
	var usage errUsage
	if errors.As(err, &usage) {
		help := strings.Join(strings.Fields("stateside "+command+" --help"), " ")
		fmt.Fprintf(env.Stderr, "`%s` lists what there is.\n", help)
	}
	return ExitError
}

// withNearest adds the nearest flag to the error of one that is not there.
func withNearest(err error, set *pflag.FlagSet) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var known []string
	set.VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if name := spelling.Nearest(unknown.GetSpecifiedName(), known); name != "" {
		return fmt.Errorf("%w; did you mean --%s?", err, name)
	}
	return err
}

// choose finds the command that the arguments mean. Without one they are those
// of check. isTop says that the help of the whole program is asked for.
func choose(args []string) (c command, rest []string, isTop bool, err error) {
	all := commands()
	if len(args) == 0 {
		return all[0], nil, false, nil
	}
	isHelp := false
	switch args[0] {
	case "help", "--help", "-h":
		if len(args) == 1 || strings.HasPrefix(args[1], "-") {
			return command{}, nil, true, nil
		}
		isHelp = true
		args = []string{args[1], "--help"}
	case "--version":
		args = []string{"version"}
	}
	at := slices.IndexFunc(all, func(c command) bool { return c.name == args[0] })
	if at >= 0 {
		return all[at], args[1:], false, nil
	}
	return all[0], args, false, mistyped(args[0], all, isHelp)
}

// mistyped says of the first argument, which is no command, that it was meant
// as one. Else it is a flag of the default command, or a path.
func mistyped(arg string, all []command, isHelp bool) error {
	var names []string
	for _, c := range all {
		names = append(names, c.name)
	}
	if isHelp {
		return errUsage{fmt.Errorf("there is no command %q%s", arg, spelling.Hint(arg, names))}
	}
	if strings.HasPrefix(arg, "-") || strings.ContainsAny(arg, `/\.`) {
		return nil
	}
	nearest := spelling.Nearest(arg, names)
	if _, err := os.Lstat(arg); err == nil || nearest == "" {
		return nil
	}
	return errUsage{fmt.Errorf("%q is neither a command nor a path; did you mean %q?", arg, nearest)}
}

const intro = `stateside checks where the data of a population comes to rest: the primary
store, each replica, each backup, each export. It fails when a place is not
allowed for the data.
`

func topHelp() string {
	var b strings.Builder
	b.WriteString(intro + `
Usage: stateside [COMMAND] [FLAGS] [PATH…]

Commands:
`)
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-11s %s\n", c.name, c.short)
	}
	b.WriteString("\n" + exitHelp + "\n`stateside COMMAND --help` shows the flags of a command.\n")
	return b.String()
}

const exitHelp = `Exit codes:
  0  nothing found
  1  findings: errors, and with --strict warnings too
  2  the check could not be done: a bad flag, configuration or policy
`

func commandHelp(c command, set *pflag.FlagSet) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nUsage: %s\n\nFlags:\n%s", c.long, strings.TrimSpace("stateside "+c.name+" [FLAGS] "+c.args), set.FlagUsages())
	if c.name == "check" {
		b.WriteString("\n" + exitHelp)
	}
	return b.String()
}
