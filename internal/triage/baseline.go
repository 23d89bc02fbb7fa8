package triage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/stateside-dev/stateside/internal/model"
)

// Baseline is the findings of one day, which are known and no longer fail a
// check. It is made once, where a check is brought into a repository that does
// not pass it, and should only get shorter.
type Baseline struct {
	// Version of the file's form, 1.
	Version int `json:"version"`
	// Findings by what they are about.
	Findings []Known `json:"findings"`
}

// Known is a finding of a baseline. Only the fingerprint counts, which goes by
// rule, store and place and not by line; the rest is for people.
type Known struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	Address     string `json:"address,omitempty"`
	Message     string `json:"message"`
}

// NewBaseline makes a baseline of findings. Those that an exception covers are
// left out: they have an end of their own.
func NewBaseline(findings []model.Finding) Baseline {
	b := Baseline{Version: 1, Findings: []Known{}}
	for _, f := range findings {
		if f.SuppressedBy == nil {
			b.Findings = append(b.Findings, Known{f.Fingerprint, f.Rule, f.Address, f.Message})
		}
	}
	return b
}

// ParseBaseline reads a baseline.
func ParseBaseline(data []byte) (Baseline, error) {
	var b Baseline
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		return b, fmt.Errorf("it is no baseline: %w", err)
	}
	if b.Version != 1 {
		return b, fmt.Errorf("version %d is not known; 1 is", b.Version)
	}
	if slices.ContainsFunc(b.Findings, func(k Known) bool { return k.Fingerprint == "" }) {
		return b, fmt.Errorf("a finding has no fingerprint")
	}
	return b, nil
}

// Mark marks the findings that are in the baseline, and returns how many of its
// entries are no longer found.
func (b Baseline) Mark(findings []model.Finding) (gone int) {
	known := map[string]bool{}
	for _, k := range b.Findings {
		known[k.Fingerprint] = true
	}
	found := map[string]bool{}
	for i := range findings {
		if f := &findings[i]; known[f.Fingerprint] {
			f.Known, found[f.Fingerprint] = true, true
		}
	}
	return len(known) - len(found)
}
