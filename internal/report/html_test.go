package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
)

// The page is the same each time, also the second one in a process, and for the
// inventory too.
func TestHTMLIsReproducible(t *testing.T) {
	first := written(t, HTML, project(t), Options{})
	if again := written(t, HTML, project(t), Options{}); again != first {
		t.Error("the page is another the second time")
	}
	for _, want := range []string{
		"5 errors, 5 warnings, 1 excepted", "37 days left", "Content-Security-Policy", "&lt;script&gt;alert(1)&lt;/script&gt;",
		"var.far_region", "the mirror is being drained",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("%q is not there", want)
		}
	}
	for _, bad := range []string{"<script>alert", "\x1b", "ZgotmplZ", "http-equiv=\"refresh\"", "src="} {
		if strings.Contains(first, bad) {
			t.Errorf("%q is there", bad)
		}
	}
}

// An inventory judges nothing, and says so.
func TestHTMLOfInventory(t *testing.T) {
	r := project(t)
	r.Rules, r.Report.Findings = nil, nil
	text := written(t, HTML, r, Options{})
	for _, want := range []string{"<h1>8 stores and 3 copies</h1>", "not judged"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not there", want)
		}
	}
	for _, bad := range []string{`<span class="tag">no finding`, "· no finding", `id="findings"`, `id="exceptions"`} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is there", bad)
		}
	}
}

// The page says what it does not know, and never that all is well.
func TestHTMLOfNothing(t *testing.T) {
	text := written(t, HTML, checked(t, t.TempDir()), Options{})
	if !strings.Contains(text, "Nothing was checked") {
		t.Error("it is not said that nothing was checked")
	}
}

// The outlines and the dots are drawn by one projection: points whose place on
// the map is known from the library that drew the outlines.
func TestEqualEarth(t *testing.T) {
	for _, c := range []struct{ latitude, longitude, x, y float64 }{
		{0, 0, 1000, 487}, {0, 180, 2000, 487}, {90, 0, 1000, 0}, {-90, 0, 1000, 973}, {0, -180, 0, 487},
	} {
		got := equalEarth(c.latitude, c.longitude)
		if math.Abs(got[0]-c.x) > 1 || math.Abs(got[1]-c.y) > 1 {
			t.Errorf("%v,%v is drawn at %v, want %v,%v", c.latitude, c.longitude, got, c.x, c.y)
		}
	}
}

// Every country has an outline's middle or is too small for one, and every
// region is drawn somewhere.
func TestEveryRegionIsDrawn(t *testing.T) {
	g := readGazetteer()
	if len(g.outlines) < 200 {
		t.Fatalf("%d outlines", len(g.outlines))
	}
	var tables geo.Tables
	vague := 0
	for _, cloud := range geo.Clouds() {
		for _, id := range tables.Regions(cloud) {
			l, err := tables.Locate(cloud, "", id)
			if err != nil {
				t.Fatal(err)
			}
			x, y, isVague, ok := g.locate(l)
			if !ok || x < 0 || x > 2000 || y < 0 || y > 974 {
				t.Errorf("%s %s (%s, %v) is drawn at %v, %v", cloud, id, l.Name, l.Countries, x, y)
			}
			if isVague {
				vague++
			}
		}
	}
	t.Logf("%d regions stand in the middle of their country", vague)
}

// A town is drawn in its country: not farther from the middle than the country
// is wide. This finds a wrong sign.
func TestTownsAreInTheirCountry(t *testing.T) {
	g := readGazetteer()
	for key, at := range g.towns {
		country, _, _ := strings.Cut(key, " ")
		middle, ok := g.middles[country]
		if !ok {
			t.Errorf("%s has no outline", country)
			continue
		}
		limit := 80.0
		if country == "US" || country == "CA" || country == "CN" || country == "BR" || country == "AU" {
			limit = 400
		}
		if d := math.Hypot(at[0]-middle[0], at[1]-middle[1]); d > limit {
			t.Errorf("%s is %0.f from the middle of %s", key, d, country)
		}
	}
}

func TestLocate(t *testing.T) {
	g := readGazetteer()
	for name, c := range map[string]struct {
		l         model.Location
		vague, ok bool
	}{
		"town":           {model.Location{Name: "Singapore", Countries: []string{"SG"}}, false, true},
		"state":          {model.Location{Site: "va1", Countries: []string{"US"}, Subdivisions: []string{"US-VA"}}, false, true},
		"country":        {model.Location{Name: "Nowhere", Countries: []string{"FR"}}, true, true},
		"multi-region":   {model.Location{Name: "EU", Countries: []string{"DE", "FR"}}, true, true},
		"no country":     {model.Location{Endpoint: "db.example"}, false, false},
		"unknown code":   {model.Location{Countries: []string{"ZZ"}}, false, false},
		"several states": {model.Location{Countries: []string{"US"}, Subdivisions: []string{"US-VA", "US-OR"}}, true, true},
	} {
		if _, _, vague, ok := g.locate(c.l); vague != c.vague || ok != c.ok {
			t.Errorf("%s: vague %v, found %v", name, vague, ok)
		}
	}
}

// Copies in a circle, and into itself, come to an end.
func TestLayOutCircle(t *testing.T) {
	d := drawing{
		nodes: []node{{name: "a"}, {name: "b"}, {name: "c"}, {name: "alone"}},
		edges: []edge{{from: 0, to: 1}, {from: 1, to: 2}, {from: 2, to: 0}, {from: 1, to: 1}},
	}
	c := d.layOut()
	if len(c.Boxes) != 3 || len(c.Lines) != 4 || c.Left != 1 || !c.Whole {
		t.Errorf("%+v", c)
	}
}

// No two boxes stand on one another.
func TestLayOutHasRoom(t *testing.T) {
	c := newDrawing(t, 300).layOut()
	for i, a := range c.Boxes {
		for _, b := range c.Boxes[:i] {
			if a.X == b.X && a.Y < b.Y+boxHeight && b.Y < a.Y+boxHeight {
				t.Fatalf("%s stands on %s", a.Name, b.Name)
			}
		}
		if a.X+boxWidth > c.Width || a.Y+boxHeight > c.Height {
			t.Fatalf("%s is outside of the drawing", a.Name)
		}
	}
}

// Of too large a graph what has findings is drawn, and it is said.
func TestLayOutOfMuch(t *testing.T) {
	c := newDrawing(t, 5000).layOut()
	if c.Whole || len(c.Boxes) == 0 || len(c.Boxes) > maxBoxes {
		t.Errorf("%d boxes, whole: %v", len(c.Boxes), c.Whole)
	}
	for _, b := range c.Boxes[:2] {
		if b.Verdict == failed {
			return
		}
	}
	t.Error("the first part has no finding")
}

func newDrawing(t *testing.T, n int) drawing {
	r := many(t, n)
	v := newView(r)
	return v.draw()
}

func TestExceptionLeft(t *testing.T) {
	for want, e := range map[string]pageException{
		"ended": {ExceptionUse: model.ExceptionUse{Expired: true}}, "ends today": {}, "1 day left": {Days: 1}, "9 days left": {Days: 9},
	} {
		if got := e.Left(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Two locations of one town are one dot, and two places with what is there.
func TestPlacesOfOneSpot(t *testing.T) {
	r := project(t)
	oracle := r.Document.Stores[0]
	oracle.ID, oracle.Address = "data:oracle", "oracle"
	oracle.Place.Locations = []model.Location{{Cloud: "oci", Region: "us-ashburn-1", Name: "Ashburn", Countries: []string{"US"}}}
	r.Document.Stores = append(r.Document.Stores, oracle)
	v := newView(r)
	m := v.makeMap()
	if len(m.Spots) != 3 {
		t.Errorf("%d spots", len(m.Spots))
	}
	got := map[string]string{}
	for _, p := range m.Places {
		got[p.Name] = p.Verdict.String()
	}
	if got["oci us-ashburn-1 (Ashburn, US)"] != "no finding" || got["aws us-east-1 (N. Virginia, US)"] != "warning" || len(got) != 4 {
		t.Errorf("%v", got)
	}
}

// Of what passes data on the map shows the copies; no data rests there.
func TestTransitIsNoPlace(t *testing.T) {
	r := project(t)
	stream := r.Document.Stores[0]
	stream.ID, stream.Address, stream.Transit = "data:stream", "stream", true
	stream.Place.Locations = []model.Location{{Cloud: "aws", Region: "sa-east-1", Name: "Sao Paulo", Countries: []string{"BR"}}}
	v := newView(r)
	was := v.makeMap()
	r.Document.Stores = append(r.Document.Stores, stream)
	r.Document.Copies = append(r.Document.Copies, model.Copy{ID: "out", From: stream.ID, Place: r.Document.Stores[0].Place})
	v = newView(r)
	is := v.makeMap()
	if !slices.Equal(was.In, is.In) {
		t.Errorf("in %v, and before in %v", is.In, was.In)
	}
	if len(is.Places) != len(was.Places) || len(is.Arcs) != len(was.Arcs)+1 {
		t.Errorf("%d places, %d arcs; before %d and %d", len(is.Places), len(is.Arcs), len(was.Places), len(was.Arcs))
	}
	p := newPage(r, Options{})
	if !strings.Contains(p.Passing(), "One of the rows") || p.Rows() != "rows" {
		t.Errorf("%q, %q", p.Passing(), p.Rows())
	}
}

// What stands between backticks is code, and no text is markup.
func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"set `drain_by` of it": "set <code>drain_by</code> of it", "a ` alone <b>": "a ` alone &lt;b&gt;", "`<b>`": "<code>&lt;b&gt;</code>",
	} {
		if got := string(prose(text)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got, want := string(breaks("module.a<b>.aws_s3_bucket.c")), "module.<wbr>a&lt;b&gt;.aws_s3_bucket.c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
