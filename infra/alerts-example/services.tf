# Each service's endpoint, and the body it wants.

locals {
  # PagerDuty: https://developer.pagerduty.com/docs/send-alert-event; its severities are critical, error, warning and info.
  pagerduty = { critical = "critical", high = "error", medium = "warning", low = "info" }

  # Opsgenie: https://docs.opsgenie.com/docs/alert-api#create-alert
  opsgenie = { critical = "P1", high = "P2", medium = "P3", low = "P4" }

  bodies = {
    pagerduty = { for severity, word in local.pagerduty : severity => <<-JSON
      {"event_action": "trigger", "dedup_key": <alert_id>, "client": "ecs-nlb-guard",
       "payload": {"summary": <headline>, "source": <account>, "severity": "${word}", "timestamp": <at>, "group": <region>,
                   "class": <rule>, "custom_details": {"text": <text>}},
       "links": [{"href": <log>, "text": "Log"}]}
    JSON
    }
    opsgenie = { for severity, priority in local.opsgenie : severity => <<-JSON
      {"message": <headline>, "alias": <alert_id>, "description": <text>, "priority": "${priority}", "source": "ecs-nlb-guard",
       "entity": <account>, "tags": ["ecs-nlb-guard"], "details": {"rule": <rule>, "region": <region>, "log": <log>}}
    JSON
    }
  }

  closing_bodies = {
    pagerduty = <<-JSON
      {"event_action": "resolve", "dedup_key": <alert_id>}
    JSON
    # https://docs.opsgenie.com/docs/alert-api#close-alert
    opsgenie = <<-JSON
      {"source": "ecs-nlb-guard", "note": <headline>}
    JSON
    slack    = ""
  }

  # Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. Plain text isn't searched for mentions and links.
  slack_body = <<-JSON
    {"text": <headline>,
     "blocks": [{"type": "header", "text": {"type": "plain_text", "text": <headline>}},
                {"type": "section", "text": {"type": "plain_text", "text": <summary>}}]}
  JSON

  endpoints = {
    pagerduty      = { service = "pagerduty", url = "https://events.pagerduty.com/v2/enqueue" }
    opsgenie       = { service = "opsgenie", url = "${var.opsgenie_api}/v2/alerts" }
    opsgenie-close = { service = "opsgenie", url = "${var.opsgenie_api}/v2/alerts/*/close" }
    slack          = { service = "slack", url = var.slack_webhook_url }
  }
}

# Secrets are in the connections, which keep them in Secrets Manager, and in no rule.
resource "aws_cloudwatch_event_connection" "this" {
  for_each           = toset([for name, on in local.services : name if on])
  name               = "${var.name}-${each.key}"
  authorization_type = "API_KEY"

  auth_parameters {
    api_key {
      # PagerDuty's key goes into the body, and Slack's is the address itself; a connection has a header all the same.
      key   = each.key == "opsgenie" ? "Authorization" : "X-Source"
      value = each.key == "opsgenie" ? "GenieKey ${var.opsgenie_api_key}" : "ecs-nlb-guard"
    }

    dynamic "invocation_http_parameters" {
      for_each = each.key == "pagerduty" ? [1] : []
      content {
        body {
          key             = "routing_key"
          value           = var.pagerduty_routing_key
          is_value_secret = true
        }
      }
    }
  }
}

resource "aws_cloudwatch_event_api_destination" "this" {
  for_each                         = { for name, endpoint in local.endpoints : name => endpoint.service if local.services[endpoint.service] }
  name                             = "${var.name}-${each.key}"
  connection_arn                   = aws_cloudwatch_event_connection.this[each.value].arn
  invocation_endpoint              = local.endpoints[each.key].url
  http_method                      = "POST"
  invocation_rate_limit_per_second = 10
}
