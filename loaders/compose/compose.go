// Package compose reads Docker Compose files. Where their services run, and so
// where their volumes lie, is up to the host that they are started on: only what
// a file says of places itself counts, which is where logs go, the servers of
// volumes on a network, and networks from outside that a site of the configuration
// has: whoever is attached to one runs on a host that is.
//
// A file is one of Compose when it is named so and has services. An address
// without a dot is that of another service beside it, and says nothing.
package compose

import (
	"context"
	"fmt"
	"net/netip"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Loader reads Compose files.
type Loader struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
}

// Skips leaves out what only shows something.
func (l *Loader) Skips(name string) bool { return source.IsShown(name) }

// Claims recognises files by their names, and reads those that may say a place.
func (l *Loader) Claims(f *source.File) bool {
	base := path.Base(f.Path)
	if f.Ext() != ".yml" && f.Ext() != ".yaml" || !strings.HasPrefix(base, "compose") && !strings.HasPrefix(base, "docker-compose") {
		return false
	}
	words := f.Words()
	return words.Has("services:") && (words.HasAny("logging:", "driver_opts:") || l.Tables.HasSite != nil && words.HasAll("networks:", "external"))
}

// Load reads each file by itself.
func (l *Loader) Load(ctx context.Context, tree *source.Tree, files []string) model.Document {
	var all model.Document
	for _, name := range files {
		all.Add(l.load(ctx, tree, name))
	}
	return all
}

func (l *Loader) load(ctx context.Context, tree *source.Tree, name string) model.Document {
	at := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	unread := func(message string) model.Document {
		return model.Document{Problems: []model.Problem{{Kind: model.Unread, Message: message, Source: lang.SourceOf(at)}}}
	}
	if ctx.Err() != nil {
		return unread("the file was not read: the check was stopped")
	}
	data, err := tree.Read(name)
	if err != nil {
		return unread("the file can't be read: " + err.Error())
	}
	docs, err := document.Parse(name, data)
	if err != nil {
		return unread("the file can't be read: " + err.Error())
	}
	sc := &scope{file: name, env: environment(tree, path.Join(path.Dir(name), ".env")), symbols: map[string]*lang.Symbol{}}
	ev := &lang.Evaluator{Dir: path.Dir(name), Context: ctx}
	var resources []stores.Resource
	for _, doc := range docs {
		for _, p := range doc.Get("services").Entries() {
			if p.Value.Get("logging").Get("options") != nil {
				resources = append(resources, sc.service(p))
			}
		}
		resources = append(resources, sc.volumes(doc, ev, l.Tables)...)
	}
	collector := stores.Collector{Tables: l.Tables, Catalogue: l.Catalogue, Tree: tree, Dir: name, Evaluator: ev}
	return collector.Collect(resources)
}

// service is the log of a service, as far as it goes elsewhere.
func (sc *scope) service(p document.Pair) *stores.Object {
	logging := p.Value.Get("logging")
	options := map[string]*lang.Cell{}
	for _, option := range logging.Get("options").Entries() {
		if strings.HasSuffix(option.Key, "-address") && isBeside(option.Value.String()) {
			continue
		}
		options[option.Key] = lang.Expr(interpolated(option.Value), sc)
	}
	attributes := map[string]*lang.Cell{
		"logging": lang.Done(lang.ObjectVal(map[string]*lang.Cell{
			"options": lang.Done(lang.ObjectVal(options)),
		})),
	}
	return sc.object("services."+p.Key, "compose_"+logging.Get("driver").String(), p, attributes)
}

func (sc *scope) object(name, kind string, p document.Pair, attributes map[string]*lang.Cell) *stores.Object {
	if labels := p.Value.Get("labels"); labels != nil {
		attributes["labels"] = lang.Done(labelsOf(labels))
	}
	return &stores.Object{Name: name, Kind: kind, At: p.Range, Attributes: lang.ObjectVal(attributes).At(p.Range)}
}

// labelsOf reads labels, as a map or as a list of key=value.
func labelsOf(n *document.Node) *lang.Value {
	all := map[string]*lang.Cell{}
	for _, p := range n.Entries() {
		all[p.Key] = lang.Done(p.Value.Value())
	}
	for _, item := range n.Items {
		key, value, _ := strings.Cut(item.String(), "=")
		all[key] = lang.Done(lang.StringVal(value))
	}
	return lang.ObjectVal(all)
}

// serverOf is the address of the server of a volume on a network, nil for one on
// the disk of the host, or of a service beside it.
func serverOf(options *document.Node) *document.Node {
	o := options.Get("o")
	for _, option := range strings.Split(o.String(), ",") {
		address, ok := strings.CutPrefix(strings.TrimSpace(option), "addr=")
		if !ok || isBeside(address) {
			continue
		}
		n := *o
		n.Text = address
		return &n
	}
	return nil
}

// isBeside says whether an address is that of another service, or of the host
// itself.
func isBeside(address string) bool {
	if strings.Contains(address, "$") {
		return false
	}
	host := geo.Host(address)
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsUnspecified()
	}
	return !strings.Contains(host, ".") || host == "host.docker.internal"
}

// scope fills in variables of the environment.
type scope struct {
	file    string
	env     map[string]string
	symbols map[string]*lang.Symbol
}

// environment reads the file of variables that Compose takes by itself.
func environment(tree *source.Tree, name string) map[string]string {
	env := map[string]string{}
	data, err := tree.Read(name)
	if err != nil {
		return env // there is none
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		key, value, ok := strings.Cut(line, "=")
		if ok && !strings.HasPrefix(line, "#") {
			env[strings.TrimSpace(key)] = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return env
}

// interpolated turns "text ${NAME:-default}" into a template. $$ is a dollar.
func interpolated(n *document.Node) hclsyntax.Expression {
	if n == nil {
		return literal(cty.NullVal(cty.DynamicPseudoType), hcl.Range{})
	}
	if !strings.Contains(n.Text, "$") {
		return literal(cty.StringVal(n.Text), n.Range)
	}
	template := &hclsyntax.TemplateExpr{SrcRange: n.Range}
	add := func(e hclsyntax.Expression) { template.Parts = append(template.Parts, e) }
	for rest := n.Text; rest != ""; {
		before, after, found := strings.Cut(rest, "$")
		if before != "" {
			add(literal(cty.StringVal(before), n.Range))
		}
		switch {
		case !found:
			return template
		case strings.HasPrefix(after, "$"):
			add(literal(cty.StringVal("$"), n.Range))
			rest = after[1:]
		case strings.HasPrefix(after, "{"):
			inner, tail, _ := strings.Cut(after[1:], "}")
			add(variable(inner, n.Range))
			rest = tail
		default:
			end := strings.IndexFunc(after, func(r rune) bool {
				return r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9')
			})
			if end < 0 {
				end = len(after)
			}
			add(variable(after[:end], n.Range))
			rest = after[end:]
		}
	}
	return template
}

// variable reads NAME, NAME:-default, NAME-default and NAME:?message.
func variable(inner string, rng hcl.Range) hclsyntax.Expression {
	end := strings.IndexAny(inner, ":-?+")
	if end < 0 {
		return name(inner, rng)
	}
	key, rest := inner[:end], strings.TrimPrefix(inner[end:], ":")
	if def, ok := strings.CutPrefix(rest, "-"); ok {
		return &hclsyntax.FunctionCallExpr{
			Name: "try", Args: []hclsyntax.Expression{name(key+optionalMark, rng), literal(cty.StringVal(def), rng)},
			NameRange: rng, OpenParenRange: rng, CloseParenRange: rng,
		}
	}
	return name(key, rng)
}

// optionalMark ends the name of a variable that has a default.
const optionalMark = "?"

func literal(v cty.Value, rng hcl.Range) hclsyntax.Expression {
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: rng}
}

func name(key string, rng hcl.Range) hclsyntax.Expression {
	return &hclsyntax.ScopeTraversalExpr{Traversal: hcl.Traversal{hcl.TraverseRoot{Name: key, SrcRange: rng}}, SrcRange: rng}
}

// Resolve gives variables their values.
func (sc *scope) Resolve(ev *lang.Evaluator, t hcl.Traversal) (*lang.Value, int) {
	key, optional := strings.CutSuffix(t.RootName(), optionalMark)
	if value, ok := sc.env[key]; ok && value != "" {
		return lang.StringVal(value), 1
	}
	if optional {
		return lang.FailedVal(key + " is not set"), 1
	}
	if sc.symbols[key] == nil {
		sc.symbols[key] = lang.NewSymbol(key)
	}
	return ev.SymbolValue(sc.symbols[key], model.Environment, fmt.Sprintf("the environment gives %s of %s", key, sc.file)), 1
}
