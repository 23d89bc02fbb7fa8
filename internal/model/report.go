package model

// Report is the result of a check.
type Report struct {
	// Version of the model.
	Version int `json:"version"`
	// Tool is the version of stateside that checked.
	Tool string `json:"tool"`
	// Config is the configuration file, empty for the built-in configuration.
	Config string `json:"config"`
	// Now is the time against which dates were held, RFC 3339.
	Now string `json:"now"`
	// Summary counts what was checked.
	Summary Summary `json:"summary"`
	// Empty are the paths that were to be checked and have nothing to check.
	Empty []string `json:"empty,omitempty"`
	// Findings, the gravest first, then by place in the files. Those that an
	// exception covers are among them.
	Findings []Finding `json:"findings"`
	// Problems met on the way.
	Problems []Problem `json:"problems"`
	// Exceptions with what became of them.
	Exceptions []ExceptionUse `json:"exceptions"`
	// Changes against the commit that the check compares with.
	Changes []Change `json:"changes,omitempty"`
	// Gone is how many findings of the baseline are no longer found.
	Gone int `json:"gone,omitempty"`
}

// Summary counts what was checked and what was found.
type Summary struct {
	// Files that were read.
	Files int `json:"files"`
	// Unread is how many of them could not be read, or not to the end.
	Unread int `json:"unread"`
	// Examples are the files that were left out as examples and tests.
	Examples int `json:"examples,omitempty"`
	// UnlistedTypes is how many resource types the catalogue does not know.
	UnlistedTypes int `json:"unlisted_types,omitempty"`
	// UnlistedResources is how many resources there are of those types.
	UnlistedResources int `json:"unlisted_resources,omitempty"`
	// Rules that were asked.
	Rules int `json:"rules"`
	// Stores found.
	Stores int `json:"stores"`
	// Copies found.
	Copies int `json:"copies"`
	// Known is the number of stores whose place is known.
	Known int `json:"known"`
	// OneOf is the number of stores whose place is one of several.
	OneOf int `json:"one_of"`
	// Unknown counts the stores whose place is not known, by cause.
	Unknown map[Cause]int `json:"unknown"`
	// Caller is the number of stores whose place is left to the caller of
	// their module.
	Caller int `json:"caller"`
	// Errors, Warnings and Suppressed count the findings; those that are
	// suppressed count as nothing else.
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Suppressed int `json:"suppressed"`
	// Exceptions that suppress some finding.
	Exceptions int `json:"exceptions"`
	// KnownFindings are those of the baseline, or of the commit that the check
	// compares with when only new ones count. They count as nothing else.
	KnownFindings int `json:"known_findings"`
}

// Line is one line of a report or an inventory in JSON lines. The field that
// Type names is set, and no other.
type Line struct {
	// Type of the line: report, finding, store, copy, grant, guardrail or problem.
	Type LineType `json:"type"`
	// Report says what was checked; it is the first line.
	Report *ReportHead `json:"report,omitempty"`
	// Finding of a check.
	Finding *Finding `json:"finding,omitempty"`
	// Store of an inventory.
	Store *Store `json:"store,omitempty"`
	// Copy of an inventory.
	Copy *Copy `json:"copy,omitempty"`
	// Grant of an inventory.
	Grant *Grant `json:"grant,omitempty"`
	// Guardrail of an inventory.
	Guardrail *Guardrail `json:"guardrail,omitempty"`
	// Problem met on the way.
	Problem *Problem `json:"problem,omitempty"`
}

// LineType says what a line holds.
type LineType string

// The types of line.
const (
	ReportLine    LineType = "report"
	FindingLine   LineType = "finding"
	StoreLine     LineType = "store"
	CopyLine      LineType = "copy"
	GrantLine     LineType = "grant"
	GuardrailLine LineType = "guardrail"
	ProblemLine   LineType = "problem"
)

// LineTypes lists every type of line.
func LineTypes() []LineType {
	return []LineType{ReportLine, FindingLine, StoreLine, CopyLine, GrantLine, GuardrailLine, ProblemLine}
}

// ReportHead is a report without its findings and problems.
type ReportHead struct {
	// Version of the model.
	Version int `json:"version"`
	// Tool is the version of stateside that checked.
	Tool string `json:"tool"`
	// Config is the configuration file, empty for the built-in configuration.
	Config string `json:"config"`
	// Now is the time against which dates were held, RFC 3339.
	Now string `json:"now"`
	// Summary counts what was checked.
	Summary Summary `json:"summary"`
}
