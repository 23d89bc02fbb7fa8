package report

import (
	"cmp"
	"embed"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
)

//go:embed html
var htmlFiles embed.FS

// worldMap is what the map of a report shows.
type worldMap struct {
	// Countries to draw.
	Countries []outline
	// Spots where data rests, the gravest last, so that they are drawn on top.
	Spots []*spot
	// Arcs are the copies from one spot to another.
	Arcs []*arc
	// Elsewhere counts the stores and copies whose place can't be drawn.
	Elsewhere int
	// Places are the locations by name, the gravest first: on one spot there may
	// be several.
	Places []*mapPlace
	// In names the countries in which data is known to rest.
	In []string
}

// outline is a country on the map.
type outline struct {
	Code, Path string
	// Holds says that data rests there.
	Holds bool
}

// spot is one place on the map.
type spot struct {
	X, Y    float64
	Places  []string
	Stores  int
	Copies  int
	Verdict verdict
	// Vague spots stand in the middle of a country or of several.
	Vague bool
	// Maybe says that all that is here is one of several candidates.
	Maybe bool
	// Name is written beside the dot where there is room; else it is empty.
	Name         string
	NameX, NameY float64
	NameEnd      bool // the name ends there
	towns        []string
}

// R is the radius of the dot: its area grows with what is there.
func (s *spot) R() float64 { return 7 + 2.5*math.Sqrt(float64(min(s.Stores+s.Copies, 100))) }

// Label of the spot.
func (s *spot) Label() string { return strings.Join(s.Places, "; ") }

// Text says what is there.
func (s *spot) Text() string {
	var what []string
	if s.Stores > 0 {
		what = append(what, model.Count(s.Stores, "store"))
	}
	if s.Copies > 0 {
		what = append(what, model.Count(s.Copies, "copy")+" that no store is declared for")
	}
	if len(what) == 0 {
		what = append(what, "data passes through")
	}
	text := s.Label() + ": " + strings.Join(what, ", ")
	if s.Maybe {
		text += ", perhaps"
	}
	return text + ": " + s.Verdict.String()
}

// mapPlace is one location with what is there.
type mapPlace struct {
	Name    string
	Stores  int
	Copies  int
	Verdict verdict
	// Maybe says that it is only one of several candidates for all that is here.
	Maybe bool
}

// arc is the copies from one spot to another.
type arc struct {
	From, To *spot
	Copies   int
	Verdict  verdict
}

// Path of the arc: it bends to the north, the more the longer it is.
func (a *arc) Path() string {
	midX, midY := (a.From.X+a.To.X)/2, (a.From.Y+a.To.Y)/2
	bend := math.Hypot(a.To.X-a.From.X, a.To.Y-a.From.Y) * 0.22
	return fmt.Sprintf("M%.0f %.0fQ%.0f %.0f %.0f %.0f", a.From.X, a.From.Y, midX, max(midY-bend, 6), a.To.X, a.To.Y)
}

// Text says what the arc is.
func (a *arc) Text() string {
	return fmt.Sprintf("%s from %s to %s: %s", model.Count(a.Copies, "copy"), a.From.Label(), a.To.Label(), a.Verdict)
}

// makeMap finds where everything is drawn.
func (v *view) makeMap() worldMap {
	m := mapMaker{gazetteer: readGazetteer(), spots: map[string]*spot{}, places: map[string]*mapPlace{}, arcs: map[[2]*spot]*arc{}, holds: map[string]bool{}}
	at := map[string][]*spot{}
	for i := range v.r.Document.Stores {
		s := &v.r.Document.Stores[i]
		stores := 1
		if s.Transit {
			stores = 0 // its copies begin here, but nothing rests
		}
		at[s.ID] = m.place(s.Place, v.verdicts[s.ID], stores, 0)
	}
	for i := range v.r.Document.Copies {
		c := &v.r.Document.Copies[i]
		to, level := at[c.To], v.verdicts[c.ID]
		if target := v.stores[c.To]; target != nil {
			level = max(level, v.verdicts[c.To])
		} else {
			to = m.place(c.Place, level, 0, 1)
		}
		m.join(at[c.From], to, level)
	}
	return m.finish()
}

type mapMaker struct {
	gazetteer
	spots     map[string]*spot
	places    map[string]*mapPlace
	arcs      map[[2]*spot]*arc
	holds     map[string]bool
	elsewhere int
}

// place finds the spots of a place and counts stores or copies there.
func (m *mapMaker) place(p model.Place, level verdict, stores, copies int) []*spot {
	var spots []*spot
	rests := stores+copies > 0
	for _, l := range p.Locations {
		if rests {
			m.count(l, p.Status == model.OneOf, level, stores, copies)
		}
		x, y, vague, ok := m.locate(l)
		if !ok {
			continue
		}
		key := fmt.Sprintf("%.0f %.0f", x, y)
		s := m.spots[key]
		if s == nil {
			s = &spot{X: x, Y: y, Vague: vague, Maybe: true}
			m.spots[key] = s
		}
		if text := LocationText(l); !slices.Contains(s.Places, text) {
			s.Places = append(s.Places, text)
		}
		if town := cmp.Or(l.Site, l.Name, l.Region); !slices.Contains(s.towns, town) {
			s.towns = append(s.towns, town)
		}
		s.Maybe = s.Maybe && p.Status == model.OneOf
		s.Verdict = max(s.Verdict, level)
		if !slices.Contains(spots, s) {
			s.Stores, s.Copies = s.Stores+stores, s.Copies+copies
			spots = append(spots, s)
		}
		if p.Status == model.Known && rests {
			for _, country := range l.Countries {
				m.holds[country] = true
			}
		}
	}
	if len(spots) == 0 && rests {
		m.elsewhere++
	}
	return spots
}

// count adds to what is said of a location.
func (m *mapMaker) count(l model.Location, maybe bool, level verdict, stores, copies int) {
	name := LocationText(l)
	place := m.places[name]
	if place == nil {
		place = &mapPlace{Name: name, Maybe: true}
		m.places[name] = place
	}
	place.Stores, place.Copies = place.Stores+stores, place.Copies+copies
	place.Verdict = max(place.Verdict, level)
	place.Maybe = place.Maybe && maybe
}

// join draws the copies between spots; those within one spot are not drawn.
func (m *mapMaker) join(from, to []*spot, level verdict) {
	for _, a := range from {
		for _, b := range to {
			if a == b {
				continue
			}
			key := [2]*spot{a, b}
			if m.arcs[key] == nil {
				m.arcs[key] = &arc{From: a, To: b}
			}
			m.arcs[key].Copies++
			m.arcs[key].Verdict = max(m.arcs[key].Verdict, level)
		}
	}
}

func (m *mapMaker) finish() worldMap {
	w := worldMap{Countries: m.outlines, Elsewhere: m.elsewhere}
	names := geo.Countries()
	for code := range m.holds {
		w.In = append(w.In, cmp.Or(names[code], code))
	}
	slices.Sort(w.In)
	for i := range w.Countries {
		w.Countries[i].Holds = m.holds[w.Countries[i].Code]
	}
	for _, s := range m.spots {
		w.Spots = append(w.Spots, s)
	}
	for _, p := range m.places {
		w.Places = append(w.Places, p)
	}
	slices.SortFunc(w.Places, func(a, b *mapPlace) int {
		return cmp.Or(cmp.Compare(b.Verdict, a.Verdict), cmp.Compare(b.Stores+b.Copies, a.Stores+a.Copies), cmp.Compare(a.Name, b.Name))
	})
	for _, a := range m.arcs {
		w.Arcs = append(w.Arcs, a)
	}
	slices.SortFunc(w.Spots, func(a, b *spot) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(b.R(), a.R()), cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
	})
	w.name()
	slices.SortFunc(w.Arcs, func(a, b *arc) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.Path(), b.Path()))
	})
	return w
}

// The size of a name on the map, and the largest number of spots that get one.
const (
	nameHeight = 26
	nameLetter = 12.5
	maxNames   = 24
)

// name writes names beside the spots, the gravest first, where no other name or
// dot is.
func (w *worldMap) name() {
	if len(w.Spots) > maxNames {
		return
	}
	var taken []rect
	for _, s := range w.Spots {
		taken = append(taken, rect{s.X - s.R(), s.Y - s.R(), s.X + s.R(), s.Y + s.R()})
	}
	for _, s := range slices.Backward(w.Spots) {
		name := strings.Join(s.towns, ", ")
		length := nameLetter * float64(utf8.RuneCountInString(name))
		gap := s.R() + 8
		for _, side := range []struct {
			x, y float64
			end  bool
		}{{gap, 8, false}, {-gap, 8, true}, {-length / 2, gap + nameHeight - 4, false}, {-length / 2, -gap, false}} {
			x, y := s.X+side.x, s.Y+side.y
			r := rect{x, y - nameHeight + 6, x + length, y + 6}
			if side.end {
				r.left, r.right = x-length, x
			}
			if r.left < 40 || r.right > 1960 || r.top < 4 || r.bottom > 855 || slices.ContainsFunc(taken, r.meets) {
				continue
			}
			s.Name, s.NameX, s.NameY, s.NameEnd = name, math.Round(x), math.Round(y), side.end
			taken = append(taken, r)
			break
		}
	}
}

type rect struct{ left, top, right, bottom float64 }

func (r rect) meets(o rect) bool {
	return r.left < o.right && o.left < r.right && r.top < o.bottom && o.top < r.bottom
}

// gazetteer knows where places are drawn.
type gazetteer struct {
	outlines []outline
	// middles of the countries, and towns and states by country and name.
	middles map[string][2]float64
	towns   map[string][2]float64
}

// locate finds where a location is drawn: at its town, else its state, else in
// the middle of its country or countries, which is vague.
func (g *gazetteer) locate(l model.Location) (x, y float64, vague, ok bool) {
	if len(l.Countries) == 1 {
		if at, ok := g.towns[l.Countries[0]+" "+l.Name]; ok && l.Name != "" {
			return at[0], at[1], false, true
		}
		if len(l.Subdivisions) == 1 {
			if at, ok := g.towns[l.Countries[0]+" "+l.Subdivisions[0]]; ok {
				return at[0], at[1], false, true
			}
		}
	}
	n := 0.0
	for _, country := range l.Countries {
		if at, ok := g.middles[country]; ok {
			x, y, n = x+at[0], y+at[1], n+1
		}
	}
	if n == 0 {
		return 0, 0, false, false
	}
	return x / n, y / n, true, true
}

// readGazetteer reads the embedded tables. They are part of the program and read
// by its tests, so a bad one is a bug: it panics.
func readGazetteer() gazetteer {
	g := gazetteer{middles: map[string][2]float64{}, towns: map[string][2]float64{}}
	for line := range strings.Lines(mustRead("world.txt")) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 4)
		g.outlines = append(g.outlines, outline{Code: fields[0], Path: fields[3]})
		g.middles[fields[0]] = equalEarth(degrees(fields[1]), degrees(fields[2]))
	}
	delete(g.middles, "-")
	r := csv.NewReader(strings.NewReader(mustRead("places.csv")))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		panic(err)
	}
	for _, row := range rows[1:] {
		g.towns[row[0]+" "+row[1]] = equalEarth(degrees(row[2]), degrees(row[3]))
	}
	return g
}

func mustRead(name string) string {
	data, err := htmlFiles.ReadFile("html/" + name)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func degrees(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// The scale and the middle of the map as the outlines have them.
const (
	mapScale = 369.4631353467963
	mapX     = 1000
	mapY     = 486.7169753874045
)

// equalEarth is the Equal Earth projection (Šavrič, Patterson and Jenny, 2018),
// which shows areas in their true proportion.
func equalEarth(latitude, longitude float64) [2]float64 {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	m := math.Sqrt(3) / 2
	t := math.Asin(m * math.Sin(latitude*math.Pi/180))
	t2 := t * t
	t6 := t2 * t2 * t2
	x := longitude * math.Pi / 180 * math.Cos(t) / (m * (a1 + 3*a2*t2 + t6*(7*a3+9*a4*t2)))
	y := t * (a1 + a2*t2 + t6*(a3+a4*t2))
	return [2]float64{math.Round(mapX + mapScale*x), math.Round(mapY - mapScale*y)}
}
