provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "far"
  region = var.far_region
}

provider "aws" {
  alias  = "somewhere"
  region = var.region
}

variable "far_region" {
  default = "eu-west-1"
}

variable "region" {}

locals {
  users = { data = "us-users" }
}

resource "aws_s3_bucket" "users" {
  bucket = "corp-users"
  tags   = local.users
}

resource "aws_s3_bucket" "mirror" {
  provider = aws.far
  bucket   = "corp-users-mirror"
}

resource "aws_s3_bucket" "old_mirror" {
  provider = aws.far
  bucket   = "corp-users-old-mirror"
}

resource "aws_s3_bucket_replication_configuration" "users" {
  role   = "arn:aws:iam::111122223333:role/replication"
  bucket = aws_s3_bucket.users.id

  rule {
    status = "Enabled"
    destination {
      bucket = aws_s3_bucket.mirror.arn
    }
  }

  rule {
    status = "Enabled"
    destination {
      bucket = aws_s3_bucket.old_mirror.arn
    }
  }
}

resource "aws_db_instance" "profiles" {
  provider = aws.somewhere
  tags     = local.users
}

resource "aws_dynamodb_table" "sessions" {
  name = "sessions"
}

# The name tries to be markup, a formula and an escape at once.
resource "aws_s3_bucket" "odd" {
  bucket = "=<script>alert(1)</script>|`x`\u001b[31m"
  tags   = { data = "us-users" }
  provider = aws.far
}

module "warehouse" {
  source = "git::https://git.example/warehouse.git"
}

resource "aws_backup_vault" "nightly" {
  name = "nightly"
  tags = local.users
}

resource "aws_backup_plan" "nightly" {
  name = "nightly"
  rule {
    rule_name         = "nightly"
    target_vault_name = aws_backup_vault.nightly.name
    copy_action {
      destination_vault_arn = "arn:aws:backup:ap-southeast-1:111122223333:backup-vault:far"
    }
  }
}
