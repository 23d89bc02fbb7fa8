variable "regions" {
  default = ["us-east-1", "ap-southeast-1"]
}

resource "terraform_data" "one" {
  input = { region = "us-east-1", list = var.regions }
}

resource "terraform_data" "counted" {
  count = length(var.regions)
  input = var.regions[count.index]
}

resource "terraform_data" "each" {
  for_each = { for i, r in var.regions : r => i }
  input    = "${each.key}:${each.value}"
}

resource "terraform_data" "off" {
  count = 0
  input = "off"
}

resource "terraform_data" "reader" {
  input            = terraform_data.one.input.region
  triggers_replace = [terraform_data.counted[1].input]
}

output "input" { value = terraform_data.one.input.region }
output "list" { value = terraform_data.one.input.list[1] }
output "counted" { value = terraform_data.counted[*].input }
output "counted_one" { value = terraform_data.counted[0].input }
output "each" { value = { for k, r in terraform_data.each : k => r.input } }
output "each_values" { value = values(terraform_data.each)[*].input }
output "off" { value = [length(terraform_data.off), one(terraform_data.off[*].input), join("", terraform_data.off[*].input)] }
output "off_try" { value = try(terraform_data.off[0].input, "none") }
output "reader" { value = [terraform_data.reader.input, terraform_data.reader.triggers_replace] }
output "prefixed" { value = resource.terraform_data.one.input.region }
