# What the functions may do in the services that they watch.
#
# Reading is narrowed to this account's resources in this Region where the action has a resource (Service Authorization
# Reference), and to the Region where it has none. Changing is allowed only to the function and as far as the policy opts in,
# and never to what carries the hold tag with the value `true`; other values of the tag are for the functions to read.

locals {
  arns = "${local.region}:${local.account}"
  ecs  = "arn:${local.partition}:ecs:${local.arns}"
  elb  = "arn:${local.partition}:elasticloadbalancing:${local.arns}"
  ec2  = "arn:${local.partition}:ec2:${local.arns}"

  # Reading that can be narrowed to resources: action => resources. All functions read what the registrar does, and the audit
  # what the guard does too.
  reads = {
    registrar = {
      "ecs:DescribeTasks"    = ["${local.ecs}:task/*"]
      "ecs:DescribeServices" = ["${local.ecs}:service/*"]
      "ecs:DescribeClusters" = ["${local.ecs}:cluster/*"]
      # Both are required (Service Authorization Reference, Amazon ECS).
      "ecs:DescribeServiceRevisions" = ["${local.ecs}:service/*", "${local.ecs}:service-revision/*"]
    }
    guard = {
      "ecs:GetTaskProtection" = ["${local.ecs}:task/*"]
      # AWS's own prefix lists belong to the account `aws`.
      "ec2:GetManagedPrefixListEntries" = ["${local.ec2}:prefix-list/*", "arn:${local.partition}:ec2:${local.region}:aws:prefix-list/*"]
    }
    audit = {}
  }

  # Reading that can't.
  lists = {
    registrar = [
      "ecs:DescribeTaskDefinition",
      "ecs:ListClusters",
      "ecs:ListServices",
      "ecs:ListTasks",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
    ]
    guard = [
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSecurityGroupVpcAssociations",
      "ec2:DescribeVpcEndpointServiceConfigurations",
    ]
    audit = [
      "application-autoscaling:DescribeScalableTargets",
      "elasticloadbalancing:DescribeAccountLimits",
      "elasticloadbalancing:DescribeLoadBalancerAttributes",
      "ec2:DescribeNetworkAcls",
    ]
  }

  # Whose reading is a function's reading too.
  reads_like = {
    registrar = ["registrar"]
    guard     = ["registrar", "guard"]
    audit     = ["registrar", "guard", "audit"]
  }

  # What each function changes, if the policy opts in: action => resources.
  changes = {
    registrar = local.registration_repairs ? {
      "elasticloadbalancing:RegisterTargets"   = ["${local.elb}:targetgroup/*"]
      "elasticloadbalancing:DeregisterTargets" = ["${local.elb}:targetgroup/*"]
    } : {}
    guard = merge(
      local.modifies_interfaces ? {
        "ec2:ModifyNetworkInterfaceAttribute" = ["${local.ec2}:network-interface/*", "${local.ec2}:security-group/*"]
      } : {},
      # To change the groups of a service's network configuration, and to force a new deployment of a service whose tasks lack
      # the groups it declares. IAM has no condition on which of a service's fields are sent.
      local.updates_services ? { "ecs:UpdateService" = ["${local.ecs}:service/*"] } : {},
      local.stops_tasks ? { "ecs:StopTask" = ["${local.ecs}:task/*"] } : {},
    )
    audit = {}
  }
  writes = { for name, changes in local.changes : name => length(changes) > 0 }
}

data "aws_iam_policy_document" "read" {
  #checkov:skip=CKV_AWS_356:these actions have no resource to be narrowed to
  for_each = local.functions

  dynamic "statement" {
    for_each = merge([for name in local.reads_like[each.key] : local.reads[name]]...)
    content {
      sid       = "Read${split(":", statement.key)[1]}"
      actions   = [statement.key]
      resources = statement.value
    }
  }

  statement {
    sid       = "List"
    actions   = concat([for name in local.reads_like[each.key] : local.lists[name]]...)
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }
}

data "aws_iam_policy_document" "write" {
  for_each = { for name, f in local.functions : name => f if local.writes[name] }

  dynamic "statement" {
    for_each = local.changes[each.key]
    content {
      sid       = split(":", statement.key)[1]
      actions   = [statement.key]
      resources = statement.value
    }
  }

  statement {
    sid       = "NotWhatIsHeld"
    effect    = "Deny"
    actions   = keys(local.changes[each.key])
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ecs-nlb-guard:hold"
      values   = ["true"]
    }
  }
}
