locals {
  list = ["a", "b", "c"]
  map  = { a = 1, b = 2 }
}

output "abs" { value = abs(-3) }
output "alltrue" { value = [alltrue([true, true]), alltrue([true, false]), alltrue([])] }
output "anytrue" { value = [anytrue([false, true]), anytrue([])] }
output "base64" { value = [base64encode("héllo"), base64decode("aGk=")] }
output "basename" { value = [basename("a/b/c.txt"), dirname("a/b/c.txt")] }
output "ceil" { value = [ceil(1.2), floor(1.8), signum(-4)] }
output "chomp" { value = chomp("a\n\n") }
output "chunklist" { value = chunklist(["a", "b", "c"], 2) }
output "coalesce" { value = [coalesce("", "b"), coalesce(null, "x"), coalesce("a", "b")] }
output "coalescelist" { value = coalescelist([], ["x"]) }
output "compact" { value = compact(["a", "", "b", null]) }
output "concat" { value = concat(["a"], ["b", "c"], []) }
output "contains" { value = [contains(local.list, "b"), contains(local.list, "z")] }
output "csvdecode" { value = csvdecode("a,b\n1,2\n3,4\n") }
output "distinct" { value = distinct(["a", "b", "a"]) }
output "element" { value = [element(local.list, 1), element(local.list, 4)] }
output "endswith" { value = [endswith("abc", "bc"), startswith("abc", "bc")] }
output "file" { value = file("${path.module}/data/region.txt") }
output "fileexists" { value = [fileexists("data/region.txt"), fileexists("data/none.txt")] }
output "fileset" { value = fileset(path.module, "data/*.yaml") }
output "flatten" { value = flatten([["a"], [["b"], []], "c"]) }
output "format" { value = [format("%s-%d", "a", 3), format("%05.1f|%x", 3.14159, 255), format("%q %v %%", "a", true)] }
output "formatlist" { value = formatlist("%s!", local.list) }
output "formatdate" { value = formatdate("YYYY-MM-DD", "2026-11-24T01:02:03Z") }
output "indent" { value = indent(2, "a\nb") }
output "index" { value = index(local.list, "c") }
output "join" { value = [join("-", local.list), join("", ["a"]), join(",", [])] }
output "jsondecode" { value = jsondecode(file("data/config.json")) }
output "jsonencode" { value = jsonencode({ b = [1, true, null], a = "x" }) }
output "keys" { value = [keys(local.map), values({ b = "y", a = "x" })] }
output "length" { value = [length(local.list), length(local.map), length("añb"), length(toset(["a", "a"]))] }
output "log" { value = log(16, 2) }
output "lookup" { value = [lookup(local.map, "a", 9), lookup(local.map, "z", 9)] }
output "lower" { value = [lower("AbC"), upper("AbC"), title("abc def")] }
output "matchkeys" { value = matchkeys(["i-1", "i-2", "i-3"], ["us", "eu", "us"], ["us"]) }
output "max" { value = [max(1, 5, 3), min(4, 2), max([1, 9]...)] }
output "md5" { value = [md5("a"), sha1("a"), sha256("a"), substr(sha512("a"), 0, 10), base64sha256("a")] }
output "merge" { value = merge({ a = 1, b = 2 }, { b = 3 }, null) }
output "merge_deep" { value = merge(local.map, { c = { d = 1 } }) }
output "nonsensitive" { value = nonsensitive(sensitive("a")) }
output "one" { value = [one(["a"]), one([])] }
output "parseint" { value = parseint("ff", 16) }
output "pow" { value = pow(3, 2) }
output "range" { value = [range(3), range(1, 4), range(0, 10, 5)] }
output "regex" { value = [regex("^([a-z]+)-([a-z]+)", "us-east-1"), regexall("[0-9]+", "a1b22")] }
output "regex_named" { value = regex("(?P<area>[a-z]+)-(?P<n>[0-9])", "east-1") }
output "replace" { value = [replace("a-b-c", "-", "_"), replace("us-east-1", "/-[0-9]+$/", "")] }
output "reverse" { value = [reverse(local.list), strrev("abc")] }
output "sets" { value = [setunion(["a"], ["b"]), setintersection(["a", "b"], ["b"]), setsubtract(["a", "b"], ["b"])] }
output "setproduct" { value = setproduct(["a", "b"], ["x", "y"]) }
output "slice" { value = slice(local.list, 1, 3) }
output "sort" { value = sort(["c", "a", "b"]) }
output "split" { value = [split(",", "a,b"), split(":", "arn:aws:s3:::b")[5]] }
output "strcontains" { value = strcontains("hello", "ell") }
output "substr" { value = [substr("hello", 1, 3), substr("hello", -2, -1)] }
output "sum" { value = sum([1, 2, 3.5]) }
output "templatefile" { value = templatefile("data/greeting.tftpl", { name = "x", list = ["a", "b"] }) }
output "timeadd" { value = timeadd("2026-11-24T00:00:00Z", "36h") }
output "tobool" { value = [tobool("true"), tonumber("3.5"), tostring(5)] }
output "tolist" { value = [tolist(["a", 1]), toset(["b", "a", "b"]), tomap({ a = 1, b = "x" })] }
output "transpose" { value = transpose({ a = ["x", "y"], b = ["x"] }) }
output "trim" { value = [trim("xxaxx", "x"), trimprefix("abc", "a"), trimsuffix("abc", "c"), trimspace(" a ")] }
output "try" { value = [try(local.map.z, "d"), try(local.list[9], local.list[0]), can(local.map.z), can(local.map.a)] }
output "try_deep" { value = try({ a = local.map.z }, "fallback") }
output "urlencode" { value = urlencode("a b&c/d") }
output "yamldecode" { value = yamldecode(file("data/config.yaml")) }
output "zipmap" { value = zipmap(["a", "b"], [1, 2]) }
output "expand" { value = concat([["a"], ["b"]]...) }
output "nested" { value = upper(join("-", [for k, v in local.map : "${k}${v}"])) }
output "core" { value = core::upper("a") }
