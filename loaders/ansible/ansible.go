// Package ansible reads playbooks and roles of Ansible for the tasks that make
// things in clouds in which data rests.
//
// A file counts when it is a list of plays or tasks, one of which calls a module
// of the catalogue: by its full name, as amazon.aws.s3_bucket, or by its short
// one. Variables are looked for in the task, its blocks and play, the role, and
// the variables of groups and hosts; of several values that groups have, each is
// a candidate. Other expressions of Jinja are not evaluated.
package ansible

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Loader reads playbooks and roles.
type Loader struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
	// Region that the environment in which Ansible runs gives; may be nil.
	Region *lang.Value
}

// collections have the modules that the catalogue knows.
var collections = []string{"amazon.aws.", "community.aws.", "google.cloud.", "azure.azcollection."}

// shortNames are the beginnings of names by which modules are called without
// their collection.
var shortNames = []string{"s3_", "rds_", "ec2_", "gcp_", "azure_rm_", "dynamodb_", "redshift", "elasticache", "efs:", "kinesis_", "sqs_", "sns_", "cloudtrail:", "cloudwatchlogs_", "ecs_ecr"}

// Skips leaves out what only shows something.
func (l *Loader) Skips(name string) bool { return source.IsShown(name) }

// Claims recognises files by what their tasks call; a file of variables is read
// when a task asks for it.
func (l *Loader) Claims(f *source.File) bool {
	if f.Ext() != ".yml" && f.Ext() != ".yaml" {
		return false
	}
	text := f.Words()
	return text.HasAny(collections...) || text.HasAny("- name:", "hosts:") && text.HasAny(shortNames...)
}

// unparsed reports a file that can't be parsed, where it must be a list of tasks:
// it may be a template of anything else.
func unparsed(name string, data []byte, err error) model.Document {
	isTasks := bytes.Contains(data, []byte("- name:")) || bytes.Contains(data, []byte("hosts:"))
	if !isTasks || !slices.ContainsFunc(collections, func(c string) bool { return bytes.Contains(data, []byte(c)) }) {
		return model.Document{}
	}
	p := model.NotRead(name, document.LineOf(err), "the tasks can't be read: "+err.Error())
	if bytes.Contains(data, []byte("{%")) {
		p = model.NotRead(name, document.LineOf(err), "the tasks are a template that was not rendered; what it declares was not checked")
		p.Kind = model.NotRendered
	}
	return model.Document{Problems: []model.Problem{p}}
}

// Load reads each file by itself.
func (l *Loader) Load(ctx context.Context, tree *source.Tree, files []string) model.Document {
	var all model.Document
	s := &set{tree: tree, rows: l.Catalogue, region: l.Region, vars: map[string]*document.Node{}}
	for _, name := range files {
		if ctx.Err() != nil {
			all.Problems = append(all.Problems, model.NotRead(name, 1, "the file was not read: the check was stopped"))
			break
		}
		doc := l.load(ctx, s, name)
		all.Add(doc)
	}
	return all
}

// set is the files of one check.
type set struct {
	tree   *source.Tree
	rows   *catalog.Catalogue
	region *lang.Value
	vars   map[string]*document.Node // of files, nil for those that are not there
}

// load reads one file. Should that fail in a way that was not foreseen, the
// other ones are still read, and this one is reported.
func (l *Loader) load(ctx context.Context, s *set, name string) (doc model.Document) {
	defer func() {
		if p := recover(); p != nil {
			doc = model.Document{Problems: []model.Problem{model.NotRead(name, 1, fmt.Sprintf("the file was not checked: internal error: %v", p))}}
		}
	}()
	data, err := s.tree.Read(name)
	if err != nil {
		return model.Document{Problems: []model.Problem{model.NotRead(name, 1, "the file can't be read: "+err.Error())}}
	}
	docs, err := document.Parse(name, data)
	if err != nil {
		return unparsed(name, data, err)
	}
	f := &file{set: s, name: name}
	for _, doc := range docs {
		if doc.Kind == document.List {
			f.tasks(doc.Items, nil, 0)
		}
	}
	ev := &lang.Evaluator{Dir: path.Dir(name), Context: ctx}
	collector := stores.Collector{Tables: l.Tables, Catalogue: l.Catalogue, Tree: s.tree, Dir: name, Evaluator: ev}
	doc = collector.Collect(f.resources)
	if ev.Exceeded {
		doc.Problems = append(doc.Problems, model.Problem{Kind: model.LimitReached, Message: "evaluation of " + name + " reached a bound; the rest was not checked"})
	}
	return doc
}

// file is one list of plays or tasks.
type file struct {
	set       *set
	name      string
	resources []stores.Resource
	labels    map[string]int
}

// level is a play, a block or a task, within those around it.
type level struct {
	node  *document.Node
	outer *level
}

const maxLevels = 32

// tasks takes in a list of plays, blocks and tasks.
func (f *file) tasks(items []*document.Node, outer *level, depth int) {
	if depth > maxLevels {
		return
	}
	for _, item := range items {
		if item.Kind != document.Map {
			continue
		}
		here := &level{item, outer}
		for _, section := range []string{"pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always"} {
			if list := item.Get(section); list != nil && list.Kind == document.List {
				f.tasks(list.Items, here, depth+1)
			}
		}
		for _, p := range item.Pairs {
			f.task(p, here)
		}
	}
}

// task takes in one key of a task when it calls a module that makes something.
func (f *file) task(p document.Pair, here *level) {
	kind := "ansible_" + p.Key[strings.LastIndexByte(p.Key, '.')+1:]
	known := strings.LastIndexByte(p.Key, '.') < 0 ||
		slices.ContainsFunc(collections, func(name string) bool { return strings.HasPrefix(p.Key, name) })
	if !known || p.Value.Kind != document.Map || f.set.rows.Lookup(kind) == nil {
		return
	}
	if state := p.Value.Get("state").String(); state == "absent" || state == "deleted" {
		return
	}
	turns := here.node.Get("loop")
	if turns == nil {
		turns = here.node.Get("with_items")
	}
	if turns == nil || turns.Kind != document.List {
		f.add(p, kind, &scope{file: f, level: here, item: turns, isLoop: turns != nil})
		return
	}
	for _, item := range turns.Items {
		f.add(p, kind, &scope{file: f, level: here, item: item})
	}
}

// add adds what one turn of a task makes.
func (f *file) add(p document.Pair, kind string, sc *scope) {
	elems := map[string]*lang.Cell{}
	for _, param := range p.Value.Pairs {
		key := param.Key
		if slices.Contains(regionNames, key) {
			key = "region"
		}
		elems[key] = lang.Expr(expression(param.Value), sc)
	}
	if elems["endpoint_url"] == nil {
		for _, alias := range []string{"s3_url", "ec2_url", "aws_endpoint_url"} {
			if elems[alias] != nil {
				elems["endpoint_url"] = elems[alias]
			}
		}
	}
	rng := p.Range
	p.Value.Walk(func(_ []string, n *document.Node) bool {
		if n.Range.Filename == rng.Filename && n.Range.End.Byte > rng.End.Byte {
			rng.End = n.Range.End
		}
		return true
	})
	label := sc.level.node.Get("name").String()
	if label == "" || strings.Contains(label, "{{") {
		label = strings.TrimPrefix(kind, "ansible_")
	}
	if f.labels == nil {
		f.labels = map[string]int{}
	}
	f.labels[label]++
	if n := f.labels[label]; n > 1 {
		label = fmt.Sprintf("%s (%d)", label, n)
	}
	f.resources = append(f.resources, &stores.Object{
		Name: label, Kind: kind, At: rng, Attributes: lang.ObjectVal(elems).At(p.Value.Range), Settings: sc.setting,
	})
}

// regionNames are the names of the parameter that says a region.
var regionNames = []string{"region", "aws_region", "ec2_region"}
