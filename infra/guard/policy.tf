# What the policy opts in to, over its sections and all overrides: the roles allow that much and no more.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  # `name` in version 5 of the provider, `region` in version 6; `id` in both.
  region = data.aws_region.current.id
  tags   = merge({ "ecs-nlb-guard" = var.name }, var.tags)

  # Everywhere that something may be opted in to. An override that says nothing about its repair options has the section's, so
  # modes and options are gathered apart: rather one action too many than a repair that is allowed and then denied.
  overrides = [for each in try(var.policy.override, []) : each]
  sections  = concat([var.policy], local.overrides)

  registration_repairs    = anytrue([for section in local.sections : try(section.registration.mode, "observe") == "repair"])
  security_groups_repairs = anytrue([for section in local.sections : try(section.security_groups.mode, "observe") == "repair"])

  repair_options = toset(flatten([
    try(var.policy.security_groups.repair_with, ["modify-network-interface"]),
    [for section in local.sections : try(section.security_groups.repair_with, [])],
  ]))

  modifies_interfaces = local.security_groups_repairs && contains(local.repair_options, "modify-network-interface")
  updates_services    = local.security_groups_repairs && contains(local.repair_options, "update-service")
  stops_tasks         = local.security_groups_repairs && contains(local.repair_options, "stop-task")

  # Where each section repairs, as IAM's patterns: everywhere, or in the places that overrides name. IAM knows `*` and `?`; what
  # else a glob of the policy has (`[a-c]`, `{a,b}`, `\`) becomes `*` from there on: never less than the policy means.
  registration_places = try(var.policy.registration.mode, "observe") == "repair" ? [{ target_group = "*" }] : [
    for each in local.overrides : { target_group = replace(coalesce(try(each.target_group, null), "*"), "/[\\[{\\\\].*/", "*") }
    if try(each.registration.mode, "observe") == "repair"
  ]
  security_group_places = try(var.policy.security_groups.mode, "observe") == "repair" ? [{ cluster = "*", service = "*" }] : [
    for each in local.overrides : {
      cluster = replace(coalesce(try(each.cluster, null), "*"), "/[\\[{\\\\].*/", "*")
      service = replace(coalesce(try(each.service, null), "*"), "/[\\[{\\\\].*/", "*")
    } if try(each.security_groups.mode, "observe") == "repair"
  ]

  # A function's environment holds 4 KB; Terraform's length counts characters, and that of base64 tells bytes. A larger policy is an object in the bucket, named by its hash, which the functions check.
  policy_json      = jsonencode(var.policy)
  policy_hash      = sha256(local.policy_json)
  policy_is_object = length(base64encode(local.policy_json)) * 3 / 4 > 3000
  policy_key       = "policy/${local.policy_hash}.json"
}

# Made before the functions' settings name it; the one before is deleted after that.
resource "aws_s3_object" "policy" {
  count         = local.policy_is_object ? 1 : 0
  bucket        = aws_s3_bucket.reports.id
  key           = local.policy_key
  content       = local.policy_json
  content_type  = "application/json"
  kms_key_id    = local.key_arn
  force_destroy = true
  tags          = local.tags

  # The bucket's default encryption and versions come first.
  depends_on = [aws_s3_bucket_versioning.reports, aws_s3_bucket_server_side_encryption_configuration.reports]

  lifecycle {
    create_before_destroy = true
  }
}
