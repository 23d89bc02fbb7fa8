package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/stateside-dev/stateside/internal/check"
)

// node is a store, or one end of a copy that is none, in a drawing.
type node struct {
	name    string
	place   string
	verdict verdict
	// declared says that it is a store of the checked files.
	declared bool
}

// edge is a copy in a drawing.
type edge struct {
	from, to  int
	means     string
	automatic bool
	verdict   verdict
}

// drawing is the graph of copies.
type drawing struct {
	nodes []node
	edges []edge
	// places in the order in which nodes are first found there.
	places []string
}

// draw makes the graph: each store is a node, and so is each end of a copy that
// is not declared.
func (v *view) draw() drawing {
	var d drawing
	at := map[string]int{}
	add := func(key string, n node) int {
		if i, ok := at[key]; ok {
			return i
		}
		at[key] = len(d.nodes)
		d.nodes = append(d.nodes, n)
		return at[key]
	}
	for i := range v.r.Document.Stores {
		s := &v.r.Document.Stores[i]
		name := s.Address
		if v.manyRoots {
			name = s.Root + ": " + name
		}
		add(s.ID, node{name, PlaceText(s.Place), v.verdicts[s.ID], true})
	}
	for i := range v.r.Document.Copies {
		c := &v.r.Document.Copies[i]
		e := edge{means: meansText(c), automatic: c.Automatic, verdict: v.verdicts[c.ID]}
		from, to := c.From, c.To
		if v.stores[from] == nil {
			from = "from " + c.ID
			add(from, node{name: c.FromName, place: "not declared"})
		}
		if v.stores[to] == nil {
			to = "to " + c.ID
			add(to, node{name: c.ToName, place: PlaceText(c.Place), verdict: e.verdict})
		}
		e.from, e.to = at[from], at[to]
		// A copy is as wrong as what it puts there.
		e.verdict = max(e.verdict, d.nodes[e.to].verdict)
		d.edges = append(d.edges, e)
	}
	seen := map[string]bool{}
	for _, n := range d.nodes {
		if !seen[n.place] {
			seen[n.place] = true
			d.places = append(d.places, n.place)
		}
	}
	return d
}

// colors of the verdicts: fill and line.
func (v verdict) colors() (fill, line string) {
	switch v {
	case failed:
		return "#fbe3e1", "#b3261e"
	case warned:
		return "#fdf0d5", "#8a5a00"
	case excepted:
		return "#e7e5f5", "#5b4fa8"
	}
	return "#e6f0ee", "#2f6b60"
}

// Mermaid writes the copies as a flowchart, which many forges draw where they
// show Markdown.
func Mermaid(w io.Writer, r *check.Result, _ Options) error {
	v := newView(r)
	d := v.draw()
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "flowchart LR")
	for p, place := range d.places {
		fmt.Fprintf(b, "  subgraph p%d[\"%s\"]\n", p, mermaidText(place))
		for i, n := range d.nodes {
			if n.place == place {
				fmt.Fprintf(b, "    %s\n", mermaidNode(i, n))
			}
		}
		fmt.Fprintln(b, "  end")
	}
	for _, e := range d.edges {
		arrow := "-->"
		if e.automatic {
			arrow = "-.->"
		}
		fmt.Fprintf(b, "  n%d %s|\"%s\"| n%d\n", e.from, arrow, mermaidText(e.means), e.to)
	}
	if r.Rules == nil {
		// Nothing was judged.
		return b.Flush()
	}
	for _, level := range []verdict{quiet, excepted, warned, failed} {
		var names []string
		for i, n := range d.nodes {
			if n.verdict == level {
				names = append(names, fmt.Sprintf("n%d", i))
			}
		}
		if len(names) > 0 {
			fill, line := level.colors()
			class := strings.ReplaceAll(level.String(), " ", "_")
			fmt.Fprintf(b, "  classDef %s fill:%s,stroke:%s,color:#1b1b1b\n", class, fill, line)
			fmt.Fprintf(b, "  class %s %s\n", strings.Join(names, ","), class)
		}
	}
	return b.Flush()
}

// mermaidNode is a rounded box for what is declared nowhere, else a store.
func mermaidNode(i int, n node) string {
	if n.declared {
		return fmt.Sprintf("n%d[(\"%s\")]", i, mermaidText(n.name))
	}
	return fmt.Sprintf("n%d(\"%s\")", i, mermaidText(nameOrPlace(n)))
}

func nameOrPlace(n node) string {
	if n.name == "" {
		return n.place
	}
	return n.name
}

// mermaidText writes text within quotes; what could end them or be markup is
// written by its code.
func mermaidText(text string) string {
	var b strings.Builder
	for _, r := range clean(text) {
		if strings.ContainsRune("\"#&<>;`\\", r) {
			fmt.Fprintf(&b, "#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// DOT writes the copies as a graph for Graphviz.
func DOT(w io.Writer, r *check.Result, _ Options) error {
	v := newView(r)
	d := v.draw()
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "digraph stateside {")
	fmt.Fprintln(b, "  rankdir=LR; fontname=\"sans-serif\"")
	fmt.Fprintln(b, "  node [fontname=\"sans-serif\", fontsize=10, style=filled]")
	fmt.Fprintln(b, "  edge [fontname=\"sans-serif\", fontsize=9]")
	for p, place := range d.places {
		fmt.Fprintf(b, "  subgraph cluster_%d {\n    label=%s; color=\"#999999\"\n", p, dotText(place))
		for i, n := range d.nodes {
			if n.place != place {
				continue
			}
			shape := "cylinder"
			if !n.declared {
				shape = "box"
			}
			fill, line := n.verdict.colors()
			fmt.Fprintf(b, "    n%d [label=%s, shape=%s, fillcolor=\"%s\", color=\"%s\"]\n", i, dotText(nameOrPlace(n)), shape, fill, line)
		}
		fmt.Fprintln(b, "  }")
	}
	for _, e := range d.edges {
		style := "solid"
		if e.automatic {
			style = "dashed"
		}
		_, line := e.verdict.colors()
		fmt.Fprintf(b, "  n%d -> n%d [label=%s, style=%s, color=\"%s\"]\n", e.from, e.to, dotText(e.means), style, line)
	}
	fmt.Fprintln(b, "}")
	return b.Flush()
}

// dotText is a quoted string of the language, in which a backslash begins an
// escape of the label.
func dotText(text string) string {
	return "\"" + strings.NewReplacer("\\", "\\\\", "\"", "\\\"").Replace(clean(text)) + "\""
}
