# One role a function. What it may do in the services that are watched is in permissions.tf; here is what it needs to run.

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# Roles aren't bound to a Region: the Region in the name lets guards of several Regions be side by side.
resource "aws_iam_role" "function" {
  for_each           = local.functions
  name               = "${var.name}-${each.key}-${local.region}"
  description        = local.descriptions[each.key]
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions
  name     = "function"
  role     = aws_iam_role.function[each.key].id
  policy   = data.aws_iam_policy_document.function[each.key].json
}

data "aws_iam_policy_document" "function" {
  for_each = local.functions

  source_policy_documents = concat(
    [data.aws_iam_policy_document.read[each.key].json],
    local.writes[each.key] ? [data.aws_iam_policy_document.write[each.key].json] : [],
  )

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function[each.key].arn}:*"]
  }

  # Lambda receives for the function; looks to come are sent by it.
  statement {
    sid       = "Queue"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage"]
    resources = [aws_sqs_queue.function[each.key].arn]
  }

  statement {
    sid       = "Ledger"
    actions   = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]
    resources = [aws_dynamodb_table.ledger.arn]
  }

  # The pause is a person's.
  statement {
    sid       = "NotThePause"
    effect    = "Deny"
    actions   = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]
    resources = [aws_dynamodb_table.ledger.arn]
    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "dynamodb:LeadingKeys"
      values   = ["pause"]
    }
  }

  statement {
    sid       = "Alert"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
  }

  # The topic, the settings and, for the audit, the reports.
  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [local.key_arn]
  }

  dynamic "statement" {
    for_each = each.key == "audit" ? [1] : []
    content {
      sid       = "HandOn"
      actions   = ["sqs:SendMessage"]
      resources = [aws_sqs_queue.function["registrar"].arn, aws_sqs_queue.function["guard"].arn]
    }
  }

  dynamic "statement" {
    for_each = each.key == "audit" ? [1] : []
    content {
      sid       = "Report"
      actions   = ["s3:PutObject", "s3:GetObject"]
      resources = ["${aws_s3_bucket.reports.arn}/*"]
    }
  }

  # Whether all parts of a divided audit are there.
  dynamic "statement" {
    for_each = each.key == "audit" ? [1] : []
    content {
      sid       = "Parts"
      actions   = ["s3:ListBucket"]
      resources = [aws_s3_bucket.reports.arn]
    }
  }
}
