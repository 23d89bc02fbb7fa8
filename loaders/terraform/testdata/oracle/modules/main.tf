locals {
  sites = {
    us = { region = "us-east-1", dr = true }
    eu = { region = "eu-west-1", dr = false }
  }
}

module "one" {
  source = "./child"
  name   = "one"
}

module "many" {
  source   = "./child"
  for_each = local.sites
  name     = each.key
  region   = each.value.region
}

module "counted" {
  source = "./child"
  count  = 2
  name   = "n${count.index}"
}

module "none" {
  source = "./child"
  count  = 0
  name   = "none"
}

module "outer" {
  source = "./twice"
  prefix = "p"
}

module "chained" {
  source = "./child"
  name   = module.one.label
  region = module.many["eu"].region
}

output "one" { value = module.one.label }
output "defaulted" { value = module.one.region }
output "whole" { value = module.one }
output "by_key" { value = module.many["us"].label }
output "all" { value = { for k, m in module.many : k => m.region } }
output "values" { value = values(module.many)[*].label }
output "counted" { value = module.counted[*].label }
output "counted_index" { value = module.counted[1].label }
output "none" { value = [length(module.none), one(module.none[*].label), try(module.none[0].label, "no")] }
output "outer" { value = module.outer.labels }
output "chained" { value = [module.chained.label, module.chained.region] }
output "child_path" { value = [module.one.path, module.outer.paths] }
output "file_from_child" { value = module.one.file }
