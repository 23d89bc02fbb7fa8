package source

import (
	"errors"
	"path"
	"strings"
)

// headSize is how much of a large file is looked at to tell what it is, in
// bytes.
const headSize = 16 << 10

// File is a file of a tree that a loader may want. It is read when its content
// is first asked for.
type File struct {
	// Path from the root, slash-separated.
	Path string

	tree  *Tree
	text  []byte
	words *Words
	err   error
}

// Inside returns what stands for a file in another one, such as an entry of a
// ConfigMap, by the name that it has there.
func Inside(name string, text []byte) *File { return &File{Path: name, text: text} }

// File returns a file of the tree by its path.
func (t *Tree) File(name string) *File { return &File{Path: name, tree: t} }

// Ext is the extension of the file's name in lower case, with its dot.
func (f *File) Ext() string { return strings.ToLower(path.Ext(f.Path)) }

// Text returns the content for telling what the file is: of one that is larger
// than people write, the beginning. It is empty for a file that can't be read,
// which Err tells then.
func (f *File) Text() []byte {
	if f.text != nil || f.err != nil || f.tree == nil {
		return f.text
	}
	data, err := f.tree.Read(f.Path)
	if errors.Is(err, ErrTooLarge) {
		data, err = f.tree.Head(f.Path, headSize)
	}
	if err != nil {
		f.err = err
		return nil
	}
	f.text = data
	return data
}

// Words of the content that Text returns.
func (f *File) Words() *Words {
	if f.words == nil {
		f.words = NewWords(f.Text())
	}
	return f.words
}

// Err says why the content, when it was asked for, could not be read.
func (f *File) Err() error { return f.err }
