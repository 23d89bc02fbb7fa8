// Package loaders turns files into stores, copies and problems. Each kind of
// configuration has a loader in a folder of its own.
package loaders

import (
	"context"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/loaders/ansible"
	"github.com/stateside-dev/stateside/loaders/appconfig"
	"github.com/stateside-dev/stateside/loaders/azurearm"
	"github.com/stateside-dev/stateside/loaders/backuptools"
	"github.com/stateside-dev/stateside/loaders/cloudformation"
	"github.com/stateside-dev/stateside/loaders/compose"
	"github.com/stateside-dev/stateside/loaders/dataplatform"
	"github.com/stateside-dev/stateside/loaders/declared"
	"github.com/stateside-dev/stateside/loaders/embedded"
	"github.com/stateside-dev/stateside/loaders/kafka"
	"github.com/stateside-dev/stateside/loaders/kubernetes"
	"github.com/stateside-dev/stateside/loaders/nomad"
	"github.com/stateside-dev/stateside/loaders/packer"
	"github.com/stateside-dev/stateside/loaders/pipelines"
	"github.com/stateside-dev/stateside/loaders/pulumi"
	"github.com/stateside-dev/stateside/loaders/sql"
	"github.com/stateside-dev/stateside/loaders/telemetry"
	"github.com/stateside-dev/stateside/loaders/terraform"
	"github.com/stateside-dev/stateside/loaders/tfplan"
)

// Loader understands one kind of configuration.
type Loader interface {
	// Claims says whether the loader wants a file, by its path and, where that
	// leaves it open, by its content. A file that it can't matter for is not read.
	Claims(f *source.File) bool
	// Load reads the claimed files and says what it understood, and what it
	// did not. It reads through the tree alone. A context that ends makes it
	// stop, and say so as a problem.
	Load(ctx context.Context, tree *source.Tree, files []string) model.Document
}

// Refuser is a loader that may find, once it has loaded, that an option means
// nothing in the files. Then the check is not the one that was asked for.
type Refuser interface {
	// Refused returns why, nil when each option means something.
	Refused() error
}

// Selective is a loader of files that also stand in examples and tests, where
// they say nothing of what is deployed.
type Selective interface {
	// Skips says whether a file is left out, by its path from where the check
	// begins.
	Skips(name string) bool
}

// Options are what a user may tell the loaders.
type Options struct {
	// Terraform variables, from flags and the environment.
	Terraform terraform.Options
	// IncludeExamples reads examples, tests and documentation like other files.
	IncludeExamples bool
	// Formats that the user declares.
	Formats []declared.Format
}

// assumed is a setting that the configuration of the check says to assume, nil
// when it does not.
func (o Options) assumed(cloud, setting string) *lang.Value {
	a, ok := o.Terraform.Assume[cloud][setting]
	if !ok {
		return nil
	}
	origin := &lang.Origin{What: "assume." + cloud + "." + setting, Text: a.Value}
	if s := a.Source; s != nil {
		origin.Range = hcl.Range{
			Filename: s.File, Start: hcl.Pos{Line: s.Line, Column: s.Column}, End: hcl.Pos{Line: s.EndLine, Column: s.EndColumn},
		}
	}
	return lang.StringVal(a.Value).Because(origin)
}

// All returns the loaders.
func All(tables *geo.Tables, catalogue *catalog.Catalogue, options Options) []Loader {
	reads := func(formats []services.Format) Loader {
		return &services.Loader{Tables: tables, Catalogue: catalogue, Formats: formats}
	}
	inFiles := slices.Concat(appconfig.Formats(), backuptools.Formats(), dataplatform.Formats(), kafka.Formats(), pipelines.Formats(), sql.Formats())
	return []Loader{
		&terraform.Loader{Tables: tables, Catalogue: catalogue, Options: options.Terraform},
		&tfplan.Loader{Tables: tables, Catalogue: catalogue},
		&cloudformation.Loader{Tables: tables, Catalogue: catalogue, Region: options.assumed("aws", "region")},
		&azurearm.Loader{Tables: tables, Catalogue: catalogue, Location: options.assumed("azurerm", "location")},
		&pulumi.Loader{Tables: tables, Catalogue: catalogue},
		&packer.Loader{Tables: tables, Catalogue: catalogue},
		&compose.Loader{Tables: tables, Catalogue: catalogue},
		&ansible.Loader{Tables: tables, Catalogue: catalogue, Region: options.assumed("aws", "region")},
		&kubernetes.Loader{Tables: tables, Catalogue: catalogue},
		&telemetry.Loader{Tables: tables, Catalogue: catalogue},
		reads(appconfig.Formats()),
		reads(backuptools.Formats()),
		declared.New(tables, catalogue, options.Formats),
		reads(dataplatform.Formats()),
		reads(embedded.Formats(inFiles)),
		reads(kafka.Formats()),
		reads(nomad.Formats()),
		reads(pipelines.Formats()),
		reads(sql.Formats()),
	}
}
