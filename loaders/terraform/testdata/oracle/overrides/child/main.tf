variable "name" {}
variable "region" {}
output "both" { value = "${var.name} in ${var.region}" }
