package stores

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// Object is a Resource whose attributes are one object, as plans, templates and
// manifests have them.
type Object struct {
	// Name is the address.
	Name string
	// Kind is the type, as the catalogue writes it.
	Kind string
	// Lookup says that the thing is only looked up.
	Lookup bool
	// Attributes is an object.
	Attributes *lang.Value
	// At is the range of the declaration.
	At hcl.Range
	// Settings of the provider by path, with dots; may be nil.
	Settings func(ev *lang.Evaluator, path string) *lang.Value
}

// Address as its users write it.
func (o *Object) Address() string { return o.Name }

// Type as the catalogue writes it.
func (o *Object) Type() string { return o.Kind }

// IsData says that the thing is only looked up.
func (o *Object) IsData() bool { return o.Lookup }

// Range of the declaration.
func (o *Object) Range() hcl.Range { return o.At }

// Body is the object.
func (o *Object) Body() Node { return ObjectNode(o.Attributes, o.At) }

// Setting asks Settings, and says that nothing gives what it does not know.
func (o *Object) Setting(ev *lang.Evaluator, path []string) *lang.Value {
	name := strings.Join(path, ".")
	if o.Settings != nil {
		if v := o.Settings(ev, name); v != nil {
			return v
		}
	}
	return lang.UnknownVal(model.Environment, "nothing here gives the "+name+" of "+o.Name)
}
