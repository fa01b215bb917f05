# What the functions may do in the services that they watch.
#
# Reading is narrowed to this account's resources in this Region where the action has a resource (Service Authorization
# Reference), and to the Region where it has none. Changing is allowed only to the function and as far as the policy opts in:
# in the clusters, services and target groups that its overrides name, if nothing is repaired anywhere else. What carries the
# hold tag with the value `true` is denied; other values of the tag are for the functions to read.
#
# tests/infra/test_reference.py holds all of it to the Service Authorization Reference.

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
      "elasticloadbalancing:DescribeLoadBalancerAttributes",
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
      "ec2:DescribeNetworkAcls",
      "ec2:DescribeRouteTables",
    ]
  }

  # Whose reading is a function's reading too.
  reads_like = {
    registrar = ["registrar"]
    guard     = ["registrar", "guard"]
    audit     = ["registrar", "guard", "audit"]
  }

  # Every place names its cluster, so that the cluster can be a condition as well. Service ARNs of the old form don't have it.
  clusters_named = alltrue([for place in local.security_group_places : place.cluster != "*"])
  in_clusters = local.clusters_named ? {
    "ArnLike ecs:cluster" = distinct([for place in local.security_group_places : "${local.ecs}:cluster/${place.cluster}"])
  } : {}
  in_vpcs = length(var.repair_only_in.vpc_ids) > 0 ? {
    # A shared VPC belongs to another account.
    "ArnLike ec2:Vpc" = [for vpc in var.repair_only_in.vpc_ids : "arn:${local.partition}:ec2:${local.region}:*:vpc/${vpc}"]
  } : {}
  in_tagged = { for tag, value in var.repair_only_in.target_group_tags : "StringEquals aws:ResourceTag/${tag}" => [value] }

  targets = {
    resources  = distinct([for place in local.registration_places : "${local.elb}:targetgroup/${place.target_group == "*" ? "*" : "${place.target_group}/*"}"])
    conditions = local.in_tagged
  }

  # What each function changes, if the policy opts in: action => resources, conditions, and on which of them a hold counts.
  changes = {
    registrar = local.registration_repairs ? {
      "elasticloadbalancing:RegisterTargets"   = local.targets
      "elasticloadbalancing:DeregisterTargets" = local.targets
    } : {}
    guard = merge(
      local.modifies_interfaces ? {
        "ec2:ModifyNetworkInterfaceAttribute" = {
          resources  = ["${local.ec2}:network-interface/*", "${local.ec2}:security-group/*"]
          conditions = local.in_vpcs
        }
      } : {},
      # To change the groups of a service's network configuration, and to force a new deployment of a service whose tasks lack
      # the groups it declares. IAM has no condition on which of a service's fields are sent.
      local.updates_services ? {
        "ecs:UpdateService" = {
          resources = distinct(flatten([for place in local.security_group_places :
            place.cluster == "*" && place.service == "*" ? ["${local.ecs}:service/*"]
            : ["${local.ecs}:service/${place.cluster}/${place.service}", "${local.ecs}:service/${place.service}"]
          ]))
          conditions = local.in_clusters
        }
      } : {},
      local.stops_tasks ? {
        "ecs:StopTask" = {
          resources  = distinct([for place in local.security_group_places : place.cluster == "*" ? "${local.ecs}:task/*" : "${local.ecs}:task/${place.cluster}/*"])
          conditions = local.in_clusters
        }
      } : {},
    )
    audit = {}
  }
  writes = { for name, changes in local.changes : name => length(changes) > 0 }

  # On which resources of an action the functions honour a hold, so that nothing is denied that they believe is free.
  holdable = {
    "elasticloadbalancing:RegisterTargets"   = ["${local.elb}:targetgroup/*"]
    "elasticloadbalancing:DeregisterTargets" = ["${local.elb}:targetgroup/*"]
    "ec2:ModifyNetworkInterfaceAttribute"    = ["${local.ec2}:network-interface/*", "${local.ec2}:security-group/*"]
    "ecs:UpdateService"                      = ["${local.ecs}:service/*"]
    "ecs:StopTask"                           = ["${local.ecs}:task/*"]
  }
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
      resources = statement.value.resources

      dynamic "condition" {
        for_each = statement.value.conditions
        content {
          test     = split(" ", condition.key)[0]
          variable = split(" ", condition.key)[1]
          values   = condition.value
        }
      }
    }
  }

  statement {
    sid       = "NotWhatIsHeld"
    effect    = "Deny"
    actions   = keys(local.changes[each.key])
    resources = distinct(flatten([for action in keys(local.changes[each.key]) : local.holdable[action]]))
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ecs-nlb-guard:hold"
      values   = ["true"]
    }
  }

  # Security groups are all that the guard changes of an interface. AWS says which attribute a request sets by this key, but not
  # by which word it calls the groups: so the others are denied, by the names they have in the API.
  dynamic "statement" {
    for_each = contains(keys(local.changes[each.key]), "ec2:ModifyNetworkInterfaceAttribute") ? [1] : []
    content {
      sid       = "OnlySecurityGroups"
      effect    = "Deny"
      actions   = ["ec2:ModifyNetworkInterfaceAttribute"]
      resources = ["${local.ec2}:network-interface/*"]
      condition {
        test     = "StringEquals"
        variable = "ec2:Attribute"
        values   = ["Description", "SourceDestCheck", "Attachment", "EnaSrdSpecification", "EnablePrimaryIpv6", "ConnectionTrackingSpecification", "AssociatePublicIpAddress"]
      }
    }
  }
}
