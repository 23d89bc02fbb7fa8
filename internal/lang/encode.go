package lang

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	yaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
)

// digests are the functions that make a short text of any bytes. Each has a
// form that takes a string, and one that takes a file.
var digests = map[string]func(data []byte) string{
	"base64sha256": func(data []byte) string { h := sha256.Sum256(data); return base64Of(h[:]) },
	"base64sha512": func(data []byte) string { h := sha512.Sum512(data); return base64Of(h[:]) },
	"md5":          func(data []byte) string { h := md5.Sum(data); return hex.EncodeToString(h[:]) },
	"sha1":         func(data []byte) string { h := sha1.Sum(data); return hex.EncodeToString(h[:]) },
	"sha256":       func(data []byte) string { h := sha256.Sum256(data); return hex.EncodeToString(h[:]) },
	"sha512":       func(data []byte) string { h := sha512.Sum512(data); return hex.EncodeToString(h[:]) },
	"base64":       base64Of, // as a file function only
}

func base64Of(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

func digest(name string) function.Function {
	return ofString(func(s string) (string, error) { return digests[name]([]byte(s)), nil })
}

// digestFile is a digest of a file's content.
func digestFile(name string) native {
	return func(ev *Evaluator, a arguments) *Value {
		file, problem := ev.path(a)
		if problem != nil {
			return problem
		}
		data, err := ev.Files.Read(file)
		if err != nil {
			return a.wrong(fmt.Sprintf("the file %s can't be read: %v", file, err))
		}
		return StringVal(digests[name](data)).Because(a.why())
	}
}

// decodeBase64 decodes text; Terraform has no other strings than text.
func decodeBase64(s string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err == nil && !utf8.Valid(b) {
		err = errors.New("what it decodes to is not valid UTF-8")
	}
	return string(b), err
}

// gunzip decompresses text, up to the bound on a string.
func gunzip(s string) (string, error) {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", err
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(r, maxString+1))
	if len(text) > maxString {
		return "", errors.New("it is too long")
	}
	return string(text), err
}

// charset finds a character encoding by its IANA name.
func charset(name string) (encoding.Encoding, error) {
	e, err := ianaindex.IANA.Encoding(name)
	if err != nil || e == nil {
		return nil, fmt.Errorf("%q is no supported encoding", name)
	}
	return e, nil
}

func encodeText(text, name string) (string, error) {
	e, err := charset(name)
	if err != nil {
		return "", err
	}
	encoded, err := e.NewEncoder().String(text)
	return base64Of([]byte(encoded)), err
}

func decodeText(text, name string) (string, error) {
	e, err := charset(name)
	if err != nil {
		return "", err
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", err
	}
	return e.NewDecoder().String(string(data))
}

// namespaces are those that uuidv5 knows by name (RFC 9562, 6.6).
var namespaces = map[string]string{
	"dns":  "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
	"url":  "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
	"oid":  "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
	"x500": "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
}

// uuidOfName makes a UUID of a name (RFC 9562, 5.5).
func uuidOfName(namespace, name string) (string, error) {
	if known, ok := namespaces[namespace]; ok {
		namespace = known
	}
	space, err := hex.DecodeString(strings.ReplaceAll(namespace, "-", ""))
	if err != nil || len(space) != 16 {
		return "", errors.New("the namespace is no UUID")
	}
	h := sha1.Sum(append(space, name...))
	h[6] = h[6]&0x0f | 0x50
	h[8] = h[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16]), nil
}

// timeCmpFunc compares two times.
var timeCmpFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "a", Type: cty.String}, {Name: "b", Type: cty.String}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		a, err := time.Parse(time.RFC3339, args[0].AsString())
		if err != nil {
			return cty.NilVal, err
		}
		b, err := time.Parse(time.RFC3339, args[1].AsString())
		return cty.NumberIntVal(int64(a.Compare(b))), err
	},
})

func unescape(s string) (string, error) { return url.QueryUnescape(s) }

// ofTwoStrings makes a function of two strings that returns one.
func ofTwoStrings(f func(a, b string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "a", Type: cty.String}, {Name: "b", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := f(args[0].AsString(), args[1].AsString())
			return cty.StringVal(s), err
		},
	})
}

var yamlEncodeFunc = yaml.YAMLEncodeFunc
