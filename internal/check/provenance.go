package check

import (
	"io"
	"os"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/digest"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/policies"
)

// Provenance says what a result was made of. Two runs with the same provenance
// and the same time give the same result.
type Provenance struct {
	// Tool is the version of the program.
	Tool string `json:"tool"`
	// Program is the digest of the program's file; empty when it can't be read.
	Program string `json:"program,omitempty"`
	// Rules, the built-in ones and the user's own.
	Rules []digest.File `json:"rules"`
	// Regions are the tables of regions.
	Regions []digest.File `json:"regions"`
	// Catalogue of resource types.
	Catalogue []digest.File `json:"catalogue"`
	// Config is the configuration; its name is empty for the built-in one.
	Config digest.File `json:"config"`
	// Inputs are the files that were read.
	Inputs []digest.File `json:"inputs"`
	// Variables whose values came from outside the files, by name.
	Variables []string `json:"variables"`
}

// given is what a result was made of besides the files of the tree.
type given struct {
	policies  []engine.Policy
	varFiles  []digest.File
	variables []string
	inputs    []string
}

// remember keeps what was given, for Provenance.
func (r *Result) remember(o Options) {
	r.given.policies = o.Policies
	r.given.inputs = r.Tree.Loaded()
	for _, a := range o.Loaders.Terraform.Assignments {
		if a.File != "" {
			r.given.varFiles = append(r.given.varFiles, digest.File{Name: a.File, SHA256: digest.Bytes(a.Data)})
			continue
		}
		r.given.variables = append(r.given.variables, a.Name)
	}
	for name := range o.Loaders.Terraform.Environment {
		r.given.variables = append(r.given.variables, name)
	}
	slices.Sort(r.given.variables)
	r.given.variables = slices.Compact(r.given.variables)
}

// Provenance reads and digests what the result was made of. program is the file
// of the running program; it may be empty.
func (r *Result) Provenance(program string) Provenance {
	p := Provenance{
		Tool: r.Report.Tool, Program: programDigest(program), Regions: geo.Digests(), Catalogue: catalog.Digests(),
		Config: digest.File{Name: r.Config.File, SHA256: digest.Bytes(r.Config.Text)}, Variables: r.given.variables,
		Inputs: slices.Clone(r.given.varFiles),
	}
	for _, f := range digest.FS(policies.Files) {
		if !strings.HasSuffix(f.Name, "_test.rego") {
			p.Rules = append(p.Rules, digest.File{Name: "policies/" + f.Name, SHA256: f.SHA256})
		}
	}
	for _, own := range r.given.policies {
		p.Rules = append(p.Rules, digest.File{Name: own.Name, SHA256: digest.Bytes(own.Data)})
	}
	for _, name := range r.given.inputs {
		// What could not be read is among the problems of the report.
		if data, err := r.Tree.Read(name); err == nil && name != r.Config.File {
			p.Inputs = append(p.Inputs, digest.File{Name: name, SHA256: digest.Bytes(data)})
		}
	}
	slices.SortStableFunc(p.Inputs, func(a, b digest.File) int { return strings.Compare(a.Name, b.Name) })
	p.Inputs = slices.Compact(p.Inputs)
	return p
}

func programDigest(file string) string {
	if file == "" {
		return ""
	}
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	sum, err := digest.Reader(io.Reader(f))
	if err != nil {
		return ""
	}
	return sum
}
