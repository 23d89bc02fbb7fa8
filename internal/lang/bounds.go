package lang

import (
	"math/big"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Bounds on what a function is asked to make, beyond those of Evaluator. The
// library's functions have none of their own.
const (
	maxVolume    = 16 << 20 // bytes of all strings in a value, or in the arguments of one call
	maxExponent  = 20_000   // binary digits before or after the point of a number
	maxQuadratic = 3_000    // elements of a list that a function compares with one another
)

// spend counts work that is done without evaluating an expression.
func (ev *Evaluator) spend(n int) {
	ev.steps += n
}

// charge counts the elements that a function goes over.
func (ev *Evaluator) charge(values []*Value) {
	for _, v := range values {
		n := len(v.list)
		if v.Kind == Object {
			n = len(v.obj.keys)
		}
		ev.spend(n / 8)
	}
}

// tooLarge says that a number has more digits than any that counts something,
// or than can be written in a moment.
func tooLarge(f *big.Float) bool {
	exponent := f.MantExp(nil)
	return exponent > maxExponent || exponent < -maxExponent
}

// guards say of a call, from its arguments, that its result would grow without
// bound.
var guards = map[string]func(args []cty.Value) bool{
	"distinct":   manyElements,
	"format":     wideFormat,
	"formatlist": wideFormat,
	"index":      manyElements,
	"indent":     wideIndent,
	"join":       longJoin,
	"matchkeys":  manyElements,
	"parseint":   longNumber,
	"pow":        highPower,
	"regexall":   longText,
	"split":      manyParts,
}

// tooMuch says whether a call would make more than the bounds allow.
func tooMuch(name string, args []cty.Value) bool {
	guard := guards[name]
	return guard != nil && guard(args)
}

func textArg(args []cty.Value, i int) string {
	if i >= len(args) || args[i].Type() != cty.String || args[i].IsNull() || !args[i].IsKnown() {
		return ""
	}
	return args[i].AsString()
}

func numberArg(args []cty.Value, i int) *big.Float {
	if i >= len(args) || args[i].Type() != cty.Number || args[i].IsNull() || !args[i].IsKnown() {
		return new(big.Float)
	}
	return args[i].AsBigFloat()
}

func lengthArg(args []cty.Value, i int) int {
	if i >= len(args) || args[i].IsNull() || !args[i].IsKnown() || !args[i].CanIterateElements() {
		return 0
	}
	return args[i].LengthInt()
}

func manyElements(args []cty.Value) bool { return lengthArg(args, 0) > maxQuadratic }

func longNumber(args []cty.Value) bool { return len(textArg(args, 0)) > maxExponent }

func longText(args []cty.Value) bool { return len(textArg(args, 1)) > maxString }

func manyParts(args []cty.Value) bool {
	return strings.Count(textArg(args, 1), textArg(args, 0)) > maxList
}

// wide is a width or precision of more than four digits in a format.
var wide = regexp.MustCompile(`%[^a-zA-Z%]*[0-9]{5,}`)

func wideFormat(args []cty.Value) bool {
	text := textArg(args, 0)
	longest := 1
	for i := range args {
		longest = max(longest, lengthArg(args, i))
	}
	return wide.MatchString(text) || len(text)*longest > maxVolume
}

func wideIndent(args []cty.Value) bool {
	spaces, _ := numberArg(args, 0).Float64()
	return spaces*float64(1+strings.Count(textArg(args, 1), "\n")) > maxString
}

func longJoin(args []cty.Value) bool {
	n := 0
	for i := range args[min(1, len(args)):] {
		n += lengthArg(args, i+1)
	}
	return len(textArg(args, 0))*n > maxVolume
}

func highPower(args []cty.Value) bool {
	base, exponent := numberArg(args, 0), numberArg(args, 1)
	power, _ := exponent.Float64()
	return power*float64(base.MantExp(nil)) > maxExponent || -power*float64(base.MantExp(nil)) > maxExponent || power > maxExponent || -power > maxExponent
}
