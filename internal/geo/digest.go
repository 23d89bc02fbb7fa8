package geo

import "github.com/stateside-dev/stateside/internal/digest"

// Digests lists the tables with their digests.
func Digests() []digest.File { return digest.FS(files) }
