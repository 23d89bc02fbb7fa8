package report

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// view is a result with what most formats look up in it.
type view struct {
	r      *check.Result
	stores map[string]*model.Store
	copies map[string]*model.Copy
	// manyRoots says that an address alone does not tell the store.
	manyRoots bool
}

func newView(r *check.Result) view {
	v := view{r: r, stores: map[string]*model.Store{}, copies: map[string]*model.Copy{}}
	for i := range r.Document.Stores {
		s := &r.Document.Stores[i]
		v.stores[s.ID] = s
		v.manyRoots = v.manyRoots || s.Root != r.Document.Stores[0].Root
	}
	for i := range r.Document.Copies {
		v.copies[r.Document.Copies[i].ID] = &r.Document.Copies[i]
	}
	return v
}

// path writes a path of the tree as seen from the working directory, as other
// tools do, so that it can be opened by a click.
func (v *view) path(file string) string {
	if filepath.IsAbs(file) || file == source.Stdin {
		return file
	}
	full := filepath.Join(v.r.Tree.Dir(), filepath.FromSlash(file))
	if rel, err := filepath.Rel(v.r.WorkDir, full); err == nil {
		return filepath.ToSlash(rel)
	}
	return file
}

func (v *view) at(s *model.Source) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", v.path(s.File), s.Line)
}

// nameOf names the store of an id by its address, else by what the
// configuration says.
func (v *view) nameOf(id, name string) string {
	if s := v.stores[id]; s != nil {
		return s.Address
	}
	return name
}

// endText names one end of a copy with its place.
func (v *view) endText(id, name string, place *model.Place) string {
	if s := v.stores[id]; s != nil {
		return s.Address + "  " + PlaceText(s.Place)
	}
	if place != nil {
		return strings.TrimSpace(name + "  " + PlaceText(*place))
	}
	if name == "" {
		return "what is not declared here"
	}
	return name
}

func meansText(c *model.Copy) string {
	text := strings.ReplaceAll(string(c.Means), "_", " ")
	if c.Automatic {
		text = "automatic " + text
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if base, ok := strings.CutSuffix(noun, "y"); ok {
		return fmt.Sprintf("%d %sies", n, base)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// PlaceText writes a place in a few words.
func PlaceText(p model.Place) string {
	var names []string
	for _, l := range p.Locations {
		names = append(names, LocationText(l))
	}
	switch p.Status {
	case model.Known:
		return strings.Join(names, " and ")
	case model.OneOf:
		return "one of " + strings.Join(names, ", ")
	case model.Caller:
		return "left to the caller"
	}
	return "unknown"
}

// maxCountries is how many countries of a multi-region are written out.
const maxCountries = 3

// LocationText writes a location as cloud, code, city and country.
func LocationText(l model.Location) string {
	label := l.Cloud + " " + l.Region
	if l.Site != "" {
		label = "site " + l.Site
	}
	var detail []string
	if l.Name != "" && l.Site == "" {
		detail = append(detail, l.Name)
	}
	if len(l.Countries) <= maxCountries {
		detail = append(detail, l.Countries...)
	}
	if len(detail) == 0 {
		return strings.TrimSpace(label + " " + l.Endpoint)
	}
	return fmt.Sprintf("%s (%s)", label, strings.Join(detail, ", "))
}
