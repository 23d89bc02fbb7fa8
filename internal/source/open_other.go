//go:build !linux

package source

import (
	"errors"
	"os"
)

// openBeneath is for systems that can open a file below a directory in one call.
func openBeneath(*os.File, string) (*os.File, error) { return nil, errors.ErrUnsupported }
