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
}

// Summary counts what was checked and what was found.
type Summary struct {
	// Files that were read.
	Files int `json:"files"`
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
}
