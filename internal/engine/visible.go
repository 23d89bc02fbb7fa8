package engine

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/model"
)

// asJSON writes the fields of inputs as JSON. What one class of rules has seen of an
// input need not be written again for the next one.
type asJSON struct {
	inputs []model.Input
	fields map[string][][]byte // by name, of each input; nil for what is not written yet
}

func newJSON(inputs []model.Input) *asJSON {
	return &asJSON{inputs: inputs, fields: map[string][][]byte{}}
}

// visible is the JSON of what rules can read of an input.
func (a *asJSON) visible(r *reads, i int) ([]byte, error) {
	if r.all {
		return json.Marshal(a.inputs[i])
	}
	object := []byte{'{'}
	for _, name := range r.names {
		value, err := a.field(name, i)
		if err != nil {
			return nil, err
		}
		object = appendField(object, name, value)
	}
	if s := a.inputs[i].Store; s != nil && len(r.storeNames) > 0 {
		part, err := partOfStore(s, r.storeNames)
		if err != nil {
			return nil, err
		}
		object = appendField(object, "store", part)
	}
	return append(object, '}'), nil
}

// field is a field of an input; nil when the input has it not.
func (a *asJSON) field(name string, i int) ([]byte, error) {
	all := a.fields[name]
	if all == nil {
		all = make([][]byte, len(a.inputs))
		a.fields[name] = all
	}
	if all[i] == nil {
		value, err := marshalField(reflect.ValueOf(&a.inputs[i]).Elem(), inputFields[name])
		if err != nil {
			return nil, err
		}
		all[i] = value
	}
	return all[i], nil
}

func partOfStore(s *model.Store, names []string) ([]byte, error) {
	object := []byte{'{'}
	for _, name := range names {
		value, err := marshalField(reflect.ValueOf(s).Elem(), storeFields[name])
		if err != nil {
			return nil, err
		}
		object = appendField(object, name, value)
	}
	return append(object, '}'), nil
}

func appendField(object []byte, name string, value []byte) []byte {
	if len(value) == 0 {
		return object
	}
	if len(object) > 1 {
		object = append(object, ',')
	}
	object = append(object, '"')
	object = append(object, name...)
	object = append(object, '"', ':')
	return append(object, value...)
}

// jsonField is where in a struct the field of a name is.
type jsonField struct {
	index     int
	omitEmpty bool
	exists    bool
}

var (
	inputFields = jsonFields(reflect.TypeFor[model.Input]())
	storeFields = jsonFields(reflect.TypeFor[model.Store]())
)

func jsonFields(t reflect.Type) map[string]jsonField {
	fields := map[string]jsonField{}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = jsonField{index: i, omitEmpty: options == "omitempty", exists: true}
	}
	return fields
}

// marshalField is a field as JSON, without a byte when it is left out, or no such
// field is there.
func marshalField(object reflect.Value, f jsonField) ([]byte, error) {
	if !f.exists {
		return []byte{}, nil
	}
	v := object.Field(f.index)
	if f.omitEmpty && (v.IsZero() || (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0) {
		return []byte{}, nil
	}
	return json.Marshal(v.Interface())
}

// list lists what is read, for visible: of the store only when it is not read as a
// whole.
func (r *reads) list() {
	r.names = append(sortedKeys(r.fields), "kind")
	slices.Sort(r.names)
	r.names = slices.Compact(r.names)
	if !r.fields["store"] {
		r.storeNames = sortedKeys(r.store)
	}
}
