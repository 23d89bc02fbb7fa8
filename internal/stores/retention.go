package stores

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// addRetention gives a store what its own settings, or those of a resource of
// its, keep.
func (inv *inventory) addRetention(e *entry) {
	s := e.store
	if len(e.typ.Retention) == 0 {
		return
	}
	if s == nil && e.typ.Of != "" {
		if v := inv.readFirst(e.typ.Of, e.inst); v != nil {
			if s = inv.named(e, e.typ.OfType, v, nil); s == nil {
				inv.keepElsewhere(e, v)
				return
			}
		}
	}
	if s != nil {
		s.Retention = append(s.Retention, inv.retention(e)...)
	}
}

// keepElsewhere notes the retention of a thing that is only named, and that
// another root may declare.
func (inv *inventory) keepElsewhere(e *entry, v *lang.Value) {
	t := inv.Catalogue.Lookup(e.typ.OfType)
	name, known := inv.nameFor(e.typ.OfType, v)
	if t == nil || !known || len(inv.ofName(e.typ.OfType, v)) > 0 {
		return
	}
	if inst, _ := inv.whole(v, e.typ.OfType); inst != nil && !inst.IsData() {
		return
	}
	if all := inv.retention(e); len(all) > 0 {
		w := model.Whole{Type: t.Type, Name: name, Unique: t.UniqueName}
		inv.doc.Kept = append(inv.doc.Kept, model.Kept{Whole: w, Place: inv.place(e.typ, e.inst), Retention: all})
	}
}

// retention reads how long what rests in a store is kept. A length that is not
// known is left out: it is no fact.
func (inv *inventory) retention(e *entry) []model.Retention {
	var all []model.Retention
	for _, rule := range e.typ.Retention {
		all = append(all, inv.retentionOf(e, rule)...)
	}
	return all
}

func (inv *inventory) retentionOf(e *entry, rule catalog.RetentionRule) []model.Retention {
	if holds, certain := inv.conditions(rule.When, inv.body(e.inst), 0); !holds || !certain {
		return nil
	}
	if rule.At == "" {
		return inv.retentionFor(rule, rule.Absent, *lang.SourceOf(e.inst.Range()), true)
	}
	values := inv.body(e.inst).At(inv.Evaluator, rule.At)
	if len(values) == 0 && rule.Absent != "" {
		return inv.retentionFor(rule, rule.Absent, *lang.SourceOf(e.inst.Range()), true)
	}
	var all []model.Retention
	for _, f := range values {
		if text, ok := inv.Evaluator.Force(f.Cell).Text(); ok && !f.maybe {
			all = append(all, inv.retentionFor(rule, text, *lang.SourceOf(f.Range), false)...)
		}
	}
	return all
}

func (inv *inventory) retentionFor(rule catalog.RetentionRule, text string, src model.Source, automatic bool) []model.Retention {
	r := model.Retention{Kind: rule.Kind, Automatic: automatic, Source: src}
	if slices.Contains(rule.Forever, text) {
		r.Forever = true
		return []model.Retention{r}
	}
	days, ok := daysOf(text, rule.Unit)
	if !ok || days == 0 {
		return nil
	}
	r.Days = days
	return []model.Retention{r}
}

// maxDays bounds a retention: what is longer has, for people, no end.
const maxDays = 1_000_000

// dayParts are the units of a length by the letter that stands for them, in
// days.
var dayParts = map[string]float64{
	"s": 1.0 / 86400, "m": 1.0 / 1440, "h": 1.0 / 24, "d": 1, "w": 7, "y": 365,
}

// unitLetters are those of the units that the catalogue names; of months there
// is none.
var unitLetters = map[catalog.Unit]string{
	catalog.Seconds: "s", catalog.Minutes: "m", catalog.Hours: "h", "": "d", catalog.Days: "d", catalog.Weeks: "w", catalog.Years: "y",
}

// daysOf reads a length: a number in a unit, a number with the letter of its
// own (86400s, 7d), or an ISO 8601 duration (P7D, PT12H, P1Y). A part of a day
// counts as a whole one.
func daysOf(text string, unit catalog.Unit) (int, bool) {
	days := 0.0
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		factor := 30.0
		if unit != catalog.Months {
			factor = dayParts[unitLetters[unit]]
		}
		days = n * factor
	} else if iso, ok := strings.CutPrefix(strings.ToUpper(text), "P"); ok {
		if days, ok = isoDays(iso); !ok {
			return 0, false
		}
	} else if days, ok = suffixed(text); !ok {
		return 0, false
	}
	if math.IsNaN(days) || days < 0 || days > maxDays {
		return 0, false
	}
	return int(math.Ceil(days)), true
}

func suffixed(text string) (float64, bool) {
	if text == "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(text[:len(text)-1], 64)
	factor, ok := dayParts[strings.ToLower(text[len(text)-1:])]
	return n * factor, err == nil && ok
}

// isoDays reads an ISO 8601 duration without its P.
func isoDays(text string) (float64, bool) {
	days, inTime := 0.0, false
	for text != "" {
		if rest, ok := strings.CutPrefix(text, "T"); ok && !inTime {
			text, inTime = rest, true
			continue
		}
		at := strings.IndexAny(text, "YMWDHS")
		if at < 1 {
			return 0, false
		}
		n, err := strconv.ParseFloat(text[:at], 64)
		if err != nil {
			return 0, false
		}
		letter := strings.ToLower(text[at : at+1])
		factor := dayParts[letter]
		if letter == "m" && !inTime {
			factor = 30
		}
		days += n * factor
		text = text[at+1:]
	}
	return days, true
}
