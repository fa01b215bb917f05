# Which events start which function. An event says where to look, never what is true: what it told is always read again.

locals {
  # Tasks in awsvpc mode have a network interface attached. Statuses that ECS may add one day pass.
  awsvpc_task = {
    source      = ["aws.ecs"]
    detail-type = ["ECS Task State Change"]
    detail      = { attachments = { type = ["eni", "ElasticNetworkInterface"] } }
  }

  service_change = {
    source      = ["aws.ecs"]
    detail-type = ["ECS Deployment State Change", "ECS Service Action"]
  }

  # Only what the functions can make something of.
  target_calls = {
    source      = ["aws.elasticloadbalancing"]
    detail-type = ["AWS API Call via CloudTrail"]
    detail = {
      eventSource = ["elasticloadbalancing.amazonaws.com"]
      eventName   = ["RegisterTargets", "DeregisterTargets"]
    }
  }

  service_calls = {
    source      = ["aws.ecs"]
    detail-type = ["AWS API Call via CloudTrail"]
    detail = {
      eventSource = ["ecs.amazonaws.com"]
      eventName   = ["CreateService", "UpdateService", "DeleteService"]
    }
  }

  # What sweeps remember, and who changes it.
  setting_calls = {
    source      = ["aws.elasticloadbalancing"]
    detail-type = ["AWS API Call via CloudTrail"]
    detail = {
      eventSource = ["elasticloadbalancing.amazonaws.com"]
      eventName   = ["ModifyTargetGroupAttributes", "ModifyLoadBalancerAttributes", "CreateListener", "ModifyListener", "DeleteListener"]
    }
  }

  registrar_events = merge(
    {
      tasks = merge(local.awsvpc_task, { detail = merge(local.awsvpc_task.detail, {
        # Nobody is registered before RUNNING, and nothing is left behind before STOPPED.
        lastStatus = [{ anything-but = ["PROVISIONING", "PENDING", "ACTIVATING", "DEACTIVATING", "STOPPING", "DEPROVISIONING"] }]
      }) })
    },
    var.cloudtrail ? { target-calls = local.target_calls, service-calls = local.service_calls } : {},
  )

  guard_events = merge(
    {
      tasks = merge(local.awsvpc_task, { detail = merge(local.awsvpc_task.detail, {
        # As soon as the interface is there; not when it goes.
        lastStatus = [{ anything-but = ["PROVISIONING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"] }]
      }) })
      services = local.service_change
    },
    var.cloudtrail ? { service-calls = local.service_calls } : {},
  )

  audit_events = var.cloudtrail && var.sweep_remembers ? { setting-calls = local.setting_calls } : {}
}

resource "aws_cloudwatch_event_rule" "registrar" {
  for_each      = local.registrar_events
  name          = "${var.name}-registrar-${each.key}"
  description   = "Starts ${var.name}-registrar"
  event_pattern = jsonencode(each.value)
  tags          = local.tags
}

resource "aws_cloudwatch_event_rule" "guard" {
  for_each      = local.guard_events
  name          = "${var.name}-guard-${each.key}"
  description   = "Starts ${var.name}-guard"
  event_pattern = jsonencode(each.value)
  tags          = local.tags
}

resource "aws_cloudwatch_event_rule" "audit" {
  for_each      = local.audit_events
  name          = "${var.name}-audit-${each.key}"
  description   = "Has ${var.name}-audit forget what was changed"
  event_pattern = jsonencode(each.value)
  tags          = local.tags
}

# Finds what no event told.
resource "aws_cloudwatch_event_rule" "sweep" {
  name                = "${var.name}-sweep"
  description         = "Starts ${var.name}-audit on everything"
  schedule_expression = var.sweep_minutes == 1 ? "rate(1 minute)" : "rate(${var.sweep_minutes} minutes)"
  tags                = local.tags
}

resource "aws_cloudwatch_event_target" "registrar" {
  for_each  = aws_cloudwatch_event_rule.registrar
  rule      = each.value.name
  target_id = "queue"
  arn       = aws_sqs_queue.function["registrar"].arn

  dead_letter_config {
    arn = aws_sqs_queue.rules_dead_letters.arn
  }
}

resource "aws_cloudwatch_event_target" "guard" {
  for_each  = aws_cloudwatch_event_rule.guard
  rule      = each.value.name
  target_id = "queue"
  arn       = aws_sqs_queue.function["guard"].arn

  dead_letter_config {
    arn = aws_sqs_queue.rules_dead_letters.arn
  }
}

resource "aws_cloudwatch_event_target" "audit" {
  for_each  = aws_cloudwatch_event_rule.audit
  rule      = each.value.name
  target_id = "queue"
  arn       = aws_sqs_queue.function["audit"].arn

  dead_letter_config {
    arn = aws_sqs_queue.rules_dead_letters.arn
  }
}

resource "aws_cloudwatch_event_target" "sweep" {
  rule      = aws_cloudwatch_event_rule.sweep.name
  target_id = "queue"
  arn       = aws_sqs_queue.function["audit"].arn
  input     = var.sweep_remembers ? "{}" : jsonencode({ remembered = false })

  dead_letter_config {
    arn = aws_sqs_queue.rules_dead_letters.arn
  }

  # A sweep that is late by more than one is no use.
  retry_policy {
    maximum_event_age_in_seconds = max(60, var.sweep_minutes * 60)
    maximum_retry_attempts       = 10
  }
}
