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
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

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
		{Name: "commands of containers", Claims: runsContainers, Parse: parsePipeline, Read: containers},
		{Name: "settings with commands", Claims: hasCommands, Parse: services.One(parseSettings), Read: script},
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
	return mayCount(f.Words())
}

func isWorkflow(f *source.File) bool {
	return path.Base(path.Dir(f.Path)) == "workflows" && strings.Contains(f.Path, ".github/") && (f.Ext() == ".yml" || f.Ext() == ".yaml") && (mayCount(f.Words()) || givesBucket(f.Text()))
}

func isPipeline(f *source.File) bool {
	return services.Named(".gitlab-ci*.yml", "azure-pipelines*.yml", "cloudbuild*.yaml", "bitbucket-pipelines.yml", "buildspec*.yml", "patroni*.yml", "patroni*.yaml")(f) && mayCount(f.Words())
}

// mayCount says whether a text has the words of a command, or a variable of a
// program that backs up.
func mayCount(text *source.Words) bool {
	return slices.ContainsFunc(commands, func(c command) bool { return c.mayBeIn(text) }) || services.MayHaveBackupVariables(text) || text.HasAny(minioMarks...)
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
			if n.Kind == document.String && strings.Contains(n.Text, " ") && mayCount(source.NewWords([]byte(n.Text))) {
				n.Items = lexWithin(n, text, rng)
			}
			return n.Kind != document.String // the commands are not looked into
		})
	}
	return docs, nil
}

// script reads the commands of a script, with the variables that it sets before.
func script(f *services.File, doc *document.Node) {
	r := newReader(f)
	f.Lookup = func(name string) *document.Node { return r.variables[name] }
	r.commands(doc.Items, "")
	own := r.asMap()
	f.BackupVariables("", own, own)
}

// workflow reads the jobs of GitHub Actions.
func workflow(f *services.File, doc *document.Node) {
	f.BackupVariables("", doc.Get("env"), doc.Get("env"))
	for _, job := range doc.Get("jobs").Entries() {
		r := newReader(f)
		f.Lookup = func(name string) *document.Node { return r.variables[strings.TrimPrefix(name, "env.")] }
		r.set(doc.Get("env"))
		r.set(job.Value.Get("env"))
		f.BackupVariables(job.Key+": ", job.Value.Get("env"), r.asMap())
		for _, step := range job.Value.Get("steps").Elements() {
			r.set(step.Get("env"))
			f.BackupVariables(job.Key+": ", step.Get("env"), r.asMap())
			r.action(step, job.Key)
			if region := step.At("with", "aws-region"); region.IsScalar() {
				r.variables["AWS_REGION"] = region
			}
			r.commands(items(step.Get("run")), job.Key)
		}
	}
}

// pipeline reads the scripts of any other pipeline.
func pipeline(f *services.File, doc *document.Node) {
	r := newReader(f)
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
	servers   map[string]*document.Node // by the names that MinIO's client has for them
}

func newReader(f *services.File) *reader {
	return &reader{file: f, variables: map[string]*document.Node{}, servers: map[string]*document.Node{}}
}

func (r *reader) set(env *document.Node) {
	for _, p := range env.Entries() {
		if p.Value.IsScalar() {
			r.variables[p.Key] = p.Value
		}
	}
}

// asMap makes a map of the variables that are set.
func (r *reader) asMap() *document.Node {
	n := &document.Node{Kind: document.Map}
	for _, name := range slices.Sorted(maps.Keys(r.variables)) {
		value := r.variables[name]
		n.Pairs = append(n.Pairs, document.Pair{Key: name, Range: value.Range, Value: value})
	}
	return n
}

// maxShells bounds shells that are given commands which are shells.
const maxShells = 4

func (r *reader) commands(lines []*document.Node, where string) { r.run(lines, where, 0) }

func (r *reader) run(lines []*document.Node, where string, depth int) {
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
		if inner := shellOf(words); inner != nil && depth < maxShells {
			r.run(inner, where, depth+1)
			continue
		}
		if r.minio(words, where) {
			continue
		}
		for i := range commands {
			if commands[i].fits(words) {
				r.add(&commands[i], words, where)
				break
			}
		}
	}
}

// shells run the text that follows an option which ends in c.
var shells = []string{"sh", "bash", "ash", "dash", "zsh"}

// shellOf are the commands that a shell is given as a text, nil for another
// command.
func shellOf(words []*document.Node) []*document.Node {
	if len(words) < 3 || !slices.Contains(shells, words[0].Text) {
		return nil
	}
	for i, w := range words[1 : len(words)-1] {
		if strings.HasPrefix(w.Text, "-") && strings.HasSuffix(w.Text, "c") {
			text := words[i+2]
			if text.Items != nil {
				return nil // its commands are known already
			}
			return lex(unquoted(text).Text, 0, func(int, int) hcl.Range { return text.Range })
		}
	}
	return nil
}

// plain are the words without what make writes before a command and without the
// folder of the program, and with the flags that aws and s5cmd take before the verb
// behind it.
func plain(words []*document.Node) []*document.Node {
	if len(words) == 0 {
		return words
	}
	if name := strings.TrimLeft(words[0].Text, "@-"); name != "" && name != words[0].Text {
		at := len(words[0].Text) - len(name)
		words = append([]*document.Node{services.Part(words[0], at, len(words[0].Text))}, words[1:]...)
	}
	if name := path.Base(words[0].Text); strings.HasPrefix(words[0].Text, "/") && name != "/" {
		at := len(words[0].Text) - len(name)
		words = append([]*document.Node{services.Part(words[0], at, len(words[0].Text))}, words[1:]...)
	}
	if words[0].Text != "aws" && words[0].Text != "s5cmd" {
		return words
	}
	var before []*document.Node
	rest := words[1:]
	for len(rest) > 1 && strings.HasPrefix(rest[0].Text, "--") {
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
	if !c.does(args) {
		return
	}
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
		} else if c.read != nil {
			if a = c.read(f, n); a == nil {
				return
			}
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
	if region := get(c.region); region != nil {
		a["region"] = f.Text(region)
	}
	if endpoint := f.Hosts(get(c.endpoint)); endpoint != nil {
		a["host"] = endpoint
	}
	if c.constraint != nil {
		for _, n := range flags {
			if at := strings.Index(n.Text, c.constraint[0]); at >= 0 {
				at += len(c.constraint[0])
				end := strings.IndexAny(n.Text[at:]+",", ", ;\"'}")
				a["region"] = f.Text(services.Part(n, at, at+end))
			}
		}
	}
	if a["region"] == nil && a["host"] == nil {
		if c.explicit {
			return
		}
		if cloud, _ := text(a["cloud"]); c.cloud != "" || cloud == "s3" {
			a["region"] = r.regionIn(c.variables)
		}
	}
	if v := a["region"]; v != nil && v.Kind == lang.Null {
		delete(a, "region")
	}
	name := strings.Join(textOf(words[:len(c.words)]), " ")
	if where != "" {
		name = where + ": " + name
	}
	f.Add(c.typ, name, words[0].Range, a)
}

// regionIn is the region that the first of some variables gives, nil when none is
// set.
func (r *reader) regionIn(names []string) *lang.Value {
	for _, name := range names {
		if n := r.variables[name]; n != nil {
			return r.file.Text(n).Named(name)
		}
	}
	return nil
}

func text(v *lang.Value) (string, bool) {
	if v == nil {
		return "", false
	}
	return v.Text()
}

func textOf(words []*document.Node) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = w.Text
	}
	return all
}

// arguments takes the words behind a command apart: flags with their values, as
// --name value or --name=value, and the others in order.
// valued are further flags that have a value.
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
		case i+1 < len(words) && !strings.HasPrefix(words[i+1].Text, "-") && (slices.Contains(valued, w.Text) || !slices.Contains(switches, w.Text)):
			flags[name] = unquoted(words[i+1])
			i++
		}
	}
	return flags, args
}

// switches are flags that have no value.
var switches = []string{
	"--stats", "--progress", "--list", "--one-file-system", "--no-lock", "--verbose",
	"--recursive", "--delete", "--quiet", "--only-show-errors", "--no-progress", "--dryrun", "--exact-timestamps", "--follow-symlinks", "--no-cli-pager",
	"-r", "-m", "-d", "-c", "-q", "--copy-tags", "--encrypted", "--uniform-bucket-level-access", "-b",
}
