package lang

import (
	"encoding/json"
	"errors"
	"strings"
)

// Structure returns what a text of JSON holds, nil when v is no such text.
func (ev *Evaluator) Structure(v *Value) *Value {
	text, ok := v.Text()
	if !ok || !strings.HasPrefix(strings.TrimSpace(text), "{") && !strings.HasPrefix(strings.TrimSpace(text), "[") {
		return nil
	}
	d := decoder{text: text, why: v.why, json: json.NewDecoder(strings.NewReader(text))}
	d.json.UseNumber()
	decoded, err := d.jsonValue()
	if err != nil {
		ev.Exceeded = ev.Exceeded || errors.Is(err, errTooManyNodes)
		return nil
	}
	if v.secret {
		return decoded.AsSecret()
	}
	return decoded
}
