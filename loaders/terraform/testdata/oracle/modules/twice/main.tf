variable "prefix" {}

module "inner" {
  source   = "../child"
  for_each = toset(["a", "b"])
  name     = "${var.prefix}-${each.value}"
}

output "labels" { value = [for m in module.inner : m.label] }
output "paths" { value = module.inner["a"].path }
