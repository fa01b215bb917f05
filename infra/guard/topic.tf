# Where alerts and alarms go: a topic of its own, or one that the account has.

locals {
  topic_arn     = var.topic_arn != null ? var.topic_arn : aws_sns_topic.alerts[0].arn
  alarm_actions = coalesce(var.alarm_actions, [local.topic_arn])
}

resource "aws_sns_topic" "alerts" {
  count             = var.topic_arn == null ? 1 : 0
  name              = "${var.name}-alerts"
  kms_master_key_id = local.key_arn
  tags              = local.tags
}

data "aws_iam_policy_document" "topic" {
  count = var.topic_arn == null ? 1 : 0

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sns:Publish", "sns:Subscribe"]
    resources = [local.topic_arn]
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

  statement {
    sid       = "Alarms"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.name}-*"]
    }
  }
}

resource "aws_sns_topic_policy" "alerts" {
  count  = var.topic_arn == null ? 1 : 0
  arn    = local.topic_arn
  policy = data.aws_iam_policy_document.topic[0].json
}

resource "aws_sns_topic_subscription" "email" {
  for_each  = var.alert_emails
  topic_arn = local.topic_arn
  protocol  = "email"
  endpoint  = each.value
}
