package lang

import (
	"encoding/base64"
	"errors"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// scalarFunctions are the functions that work on whole values, made when the
// first one is called. Those of the cty library are used where they are the
// same as Terraform's.
var scalarFunctions = sync.OnceValue(func() map[string]function.Function {
	return map[string]function.Function{
		"abs":              stdlib.AbsoluteFunc,
		"base64decode":     ofString(decodeBase64),
		"base64encode":     ofString(func(s string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil }),
		"base64sha256":     digest("base64sha256"),
		"base64gunzip":     ofString(gunzip),
		"base64sha512":     digest("base64sha512"),
		"basename":         ofString(func(s string) (string, error) { return path.Base(s), nil }),
		"ceil":             stdlib.CeilFunc,
		"chomp":            stdlib.ChompFunc,
		"cidrcontains":     cidrContainsFunc,
		"cidrhost":         cidrHostFunc,
		"cidrnetmask":      ofString(cidrNetmask),
		"cidrsubnet":       cidrSubnetFunc,
		"cidrsubnets":      cidrSubnetsFunc,
		"csvdecode":        stdlib.CSVDecodeFunc,
		"dirname":          ofString(func(s string) (string, error) { return path.Dir(s), nil }),
		"endswith":         ofTwo(strings.HasSuffix),
		"floor":            stdlib.FloorFunc,
		"format":           stdlib.FormatFunc,
		"formatdate":       stdlib.FormatDateFunc,
		"formatlist":       stdlib.FormatListFunc,
		"indent":           stdlib.IndentFunc,
		"jsonencode":       stdlib.JSONEncodeFunc,
		"log":              stdlib.LogFunc,
		"lower":            stdlib.LowerFunc,
		"max":              stdlib.MaxFunc,
		"md5":              digest("md5"),
		"min":              stdlib.MinFunc,
		"parseint":         stdlib.ParseIntFunc,
		"pow":              stdlib.PowFunc,
		"range":            stdlib.RangeFunc,
		"regex":            stdlib.RegexFunc,
		"regexall":         stdlib.RegexAllFunc,
		"replace":          replaceFunc,
		"setintersection":  stdlib.SetIntersectionFunc,
		"setproduct":       bounded(stdlib.SetProductFunc),
		"setsubtract":      stdlib.SetSubtractFunc,
		"setunion":         stdlib.SetUnionFunc,
		"sha1":             digest("sha1"),
		"sha256":           digest("sha256"),
		"sha512":           digest("sha512"),
		"signum":           signumFunc,
		"split":            stdlib.SplitFunc,
		"startswith":       ofTwo(strings.HasPrefix),
		"strcontains":      ofTwo(strings.Contains),
		"strrev":           stdlib.ReverseFunc,
		"substr":           stdlib.SubstrFunc,
		"sum":              sumFunc,
		"textdecodebase64": ofTwoStrings(decodeText),
		"textencodebase64": ofTwoStrings(encodeText),
		"timecmp":          timeCmpFunc,
		"timeadd":          stdlib.TimeAddFunc,
		"title":            stdlib.TitleFunc,
		"trim":             stdlib.TrimFunc,
		"trimprefix":       stdlib.TrimPrefixFunc,
		"trimspace":        stdlib.TrimSpaceFunc,
		"trimsuffix":       stdlib.TrimSuffixFunc,
		"upper":            stdlib.UpperFunc,
		"urldecode":        ofString(unescape),
		"uuidv5":           ofTwoStrings(uuidOfName),
		"yamlencode":       yamlEncodeFunc,
		"urlencode":        ofString(func(s string) (string, error) { return url.QueryEscape(s), nil }),
	}
})

// ofString makes a function of a string that returns one.
func ofString(f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "str", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := f(args[0].AsString())
			return cty.StringVal(s), err
		},
	})
}

// ofTwo makes a test of two strings.
func ofTwo(f func(a, b string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "str", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// replaceFunc replaces a substring, or a regular expression written /…/.
var replaceFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "str", Type: cty.String}, {Name: "substr", Type: cty.String}, {Name: "replace", Type: cty.String},
	},
	Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		text, old, with := args[0].AsString(), args[1].AsString(), args[2].AsString()
		if len(text)*max(len(with), 1) > maxString*16 {
			return cty.UnknownVal(cty.String), nil
		}
		if len(old) > 1 && old[0] == '/' && old[len(old)-1] == '/' {
			re, err := regexp.Compile(old[1 : len(old)-1])
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(re.ReplaceAllString(text, with)), nil
		}
		return cty.StringVal(strings.ReplaceAll(text, old, with)), nil
	},
})

// sumFunc adds the numbers of a list.
var sumFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		list := args[0]
		if !list.CanIterateElements() || list.Type().IsObjectType() || list.Type().IsMapType() || list.LengthInt() == 0 {
			return cty.NilVal, errors.New("it needs a list of numbers")
		}
		sum := cty.Zero
		for it := list.ElementIterator(); it.Next(); {
			_, n := it.Element()
			n, err := convert.Convert(n, cty.Number)
			if err != nil || n.IsNull() {
				return cty.NilVal, errors.New("it needs a list of numbers")
			}
			sum = sum.Add(n)
		}
		return sum, nil
	},
})

// bounded makes setproduct refuse to make more than a catalogue could need.
func bounded(f function.Function) function.Function {
	return function.New(&function.Spec{
		VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, ty cty.Type) (cty.Value, error) {
			n := 1
			for _, arg := range args {
				if !arg.IsKnown() || !arg.CanIterateElements() {
					return f.Call(args)
				}
				n *= max(arg.LengthInt(), 1)
				if n > maxList {
					return cty.UnknownVal(ty), nil
				}
			}
			return f.Call(args)
		},
	})
}

// signumFunc is the sign of a whole number.
var signumFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "num", Type: cty.Number}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		n, err := whole(args[0])
		if err != nil {
			return cty.NilVal, err
		}
		return cty.NumberIntVal(int64(n.Sign())), nil
	},
})

// split takes a string apart. The host in the address of something, before the
// port, is about the same thing as the address, whatever it is.
func split(ev *Evaluator, a arguments) *Value {
	all := ev.callScalar("split", stdlib.SplitFunc, a)
	if len(a.values) != 2 || all.Kind != Unknown {
		return all
	}
	sep, _ := a.values[0].Text()
	address := a.values[1]
	if address.ref == nil || sep != ":" || !strings.HasSuffix(address.ref.Attr, "endpoint") {
		return all
	}
	host := unknownOf(cty.String, address)
	host.ref = address.ref
	all = ListOf([]*Value{host}).Because(all.why)
	all.Open, all.headed = true, true
	return all
}
