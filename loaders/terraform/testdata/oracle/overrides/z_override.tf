variable "region" {
  default = "ap-southeast-1"
}

module "child" {
  region = "override region"
}

output "replaced" { value = "override" }
