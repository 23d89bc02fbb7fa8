package stores

import (
	"fmt"

	"github.com/stateside-dev/stateside/internal/model"
)

// DeployerDecides says once for a file that whoever deploys it decides the
// place of some of its stores; nothing when there are none. why is what the
// file leaves open, such as "does not say in which region it is deployed".
func DeployerDecides(file, why string, all []model.Store) []model.Problem {
	n := 0
	for _, s := range all {
		if s.Place.Status == model.Caller {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	noun := "stores"
	if n == 1 {
		noun = "store"
	}
	p := model.NotRead(file, 1, fmt.Sprintf("%s %s: whoever deploys it decides the place of %d %s", file, why, n, noun))
	p.Kind = model.CallerDecides
	return []model.Problem{p}
}
