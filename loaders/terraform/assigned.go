package terraform

import (
	"fmt"
	"maps"
	"slices"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/spelling"
)

// Refused returns why an option means nothing in the files that were loaded,
// nil when each means something. A --var whose name is mistyped would else
// decide nothing, and nobody would know.
func (l *Loader) Refused() error { return l.refused }

// undeclared returns an error for a --var of which no root module declares the
// variable, as Terraform does. A variables file may hold more than is declared,
// also for Terraform: it is often shared. Where a file was not read, that is what
// must be said first.
func (s *fileSet) undeclared(jobs []job, assignments []Assignment) error {
	if slices.ContainsFunc(s.problems, func(p model.Problem) bool { return p.Kind == model.Unread }) {
		return nil
	}
	declared := map[string]bool{}
	var roots []string
	for _, j := range jobs {
		roots = append(roots, j.dir)
	}
	for _, u := range s.units {
		roots = append(roots, u.source)
	}
	for _, dir := range roots {
		if m := s.modules[dir]; m != nil {
			for name := range m.variables {
				declared[name] = true
			}
		}
	}
	for _, a := range assignments {
		if a.File != "" || declared[a.Name] {
			continue
		}
		hint := ""
		if name := spelling.Nearest(a.Name, slices.Collect(maps.Keys(declared))); name != "" {
			hint = fmt.Sprintf("; did you mean %q?", name)
		}
		return fmt.Errorf("--var %s: no root module declares a variable of this name%s", a.Name, hint)
	}
	return nil
}
