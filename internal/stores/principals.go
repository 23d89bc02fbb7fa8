package stores

import (
	"cmp"
	"strings"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// identities are the resource types that stand for somebody, and for whom.
var identities = map[string]model.PrincipalKind{
	"aws_iam_role": model.RolePrincipal, "aws_iam_user": model.UserPrincipal, "aws_iam_group": model.GroupPrincipal,
	"aws_caller_identity": model.AccountPrincipal, "aws_organizations_account": model.AccountPrincipal,
	"aws_organizations_organization": model.OrgPrincipal, "aws_cloudfront_origin_access_identity": model.ServicePrincipal,
	"google_service_account": model.RolePrincipal, "google_project": model.AccountPrincipal,
	"azurerm_user_assigned_identity": model.RolePrincipal, "azuread_group": model.GroupPrincipal,
	"azuread_user": model.UserPrincipal, "azuread_service_principal": model.RolePrincipal,
	"oci_identity_group": model.GroupPrincipal, "oci_identity_dynamic_group": model.RolePrincipal, "oci_identity_user": model.UserPrincipal,
}

// principalID is what the configuration calls somebody: the text, or the
// resource that stands for them.
func principalID(v *lang.Value) string {
	if v.IsSecret() {
		return "(sensitive)"
	}
	if text, ok := v.Text(); ok {
		return text
	}
	if inst := instanceOf(v); inst != nil && len(v.Parts()) == 0 {
		return inst.Address() + "." + v.Ref().Attr
	}
	var b strings.Builder
	for _, part := range v.Parts() {
		if id := principalID(part); part.IsKnown() {
			b.WriteString(id)
		} else {
			b.WriteString("${" + id + "}")
		}
	}
	return cmp.Or(strings.ReplaceAll(b.String(), "${}", "…"), v.Prefix())
}

// plainPrincipal is somebody whose kind the catalogue tells.
func plainPrincipal(kind model.PrincipalKind, v *lang.Value) model.Principal {
	p := model.Principal{Kind: kind, ID: principalID(v)}
	if inst := instanceOf(v); inst != nil && (kind == model.SomePrincipal || kind == model.RolePrincipal) {
		// A role assignment takes users and groups as well.
		if known, ok := identities[inst.Type()]; ok {
			p.Kind = known
		}
		return p
	}
	text, known := v.Text()
	switch {
	case !known && v.Prefix() == "" && v.Ref() == nil:
		p.Kind = model.SomePrincipal
	case known && kind == model.NetworkPrincipal && isEverywhere(text), known && text == "*":
		p.Kind = model.PublicPrincipal
	}
	return p
}

// isEverywhere says whether a range of addresses is all of them.
func isEverywhere(cidr string) bool {
	return cidr == "*" || strings.HasSuffix(cidr, "/0")
}

// memberKinds are the beginnings of Google's members.
var memberKinds = map[string]model.PrincipalKind{
	"user": model.UserPrincipal, "group": model.GroupPrincipal, "serviceAccount": model.RolePrincipal,
	"domain": model.OrgPrincipal, "projectOwner": model.AccountPrincipal, "projectEditor": model.AccountPrincipal,
	"projectViewer": model.AccountPrincipal, "principal": model.RolePrincipal, "principalSet": model.GroupPrincipal,
}

// memberOf reads a member as Google writes them; false for one that is deleted.
func memberOf(v *lang.Value) (p model.Principal, ok bool) {
	p = model.Principal{Kind: model.SomePrincipal, ID: principalID(v)}
	begin := v.Prefix()
	kind, _, hasKind := strings.Cut(begin, ":")
	switch {
	case begin == "allUsers":
		p.Kind = model.PublicPrincipal
	case begin == "allAuthenticatedUsers":
		p.Kind = model.AuthPrincipal
	case kind == "deleted" && hasKind:
		return p, false
	case hasKind && memberKinds[kind] != "":
		p.Kind = memberKinds[kind]
	default:
		if inst := instanceOf(v); inst != nil && identities[inst.Type()] != "" {
			p.Kind = identities[inst.Type()]
		}
	}
	return p, true
}

// arnPrincipal reads an ARN, an account number, or the id of an organisation.
func arnPrincipal(v *lang.Value) model.Principal {
	p := model.Principal{Kind: model.SomePrincipal, ID: principalID(v)}
	if inst := instanceOf(v); inst != nil {
		if kind, ok := identities[inst.Type()]; ok {
			p.Kind = kind
		}
	}
	begin := v.Prefix()
	if len(v.Parts()) > 0 {
		begin = p.ID
	}
	switch {
	case begin == "*":
		p.Kind = model.PublicPrincipal
	case isAccountNumber(begin):
		p.Kind = model.AccountPrincipal
	case strings.HasPrefix(begin, "o-"), strings.HasPrefix(begin, "ou-"), strings.HasPrefix(begin, "r-"):
		p.Kind = model.OrgPrincipal
	}
	parts := strings.SplitN(begin, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return p
	}
	resource := parts[5]
	kind, _, _ := strings.Cut(resource, "/")
	switch {
	case parts[2] == "organizations":
		p.Kind = model.OrgPrincipal
	case resource == "root":
		p.Kind = model.AccountPrincipal
	case kind == "user" && strings.HasPrefix(resource, "user/CloudFront"), parts[4] == "cloudfront":
		p.Kind = model.ServicePrincipal
	case kind == "user" || kind == "federated-user":
		p.Kind = model.UserPrincipal
	case kind == "group":
		p.Kind = model.GroupPrincipal
	case kind == "role" || kind == "assumed-role":
		p.Kind = model.RolePrincipal
	}
	return p
}

// isAccountNumber says whether a text is the number of an AWS account.
func isAccountNumber(text string) bool {
	return len(text) == 12 && strings.Trim(text, "0123456789") == ""
}
