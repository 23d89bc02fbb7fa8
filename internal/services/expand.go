package services

import (
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// maxExpansions bounds how far names that stand for other names are followed.
const maxExpansions = 8

// expand makes a value of a text. Where a name stands for something that the
// file doesn't give, the value is unknown; a text that only shows what to fill
// in is null.
func (f *File) expand(text string, rng hcl.Range, depth int) *lang.Value {
	if len(text) > maxText {
		return tooLong(rng)
	}
	pieces := split(text)
	if len(pieces) == 1 && !pieces[0].isName {
		if isPlaceholder(text) {
			return lang.NullVal()
		}
		return lang.StringVal(text).At(rng)
	}
	var b strings.Builder
	whole := lang.StringVal("")
	for _, p := range pieces {
		v := f.piece(p, depth)
		known, ok := v.Text()
		if !ok {
			if gap := v.Gap(); gap != nil {
				gap.Prefix = b.String() + gap.Prefix
			}
			return v.At(rng)
		}
		b.WriteString(known)
		whole = whole.And(v.Origin())
	}
	return lang.StringVal(b.String()).At(rng).Because(whole.Origin())
}

// piece is the value of a part of a text.
func (f *File) piece(p piece, depth int) *lang.Value {
	if !p.isName {
		return lang.StringVal(p.text)
	}
	if f.Lookup != nil && depth < maxExpansions {
		if n := f.Lookup(p.name); n.IsScalar() {
			return f.expand(n.Text, n.Range, depth+1).Named(p.name)
		}
	}
	if p.hasDefault {
		v := f.expand(p.byDefault, hcl.Range{}, maxExpansions)
		step := &lang.Origin{What: "default of " + p.name, Text: p.byDefault}
		return lang.StringVal(v.Prefix()).Because(step)
	}
	return lang.UnknownVal(model.Environment, p.name+" is given only when it is deployed")
}

// piece is a part of a text: literal, or a name that stands for a value.
type piece struct {
	isName     bool
	text       string // of a literal
	name       string
	byDefault  string
	hasDefault bool
}

// brackets are how tools write a name in a text, longer ones first.
var brackets = []struct{ open, close string }{
	{"${{", "}}"}, {"{{", "}}"}, {"${", "}"}, {"<%", "%>"}, {"$(", ")"}, {"#{", "}"}, {"%{", "}"}, {"%(", ")s"}, {"$[", "]"},
}

// split takes a text apart at the names in it.
func split(text string) []piece {
	if !strings.ContainsAny(text, "$%#{<@") {
		return []piece{{text: text}}
	}
	var pieces []piece
	from := 0
	for at := 0; at < len(text); {
		p, end := nameAt(text, at)
		if end == 0 {
			at++
			continue
		}
		if at > from {
			pieces = append(pieces, piece{text: text[from:at]})
		}
		pieces = append(pieces, p)
		at, from = end, end
	}
	if from < len(text) || len(pieces) == 0 {
		pieces = append(pieces, piece{text: text[from:]})
	}
	return pieces
}

// nameAt reads the name that begins at an offset; end is 0 when there is none.
func nameAt(text string, at int) (p piece, end int) {
	for _, b := range brackets {
		if !strings.HasPrefix(text[at:], b.open) {
			continue
		}
		inner, length := enclosed(text[at+len(b.open):], b.open, b.close)
		if length == 0 {
			return piece{}, 0
		}
		return reference(inner, b.open == "${"), at + len(b.open) + length
	}
	if text[at] == '@' && at == 0 && len(text) > 2 && strings.IndexByte(text[1:], '@') == len(text)-2 {
		return piece{isName: true, name: text[1 : len(text)-1]}, len(text)
	}
	if text[at] != '$' {
		return piece{}, 0
	}
	end = at + 1
	for end < len(text) && (text[end] == '_' || isAlphanumeric(text[end])) {
		end++
	}
	if end == at+1 || text[at+1] >= '0' && text[at+1] <= '9' {
		return piece{}, 0
	}
	return piece{isName: true, name: text[at+1 : end]}, end
}

// maxText bounds the text of one setting, in bytes.
const maxText = 10_000

// tooLong is the value of a text above it.
func tooLong(at hcl.Range) *lang.Value {
	return lang.UnknownVal(model.Limit, "it is longer than a setting would be").At(at)
}

// maxName bounds what stands in brackets, in bytes.
const maxName = 1000

// enclosed finds the end of what stands in brackets, which may hold others of
// the same sort.
func enclosed(text, open, closing string) (inner string, length int) {
	text = text[:min(len(text), maxName)]
	depth := 1
	for i := 0; i < len(text); {
		switch {
		case strings.HasPrefix(text[i:], closing):
			if depth--; depth == 0 {
				return text[:i], i + len(closing)
			}
			i += len(closing)
		case strings.HasPrefix(text[i:], open):
			depth++
			i += len(open)
		default:
			i++
		}
	}
	return "", 0
}

// providers are the words before a name that say where it is looked up.
var providers = []string{
	"env", "oc.env", "file", "dir", "directory", "vault", "secret", "secrets", "secretmanager", "sys", "ssm", "param", "cf",
	"self", "opt", "var", "vars", "configmap", "aws", "gcp", "azure",
}

// reference reads what stands in the brackets. Only in those of shells a default
// may follow the name; what stands in others is an expression.
func reference(inner string, isShell bool) piece {
	inner = strings.Trim(inner, "=- \t\n")
	if quoted := quotedParts(inner); len(quoted) > 0 {
		return quotedReference(inner, quoted)
	}
	p := piece{isName: true}
	if !isShell {
		p.name = inner
		return p
	}
	if word, rest, ok := strings.Cut(inner, ":"); ok && slices.Contains(providers, strings.ToLower(word)) {
		if word != "env" && word != "oc.env" && word != "sys" {
			p.name = inner
			return p
		}
		inner = rest
	}
	inner = strings.TrimPrefix(inner, "env.")
	end := strings.IndexFunc(inner, func(c rune) bool { return c == ':' || c == '|' || c == ',' || unicode.IsSpace(c) })
	if upper := strings.IndexByte(inner, '-'); upper > 0 && isUpper(inner[:upper]) && (end < 0 || upper < end) {
		end = upper
	}
	if end < 0 {
		p.name = inner
		return p
	}
	p.name = inner[:end]
	switch rest := inner[end:]; {
	case strings.HasPrefix(rest, ":?"), strings.HasPrefix(rest, ":+"):
	case strings.HasPrefix(rest, ":-"), strings.HasPrefix(rest, ":="):
		p.byDefault, p.hasDefault = rest[2:], true
	case rest[0] == ':' || rest[0] == '-':
		p.byDefault, p.hasDefault = rest[1:], true
	}
	return p
}

// quotedReference reads an expression with texts in it, such as
// ENV.fetch("X", "default"), env_var('X'), vars.X || 'default'.
func quotedReference(inner string, quoted []string) piece {
	lower := strings.ToLower(inner)
	isCall := strings.Contains(lower, "env") && !strings.HasPrefix(lower, "env.")
	if !isCall || strings.HasPrefix(lower, "env.fetch") {
		isCall = strings.HasPrefix(lower, "env.fetch")
	}
	if isCall {
		p := piece{isName: true, name: quoted[0]}
		if len(quoted) > 1 {
			p.byDefault, p.hasDefault = quoted[1], true
		}
		return p
	}
	name, rest, isOr := strings.Cut(inner, "||")
	p := piece{isName: true, name: strings.TrimSpace(name)}
	if isOr && len(quoted) == 1 && strings.Trim(strings.TrimSpace(rest), `"'`) == quoted[0] {
		p.byDefault, p.hasDefault = quoted[0], true
	}
	return p
}

// quotedParts are the texts in quotes.
func quotedParts(text string) []string {
	var all []string
	for {
		at := strings.IndexAny(text, `"'`)
		if at < 0 {
			return all
		}
		end := strings.IndexByte(text[at+1:], text[at])
		if end < 0 {
			return all
		}
		all = append(all, text[at+1:at+1+end])
		text = text[at+end+2:]
	}
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func isUpper(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c != '_' && !unicode.IsUpper(c) && !unicode.IsDigit(c) })
}

// fillers are what texts have in them that only show what to fill in. The
// domains are those kept for documentation.
var fillers = []string{
	"changeme", "dummy", "change-me", "change_me", "replaceme", "replace-me", "replace_me", "placeholder", "xxxx", "***", "...",
	"your-", "your_", "yourbucket", "yourdomain", "yourcompany", "bucket-name", "bucketname", "bucket_name",
	"example.com", "example.org", "example.net",
}

// shown are whole texts that manuals have.
var shown = []string{"my-bucket", "mybucket", "my_bucket", "bucket", "secret", "todo", "tbd", "none", "null", "region", "n/a", "foo", "bar"}

// isPlaceholder says whether a text only shows what to fill in.
func isPlaceholder(text string) bool {
	lower := strings.ToLower(text)
	if strings.HasPrefix(lower, "<") && strings.HasSuffix(lower, ">") || strings.HasPrefix(lower, "[") && strings.HasSuffix(lower, "]") {
		return true
	}
	if slices.Contains(shown, lower) {
		return true
	}
	lower = strings.ReplaceAll(lower, "your-storagebox.de", "") // which is a service
	return slices.ContainsFunc(fillers, func(w string) bool { return strings.Contains(lower, w) })
}
