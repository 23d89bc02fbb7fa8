package check

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/model"
)

// toFindings gives what the rules said the store, place, chain and line that it
// is about.
func toFindings(results []engine.Result, inputs []model.Input, cfg *config.Config) ([]model.Finding, error) {
	findings := []model.Finding{}
	seen := map[string]bool{}
	for _, r := range results {
		f, err := toFinding(r, &inputs[r.Input], cfg)
		if err != nil {
			return nil, err
		}
		f.Fingerprint = fingerprint(f)
		if !seen[f.Fingerprint] {
			seen[f.Fingerprint] = true
			findings = append(findings, f)
		}
	}
	return findings, nil
}

func toFinding(r engine.Result, in *model.Input, cfg *config.Config) (model.Finding, error) {
	f := model.Finding{
		Rule: r.Rule.ID, Severity: r.Severity, Message: r.Message, Fix: cmp.Or(r.Fix, r.Rule.Remedy),
		Setting: setting(r.Setting, cfg),
	}
	switch {
	case in.Problem != nil:
		f.Source, f.Address, f.RootCause = in.Problem.Source, in.Problem.Address, in.Problem.RootCause
	case in.Exception != nil:
		f.Source = &in.Exception.Source
	case in.Guardrail != nil:
		g := in.Guardrail
		f.Address, f.Source, f.Because, f.Variants = g.Address, &g.Source, g.Place.Because, g.Variants
	case in.Store != nil:
		f.Store, f.Address, f.Source = in.Store.ID, in.Store.Address, &in.Store.Source
		f.Variants = in.Store.Variants
	case in.Copies != nil:
		c := &in.Copies.Out[0]
		f.Address, f.Source = c.Address, &c.Source
		f.Variants = c.Variants
	}
	if r.Access >= 0 {
		if r.Access >= len(in.Access) {
			return f, fmt.Errorf("%s: rule %s names access %d, which the input does not have", r.Rule.File, r.Rule.ID, r.Access)
		}
		access(&f, in, in.Access[r.Access])
		return f, nil
	}
	if r.Placement < 0 {
		return f, nil
	}
	if r.Placement >= len(in.Placements) {
		return f, fmt.Errorf("%s: rule %s names placement %d, which the input does not have", r.Rule.File, r.Rule.ID, r.Placement)
	}
	place(&f, in, in.Placements[r.Placement])
	f.RootCause = rootCause(f.Place)
	return f, nil
}

// place says which dataset a finding is about, and where it is.
func place(f *model.Finding, in *model.Input, p model.Placement) {
	f.Dataset, f.Role = p.Dataset, p.Role
	if in.Store != nil {
		for _, d := range in.Store.Datasets {
			if d.Name == p.Dataset {
				f.Path = d.Path
			}
		}
	}
	if p.Copy == "" {
		f.Place = &in.Store.Place
		f.Source = deciding(in.Store)
		return
	}
	for i := range in.Copies.Out {
		if c := &in.Copies.Out[i]; c.ID == p.Copy {
			f.Copy, f.Place, f.Source = c.ID, &c.Place, &c.Source
			if len(c.Variants) > 0 {
				f.Variants = c.Variants
			}
			f.Path = append(slices.Clone(f.Path), c.ID)
			return
		}
	}
}

// access says which grant a finding is about.
func access(f *model.Finding, in *model.Input, a model.Access) {
	f.Dataset = a.Dataset
	for i := range in.Grants {
		g := &in.Grants[i]
		if g.ID != a.Grant {
			continue
		}
		f.Grant, f.Source, f.Because = g.ID, &g.Source, g.Because
		if f.Store == "" {
			f.Address = g.Address
		}
		for _, d := range datasetsOf(in) {
			if d.Name == a.Dataset {
				f.Role, f.Path = d.Role, d.Path
			}
		}
	}
}

func datasetsOf(in *model.Input) []model.Dataset {
	if in.Store == nil {
		return nil
	}
	return in.Store.Datasets
}

// rootCause names what a place that is not known hangs on: the last step of its
// chain, and why that is not known.
func rootCause(p *model.Place) string {
	if p == nil || p.Status != model.Unknown {
		return ""
	}
	text := string(p.Cause) + ": " + p.Reason
	if len(p.Because) == 0 {
		return text
	}
	last := p.Because[len(p.Because)-1]
	if last.Source == nil {
		return text + ", " + last.What
	}
	return fmt.Sprintf("%s, %s at %s:%d", text, last.What, last.Source.File, last.Source.Line)
}

// deciding is where a store's own block says the place, else the block.
func deciding(s *model.Store) *model.Source {
	if len(s.Place.Because) > 0 {
		if first := s.Place.Because[0].Source; first != nil && s.Source.Contains(*first) {
			return first
		}
	}
	return &s.Source
}

// setting is the entry of the configuration that a rule names.
func setting(path string, cfg *config.Config) *model.Step {
	if path == "" {
		return nil
	}
	text, src, ok := cfg.Setting(path)
	if !ok {
		return nil
	}
	step := &model.Step{What: path, Value: text}
	if src.Line > 0 && cfg.File != "" {
		step.Source = &src
	}
	return step
}

// fingerprint names a finding by what it is about. Lines are left out: they
// move.
func fingerprint(f model.Finding) string {
	parts := []string{f.Rule, f.Store, f.Copy, f.Dataset, string(f.Role)}
	if f.Grant != "" {
		parts = append(parts, f.Grant)
	}
	if f.Place != nil {
		parts = append(parts, string(f.Place.Status))
		for _, l := range f.Place.Locations {
			parts = append(parts, l.Cloud, l.Region, l.Site, l.Endpoint)
		}
	}
	if f.Grant == "" && (f.Store == "" || f.Place == nil) {
		parts = append(parts, f.Message, f.Address)
		if f.Source != nil {
			parts = append(parts, f.Source.File)
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// sortFindings puts errors before warnings, then goes by file and line.
func sortFindings(findings []model.Finding) {
	rank := func(f model.Finding) int {
		if f.Severity == model.Error {
			return 0
		}
		return 1
	}
	at := func(f model.Finding) model.Source {
		if f.Source == nil {
			return model.Source{}
		}
		return *f.Source
	}
	slices.SortStableFunc(findings, func(a, b model.Finding) int {
		x, y := at(a), at(b)
		return cmp.Or(
			cmp.Compare(rank(a), rank(b)), cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line),
			cmp.Compare(x.Column, y.Column), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Address, b.Address),
			cmp.Compare(a.Message, b.Message), cmp.Compare(a.Fingerprint, b.Fingerprint),
		)
	})
}
