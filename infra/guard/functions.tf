# The three functions. Where `code` says which code it is, Terraform ships it. Where it doesn't, Terraform makes them with the
# code at hand, `cargo lambda deploy` ships what comes later, and Terraform looks after everything else.

locals {
  functions = var.functions

  # "at least six times the function's timeout, plus the batch window": AWS's guide to SQS as a source.
  visibility_seconds = { for name, f in local.functions : name => 6 * f.timeout_seconds + f.window_seconds }

  # What each running function may use of every request quota. Shares that aren't given are what those given leave of
  # `quota_share`, divided by what each function needs: so whatever runs at once, all of it together stays within.
  running = { for name, f in local.functions : name => f.reserved_concurrency == null ? f.maximum_concurrency : min(f.maximum_concurrency, max(1, f.reserved_concurrency)) }
  needs   = { registrar = 5, guard = 3, audit = 4 }
  given   = sum(concat([0], [for name, f in local.functions : f.quota_share * local.running[name] if f.quota_share != null]))
  needed  = sum(concat([0], [for name, f in local.functions : local.needs[name] * local.running[name] if f.quota_share == null]))
  quota_shares = { for name, f in local.functions : name => f.quota_share != null ? f.quota_share
  : floor(10000 * local.needs[name] * (var.quota_share - local.given) / local.needed) / 10000 }

  environment = { for name, f in local.functions : name => merge(
    {
      GUARD_QUEUE_URL    = aws_sqs_queue.function[name].id
      GUARD_LEDGER_TABLE = aws_dynamodb_table.ledger.name
      GUARD_TOPIC_ARN    = local.topic_arn
      GUARD_QUOTA_SHARE  = tostring(local.quota_shares[name])
      RUST_LOG           = var.log_level
    },
    local.alert_environment,
    local.policy_is_object ? {
      GUARD_POLICY_OBJECT = "s3://${aws_s3_bucket.reports.id}/${join("", aws_s3_object.policy[*].key)}"
      GUARD_POLICY_SHA256 = local.policy_hash
    } : { GUARD_POLICY = local.policy_json },
    var.environment,
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
  skip_destroy      = var.deletion_protection
  tags              = local.tags
}

resource "aws_lambda_function" "function" {
  #checkov:skip=CKV_AWS_50:a pass calls AWS and nothing else, and reports every call it made
  #checkov:skip=CKV_AWS_115:a variable: its event source has a maximum concurrency, which takes nothing from the account's other functions
  #checkov:skip=CKV_AWS_116:it is started by its queue, which has a dead-letter queue
  #checkov:skip=CKV_AWS_117:a variable: it talks to AWS's public endpoints only, and has to when a VPC is what's broken
  #checkov:skip=CKV_AWS_272:a variable: a signing profile is the account's own choice
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
  tags          = local.tags

  # Without a hash, the provider uploads a file when its path changes, and not when its content does.
  filename          = local.code.s3 ? null : local.code.files[each.key]
  source_code_hash  = local.code.hashes[each.key]
  s3_bucket         = local.code.bucket
  s3_key            = local.code.s3 ? local.code.keys[each.key] : null
  s3_object_version = try(var.code.object_versions[each.key], null)

  code_signing_config_arn        = var.code_signing_config_arn
  reserved_concurrent_executions = coalesce(each.value.reserved_concurrency, -1)

  environment {
    variables = local.environment[each.key]
  }

  dynamic "vpc_config" {
    for_each = var.vpc != null ? [var.vpc] : []
    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  lifecycle {
    precondition {
      condition     = local.quota_shares[each.key] > 0
      error_message = "Nothing of quota_share is left for the function ${each.key}: give less to the others in functions, or let fewer run at once."
    }
    precondition {
      condition     = alltrue([for arn in compact([var.topic_arn, var.kms_key_arn]) : split(":", arn)[3] == local.region])
      error_message = "topic_arn and kms_key_arn are of another Region than ${local.region}, where the functions are."
    }
    precondition {
      condition     = length(base64encode(join("", concat(keys(local.environment[each.key]), values(local.environment[each.key]))))) * 3 / 4 <= 4096
      error_message = "The environment of the function ${each.key} is over Lambda's 4 KB: shorten `environment`, rules_url or account_name."
    }
  }

  # Without its log group a function would have to make one; without its permissions it could do nothing.
  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function]
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
