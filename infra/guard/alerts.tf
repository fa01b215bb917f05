# Where alerts go besides the topic in topic.tf: all of it opted in to, and documented in docs/alerts.md.

variable "account_name" {
  description = "What people call this account, for messages; without it they have its number."
  type        = string
  default     = ""

  validation {
    condition     = length(var.account_name) <= 100 && !can(regex("[[:cntrl:]]", var.account_name))
    error_message = "account_name is at most 100 characters on one line."
  }
}

variable "rules_url" {
  description = "Where the pages of docs/rules are for your people, for links in messages: what /SLUG.md follows."
  type        = string
  default     = ""

  validation {
    condition     = var.rules_url == "" || can(regex("^https://[!-~]+$", var.rules_url))
    error_message = "rules_url is an https:// address."
  }
}

variable "chat_alerts" {
  description = "Whether there is a topic for Amazon Q Developer in chat applications; subscribe a channel to the output chat_topic_arn."
  type        = bool
  default     = false
}

variable "event_bus_arn" {
  description = "Event bus for alerts, repairs and sweeps: the account's own, or a central one whose policy lets this account put events."
  type        = string
  default     = null

  validation {
    condition     = var.event_bus_arn == null || can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/.+$", var.event_bus_arn))
    error_message = "event_bus_arn is the ARN of an event bus."
  }
}

variable "security_hub" {
  description = "Whether alerts are findings in Security Hub, which must be enabled in this account and Region."
  type        = bool
  default     = false
}

variable "remind_after" {
  description = "How often you are reminded of an alert that is still open, in hours and minutes, such as 24h; empty for never."
  type        = string
  default     = ""

  validation {
    condition     = var.remind_after == "" || can(regex("^([1-9][0-9]*h( ?[1-9][0-9]*m)?|[1-9][0-9]*m)$", var.remind_after))
    error_message = "remind_after is hours or minutes, such as 24h or 1h 30m."
  }
}

locals {
  alert_settings = {
    GUARD_REMIND_AFTER  = var.remind_after
    GUARD_ACCOUNT_NAME  = var.account_name
    GUARD_RULES_URL     = var.rules_url
    GUARD_EVENT_BUS_ARN = var.event_bus_arn
    GUARD_SECURITY_HUB  = var.security_hub ? "true" : ""
  }
  # The chat topic's ARN isn't known before it is made; which variables there are is.
  alert_environment = merge(
    { for name, value in local.alert_settings : name => value if value != null && value != "" },
    var.chat_alerts ? { GUARD_CHAT_TOPIC_ARN = aws_sns_topic.chat[0].arn } : {},
  )
}

resource "aws_sns_topic" "chat" {
  count             = var.chat_alerts ? 1 : 0
  name              = "${var.name}-chat"
  kms_master_key_id = local.key_arn
  tags              = local.tags
}

data "aws_iam_policy_document" "chat" {
  count = var.chat_alerts ? 1 : 0

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sns:Publish", "sns:Subscribe"]
    resources = [aws_sns_topic.chat[0].arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sns_topic_policy" "chat" {
  count  = var.chat_alerts ? 1 : 0
  arn    = aws_sns_topic.chat[0].arn
  policy = data.aws_iam_policy_document.chat[0].json
}

# What the functions may do to tell. All of them tell.
data "aws_iam_policy_document" "alert" {
  statement {
    sid       = "Alert"
    actions   = ["sns:Publish"]
    resources = concat([local.topic_arn], aws_sns_topic.chat[*].arn)
  }

  dynamic "statement" {
    for_each = var.event_bus_arn == null ? [] : [var.event_bus_arn]
    content {
      sid       = "Event"
      actions   = ["events:PutEvents"]
      resources = [statement.value]
      condition {
        test     = "StringEquals"
        variable = "events:source"
        values   = ["ecs-nlb-guard"]
      }
    }
  }

  # The account's own product: "arn:PARTITION:securityhub:REGION:ACCOUNT:product/ACCOUNT/default".
  dynamic "statement" {
    for_each = var.security_hub ? [1] : []
    content {
      sid       = "Finding"
      actions   = ["securityhub:BatchImportFindings"]
      resources = ["arn:${local.partition}:securityhub:${local.region}:${local.account}:product/${local.account}/default"]
    }
  }
}

output "chat_topic_arn" {
  description = "Where Amazon Q Developer in chat applications is to subscribe; null unless chat_alerts."
  value       = one(aws_sns_topic.chat[*].arn)
}
