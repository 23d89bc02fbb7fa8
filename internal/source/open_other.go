//go:build !linux

package source

import (
	"errors"
	"io/fs"
	"os"
)

// readBeneath is for systems that can open a file below a directory in one call.
func readBeneath(*os.File, string, int64) ([]byte, error) { return nil, errors.ErrUnsupported }

// listBeneath is for such systems too.
func listBeneath(*os.File, string) ([]fs.DirEntry, error) { return nil, errors.ErrUnsupported }
