package stores

import (
	"fmt"

	"github.com/stateside-dev/stateside/internal/model"
)

// DeployerDecides says once for a file that whoever deploys it decides the
// place of some of its stores; nothing when there are none. why is what the
// file leaves open, such as "does not say in which region it is deployed".
func DeployerDecides(file, why string, all []model.Store) []model.Problem {
	var open []string
	for _, s := range all {
		if s.Place.Status == model.Caller {
			open = append(open, s.ID)
		}
	}
	if len(open) == 0 {
		return nil
	}
	p := model.NotRead(file, 1, fmt.Sprintf("%s %s: whoever deploys it decides %s", file, why, model.PlaceOf(len(open))))
	p.Kind, p.Open = model.CallerDecides, open
	return []model.Problem{p}
}
