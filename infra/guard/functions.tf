# The three functions. Terraform makes them with the code at hand; after that `cargo lambda deploy` ships the code, and
# Terraform looks after everything else.

locals {
  functions = var.functions

  # "at least six times the function's timeout, plus the batch window": AWS's guide to SQS as a source.
  visibility_seconds = { for name, f in local.functions : name => 6 * f.timeout_seconds + f.window_seconds }

  environment = { for name, f in local.functions : name => merge(
    {
      GUARD_QUEUE_URL    = aws_sqs_queue.function[name].id
      GUARD_LEDGER_TABLE = aws_dynamodb_table.ledger.name
      GUARD_TOPIC_ARN    = aws_sns_topic.alerts.arn
      GUARD_QUOTA_SHARE  = tostring(f.quota_share)
      RUST_LOG           = var.log_level
    },
    local.policy_is_file ? { GUARD_POLICY_FILE = "/var/task/policy.json" } : { GUARD_POLICY = local.policy_json },
    name != "audit" ? {} : {
      GUARD_REGISTRAR_QUEUE_URL = aws_sqs_queue.function["registrar"].id
      GUARD_GUARD_QUEUE_URL     = aws_sqs_queue.function["guard"].id
      GUARD_REPORT_BUCKET       = aws_s3_bucket.reports.id
    },
  ) }
}

resource "aws_cloudwatch_log_group" "function" {
  #checkov:skip=CKV_AWS_338:a variable, a year by default
  for_each          = local.functions
  name              = "/aws/lambda/${var.name}-${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = local.key_arn
  tags              = local.tags
}

resource "aws_lambda_function" "function" {
  #checkov:skip=CKV_AWS_50:a pass calls AWS and nothing else, and reports every call it made
  #checkov:skip=CKV_AWS_115:its event source has a maximum concurrency, which takes nothing from the account's other functions
  #checkov:skip=CKV_AWS_116:it is started by its queue, which has a dead-letter queue
  #checkov:skip=CKV_AWS_117:it talks to AWS's public endpoints only, and has to when a VPC is what's broken
  #checkov:skip=CKV_AWS_272:cargo lambda ships unsigned code; a signing profile is the account's own choice
  for_each      = local.functions
  function_name = "${var.name}-${each.key}"
  description   = local.descriptions[each.key]
  role          = aws_iam_role.function[each.key].arn
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]
  memory_size   = each.value.memory_mb
  timeout       = each.value.timeout_seconds
  kms_key_arn   = local.key_arn
  filename      = "${var.code_directory}/${each.key}.zip"
  tags          = local.tags

  environment {
    variables = local.environment[each.key]
  }

  # Without its log group a function would have to make one; without its permissions it could do nothing.
  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function]

  lifecycle {
    ignore_changes = [filename, source_code_hash]
  }
}

locals {
  descriptions = {
    registrar = "Keeps ECS tasks registered in their Network Load Balancer's target groups"
    guard     = "Keeps ECS tasks in the right security groups, and says what shuts traffic out"
    audit     = "Looks at everything, changes nothing"
  }
}

resource "aws_lambda_event_source_mapping" "queue" {
  for_each                           = local.functions
  event_source_arn                   = aws_sqs_queue.function[each.key].arn
  function_name                      = aws_lambda_function.function[each.key].arn
  batch_size                         = each.value.batch_size
  maximum_batching_window_in_seconds = each.value.window_seconds
  function_response_types            = ["ReportBatchItemFailures"]
  tags                               = local.tags

  scaling_config {
    maximum_concurrency = each.value.maximum_concurrency
  }
}
