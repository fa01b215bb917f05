# The guard in two Regions of one account, with the account's own policy: a root for a pipeline that runs it once for each account,
# with a role in that account. docs/deploy.md says how.
#
# A provider works in one Region, and Terraform has no for_each over providers: each Region is a provider and a module here. Which
# of them an account has is a variable.

terraform {
  required_version = ">= 1.9"

  # The account is a part of the key, so that no account's state is taken for another's:
  #   terraform init -backend-config="bucket=STATE" -backend-config="key=ecs-nlb-guard/ACCOUNT/terraform.tfstate"
  # backend "s3" {
  #   region       = "eu-central-1"
  #   use_lockfile = true
  # }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 7.0"
    }
  }
}

variable "account" {
  description = "The account's id. A plan with another account's credentials is refused."
  type        = string
}

variable "role_arn" {
  description = "The role in the account that deploys, as infra/accounts/deployer.yaml makes it. Without it the credentials at hand are used."
  type        = string
  default     = null
}

variable "regions" {
  description = "Where the guard runs in this account."
  type        = set(string)
  default     = ["eu-central-1", "eu-west-1"]

  validation {
    condition     = length(setsubtract(var.regions, ["eu-central-1", "eu-west-1"])) == 0
    error_message = "regions are some of eu-central-1 and eu-west-1: add a provider and a module for each other one."
  }
}

variable "name" {
  description = "The module's variable of this name, as the deploying role has it in Name."
  type        = string
  default     = "ecs-nlb-guard"
}

variable "permissions_boundary_arn" {
  description = "The module's variable of this name, as the deploying role has it in PermissionsBoundaryArn."
  type        = string
  default     = null
}

variable "code" {
  description = "A release's archives, as the module's variable of this name: Lambda reads from a bucket of its own Region alone, so with several Regions the bucket's name has {region} in it. An upgrade of all accounts is another version."
  type        = any
  default     = null
}

locals {
  # One file for all accounts, and one for each that differs.
  own_policy = "${path.module}/policies/${var.account}.json"
  policy     = jsondecode(file(fileexists(local.own_policy) ? local.own_policy : "${path.module}/policies/default.json"))
}

provider "aws" {
  alias               = "eu_central_1"
  region              = "eu-central-1"
  allowed_account_ids = [var.account]

  dynamic "assume_role" {
    for_each = var.role_arn != null ? [var.role_arn] : []
    content {
      role_arn = assume_role.value
    }
  }
}

provider "aws" {
  alias               = "eu_west_1"
  region              = "eu-west-1"
  allowed_account_ids = [var.account]

  dynamic "assume_role" {
    for_each = var.role_arn != null ? [var.role_arn] : []
    content {
      role_arn = assume_role.value
    }
  }
}

module "eu_central_1" {
  source    = "../guard"
  for_each  = setintersection(var.regions, ["eu-central-1"])
  providers = { aws = aws.eu_central_1 }

  name                     = var.name
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = local.policy
  code                     = var.code
}

module "eu_west_1" {
  source    = "../guard"
  for_each  = setintersection(var.regions, ["eu-west-1"])
  providers = { aws = aws.eu_west_1 }

  name                     = var.name
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = local.policy
  code                     = var.code
}

output "guards" {
  description = "By Region: the functions, the ledger, the topic and the policy in force."
  value = { for region, guard in merge(module.eu_central_1, module.eu_west_1) : region => {
    functions     = guard.functions
    ledger_table  = guard.ledger_table
    topic_arn     = guard.topic_arn
    policy_sha256 = guard.policy_sha256
  } }
}
