package check

import (
	"context"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/inventory"
	"github.com/stateside-dev/stateside/internal/model"
)

// Facts are what the rules see.
type Facts struct {
	// Inputs, one for each question.
	Inputs []model.Input
	// Data is what they find besides, as `data` of OPA.
	Data map[string]any
}

// Explain finds and reads what is to be checked, and returns what the rules would
// see of it. Exceptions are left out: they come after the findings.
func Explain(ctx context.Context, o Options) (*Facts, error) {
	r, err := Load(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.Tree.Close()
	return &Facts{
		Inputs: inventory.Inputs(r.Document, r.Config),
		Data: map[string]any{
			"stateside": map[string]any{
				"config": r.Config.ForPolicies(), "geo": map[string]any{"groups": geo.Groups()}, "now": r.Report.Now,
			},
			"inventory": r.Document,
		},
	}, nil
}
