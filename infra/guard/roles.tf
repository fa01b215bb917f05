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
  path               = var.role_path
  tags               = local.tags

  permissions_boundary = var.permissions_boundary_arn
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
    [data.aws_iam_policy_document.read[each.key].json, data.aws_iam_policy_document.alert.json],
    local.writes[each.key] ? [data.aws_iam_policy_document.write[each.key].json] : [],
    var.vpc != null ? [data.aws_iam_policy_document.vpc[each.key].json] : [],
  )

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function[each.key].arn}:log-stream:*"]
  }

  # Lambda receives for the function; looks to come are sent by it.
  statement {
    sid       = "Queue"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage"]
    resources = [aws_sqs_queue.function[each.key].arn]
  }

  statement {
    sid = "Ledger"
    # The audit alone remembers what it read of the account.
    actions = concat(
      ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"],
      each.key == "audit" ? ["dynamodb:BatchGetItem"] : [],
    )
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

  # The topic, the settings, a large policy and, for the audit, the reports; the queues and the ledger, if they have keys of the
  # account's own.
  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = distinct(compact([local.key_arn, var.topic_kms_key_arn, var.queue_kms_key_arn, var.ledger_kms_key_arn]))
  }

  dynamic "statement" {
    for_each = local.policy_is_object ? [1] : []
    content {
      sid       = "Policy"
      actions   = ["s3:GetObject"]
      resources = ["${aws_s3_bucket.reports.arn}/policy/*"]
      condition {
        test     = "StringEquals"
        variable = "s3:ResourceAccount"
        values   = [local.account]
      }
    }
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
      resources = ["${aws_s3_bucket.reports.arn}/audits/*"]
      # A bucket's name is taken by whoever is first, in any account.
      condition {
        test     = "StringEquals"
        variable = "s3:ResourceAccount"
        values   = [local.account]
      }
    }
  }

  # Whether all parts of a divided audit are there.
  dynamic "statement" {
    for_each = each.key == "audit" ? [1] : []
    content {
      sid       = "Parts"
      actions   = ["s3:ListBucket"]
      resources = [aws_s3_bucket.reports.arn]
      condition {
        test     = "StringEquals"
        variable = "s3:ResourceAccount"
        values   = [local.account]
      }
    }
  }
}

# In a VPC Lambda makes the function's network interfaces with the function's role. The code itself gets nothing of it.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice
data "aws_iam_policy_document" "vpc" {
  #checkov:skip=CKV_AWS_111:Lambda asks for these on *, and the code is denied all of them
  #checkov:skip=CKV_AWS_356:Lambda asks for these on *, and the code is denied all of them
  for_each = { for name, f in local.functions : name => f if var.vpc != null }

  statement {
    sid       = "Vpc"
    actions   = local.vpc_actions
    resources = ["*"]
  }

  statement {
    sid       = "VpcNotForTheCode"
    effect    = "Deny"
    actions   = [for action in local.vpc_actions : action if !contains(["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], action)]
    resources = ["*"]
    condition {
      test     = "ArnEquals"
      variable = "lambda:SourceFunctionArn"
      values   = ["arn:${local.partition}:lambda:${local.arns}:function:${var.name}-${each.key}"]
    }
  }
}

locals {
  vpc_actions = [
    "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
  ]
}
