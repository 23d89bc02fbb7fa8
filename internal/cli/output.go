package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/report"
)

// output is one --format: what to write, and where.
type output struct {
	write report.Write
	// file to write; empty for standard output.
	file string
}

// outputs reads the values of --format. form picks what a command writes.
func (f *flags) outputs(form func(report.Format) report.Write) ([]output, error) {
	var all []output
	places := map[string]string{}
	for _, value := range f.formats {
		name, file, hasFile := strings.Cut(value, "=")
		format, ok := report.Find(name)
		switch {
		case !ok:
			return nil, errUsage{fmt.Errorf("there is no format %q; there are %s", name, formatNames(form))}
		case form(format) == nil:
			return nil, errUsage{fmt.Errorf("the format %s is for %s; here are %s", name, format.For(), formatNames(form))}
		case hasFile && file == "":
			return nil, errUsage{fmt.Errorf("--format %s names no file after the =", value)}
		}
		if file == "-" {
			file = ""
		}
		if before, taken := places[file]; taken {
			return nil, errUsage{fmt.Errorf("the formats %s and %s would both be written to %s; write one of them as FORMAT=FILE", before, name, cmp.Or(file, "standard output"))}
		}
		places[file] = name
		all = append(all, output{form(format), file})
	}
	return all, nil
}

func formatNames(form func(report.Format) report.Write) string {
	var names []string
	for _, f := range report.Formats() {
		if form(f) != nil {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, ", ")
}

// writeAll writes each output. A file is written whole or not at all.
func writeAll(env *Env, outputs []output, r *check.Result) error {
	for _, o := range outputs {
		if err := o.to(env, r); err != nil {
			return err
		}
	}
	return nil
}

func (o output) to(env *Env, r *check.Result) error {
	options := report.Options{Program: env.Program}
	if name := env.lookup("GITHUB_STEP_SUMMARY"); name != "" {
		options.Summary = appendFile(name)
	}
	if o.file == "" {
		options.Color, options.Width = env.terminal()
		return o.write(env.Stdout, r, options)
	}
	var text bytes.Buffer
	if err := o.write(&text, r, options); err != nil {
		return err
	}
	if err := os.WriteFile(o.file, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	return nil
}

// appendFile is a file to whose end each Write is put.
type appendFile string

func (name appendFile) Write(data []byte) (int, error) {
	f, err := os.OpenFile(string(name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return 0, err
	}
	n, err := f.Write(data)
	return n, cmp.Or(err, f.Close())
}

// lookup is the value of a variable of the environment, the last one set.
func (env *Env) lookup(name string) string {
	value := ""
	for _, entry := range env.Environ {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			value = v
		}
	}
	return value
}

// terminal says whether standard output shows colours, and how wide it is; 0
// when it is no terminal. FORCE_COLOR goes before NO_COLOR, which goes before
// what the terminal can do.
func (env *Env) terminal() (color bool, width int) {
	if f, ok := env.Stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		color = env.lookup("TERM") != "dumb"
		width, _, _ = term.GetSize(int(f.Fd()))
	}
	if env.lookup("NO_COLOR") != "" {
		color = false
	}
	if force := env.lookup("FORCE_COLOR"); force != "" {
		color = force != "0" && force != "false"
	}
	return color, width
}
