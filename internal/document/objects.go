package document

import "bytes"

// maxObjects bounds how often a text is looked through for an object.
const maxObjects = 100

// ObjectsIn finds the objects of JSON in another text, such as a script that sends
// them to a server, with the positions that they have in it: those around a mark
// that are what is looked for, the outer one of two. What is no JSON, since the
// script fills it in, is passed over.
func ObjectsIn(name string, data []byte, mark string, isSought func(n *Node) bool) ([]*Node, error) {
	var docs []*Node
	at := 0
	for range maxObjects {
		found := bytes.Index(data[at:], []byte(mark))
		if found < 0 {
			return docs, nil
		}
		found += at
		at = found + 1
		var outer *Node
		from := found
		for range 2 {
			if from = bytes.LastIndexByte(data[:from], '{'); from < 0 {
				break
			}
			if doc, end := objectAt(name, data, from); doc != nil && end > found && isSought(doc) {
				outer, at = doc, end
			}
		}
		if outer != nil {
			docs = append(docs, outer)
		}
	}
	return docs, ErrTooLarge
}

// objectAt reads the object that begins at an offset.
func objectAt(name string, data []byte, from int) (doc *Node, end int) {
	depth, quoted := 0, false
	for end = from; end < len(data); end++ {
		switch c := data[end]; {
		case quoted && c == '\\':
			end++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
		if depth == 0 {
			break
		}
	}
	if end >= len(data) {
		return nil, len(data)
	}
	// What stands before it is blanked, so that the lines stay.
	masked := bytes.Clone(data[:end+1])
	for i := range from {
		if masked[i] != '\n' {
			masked[i] = ' '
		}
	}
	masked = bytes.ReplaceAll(masked, []byte(`\'`), []byte(` '`)) // which shells write within '
	doc, err := ParseJSON(name, masked)
	if err != nil {
		return nil, end
	}
	return doc, end
}
