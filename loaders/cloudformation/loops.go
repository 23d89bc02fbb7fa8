package cloudformation

import (
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// maxLoop bounds what Fn::ForEach expands to.
const maxLoop = 1_000

// expandLoops writes out Fn::ForEach over lists that the template holds. One
// over anything else is a problem: what it makes is not checked.
func expandLoops(section *document.Node, problems *[]model.Problem) []document.Pair {
	if section == nil {
		return nil
	}
	var all []document.Pair
	for _, p := range section.Pairs {
		if !strings.HasPrefix(p.Key, "Fn::ForEach") {
			all = append(all, p)
			continue
		}
		expanded, ok := expandLoop(p)
		if !ok || len(all)+len(expanded) > maxLoop*10 {
			*problems = append(*problems, model.Problem{
				Kind: model.Unread, Source: lang.SourceOf(p.Range),
				Message: p.Key + " goes over a list that the template does not hold; what it makes was not checked",
			})
			continue
		}
		all = append(all, expanded...)
	}
	return all
}

func expandLoop(p document.Pair) ([]document.Pair, bool) {
	args := p.Value.Elements()
	if len(args) != 3 || args[1].Kind != document.List || len(args[1].Items) > maxLoop || args[2].Kind != document.Map {
		return nil, false
	}
	id := args[0].String()
	var all []document.Pair
	for _, item := range args[1].Items {
		if !item.IsScalar() {
			return nil, false
		}
		for _, inner := range args[2].Pairs {
			inner.Key = fill(inner.Key, id, item.Text)
			inner.Value = substitute(inner.Value, id, item)
			all = append(all, inner)
		}
	}
	return all, true
}

func fill(text, id, value string) string {
	text = strings.ReplaceAll(text, "${"+id+"}", value)
	return strings.ReplaceAll(text, "&{"+id+"}", value)
}

// substitute puts the value of a loop's identifier in its place.
func substitute(n *document.Node, id string, item *document.Node) *document.Node {
	if fn, arg, ok := intrinsic(n); ok && fn == "Ref" && arg.String() == id {
		value := *item
		value.Range = n.Range
		return &value
	}
	out := *n
	if n.Kind == document.String {
		out.Text = fill(n.Text, id, item.Text)
	}
	out.Items, out.Pairs = nil, nil
	for _, child := range n.Items {
		out.Items = append(out.Items, substitute(child, id, item))
	}
	for _, p := range n.Pairs {
		p.Key, p.Value = fill(p.Key, id, item.Text), substitute(p.Value, id, item)
		out.Pairs = append(out.Pairs, p)
	}
	return &out
}
