// Package digest says by SHA-256 which bytes something was made of, so that
// another run can be seen to have had the same.
package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Bytes is the digest of data, in hexadecimal.
func Bytes(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Reader is the digest of what a reader gives.
func Reader(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// File is a file with its digest.
type File struct {
	// Name of the file.
	Name string `json:"name"`
	// SHA256 of its content, in hexadecimal.
	SHA256 string `json:"sha256"`
}

// List is the digest of several files: that of the lines `sha256sum` prints for
// them, in the order of their names.
func List(files []File) string { return Bytes([]byte(Lines(files))) }

// Lines are the files as `sha256sum` prints them and `sha256sum --check` reads
// them, in the order of their names.
func Lines(files []File) string {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	for _, f := range files {
		// A name that could be taken for two lines is written with escapes, after
		// a backslash, as sha256sum does.
		name := strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\r", "\\r").Replace(f.Name)
		if name != f.Name {
			b.WriteByte('\\')
		}
		fmt.Fprintf(&b, "%s  %s\n", f.SHA256, name)
	}
	return b.String()
}

// FS lists the regular files of a file system with their digests. It is for
// embedded ones, which can be read: it panics if they can't.
func FS(fsys fs.FS) []File {
	var files []File
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		files = append(files, File{name, Bytes(data)})
		return err
	})
	if err != nil {
		panic(err)
	}
	return files
}
