package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stateside-dev/stateside/internal/report"
)

func runMan(_ context.Context, env *Env, _ *flags, args []string) (int, error) {
	if err := noArgs(args); err != nil {
		return 0, err
	}
	writeMan(env.Stdout, env.Version)
	return ExitClean, nil
}

// writeMan writes the manual page, of the one table of commands. It bears no
// date, so that it is the same for the same program.
func writeMan(w io.Writer, version string) {
	fmt.Fprintf(w, ".TH STATESIDE 1 \"\" %s \"stateside manual\"\n", manQuote("stateside "+version))
	fmt.Fprintln(w, ".SH NAME\nstateside \\- check where the data of a population comes to rest")
	fmt.Fprintln(w, ".SH SYNOPSIS\n.B stateside\n[\\fICOMMAND\\fR] [\\fIFLAGS\\fR] [\\fIPATH\\fR...]")
	manParagraphs(w, ".SH DESCRIPTION", intro)
	fmt.Fprintln(w, ".SH COMMANDS")
	for _, c := range commands() {
		fmt.Fprintf(w, ".SS stateside %s\n", manText(strings.TrimSpace(c.name+" [FLAGS] "+c.args)))
		fmt.Fprintln(w, manText(c.long))
		c.flagSet(&flags{}).VisitAll(func(f *pflag.Flag) { manFlag(w, f) })
	}
	fmt.Fprintln(w, ".SH FORMATS")
	for _, f := range report.Formats() {
		fmt.Fprintf(w, ".TP\n.B %s\n%s (%s)\n", manText(f.Name), manText(f.Description), manText(f.For()))
	}
	fmt.Fprint(w, `.SH EXIT STATUS
.TP
.B 0
nothing found
.TP
.B 1
findings: errors, and with \-\-strict warnings too
.TP
.B 2
the check could not be done: a bad flag, configuration or policy
.SH FILES
.TP
.B stateside.yaml
which data there is and where it may rest; the nearest one at or above the first path
.SH ENVIRONMENT
.TP
.B NO_COLOR
no colours
.TP
.B FORCE_COLOR
colours, also where there is no terminal; 0 for none
.TP
.B TF_VAR_\fIname\fR, TF_WORKSPACE
as for Terraform
.TP
.B GITHUB_STEP_SUMMARY
the file to which the format github adds a job summary
`)
}

func manFlag(w io.Writer, f *pflag.Flag) {
	value, usage := pflag.UnquoteUsage(f)
	names := "\\fB\\-\\-" + manText(f.Name) + "\\fR"
	if f.Shorthand != "" {
		names = "\\fB\\-" + f.Shorthand + "\\fR, " + names
	}
	if value != "" && f.NoOptDefVal == "" {
		names += " \\fI" + manText(value) + "\\fR"
	}
	fmt.Fprintf(w, ".TP\n%s\n%s\n", names, manText(usage))
}

func manParagraphs(w io.Writer, heading, text string) {
	fmt.Fprintln(w, heading)
	fmt.Fprintln(w, manText(strings.TrimSpace(text)))
}

// manText writes text so that no line of it is a request, and no dash a hyphen.
func manText(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "…", "...").Replace(text)
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			line = `\&` + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func manQuote(text string) string { return `"` + strings.ReplaceAll(manText(text), `"`, `\(dq`) + `"` }
