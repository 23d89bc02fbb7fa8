package report

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// SARIF writes a log of the Static Analysis Results Interchange Format, version
// 2.1.0 (OASIS Standard): related locations are the because chain, code flows
// the copies over which the data came, suppressions the exceptions.
func SARIF(w io.Writer, r *check.Result, _ Options) error {
	s := &sarifReport{view: newView(r), index: map[string]int{}}
	run := sarifRun{
		Tool:               sarifTool{s.driver()},
		ColumnKind:         "unicodeCodePoints",
		OriginalURIBaseIDs: map[string]sarifBase{sarifRoot: {Description: sarifText{Text: "the checked root, mostly the repository"}}},
		Invocations:        []sarifInvocation{{ExecutionSuccessful: true, Notifications: s.notifications()}},
		Results:            []sarifResult{},
		Properties:         map[string]any{"summary": r.Report.Summary, "now": r.Report.Now, "config": r.Report.Config},
	}
	for i := range r.Report.Findings {
		run.Results = append(run.Results, s.result(&r.Report.Findings[i]))
	}
	return encode(w, sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0", Runs: []sarifRun{run},
	})
}

// sarifRoot stands for the checked root in the addresses of files.
const sarifRoot = "SRCROOT"

type sarifReport struct {
	view
	// index of each rule in the driver's list.
	index map[string]int
}

func (s *sarifReport) driver() sarifDriver {
	d := sarifDriver{
		Name: "stateside", InformationURI: homepage, Version: sarifVersion(s.r.Report.Tool), Rules: []sarifRule{},
		// The notifications are of these kinds.
		Notifications: []sarifDescriptor{},
	}
	for i, rule := range s.r.Rules() {
		s.index[rule.ID] = i
		d.Rules = append(d.Rules, s.rule(rule))
	}
	for _, kind := range model.ProblemKinds() {
		text := sarifText{Text: problemTexts[kind]}
		d.Notifications = append(d.Notifications, sarifDescriptor{ID: string(kind), ShortDescription: text, FullDescription: text, Help: text})
	}
	return d
}

// problemTexts say of each kind of problem what it means.
var problemTexts = map[model.ProblemKind]string{
	model.Unread:        "A file, or a part of one, was not understood: what it declares was not checked.",
	model.ModuleMissing: "A called module is not among the checked files: what it declares was not checked.",
	model.NotRendered:   "A template was not rendered: what it declares was not checked.",
	model.LimitReached:  "A bound on size, depth or work was reached: the rest was not checked.",
	model.CallerDecides: "A module that nobody here calls leaves the place of its stores to its caller.",
	model.UnlistedType:  "Nothing is known of a type of resource: what it may store was not checked.",
	model.BadComment:    "A comment for stateside means nothing, or what it says is not there.",
}

// sarifVersion begins with a number, so that versions can be compared.
func sarifVersion(tool string) string {
	if tool == "(devel)" {
		return "0.0.0-devel"
	}
	return strings.TrimPrefix(tool, "v")
}

func (s *sarifReport) rule(rule *engine.Rule) sarifRule {
	level := "warning"
	for _, severity := range rule.Severities {
		if severity == model.Error {
			level = "error"
		}
	}
	tags := []string{"data-residency"}
	if rule.Basis != "" {
		tags = append(tags, rule.Basis)
	}
	description := cmp.Or(flow(rule.Description), rule.Title)
	return sarifRule{
		ID:               rule.ID,
		ShortDescription: sarifText{Text: rule.Title},
		FullDescription:  sarifText{Text: description},
		Help:             sarifText{Text: ruleText(rule), Markdown: RuleMarkdown(rule)},
		HelpURI:          s.docsOf(rule),
		Configuration:    sarifConfiguration{level},
		Properties:       map[string]any{"tags": tags, "problem.severity": level},
	}
}

func (s *sarifReport) result(f *model.Finding) sarifResult {
	result := sarifResult{
		RuleID: f.Rule, RuleIndex: s.index[f.Rule], Level: string(f.Severity), Message: sarifMessage(s.messageText(f)),
		Fingerprints: map[string]string{"stateside/v1": f.Fingerprint},
		Properties:   map[string]any{},
	}
	for key, value := range map[string]string{"dataset": f.Dataset, "role": string(f.Role), "store": f.Store, "fix": f.Fix} {
		if value != "" {
			result.Properties[key] = value
		}
	}
	if f.Source != nil {
		location := s.location(*f.Source)
		if f.Address != "" {
			location.Logical = []sarifLogical{{Name: f.Address, Kind: "resource"}}
		}
		result.Locations = []sarifLocation{location}
	}
	result.Related = s.related(f)
	result.CodeFlows = s.codeFlows(f)
	if f.Known {
		result.Baseline = "unchanged"
	}
	if f.SuppressedBy != nil {
		result.Suppressions = []sarifSuppression{s.suppression(f.SuppressedBy)}
	}
	return result
}

// messageText is the message with what to do, since some viewers show no more.
func (s *sarifReport) messageText(f *model.Finding) string {
	text := f.Message
	if f.Setting != nil {
		text += fmt.Sprintf("; %s %s", settingLabel(*f.Setting), settingText(*f.Setting))
	}
	return text + "."
}

// related are the values that decided the place, and the setting not met.
func (s *sarifReport) related(f *model.Finding) []sarifLocation {
	var related []sarifLocation
	add := func(text string, src *model.Source) {
		if src == nil {
			return
		}
		location := s.location(*src)
		id := len(related) + 1
		location.ID = &id
		message := sarifMessage(text)
		location.Message = &message
		related = append(related, location)
	}
	for _, step := range f.Chain() {
		add(stepText(step), step.Source)
	}
	if f.Setting != nil {
		add(settingLabel(*f.Setting)+" "+settingText(*f.Setting), f.Setting.Source)
	}
	return related
}

// codeFlows is the way of the data over the copies.
func (s *sarifReport) codeFlows(f *model.Finding) []sarifCodeFlow {
	var steps []sarifFlowStep
	add := func(text string, src model.Source) {
		location := s.location(src)
		message := sarifMessage(text)
		location.Message = &message
		steps = append(steps, sarifFlowStep{Location: location})
	}
	for i, id := range f.Path {
		c := s.copies[id]
		if c == nil {
			continue
		}
		if from := s.stores[c.From]; i == 0 && from != nil {
			add(from.Address+", "+PlaceText(from.Place), from.Source)
		}
		to := strings.TrimSpace(s.nameOf(c.To, c.ToName) + ", " + PlaceText(c.Place))
		add(meansText(c)+" to "+strings.TrimPrefix(to, ", "), c.Source)
		if store := s.stores[c.To]; store != nil {
			add(store.Address+", "+PlaceText(store.Place), store.Source)
		}
	}
	if steps == nil {
		return nil
	}
	return []sarifCodeFlow{{
		Message: sarifMessage("the way of the data"), ThreadFlows: []sarifThreadFlow{{steps}},
	}}
}

func (s *sarifReport) suppression(e *model.ExceptionUse) sarifSuppression {
	location := s.location(e.Source)
	return sarifSuppression{
		Kind: "external", Status: "accepted", Justification: exceptionText(e), Location: &location,
	}
}

func (s *sarifReport) notifications() []sarifNotification {
	notifications := []sarifNotification{}
	for _, p := range s.r.Report.Problems {
		n := sarifNotification{
			Descriptor: sarifReference{string(p.Kind)}, Level: "warning", Message: sarifMessage(p.Message),
		}
		if p.Kind == model.CallerDecides {
			n.Level = "note"
		}
		if p.Source != nil {
			n.Locations = []sarifLocation{s.location(*p.Source)}
		}
		notifications = append(notifications, n)
	}
	return notifications
}

func (s *sarifReport) location(src model.Source) sarifLocation {
	physical := sarifPhysical{
		Artifact: artifactOf(src.File),
		Region:   sarifRegion{StartLine: max(src.Line, 1), StartColumn: src.Column, EndLine: src.EndLine, EndColumn: src.EndColumn},
	}
	// The context of a range is more than the range, so only one within a line
	// can have its line.
	text := source.Redact(s.r.Tree.Line(src.File, src.Line))
	if src.EndLine == src.Line && strings.TrimSpace(text) != "" && len(text) <= maxSnippet {
		physical.Context = &sarifRegion{StartLine: src.Line, EndLine: src.Line, Snippet: &sarifText{Text: clean(text)}}
	}
	return sarifLocation{Physical: &physical}
}

// maxSnippet is the longest line that a log quotes, in bytes.
const maxSnippet = 1000

// artifactOf names a file from the root, or one outside of it whole.
func artifactOf(file string) sarifArtifact {
	if path.IsAbs(file) {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: file}).String()}
	}
	return sarifArtifact{URI: (&url.URL{Path: file}).EscapedPath(), BaseID: sarifRoot}
}

// sarifMessage keeps text of the checked files from being read as a link, which
// a message may hold.
func sarifMessage(text string) sarifText {
	return sarifText{Text: strings.ReplaceAll(clean(text), "](", "] (")}
}

// The parts of a log that are written, by the names of the standard.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool               sarifTool            `json:"tool"`
		Invocations        []sarifInvocation    `json:"invocations"`
		OriginalURIBaseIDs map[string]sarifBase `json:"originalUriBaseIds"`
		ColumnKind         string               `json:"columnKind"`
		Results            []sarifResult        `json:"results"`
		Properties         map[string]any       `json:"properties"`
	}
	sarifBase struct {
		Description sarifText `json:"description"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string            `json:"name"`
		Version        string            `json:"version,omitempty"`
		InformationURI string            `json:"informationUri"`
		Rules          []sarifRule       `json:"rules"`
		Notifications  []sarifDescriptor `json:"notifications"`
	}
	sarifDescriptor struct {
		ID               string    `json:"id"`
		ShortDescription sarifText `json:"shortDescription"`
		FullDescription  sarifText `json:"fullDescription"`
		Help             sarifText `json:"help"`
	}
	sarifRule struct {
		ID               string             `json:"id"`
		ShortDescription sarifText          `json:"shortDescription"`
		FullDescription  sarifText          `json:"fullDescription"`
		Help             sarifText          `json:"help"`
		HelpURI          string             `json:"helpUri,omitempty"`
		Configuration    sarifConfiguration `json:"defaultConfiguration"`
		Properties       map[string]any     `json:"properties"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool                `json:"executionSuccessful"`
		Notifications       []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Descriptor sarifReference  `json:"descriptor"`
		Level      string          `json:"level"`
		Message    sarifText       `json:"message"`
		Locations  []sarifLocation `json:"locations,omitempty"`
	}
	sarifReference struct {
		ID string `json:"id"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations,omitempty"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		CodeFlows    []sarifCodeFlow    `json:"codeFlows,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Baseline     string             `json:"baselineState,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
		Properties   map[string]any     `json:"properties"`
	}
	sarifLocation struct {
		ID       *int           `json:"id,omitempty"`
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
		Context  *sarifRegion  `json:"contextRegion,omitempty"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int        `json:"startLine"`
		StartColumn int        `json:"startColumn,omitempty"`
		EndLine     int        `json:"endLine,omitempty"`
		EndColumn   int        `json:"endColumn,omitempty"`
		Snippet     *sarifText `json:"snippet,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	sarifCodeFlow struct {
		Message     sarifText         `json:"message"`
		ThreadFlows []sarifThreadFlow `json:"threadFlows"`
	}
	sarifThreadFlow struct {
		Locations []sarifFlowStep `json:"locations"`
	}
	sarifFlowStep struct {
		Location sarifLocation `json:"location"`
	}
	sarifSuppression struct {
		Kind          string         `json:"kind"`
		Status        string         `json:"status"`
		Justification string         `json:"justification"`
		Location      *sarifLocation `json:"location,omitempty"`
	}
)
