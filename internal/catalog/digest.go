package catalog

import "github.com/stateside-dev/stateside/internal/digest"

// Digests lists the files of the catalogue with their digests.
func Digests() []digest.File { return digest.FS(files) }
