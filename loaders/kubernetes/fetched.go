package kubernetes

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
)

// fetched is something that is not in the tree but is fetched when it is
// deployed, so that nothing is known of what it declares.
type fetched struct {
	what string
	at   hcl.Range
}

// fetchChart notes a chart that a release takes from elsewhere. One that the
// catalogue knows, by its values or as one that keeps nothing, is left out.
func (s *set) fetchChart(n *document.Node) {
	if n.String() == "" {
		return
	}
	name := path.Base(n.Text)
	if s.isKnownChart(name) || s.hasChart(name) {
		return
	}
	s.fetched = append(s.fetched, fetched{"the chart " + name, n.Range})
}

func (s *set) isKnownChart(name string) bool {
	_, keepsNothing := catalog.NoStores("kubernetes")[chartGroup+name]
	return keepsNothing || s.Catalogue.Lookup(chartGroup+name) != nil || configurations[name] != nil
}

// hasChart says whether the tree has a chart of a name.
func (s *set) hasChart(name string) bool {
	for dir, c := range s.charts.byDir {
		if path.Base(dir) == name || c.node.Get("name").String() == name {
			return true
		}
	}
	return false
}

// fetchPath notes a directory that is deployed and not in the tree: one of
// another repository. What fills in its name names directories of this one.
func (s *set) fetchPath(dir, from *document.Node) {
	name := path.Clean(strings.TrimLeft(dir.String(), "/"))
	if name == "." || strings.ContainsAny(name, "{}$*") || s.tree.IsDir(name) {
		return
	}
	what := "the directory " + name
	if from.String() != "" {
		what += " of " + from.Text
	}
	s.fetched = append(s.fetched, fetched{what, dir.Range})
}

// fetchValues notes values of a chart, of which the catalogue knows what they
// mean, that are not in the tree.
func (s *set) fetchValues(chart, at *document.Node, what string) {
	if name := path.Base(chart.String()); s.Catalogue.Lookup(chartGroup+name) != nil || configurations[name] != nil {
		s.fetched = append(s.fetched, fetched{"the values of the chart " + name + " in " + what, at.Range})
	}
}

// fetchDependencies notes the charts that a chart without templates of its own
// brings along.
func (s *set) fetchDependencies(all *charts, c *chart) {
	if s.matters(all, c, 0) {
		return // it is rendered, or said not to be
	}
	for _, d := range c.node.Get("dependencies").Elements() {
		if name := d.Get("name"); all.dependency(c, d) == nil {
			s.fetchChart(name)
		}
	}
}

// maxFetchedTold bounds how many of the things fetched a problem names.
const maxFetchedTold = 5

// tellFetched says once what all releases leave out.
func (s *set) tellFetched() {
	slices.SortStableFunc(s.fetched, func(a, b fetched) int {
		return cmp.Or(cmp.Compare(a.at.Filename, b.at.Filename), cmp.Compare(a.at.Start.Line, b.at.Start.Line))
	})
	var names []string
	for _, f := range s.fetched {
		if !slices.Contains(names, f.what) {
			names = append(names, f.what)
		}
	}
	if len(names) == 0 {
		return
	}
	told, verb := strings.Join(names, ", "), "are"
	if more := len(names) - maxFetchedTold; more > 0 {
		told = fmt.Sprintf("%s and %d more", strings.Join(names[:maxFetchedTold], ", "), more)
	}
	if len(names) == 1 {
		verb = "is"
	}
	s.problemAt(model.NotRendered, s.fetched[0].at, fmt.Sprintf("%s %s fetched only when deployed, and the catalogue does not know where data is kept there: what is declared there was not checked", told, verb))
}
