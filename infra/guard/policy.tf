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

  policy_json = jsonencode(var.policy)
  policy_hash = sha256(local.policy_json)
}
