package services

import (
	"fmt"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// Inside reads a text in the file as a file of the first of some formats that
// claims it, by the name that it is given where it is used; nothing when none
// does. What it names is found below the address.
func (f *File) Inside(formats []Format, address, name string, text *document.Node) {
	format := claiming(formats, source.Inside(name, []byte(text.Text)))
	if format == nil {
		return
	}
	parse := format.Parse
	if parse == nil {
		parse = document.Parse
	}
	docs, err := text.EmbeddedIn(f.data, parse)
	if err != nil && format.Sure {
		f.cantRead(format, text, err)
	}
	inner := &File{Name: name, data: f.data, within: f.within + address, addresses: f.addresses}
	for _, d := range docs {
		inner.Lookup = nil
		format.Read(inner, d)
	}
	f.resources = append(f.resources, inner.resources...)
	f.problems = append(f.problems, inner.problems...)
}

// cantRead notes a text that is certainly of a format, and does not parse.
func (f *File) cantRead(format *Format, text *document.Node, err error) {
	at := text.Range
	if line := document.LineOf(err); line > at.Start.Line {
		at.Start.Line, at.Start.Column, at.End = line, 1, at.Start
		at.End.Line, at.End.Column = line, 1
	}
	if isTemplate(f.data, at.Start.Line) {
		f.problem(model.NotRendered, at, "the "+format.Name+" is a template that was not rendered; what it declares was not checked")
		return
	}
	f.Problem(at, fmt.Sprintf("the %s can't be read: %v", format.Name, err))
}
