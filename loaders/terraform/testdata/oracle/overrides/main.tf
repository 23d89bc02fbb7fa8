variable "region" {
  type    = string
  default = "us-east-1"
}

locals {
  a = "base a"
  b = "base b"
}

module "child" {
  source = "./child"
  name   = "base"
  region = "base region"
}

output "region" { value = var.region }
output "locals" { value = "${local.a}, ${local.b}" }
output "child" { value = module.child.both }
output "replaced" { value = "base" }
