variable "name" {
  type = string
}

variable "region" {
  type    = string
  default = "us-west-2"
}

locals {
  label = "${var.name}@${var.region}"
}

output "label" { value = local.label }
output "region" { value = var.region }
output "path" { value = path.module }
output "file" { value = trimspace(file("${path.module}/note.txt")) }
