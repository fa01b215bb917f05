# Who is asking: the account and Region of the AWS settings at hand, as Terraform's own provider understands them. `infra/deploy`
# applies it to a state that it throws away, so that neither the AWS CLI nor an SDK has to be there.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 7.0"
    }
  }
}

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

output "account" {
  description = "The account of the caller."
  value       = data.aws_caller_identity.current.account_id
}

output "region" {
  description = "The Region that the provider works in."
  value       = data.aws_region.current.id
}
