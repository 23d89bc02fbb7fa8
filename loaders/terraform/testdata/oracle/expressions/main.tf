locals {
  one   = "us-east-1"
  list  = ["a", "b", "c"]
  map   = { prod = "us-east-1", dev = "eu-west-1" }
  deep  = { a = { b = [{ c = "x" }, { c = "y" }] } }
  empty = []
  none  = null
  mixed = { n = 1, s = "s", b = true, z = null }
  env   = "prod"
}

output "conditional" { value = local.env == "prod" ? local.map.prod : local.map.dev }
output "conditional_number_and_string" { value = true ? 1 : "a" }
output "conditional_bool_and_string" { value = false ? "a" : true }
output "conditional_null" { value = true ? null : "a" }
output "conditional_lists" { value = false ? ["a"] : [] }
output "index" { value = local.map[local.env] }
output "index_number" { value = local.list[1] }
output "legacy_index" { value = local.list.1 }
output "deep" { value = local.deep.a.b[1].c }
output "splat" { value = local.deep.a.b[*].c }
output "attribute_splat" { value = local.deep.a.b.*.c }
output "splat_of_null" { value = local.none[*] }
output "splat_of_one" { value = local.one[*] }
output "for_list" { value = [for i, v in local.list : "${i}-${v}"] }
output "for_list_if" { value = [for v in local.list : v if v != "b"] }
output "for_map" { value = { for k, v in local.map : v => k } }
output "for_map_to_list" { value = [for k, v in local.map : "${k}=${v}"] }
output "for_group" { value = { for v in ["ax", "ay", "bz"] : substr(v, 0, 1) => v... } }
output "for_set" { value = [for v in toset(["b", "a", "b"]) : upper(v)] }
output "object_keys" { value = { "quoted" = 1, bare = 2, (local.one) = 3 } }
output "template" { value = "x-${local.one}-${1 + 1}-${true}" }
output "template_only" { value = "${1 + 1}" }
output "template_nested" { value = "a${local.env == "prod" ? "-${local.one}" : ""}" }
output "template_escape" { value = "$${local.one} %%{if} \"q\" \\ \n \u00e9" }
output "template_if" { value = "%{if local.env == "prod"}p%{else}d%{endif}" }
output "template_for" { value = "%{for v in local.list}${v},%{endfor}" }
output "heredoc" {
  value = <<EOT
region = ${local.one}
  kept
EOT
}
output "heredoc_indented" {
  value = <<-EOT
    region = ${local.one}
      more
  EOT
}
output "heredoc_trim" {
  value = <<-EOT
    %{for v in local.list~}
    ${v}
    %{endfor~}
  EOT
}
output "arithmetic" { value = (1 + 2) * 3 - 4 / 2 % 3 }
output "fraction" { value = 10 / 4 }
output "big" { value = 9007199254740993 }
output "negative" { value = -(1 + 2) }
output "compare" { value = [1 < 2, 2 <= 2, 3 > 4, 4 >= 5, 1 == 1.0] }
output "equal_types" { value = [1 == "1", "a" == "a", null == local.none, [] == [], { a = 1 } == { a = 1 }] }
output "not_equal" { value = [1 != 2, local.mixed.z != null, local.list != null] }
output "logic" { value = [true && false, true || false, !true] }
output "null_in_object" { value = local.mixed }
output "parentheses" { value = (local.one) }
output "multi_line" {
  value = (
    local.env == "dev" ? "d" :
    local.env == "prod" ? "p" :
    "x"
  )
}
output "local_of_local" { value = local.chain }
output "path_module" { value = path.module }
output "path_root" { value = path.root }
output "workspace" { value = terraform.workspace }
output "number_keys" { value = { 1 = "one" }[1] }
output "string_index_of_list" { value = local.list["1"] }

locals {
  chain = local.link
  link  = "${local.one}-end"
}
