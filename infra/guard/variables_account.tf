# What an account's own rules ask for: boundaries, networks, keys, topics, protection.

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the functions' roles."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is the ARN of an IAM policy."
  }
}

variable "role_path" {
  description = "Path of the functions' roles."
  type        = string
  default     = "/"

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.role_path)) && length(var.role_path) <= 512
    error_message = "role_path begins and ends with a slash."
  }
}

variable "vpc" {
  description = "Subnets and security groups that the functions run in. Without it they run outside of any VPC of yours. In one they need a way to the endpoints of ECS, Elastic Load Balancing, EC2, SQS, SNS, DynamoDB, S3 and Application Auto Scaling, and with event_bus_arn or security_hub of EventBridge or Security Hub."
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
  })
  default = null

  validation {
    condition = var.vpc == null || (
      length(try(var.vpc.subnet_ids, [])) > 0 && alltrue([for id in try(var.vpc.subnet_ids, []) : startswith(id, "subnet-")]) &&
      length(try(var.vpc.security_group_ids, [])) > 0 && alltrue([for id in try(var.vpc.security_group_ids, []) : startswith(id, "sg-")])
    )
    error_message = "vpc has at least one subnet (subnet-…) and one security group (sg-…)."
  }
}

variable "queue_kms_key_arn" {
  description = "Key of the account's own for the queues. It has to let EventBridge use it (kms:GenerateDataKey and kms:Decrypt for events.amazonaws.com). Without it SQS keeps the key."
  type        = string
  default     = null

  validation {
    condition     = var.queue_kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.queue_kms_key_arn))
    error_message = "queue_kms_key_arn is the ARN of a key, not of an alias."
  }
}

variable "ledger_kms_key_arn" {
  description = "Key of the account's own for the ledger. Without it DynamoDB keeps the key."
  type        = string
  default     = null

  validation {
    condition     = var.ledger_kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.ledger_kms_key_arn))
    error_message = "ledger_kms_key_arn is the ARN of a key, not of an alias."
  }
}

variable "topic_arn" {
  description = "An SNS topic that is there already, for alerts and alarms. Its policy has to let CloudWatch publish. Without it there will be one."
  type        = string
  default     = null

  validation {
    condition     = var.topic_arn == null || can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.topic_arn))
    error_message = "topic_arn is the ARN of an SNS topic, a standard one."
  }
}

variable "topic_kms_key_arn" {
  description = "The key of the topic that is there already, if it has one of the account's own."
  type        = string
  default     = null

  validation {
    condition     = var.topic_kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.topic_kms_key_arn))
    error_message = "topic_kms_key_arn is the ARN of a key, not of an alias."
  }
}

variable "code_signing_config_arn" {
  description = "Lambda's code signing configuration. `cargo lambda deploy` ships unsigned code: give signed archives as `code`."
  type        = string
  default     = null

  validation {
    condition     = var.code_signing_config_arn == null || can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:code-signing-config:", var.code_signing_config_arn))
    error_message = "code_signing_config_arn is the ARN of a code signing configuration."
  }
}

variable "environment" {
  description = "Environment variables of all functions besides, such as AWS_USE_FIPS_ENDPOINT."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.environment) : !startswith(name, "GUARD_") && !contains(["RUST_LOG", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME"], name)])
    error_message = "environment has no GUARD_… and no RUST_LOG: the module sets them from its own variables. AWS_REGION and the like are Lambda's."
  }
}

variable "report_bucket_name" {
  description = "Name of the bucket for reports. Names of buckets are one space for all accounts, so yours may be taken; without it NAME-ACCOUNT-REGION."
  type        = string
  default     = null

  validation {
    condition     = var.report_bucket_name == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.report_bucket_name)) && !strcontains(coalesce(var.report_bucket_name, "-"), "..")
    error_message = "report_bucket_name has 3 to 63 lower-case letters, digits, hyphens and dots."
  }
}

variable "deletion_protection" {
  description = "Whether the ledger can't be deleted, the bucket only when it is empty, and the logs outlive a `terraform destroy`."
  type        = bool
  default     = true
}

variable "repair_only_in" {
  description = "What narrows the roles' permissions to change beyond the policy: VPCs whose network interfaces may be changed, and tags that target groups must have for targets to be changed."
  type = object({
    vpc_ids           = optional(set(string), [])
    target_group_tags = optional(map(string), {})
  })
  default = {}

  validation {
    condition     = alltrue([for id in var.repair_only_in.vpc_ids : startswith(id, "vpc-")])
    error_message = "repair_only_in.vpc_ids are ids of VPCs (vpc-…)."
  }
}
