package evidence

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/stateside-dev/stateside/internal/digest"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/report"
)

// oscalVersion is the version of the OSCAL models that is written.
const oscalVersion = "1.2.1"

// namespace of the properties that OSCAL does not know.
const namespace = "https://github.com/stateside-dev/stateside"

// oscal writes assessment results (NIST, OSCAL assessment results model). Each
// finding of the check is an observation; a rule with findings is one that is
// not satisfied. A rule without findings is said to be nothing: that nothing was
// found is not that it is satisfied. What an exception covers is a risk that was
// accepted until a day.
func oscal(b *bundle) oscalDocument {
	o := &oscalWriter{b: b, seed: digest.List(b.provenance.Inputs) + b.provenance.Config.SHA256 + b.result.Report.Now + b.provenance.Tool}
	now := b.result.Report.Now
	plan := o.id("plan")
	doc := oscalResults{
		UUID: o.id("results"),
		Metadata: oscalMetadata{
			Title: "Data residency check", LastModified: now, Version: now, OSCALVersion: oscalVersion,
			Props: []oscalProp{{Name: "marking", Value: "made by stateside " + b.result.Report.Tool}},
		},
		ImportAP: oscalHref{"#" + plan},
		BackMatter: oscalBackMatter{Resources: []oscalResource{{
			UUID: plan, Title: "Configuration",
			Description: "There is no assessment plan apart from the configuration of the check: " + cmp.Or(b.result.Report.Config, "the built-in one") + ".",
			Props:       []oscalProp{{Name: "sha256", NS: namespace, Value: b.provenance.Config.SHA256}},
		}}},
	}
	doc.Results = []oscalResult{o.result()}
	return oscalDocument{doc}
}

type oscalWriter struct {
	b    *bundle
	seed string
}

// id is a UUID that is the same for the same thing of the same check.
func (o *oscalWriter) id(parts ...string) string {
	space := uuid.NewSHA1(uuid.NameSpaceURL, []byte(namespace))
	return uuid.NewSHA1(space, []byte(o.seed+"\x00"+strings.Join(parts, "\x00"))).String()
}

func (o *oscalWriter) result() oscalResult {
	r := o.b.result
	s := r.Report.Summary
	result := oscalResult{
		UUID: o.id("result"), Title: "Where data comes to rest",
		Description: fmt.Sprintf("Checked %d stores and %d copies in %d files; the place of %d stores is known. %d errors, %d warnings, %d excepted.",
			s.Stores, s.Copies, s.Files, s.Known, s.Errors, s.Warnings, s.Suppressed),
		Start:    r.Report.Now,
		Reviewed: oscalReviewed{ControlSelections: []oscalSelection{{Description: "The rules of the check.", IncludeAll: &struct{}{}}}},
		Local:    o.inventory(),
	}
	byRule := map[string][]string{}
	risksByRule := map[string][]string{}
	for i := range r.Report.Findings {
		f := &r.Report.Findings[i]
		observation := o.observation(f)
		result.Observations = append(result.Observations, observation)
		byRule[f.Rule] = append(byRule[f.Rule], observation.UUID)
		if f.SuppressedBy != nil {
			risk := o.risk(f, observation.UUID)
			result.Risks = append(result.Risks, risk)
			risksByRule[f.Rule] = append(risksByRule[f.Rule], risk.UUID)
		}
	}
	for _, p := range r.Report.Problems {
		result.Observations = append(result.Observations, o.problem(p))
	}
	for _, rule := range r.Rules() {
		if len(byRule[rule.ID]) > 0 {
			result.Findings = append(result.Findings, o.finding(rule, byRule[rule.ID], risksByRule[rule.ID]))
		}
	}
	return result
}

// inventory are the stores as items of the inventory.
func (o *oscalWriter) inventory() *oscalLocal {
	var local oscalLocal
	for i := range o.b.result.Document.Stores {
		s := &o.b.result.Document.Stores[i]
		item := oscalItem{UUID: o.id("store", s.ID), Description: s.Address}
		add := func(name, value string) {
			if value != "" {
				item.Props = append(item.Props, oscalProp{Name: name, NS: namespace, Value: oneLine(value)})
			}
		}
		add("type", s.Type)
		add("kind", string(s.Kind))
		add("root", s.Root)
		add("place", report.PlaceText(s.Place))
		add("place-status", string(s.Place.Status))
		for _, d := range s.Datasets {
			add("dataset", d.Name)
		}
		add("source", fmt.Sprintf("%s:%d", s.Source.File, s.Source.Line))
		local.Items = append(local.Items, item)
	}
	if len(local.Items) == 0 {
		return nil
	}
	return &local
}

func (o *oscalWriter) observation(f *model.Finding) oscalObservation {
	observation := oscalObservation{
		UUID: o.id("observation", f.Fingerprint), Title: f.Rule, Description: f.Message,
		Methods: []string{"TEST"}, Types: []string{"finding"}, Collected: o.b.result.Report.Now,
		Props: []oscalProp{
			{Name: "rule", NS: namespace, Value: f.Rule}, {Name: "severity", NS: namespace, Value: string(f.Severity)},
			{Name: "fingerprint", NS: namespace, Value: f.Fingerprint},
		},
	}
	if f.Store != "" {
		observation.Subjects = []oscalSubject{{o.id("store", f.Store), "inventory-item"}}
	}
	if f.Source != nil {
		observation.Evidence = append(observation.Evidence, evidenceOf("where it is", *f.Source))
	}
	for _, step := range f.Chain() {
		if step.Source != nil {
			observation.Evidence = append(observation.Evidence, evidenceOf("because "+strings.TrimSuffix(step.What+": "+step.Value, ": "), *step.Source))
		}
	}
	observation.Remarks = f.Fix
	return observation
}

func evidenceOf(description string, s model.Source) oscalEvidence {
	return oscalEvidence{Description: description, Props: []oscalProp{{Name: "source", NS: namespace, Value: fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Column)}}}
}

// problem is what could not be read or decided.
func (o *oscalWriter) problem(p model.Problem) oscalObservation {
	observation := oscalObservation{
		Title: "Not read, or not decided", Description: p.Message, Methods: []string{"TEST"}, Types: []string{"discovery"},
		Collected: o.b.result.Report.Now, Props: []oscalProp{{Name: "problem", NS: namespace, Value: string(p.Kind)}},
	}
	at := ""
	if p.Source != nil {
		observation.Evidence = []oscalEvidence{evidenceOf("where it is", *p.Source)}
		at = observation.Evidence[0].Props[0].Value
	}
	observation.UUID = o.id("problem", string(p.Kind), p.Address, p.Message, at)
	return observation
}

func (o *oscalWriter) risk(f *model.Finding, observation string) oscalRisk {
	e := f.SuppressedBy
	risk := oscalRisk{
		UUID: o.id("risk", f.Fingerprint), Title: f.Rule, Description: f.Message,
		Statement: "Accepted by " + e.Approver + ": " + e.Reason, Status: "deviation-approved",
		Observations: []oscalObservationRef{{observation}},
		Props:        []oscalProp{{Name: "approver", NS: namespace, Value: oneLine(e.Approver)}},
	}
	if e.Ticket != "" {
		risk.Props = append(risk.Props, oscalProp{Name: "ticket", NS: namespace, Value: oneLine(e.Ticket)})
	}
	// The last day counts as a whole one.
	risk.Deadline = e.Until + "T23:59:59Z"
	return risk
}

// finding says that a rule is not satisfied. A rule all of whose findings are
// excepted is not satisfied either; the risks say who accepted it.
func (o *oscalWriter) finding(rule *engine.Rule, observations, risks []string) oscalFinding {
	f := oscalFinding{
		UUID: o.id("finding", rule.ID), Title: rule.Title, Description: cmp.Or(strings.TrimSpace(rule.Description), rule.Title),
		Target: oscalTarget{Type: "objective-id", ID: rule.ID, Status: oscalStatus{"not-satisfied"}},
	}
	for _, id := range observations {
		f.Observations = append(f.Observations, oscalObservationRef{id})
	}
	for _, id := range risks {
		f.Risks = append(f.Risks, oscalRiskRef{id})
	}
	return f
}

// oneLine is text as the value of a property, which has no line breaks and no
// space at its ends.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// The parts of the model that are written, by its names.
type (
	oscalDocument struct {
		Results oscalResults `json:"assessment-results"`
	}
	oscalResults struct {
		UUID       string          `json:"uuid"`
		Metadata   oscalMetadata   `json:"metadata"`
		ImportAP   oscalHref       `json:"import-ap"`
		Results    []oscalResult   `json:"results"`
		BackMatter oscalBackMatter `json:"back-matter"`
	}
	oscalMetadata struct {
		Title        string      `json:"title"`
		LastModified string      `json:"last-modified"`
		Version      string      `json:"version"`
		OSCALVersion string      `json:"oscal-version"`
		Props        []oscalProp `json:"props,omitempty"`
	}
	oscalHref struct {
		Href string `json:"href"`
	}
	oscalBackMatter struct {
		Resources []oscalResource `json:"resources"`
	}
	oscalResource struct {
		UUID        string      `json:"uuid"`
		Title       string      `json:"title"`
		Description string      `json:"description"`
		Props       []oscalProp `json:"props,omitempty"`
	}
	oscalProp struct {
		Name  string `json:"name"`
		NS    string `json:"ns,omitempty"`
		Value string `json:"value"`
	}
	oscalResult struct {
		UUID         string             `json:"uuid"`
		Title        string             `json:"title"`
		Description  string             `json:"description"`
		Start        string             `json:"start"`
		Local        *oscalLocal        `json:"local-definitions,omitempty"`
		Reviewed     oscalReviewed      `json:"reviewed-controls"`
		Observations []oscalObservation `json:"observations,omitempty"`
		Risks        []oscalRisk        `json:"risks,omitempty"`
		Findings     []oscalFinding     `json:"findings,omitempty"`
	}
	oscalLocal struct {
		Items []oscalItem `json:"inventory-items"`
	}
	oscalItem struct {
		UUID        string      `json:"uuid"`
		Description string      `json:"description"`
		Props       []oscalProp `json:"props,omitempty"`
	}
	oscalReviewed struct {
		ControlSelections []oscalSelection `json:"control-selections"`
	}
	oscalSelection struct {
		Description string    `json:"description"`
		IncludeAll  *struct{} `json:"include-all"`
	}
	oscalObservation struct {
		UUID        string          `json:"uuid"`
		Title       string          `json:"title"`
		Description string          `json:"description"`
		Props       []oscalProp     `json:"props,omitempty"`
		Methods     []string        `json:"methods"`
		Types       []string        `json:"types"`
		Subjects    []oscalSubject  `json:"subjects,omitempty"`
		Evidence    []oscalEvidence `json:"relevant-evidence,omitempty"`
		Collected   string          `json:"collected"`
		Remarks     string          `json:"remarks,omitempty"`
	}
	oscalSubject struct {
		UUID string `json:"subject-uuid"`
		Type string `json:"type"`
	}
	oscalEvidence struct {
		Description string      `json:"description"`
		Props       []oscalProp `json:"props,omitempty"`
	}
	oscalRisk struct {
		UUID         string                `json:"uuid"`
		Title        string                `json:"title"`
		Description  string                `json:"description"`
		Statement    string                `json:"statement"`
		Props        []oscalProp           `json:"props,omitempty"`
		Status       string                `json:"status"`
		Deadline     string                `json:"deadline,omitempty"`
		Observations []oscalObservationRef `json:"related-observations"`
	}
	oscalObservationRef struct {
		UUID string `json:"observation-uuid"`
	}
	oscalRiskRef struct {
		UUID string `json:"risk-uuid"`
	}
	oscalFinding struct {
		UUID         string                `json:"uuid"`
		Title        string                `json:"title"`
		Description  string                `json:"description"`
		Target       oscalTarget           `json:"target"`
		Observations []oscalObservationRef `json:"related-observations,omitempty"`
		Risks        []oscalRiskRef        `json:"related-risks,omitempty"`
	}
	oscalTarget struct {
		Type   string      `json:"type"`
		ID     string      `json:"target-id"`
		Status oscalStatus `json:"status"`
	}
	oscalStatus struct {
		State string `json:"state"`
	}
)
