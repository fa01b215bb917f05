# A queue and a dead-letter queue for each function, and a dead-letter queue for what EventBridge could not deliver.

locals {
  queues = merge(
    { for name in keys(local.functions) : name => aws_sqs_queue.function[name] },
    { for name in keys(local.functions) : "${name}-dead-letters" => aws_sqs_queue.dead_letters[name] },
    { rules-dead-letters = aws_sqs_queue.rules_dead_letters },
  )

  # Who may send to a queue: rules, by ARN. The functions' own roles say the rest.
  rules = {
    registrar = [for rule in aws_cloudwatch_event_rule.registrar : rule.arn]
    guard     = [for rule in aws_cloudwatch_event_rule.guard : rule.arn]
    audit     = concat([for rule in aws_cloudwatch_event_rule.audit : rule.arn], [aws_cloudwatch_event_rule.sweep.arn])
  }
  senders = merge(local.rules, { rules-dead-letters = flatten(values(local.rules)) })
}

resource "aws_sqs_queue" "function" {
  for_each = local.functions
  name     = "${var.name}-${each.key}"

  delay_seconds              = each.value.delay_seconds
  message_retention_seconds  = 4 * 24 * 3600
  sqs_managed_sse_enabled    = var.queue_kms_key_arn == null ? true : null
  kms_master_key_id          = var.queue_kms_key_arn
  visibility_timeout_seconds = local.visibility_seconds[each.key]
  tags                       = local.tags

  # A message that is retried because AWS was throttling or down for a while isn't dead yet.
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[each.key].arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dead_letters" {
  for_each                  = local.functions
  name                      = "${var.name}-${each.key}-dead-letters"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = var.queue_kms_key_arn == null ? true : null
  kms_master_key_id         = var.queue_kms_key_arn
  tags                      = local.tags
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  for_each  = { for name, f in local.functions : name => f if var.restrict_dead_letters }
  queue_url = aws_sqs_queue.dead_letters[each.key].id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.function[each.key].arn]
  })
}

resource "aws_sqs_queue" "rules_dead_letters" {
  name                      = "${var.name}-rules-dead-letters"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = var.queue_kms_key_arn == null ? true : null
  kms_master_key_id         = var.queue_kms_key_arn
  tags                      = local.tags
}

data "aws_iam_policy_document" "queue" {
  for_each = local.queues

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [each.value.arn]
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

  dynamic "statement" {
    for_each = contains(keys(local.senders), each.key) ? [local.senders[each.key]] : []
    content {
      sid       = "Rules"
      actions   = ["sqs:SendMessage"]
      resources = [each.value.arn]
      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }
      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = statement.value
      }
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  for_each  = local.queues
  queue_url = each.value.id
  policy    = data.aws_iam_policy_document.queue[each.key].json
}
