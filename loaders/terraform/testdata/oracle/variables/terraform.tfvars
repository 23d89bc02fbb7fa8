in_tfvars     = "from terraform.tfvars"
in_auto       = "from terraform.tfvars"
in_both_autos = "from terraform.tfvars"
not_null      = null
null_wins     = null

stores = {
  plain = {}
  full = {
    region  = "eu-west-1"
    size    = "5"
    backup  = { region = null, days = 1 }
    labels  = { a = 1 }
    enabled = "false"
  }
}
