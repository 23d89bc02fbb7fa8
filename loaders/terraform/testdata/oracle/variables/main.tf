variable "in_tfvars" {
  type = string
}

variable "in_auto" {
  type    = string
  default = "default"
}

variable "in_both_autos" {}

variable "in_json" {
  type = object({ a = number, b = list(string) })
}

variable "from_env" {
  default = "default"
}

variable "list_from_env" {
  type    = list(string)
  default = []
}

variable "defaulted" {
  default = { region = "us-east-1" }
}

variable "typed" {
  type = map(string)
  default = {
    a = 1
    b = true
  }
}

variable "numbers" {
  type    = list(number)
  default = ["1", 2]
}

variable "set" {
  type    = set(string)
  default = ["b", "a", "b"]
}

variable "not_null" {
  type     = string
  default  = "fallback"
  nullable = false
}

variable "null_wins" {
  type    = string
  default = "default"
}

variable "stores" {
  type = map(object({
    region  = optional(string, "us-east-1")
    size    = optional(number)
    backup  = optional(object({ region = optional(string, "us-west-2"), days = number }), { days = 7 })
    labels  = optional(map(string), {})
    enabled = optional(bool, true)
  }))
}

variable "tuple" {
  type    = tuple([string, number])
  default = ["a", "2"]
}

variable "secret" {
  type      = string
  sensitive = true
  default   = "s3cret"
}

output "in_tfvars" { value = var.in_tfvars }
output "in_auto" { value = var.in_auto }
output "in_both_autos" { value = var.in_both_autos }
output "in_json" { value = var.in_json }
output "from_env" { value = var.from_env }
output "list_from_env" { value = var.list_from_env }
output "defaulted" { value = var.defaulted.region }
output "typed" { value = var.typed }
output "numbers" { value = var.numbers }
output "set" { value = var.set }
output "not_null" { value = var.not_null }
output "null_wins" { value = var.null_wins }
output "stores" { value = var.stores }
output "store_region" { value = var.stores["plain"].region }
output "tuple" { value = var.tuple }
output "secret" { value = nonsensitive(var.secret) }
