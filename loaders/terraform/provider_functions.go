package terraform

import (
	"maps"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

type dialectFunction = func(*lang.Evaluator, lang.Scope, []*lang.Value) *lang.Value

// providerFunctions are the functions of providers that tell a place, or take one
// apart, and whose result hangs on their arguments alone. All others are unknown.
// Each does what the provider's page of it says.
func providerFunctions() map[string]dialectFunction {
	return map[string]dialectFunction{
		"provider::aws::arn_parse":           ofProvider("aws", 1, parseARN),
		"provider::aws::arn_build":           ofProvider("aws", 5, buildARN),
		"provider::google::region_from_zone": ofProvider("google", 1, regionFromZone),
		"provider::google::region_from_id":   ofProvider("google", 1, elementFromID(`regions/([^/]+)/`)),
		"provider::google::zone_from_id":     ofProvider("google", 1, elementFromID(`zones/([^/]+)/`)),
		"provider::google::location_from_id": ofProvider("google", 1, elementFromID(`locations/([^/]+)/`)),
		"provider::google::project_from_id":  ofProvider("google", 1, elementFromID(`projects/([^/]+)/`)),
		"provider::google::name_from_id":     ofProvider("google", 1, elementFromID(`/([^/]+)$`)),
		"provider::terraform::decode_tfvars": ofProvider("terraform", 1, decodeVariables),
	}
}

// withProviderFunctions adds the functions of providers to those of a dialect.
func withProviderFunctions(dialect map[string]dialectFunction) map[string]dialectFunction {
	all := providerFunctions()
	maps.Copy(all, dialect)
	return all
}

// ofProvider makes a function that needs all of its arguments. A module may call
// another provider by this name, of whose functions nothing is known.
func ofProvider(provider string, arity int, fn func(*lang.Evaluator, []*lang.Value) *lang.Value) dialectFunction {
	return func(ev *lang.Evaluator, sc lang.Scope, args []*lang.Value) *lang.Value {
		inner, ok := lang.Innermost(sc).(*scope)
		if !ok || inner.mod.def.providerType(provider) != provider {
			return lang.UnknownVal(model.AtApply, "the functions of a provider called "+provider+" are not evaluated")
		}
		if len(args) != arity {
			return lang.FailedVal("wrong number of arguments")
		}
		for _, arg := range args {
			if arg.Kind != lang.Scalar && arg.Kind != lang.Unknown {
				return lang.FailedVal("it takes strings")
			}
		}
		return fn(ev, args)
	}
}

// arnParts are the attributes of what arn_parse returns, in the order that they
// have in an ARN.
var arnParts = []string{"partition", "service", "region", "account_id", "resource"}

// parseARN takes an ARN apart, as far as it is known.
func parseARN(_ *lang.Evaluator, args []*lang.Value) *lang.Value {
	text, whole := args[0].Text()
	if !whole {
		text = args[0].Prefix()
	}
	sections := strings.SplitN(text, ":", len(arnParts)+1)
	if whole && (sections[0] != "arn" || len(sections) <= len(arnParts)) {
		return lang.FailedVal("it is not an ARN")
	}
	elems := map[string]*lang.Cell{}
	for i, name := range arnParts {
		// The last section of a beginning may go on.
		if i+1 < len(sections)-1 || whole {
			elems[name] = lang.Done(lang.StringVal(sections[i+1]).Because(args[0].Origin()))
			continue
		}
		elems[name] = lang.Done(lang.UnknownVal(model.AtApply, "the "+name+" of the ARN is known only when applied").Because(args[0].Origin()))
	}
	return lang.ObjectVal(elems)
}

// buildARN puts an ARN together.
func buildARN(ev *lang.Evaluator, args []*lang.Value) *lang.Value {
	parts := []*lang.Value{lang.StringVal("arn")}
	for _, arg := range args {
		parts = append(parts, lang.StringVal(":"), arg)
	}
	return ev.Concat(parts)
}

// zoneName is a zone of which all versions of the provider tell the same region.
var zoneName = regexp.MustCompile(`^([a-z]+-[a-z]+[0-9]+)-[a-z]$`)

func regionFromZone(_ *lang.Evaluator, args []*lang.Value) *lang.Value {
	text, ok := args[0].Text()
	if !ok {
		return args[0]
	}
	if m := zoneName.FindStringSubmatch(text); m != nil {
		return lang.StringVal(m[1])
	}
	return lang.UnknownVal(model.AtApply, "what provider::google::region_from_zone makes of "+text+" depends on the version of the provider")
}

// elementFromID makes a function that finds the first match of a pattern.
func elementFromID(pattern string) func(*lang.Evaluator, []*lang.Value) *lang.Value {
	return func(_ *lang.Evaluator, args []*lang.Value) *lang.Value {
		text, ok := args[0].Text()
		if !ok {
			return lang.UnknownVal(model.AtApply, "the identifier is known only when applied")
		}
		if m := regexp.MustCompile(pattern).FindStringSubmatch(text); m != nil {
			return lang.StringVal(m[1])
		}
		return lang.FailedVal("there is no " + pattern + " in it")
	}
}

// decodeVariables reads the text of a variables file.
func decodeVariables(ev *lang.Evaluator, args []*lang.Value) *lang.Value {
	text, ok := args[0].Text()
	if !ok {
		return lang.UnknownVal(model.AtApply, "the text is known only when applied")
	}
	if lang.TooNested([]byte(text)) {
		return lang.FailedVal("the text nests too deep")
	}
	file, diags := hclsyntax.ParseConfig([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() || len(file.Body.(*hclsyntax.Body).Blocks) > 0 {
		return lang.FailedVal("the text is not that of a variables file")
	}
	elems := map[string]*lang.Cell{}
	for name, a := range file.Body.(*hclsyntax.Body).Attributes {
		if callsFunction(a.Expr) {
			return lang.FailedVal("a variables file calls no functions")
		}
		v := ev.Eval(a.Expr, lang.Empty{})
		if v.Kind == lang.Failed {
			return v
		}
		elems[name] = lang.Done(v)
	}
	return lang.ObjectVal(elems)
}

func callsFunction(e hclsyntax.Expression) bool {
	found := false
	hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		_, isCall := n.(*hclsyntax.FunctionCallExpr)
		found = found || isCall
		return nil
	})
	return found
}
