# What all services have in common: which events are sent where, and what becomes of those that can't be delivered.
#
# Variables of an input template that stand without quotes become JSON values, whatever is in them: a string comes with its
# quotes and escapes. So nothing in a name or a summary can break the body, or add to it.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html

locals {
  services = {
    pagerduty = nonsensitive(var.pagerduty_routing_key != null)
    opsgenie  = nonsensitive(var.opsgenie_api_key != null)
    slack     = nonsensitive(var.slack_webhook_url != null)
  }

  open     = ["Alert Opened", "Alert Worsened"]
  resolved = ["Alert Resolved"]

  # Service and severity, since the services' words for a severity differ and a template can't translate.
  opening = { for pair in setproduct([for name, on in local.services : name if on && name != "slack"], var.severities) :
    "${pair[0]}-${pair[1]}" => { service = pair[0], destination = pair[0], types = local.open, severities = [pair[1]], body = local.bodies[pair[0]][pair[1]], parameters = false }
  }
  closing = { for name, on in local.services :
    "${name}-resolved" => { service = name, destination = name == "opsgenie" ? "opsgenie-close" : name, types = local.resolved, severities = tolist(var.severities), body = local.closing_bodies[name], parameters = name == "opsgenie" } if on && name != "slack"
  }
  posting = { for name, on in local.services :
    name => { service = name, destination = name, types = concat(local.open, local.resolved), severities = tolist(var.severities), body = local.slack_body, parameters = false } if on && name == "slack"
  }
  rules = merge(local.opening, local.closing, local.posting)

  # Of these every alert has all.
  paths = {
    headline = "$.detail.headline"
    text     = "$.detail.text"
    summary  = "$.detail.summary"
    alert_id = "$.detail.alert_id"
    account  = "$.detail.account"
    region   = "$.detail.region"
    rule     = "$.detail.rule"
    at       = "$.detail.at"
    log      = "$.detail.links.log"
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each       = local.rules
  name           = "${var.name}-${each.key}"
  event_bus_name = var.event_bus_name
  event_pattern = jsonencode({
    source      = ["ecs-nlb-guard"]
    detail-type = each.value.types
    detail      = { severity = each.value.severities }
  })
}

resource "aws_cloudwatch_event_target" "this" {
  for_each       = local.rules
  rule           = aws_cloudwatch_event_rule.this[each.key].name
  event_bus_name = var.event_bus_name
  target_id      = each.value.service
  arn            = aws_cloudwatch_event_api_destination.this[each.value.destination].arn
  role_arn       = aws_iam_role.this.arn

  input_transformer {
    input_paths    = local.paths
    input_template = each.value.body
  }

  dynamic "http_target" {
    for_each = each.value.parameters ? [1] : []
    content {
      path_parameter_values   = ["$.detail.alert_id"]
      query_string_parameters = { identifierType = "alias" }
    }
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

# What a service didn't take within a day.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

data "aws_iam_policy_document" "dead_letters" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for rule in aws_cloudwatch_event_rule.this : rule.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "dead_letters" {
  count     = length(local.rules) > 0 ? 1 : 0
  queue_url = aws_sqs_queue.dead_letters.id
  policy    = data.aws_iam_policy_document.dead_letters.json
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "invoke" {
  statement {
    actions   = ["events:InvokeApiDestination"]
    resources = [for destination in aws_cloudwatch_event_api_destination.this : destination.arn]
  }
}

resource "aws_iam_role_policy" "this" {
  count  = length(local.rules) > 0 ? 1 : 0
  name   = "invoke"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.invoke.json
}
