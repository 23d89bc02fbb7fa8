package pipelines

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// runsContainers recognises manifests and Compose files whose containers have
// commands that may count. What a chart's templates make is known only when they
// are rendered.
func runsContainers(f *source.File) bool {
	switch f.Ext() {
	case ".yaml", ".yml":
	default:
		return false
	}
	if strings.Contains("/"+f.Path, "/templates/") {
		return false
	}
	text, words := f.Text(), f.Words()
	begins := func(word string) bool { return bytes.HasPrefix(text, []byte(word)) || words.Has("\n"+word) }
	if !begins("services:") && !(begins("apiVersion:") && words.Has("ontainers:")) {
		return false
	}
	return words.HasAny("command:", "args:", "entrypoint:") && !services.DefinesKinds(text) && mayCount(words)
}

// containers reads the commands of the containers of a manifest or a Compose file,
// with the variables that they are given.
func containers(f *services.File, doc *document.Node) {
	if doc.Get("apiVersion") == nil {
		for _, s := range doc.Get("services").Entries() {
			runContainer(f, s.Key, s.Value, s.Value.Get("environment"), "entrypoint", "command")
		}
		return
	}
	where := doc.Get("kind").String() + "/" + doc.At("metadata", "name").String()
	doc.Walk(func(path []string, n *document.Node) bool {
		if len(path) > 0 && strings.HasSuffix(strings.ToLower(path[len(path)-1]), "containers") && n.Kind == document.List {
			for _, c := range n.Items {
				runContainer(f, where+"."+c.Get("name").String(), c, variablesOf(c.Get("env")), "command", "args")
			}
		}
		return n.Kind != document.String
	})
}

// variablesOf makes a map of a list of names and values.
func variablesOf(env *document.Node) *document.Node {
	n := &document.Node{Kind: document.Map}
	for _, e := range env.Elements() {
		if name, value := e.Get("name"), e.Get("value"); name.IsScalar() && value.IsScalar() {
			n.Pairs = append(n.Pairs, document.Pair{Key: name.Text, Range: name.Range, Value: value})
		}
	}
	return n
}

// runContainer reads what one container runs: a script that a shell is given, or
// the words of one command, which two lists may hold between them.
func runContainer(f *services.File, where string, c, env *document.Node, lists ...string) {
	r := newReader(f)
	f.Lookup = func(name string) *document.Node { return r.variables[name] }
	r.set(env)
	var words []*document.Node
	for _, list := range lists {
		n := c.Get(list)
		if n == nil {
			continue
		}
		if n.Kind != document.List {
			r.commands(items(n), where)
			if len(n.Items) == 0 {
				words = append(words, wordsOf(n)...)
			}
			continue
		}
		for _, word := range n.Items {
			if word.Kind == document.String {
				r.commands(word.Items, where)
				words = append(words, word)
			}
		}
	}
	if len(words) > 1 {
		r.commands([]*document.Node{{Kind: document.List, Items: words}}, where)
	}
}

// wordsOf are the words of a text that is the rest of a command.
func wordsOf(n *document.Node) []*document.Node {
	var all []*document.Node
	for _, l := range lex(n.String(), 0, func(int, int) hcl.Range { return n.Range }) {
		all = append(all, l.Items...)
	}
	return all
}

// bucketInputs, regionInputs and endpointInputs are the names under which actions
// take a bucket, and where it is.
var (
	bucketInputs   = []string{"bucket", "s3-bucket", "s3_bucket", "bucket-name", "bucket_name", "aws_bucket", "aws-bucket", "aws_s3_bucket", "AWS_S3_BUCKET", "S3_BUCKET", "BUCKET_NAME", "AWS_BUCKET"}
	regionInputs   = []string{"bucket-region", "bucket_region", "aws-region", "aws_region", "region", "s3-region", "s3_region", "AWS_REGION", "AWS_S3_REGION", "S3_REGION", "AWS_DEFAULT_REGION"}
	endpointInputs = []string{"endpoint", "endpoint-url", "s3-endpoint", "s3_endpoint", "AWS_S3_ENDPOINT", "S3_ENDPOINT", "AWS_ENDPOINT_URL"}
)

// givesBucket says whether a workflow may give a bucket to an action.
func givesBucket(text []byte) bool {
	return bytes.Contains(text, []byte("uses:")) && slices.ContainsFunc(bucketInputs, func(name string) bool { return bytes.Contains(text, []byte(name+":")) })
}

// action reads a step that is given a bucket, and a region or an endpoint with it:
// as inputs, or in variables of its own.
func (r *reader) action(step *document.Node, where string) {
	uses, _, _ := strings.Cut(step.Get("uses").String(), "@")
	if uses == "" {
		return
	}
	for _, block := range []string{"with", "env"} {
		given := step.Get(block)
		bucket := firstOf(given, bucketInputs)
		region, endpoint := firstOf(given, regionInputs), firstOf(given, endpointInputs)
		if bucket == nil || region == nil && endpoint == nil {
			continue
		}
		a := r.file.BucketOf(bucket)
		if a["cloud"] == nil {
			a["cloud"] = services.Word("s3")
		}
		if v := r.file.Text(region); v != nil && v.Kind != lang.Null {
			a["region"] = v
		}
		if host := r.file.Hosts(endpoint); host != nil {
			a["host"] = host
		}
		r.file.Add("cli/copy", where+": "+uses, bucket.Range, a)
		return
	}
}

// firstOf is the first of some settings that is written.
func firstOf(n *document.Node, names []string) *document.Node {
	for _, name := range names {
		if v := n.Get(name); v.IsScalar() && v.Text != "" {
			return v
		}
	}
	return nil
}
