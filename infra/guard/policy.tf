# What the policy opts in to, over its sections and all overrides: the roles allow that much and no more.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  tags      = merge({ "ecs-nlb-guard" = var.name }, var.tags)

  # Everywhere that something may be opted in to. An override that says nothing about its rungs has the section's, so modes and
  # rungs are gathered apart: rather one action too many than a repair that is allowed and then denied.
  sections = concat([var.policy], [for each in try(var.policy.override, []) : each])

  registration_repairs    = anytrue([for section in local.sections : try(section.registration.mode, "observe") == "repair"])
  security_groups_repairs = anytrue([for section in local.sections : try(section.security_groups.mode, "observe") == "repair"])

  rungs = toset(flatten([
    try(var.policy.security_groups.repair_with, ["modify-network-interface"]),
    [for section in local.sections : try(section.security_groups.repair_with, [])],
  ]))

  modifies_interfaces = local.security_groups_repairs && contains(local.rungs, "modify-network-interface")
  updates_services    = local.security_groups_repairs && contains(local.rungs, "update-service")
  stops_tasks         = local.security_groups_repairs && contains(local.rungs, "stop-task")

  # A function's environment holds 4 KB. A larger policy is a file beside the binary, which `make deploy` puts there.
  policy_json    = jsonencode(var.policy)
  policy_is_file = length(local.policy_json) > 3000
}
