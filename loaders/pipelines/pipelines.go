// Package pipelines reads the commands by which shell scripts, makefiles and
// pipelines (GitHub Actions, GitLab CI) make stores or copy into them: buckets
// that are made, files that are copied to a bucket, snapshots that are copied to
// a region, repositories of backup tools.
//
// A command counts by its words alone. One that makes a store counts always; one
// that copies into a bucket counts only with a region or an endpoint of its own,
// since a bucket that is only written to is mostly made elsewhere. A default
// region, in the environment or in the step that signs in, is no store; it says
// where the stores are that the same job makes without a region.
package pipelines

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// Formats of the family.
func Formats() []services.Format {
	return []services.Format{
		{Name: "script", Claims: isScript, Parse: services.One(parseScript), Read: script},
		{Name: "workflow", Claims: isWorkflow, Parse: parsePipeline, Read: workflow},
		{Name: "pipeline", Claims: isPipeline, Parse: parsePipeline, Read: pipeline},
	}
}

// isScript recognises shell by its name, and of these only what has a command
// that may count.
func isScript(f *source.File) bool {
	base := path.Base(f.Path)
	switch f.Ext() {
	case ".sh", ".bash", ".mk", ".zsh", ".ksh":
	default:
		if base != "Makefile" && base != "justfile" && base != "crontab" && base != "GNUmakefile" {
			return false
		}
	}
	return mayCount(f.Text())
}

// isWorkflow recognises workflows of GitHub and actions of one's own.
func isWorkflow(f *source.File) bool {
	isAction := services.Named("action.yml", "action.yaml")(f)
	isFlow := path.Base(path.Dir(f.Path)) == "workflows" && strings.Contains(f.Path, ".github/") && (f.Ext() == ".yml" || f.Ext() == ".yaml")
	return (isAction || isFlow) && (mayCount(f.Text()) || bytes.Contains(f.Text(), []byte("s3-sync-action")))
}

func isPipeline(f *source.File) bool {
	return services.Named(".gitlab-ci*.yml", "azure-pipelines*.yml", "cloudbuild*.yaml", "bitbucket-pipelines.yml", "buildspec*.yml")(f) && mayCount(f.Text())
}

// mayCount says whether a text has the words of a command.
func mayCount(text []byte) bool {
	return slices.ContainsFunc(commands, func(c command) bool { return c.mayBeIn(text) })
}

// items are the commands of a scalar.
func items(n *document.Node) []*document.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

func parseScript(name string, data []byte) (*document.Node, error) {
	items := lex(string(data), 0, document.Positions(name, data))
	return &document.Node{Kind: document.List, Items: items}, nil
}

// parsePipeline reads YAML and keeps the file, in which the commands are found.
func parsePipeline(name string, data []byte) ([]*document.Node, error) {
	docs, err := document.Parse(name, data)
	if err != nil {
		return nil, err
	}
	rng, text := document.Positions(name, data), string(data)
	for _, doc := range docs {
		doc.Walk(func(_ []string, n *document.Node) bool {
			if n.Kind == document.String && strings.Contains(n.Text, " ") && mayCount([]byte(n.Text)) {
				n.Items = lexWithin(n, text, rng)
			}
			return n.Kind != document.String // the commands are not looked into
		})
	}
	return docs, nil
}

// script reads the commands of a script, with the variables that it sets before.
func script(f *services.File, doc *document.Node) {
	r := &reader{file: f, variables: map[string]*document.Node{}}
	f.Lookup = func(name string) *document.Node { return r.variables[name] }
	r.commands(doc.Items, "")
}

// workflow reads the jobs of GitHub Actions.
func workflow(f *services.File, doc *document.Node) {
	for _, job := range doc.Get("jobs").Entries() {
		steps(f, job.Key, job.Value.Get("steps"), doc.Get("env"), job.Value.Get("env"))
	}
	steps(f, "", doc.At("runs", "steps"))
}

// inlineScripts are what actions call the commands that they run.
var inlineScripts = []string{"inlineScript", "script"}

// steps reads those of a job, or of an action.
func steps(f *services.File, job string, steps *document.Node, variables ...*document.Node) {
	r := &reader{file: f, variables: map[string]*document.Node{}}
	f.Lookup = func(name string) *document.Node { return r.variables[strings.TrimPrefix(name, "env.")] }
	for _, set := range variables {
		r.set(set)
	}
	for _, step := range steps.Elements() {
		r.set(step.Get("env"))
		if region := step.At("with", "aws-region"); region.IsScalar() {
			r.variables["AWS_REGION"] = region
		}
		r.commands(items(step.Get("run")), job)
		for _, name := range inlineScripts {
			r.commands(items(step.At("with", name)), job)
		}
		if strings.HasPrefix(step.Get("uses").String(), "jakejarvis/s3-sync-action") {
			r.sync(step, job)
		}
	}
}

// sync reads a step that copies to a bucket, as the README of s3-sync-action has
// it. Like a command that copies, it counts with a region or an endpoint.
func (r *reader) sync(step *document.Node, job string) {
	f := r.file
	a := services.Attributes{"cloud": services.Word("s3"), "bucket": f.Text(r.variables["AWS_S3_BUCKET"]), "region": f.Text(r.variables["AWS_REGION"])}
	if host := f.Hosts(r.variables["AWS_S3_ENDPOINT"]); host != nil {
		a["host"] = host
	}
	if a["bucket"] == nil || a["region"] == nil && a["host"] == nil {
		return
	}
	f.Add("cli/copy", job+": s3-sync-action", step.Get("uses").Range, a)
}

// pipeline reads the scripts of any other pipeline.
func pipeline(f *services.File, doc *document.Node) {
	r := &reader{file: f, variables: map[string]*document.Node{}}
	f.Lookup = func(name string) *document.Node { return r.variables[name] }
	r.set(doc.Get("variables"))
	doc.Walk(func(path []string, n *document.Node) bool {
		if n.Kind == document.String {
			r.commands(n.Items, strings.Join(path[:min(len(path), 1)], ""))
		}
		return n.Kind != document.String
	})
}

// reader goes over commands in order.
type reader struct {
	file      *services.File
	variables map[string]*document.Node
}

func (r *reader) set(env *document.Node) {
	for _, p := range env.Entries() {
		if p.Value.IsScalar() {
			r.variables[p.Key] = p.Value
		}
	}
}

func (r *reader) commands(lines []*document.Node, where string) {
	for _, l := range lines {
		words := l.Items
		for len(words) > 0 && isAssignment(words[0].Text) {
			name, _, _ := strings.Cut(words[0].Text, "=")
			value := services.Part(words[0], len(name)+1, len(words[0].Text))
			r.variables[name] = unquoted(value)
			words = words[1:]
		}
		for len(words) > 0 && slices.Contains(prefixes, words[0].Text) {
			words = words[1:]
			for len(words) > 0 && isAssignment(words[0].Text) {
				name, _, _ := strings.Cut(words[0].Text, "=")
				r.variables[name] = unquoted(services.Part(words[0], len(name)+1, len(words[0].Text)))
				words = words[1:]
			}
		}
		words = plain(words)
		for i := range commands {
			if commands[i].fits(words) {
				r.add(&commands[i], words, where)
				break
			}
		}
	}
}

// takingFlags are the programs that take flags before the words of a command.
var takingFlags = []string{"aws", "bq", "gcloud", "s3cmd"}

// plain are the words without what make writes before a command, and with the
// flags that stand between them at the end.
func plain(words []*document.Node) []*document.Node {
	if len(words) == 0 {
		return words
	}
	if name := strings.TrimLeft(words[0].Text, "@-"); name != "" && name != words[0].Text {
		at := len(words[0].Text) - len(name)
		words = append([]*document.Node{services.Part(words[0], at, len(words[0].Text))}, words[1:]...)
	}
	if !slices.Contains(takingFlags, words[0].Text) {
		return words
	}
	var before []*document.Node
	rest := words[1:]
	for len(rest) > 1 && strings.HasPrefix(rest[0].Text, "-") {
		n := 2
		if strings.Contains(rest[0].Text, "=") || slices.Contains(switches, rest[0].Text) {
			n = 1
		}
		before, rest = append(before, rest[:n]...), rest[n:]
	}
	if before == nil {
		return words
	}
	return slices.Concat(words[:1], rest, before)
}

// prefixes stand before a command.
var prefixes = []string{"sudo", "export", "time", "exec", "nohup", "env", "-", "@", "then", "do", "else", "if", "!"}

func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	if !ok || name == "" {
		return false
	}
	return !strings.ContainsFunc(name, func(c rune) bool {
		return c != '_' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
}

func unquoted(n *document.Node) *document.Node {
	if t := n.Text; len(t) > 1 && (t[0] == '"' || t[0] == '\'') && t[len(t)-1] == t[0] {
		return services.Part(n, 1, len(t)-1)
	}
	return n
}

// add makes the resource of a command.
func (r *reader) add(c *command, words []*document.Node, where string) {
	f := r.file
	flags, args := arguments(words[len(c.words):], c.repository)
	get := func(names []string) *document.Node {
		for _, name := range names {
			if n := flags[name]; n != nil {
				return n
			}
		}
		return nil
	}
	a := services.Attributes{}
	if c.cloud != "" {
		a["cloud"] = services.Word(c.cloud)
	}
	if c.repository != nil {
		n := get(c.repository)
		if n == nil {
			n = r.variables["RESTIC_REPOSITORY"]
		}
		if a = f.Repository(n); a == nil {
			return
		}
	} else if n := get(c.bucket); n != nil {
		a["bucket"] = f.Text(n)
	} else if c.bucket != nil && c.argument == 0 {
		return
	} else if c.argument != 0 {
		if n := c.target(args); n == nil {
			return
		} else if cloud, bucket, ok := f.Bucket(n); ok {
			a["cloud"], a["bucket"] = services.Word(cloud), bucket
		} else if server := f.Hosts(n); c.typ == "cli/backup" && server != nil && strings.Contains(n.Text, "://") {
			a["cloud"], a["host"] = services.Word("server"), server
		} else {
			return
		}
		if _, _, ok := f.Bucket(args[0]); ok && len(args) > 1 {
			a["source"] = f.Text(args[0])
		}
	}
	a["region"] = f.Text(get(c.region))
	if endpoint := f.Hosts(get(c.endpoint)); endpoint != nil {
		a["host"] = endpoint
	}
	if n := within(flags, c.constraint); n != nil {
		a["region"] = f.Text(n)
	}
	if endpoint := f.Hosts(within(flags, c.endpointIn)); endpoint != nil {
		a["host"] = endpoint
	}
	if a["region"] == nil && a["host"] == nil && a["directory"] == nil {
		if c.explicit {
			return
		}
		for _, name := range c.variables {
			if n := r.variables[name]; n != nil {
				a["region"] = f.Text(n).Named(name)
				break
			}
		}
	}
	if v := a["region"]; v != nil && v.Kind == lang.Null {
		delete(a, "region")
	}
	name := strings.Join(textOf(words[:len(c.words)]), " ")
	if where != "" {
		name = where + ": " + name
	}
	if !c.several {
		f.Add(c.typ, name, words[0].Range, a)
		return
	}
	typ := c.typ
	for _, w := range words {
		if n := behind(w, c.constraint); n != nil {
			f.Add(typ, name, words[0].Range, services.Attributes{"cloud": a["cloud"], "region": f.Text(n)})
			typ = "cli/replica"
		}
	}
}

// within is the value that stands behind a word within that of a flag, such as
// regionName="eastus"; nil when there is none.
func within(flags map[string]*document.Node, word string) *document.Node {
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		if n := behind(flags[name], word); n != nil {
			return n
		}
	}
	return nil
}

func behind(n *document.Node, word string) *document.Node {
	_, rest, ok := strings.Cut(n.Text, word)
	if word == "" || !ok {
		return nil
	}
	at := len(n.Text) - len(strings.TrimLeft(rest, `"'`))
	end := strings.IndexAny(n.Text[at:]+",", ", ;\"'}")
	switch { // within quotes or a name spaces may stand
	case len(rest) > len(n.Text)-at:
		end = strings.IndexByte(n.Text[at:]+rest[:1], rest[0])
	case strings.HasPrefix(n.Text[at:], "${"):
		end = strings.IndexByte(n.Text[at:]+"}", '}') + 1
	}
	return services.Part(n, at, min(at+end, len(n.Text)))
}

func textOf(words []*document.Node) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = w.Text
	}
	return all
}

// arguments takes the words behind a command apart: flags with their values, as
// --name value or --name=value, and the others in order. Those of a list have a
// value in any case.
func arguments(words []*document.Node, valued []string) (flags map[string]*document.Node, args []*document.Node) {
	flags = map[string]*document.Node{}
	for i := 0; i < len(words); i++ {
		w := words[i]
		name, _, hasValue := strings.Cut(w.Text, "=")
		switch {
		case !strings.HasPrefix(w.Text, "-") || w.Text == "-":
			args = append(args, unquoted(w))
		case hasValue:
			flags[name] = unquoted(services.Part(w, len(name)+1, len(w.Text)))
		case i+1 < len(words) && !strings.HasPrefix(words[i+1].Text, "-") && (!slices.Contains(switches, w.Text) || slices.Contains(valued, w.Text)):
			flags[name] = unquoted(words[i+1])
			i++
		}
	}
	return flags, args
}

// switches are flags that have no value.
var switches = []string{
	"--recursive", "--delete", "--quiet", "--only-show-errors", "--no-progress", "--dryrun", "--exact-timestamps", "--follow-symlinks", "--no-cli-pager",
	"-r", "-m", "-d", "-c", "-q", "--copy-tags", "--encrypted", "--uniform-bucket-level-access", "-b",
}
