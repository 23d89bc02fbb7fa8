package report

import (
	"cmp"
	"fmt"
	"slices"
)

// The sizes of the drawing of copies, in pixels.
const (
	boxWidth  = 300
	boxHeight = 44
	boxGap    = 14
	columnGap = 150
	partGap   = 26
)

// chart is the graph of copies with a position for each box.
type chart struct {
	Boxes         []box
	Lines         []line
	Width, Height int
	// Left counts the stores that no copy leaves or reaches.
	Left int
	// Whole says that every copy is shown.
	Whole bool
}

// box is a store, or what a copy makes.
type box struct {
	X, Y     int
	Name     string
	Place    string
	Verdict  verdict
	Declared bool
}

// line is a copy.
type line struct {
	X1, Y1, X2, Y2 int
	Means          string
	Automatic      bool
	Verdict        verdict
	From, To       string
}

// Path of the line: out at the right, in at the left.
func (l line) Path() string {
	bend := max((l.X2-l.X1)/2, 50)
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", l.X1, l.Y1, l.X1+bend, l.Y1, l.X2-bend, l.Y2, l.X2, l.Y2)
}

// LabelX and LabelY are where the means is written.
func (l line) LabelX() int { return l.X2 - 10 }

// LabelY is a little above the end of the line.
func (l line) LabelY() int { return l.Y2 - 5 }

// Text says what the line is.
func (l line) Text() string {
	return fmt.Sprintf("%s, %s to %s: %s", l.From, l.Means, l.To, l.Verdict)
}

// maxBoxes is how many boxes are drawn; of a larger graph only the parts with
// findings are.
const maxBoxes = 400

// layOut gives the graph of copies its positions: data flows from left to right,
// and each part that hangs together stands by itself.
func (d drawing) layOut() chart {
	c := chart{Whole: true}
	parts, left := d.parts()
	c.Left = left
	total := 0
	for _, part := range parts {
		total += len(part)
	}
	y := 0
	for _, part := range parts {
		if total > maxBoxes && (d.worst(part) < warned || len(c.Boxes)+len(part) > maxBoxes) {
			c.Whole = false
			continue
		}
		y = c.add(d, part, y) + partGap
	}
	c.Height = max(y-partGap, 0)
	return c
}

// parts are the nodes that hang together by copies, the gravest first. left
// counts the nodes without a copy.
func (d drawing) parts() (parts [][]int, left int) {
	root := make([]int, len(d.nodes))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	joined := make([]bool, len(d.nodes))
	for _, e := range d.edges {
		root[find(e.from)] = find(e.to)
		joined[e.from], joined[e.to] = true, true
	}
	at := map[int]int{}
	for i := range d.nodes {
		if !joined[i] {
			left++
			continue
		}
		r := find(i)
		if _, ok := at[r]; !ok {
			at[r] = len(parts)
			parts = append(parts, nil)
		}
		parts[at[r]] = append(parts[at[r]], i)
	}
	slices.SortStableFunc(parts, func(a, b []int) int { return cmp.Compare(d.worst(b), d.worst(a)) })
	return parts, left
}

func (d drawing) worst(part []int) verdict {
	worst := quiet
	for _, i := range part {
		worst = max(worst, d.nodes[i].verdict)
	}
	return worst
}

// columns says how many copies lie before each node of a part at most. In a
// circle of copies the count ends after as many rounds as there are nodes.
func (d drawing) columns(part []int) map[int]int {
	column := map[int]int{}
	inPart := map[int]bool{}
	for _, i := range part {
		inPart[i] = true
	}
	var edges []edge
	for _, e := range d.edges {
		if inPart[e.from] && e.from != e.to {
			edges = append(edges, e)
		}
	}
	for range min(len(part)-1, maxColumns) {
		moved := false
		for _, e := range edges {
			if column[e.to] < column[e.from]+1 && column[e.from] < maxColumns {
				column[e.to] = column[e.from] + 1
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	return column
}

// maxColumns bounds a drawing in which copies go round in a circle.
const maxColumns = 8

// add puts a part below y and returns where it ends.
func (c *chart) add(d drawing, part []int, y int) int {
	column := d.columns(part)
	next := map[int]int{}
	positions := map[int][2]int{}
	bottom := y
	for _, i := range part {
		x := column[i]
		top := y + next[x]*(boxHeight+boxGap)
		next[x]++
		positions[i] = [2]int{x * (boxWidth + columnGap), top}
		n := d.nodes[i]
		c.Boxes = append(c.Boxes, box{X: positions[i][0], Y: top, Name: nameOrPlace(n), Place: n.place, Verdict: n.verdict, Declared: n.declared})
		c.Width = max(c.Width, positions[i][0]+boxWidth)
		bottom = max(bottom, top+boxHeight)
	}
	for _, e := range d.edges {
		from, ok := positions[e.from]
		if !ok {
			continue
		}
		to := positions[e.to]
		c.Lines = append(c.Lines, line{
			X1: from[0] + boxWidth, Y1: from[1] + boxHeight/2, X2: to[0], Y2: to[1] + boxHeight/2,
			Means: e.means, Automatic: e.automatic, Verdict: e.verdict,
			From: nameOrPlace(d.nodes[e.from]), To: nameOrPlace(d.nodes[e.to]),
		})
	}
	return bottom
}

// ViewWidth and ViewHeight leave room for the edges of the outermost boxes.
func (c chart) ViewWidth() int { return c.Width + 4 }

// ViewHeight is that of the drawing with its edges.
func (c chart) ViewHeight() int { return c.Height + 4 }

// TextX, NameY and PlaceY are where the words of a box begin.
func (b box) TextX() int { return b.X + 12 }

// NameY is the line of the name.
func (b box) NameY() int { return b.Y + 19 }

// PlaceY is the line of the place.
func (b box) PlaceY() int { return b.Y + 35 }

// The longest name and place that fit into a box, in characters.
const (
	maxName  = 38
	maxPlace = 46
)

// ShortName is the name cut in its middle: its end tells it from its like.
func (b box) ShortName() string { return cutMiddle(clean(b.Name), maxName) }

// ShortPlace is the place cut likewise.
func (b box) ShortPlace() string { return cutMiddle(clean(b.Place), maxPlace) }

func cutMiddle(text string, room int) string {
	runes := []rune(text)
	if len(runes) <= room {
		return text
	}
	half := (room - 1) / 2
	return string(runes[:half]) + "…" + string(runes[len(runes)-(room-1-half):])
}
