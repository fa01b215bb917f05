# Alarms that a person has to do something about. Each says what.

locals {
  guide = "See docs/operations.md."

  alarms = merge(
    { for name in concat(keys(local.functions), ["rules"]) : "${name}-dead-letters" => {
      text      = name == "rules" ? "Events could not be delivered to a queue. Look at the rules' dead-letter queue: its messages say why. Nothing is lost for long: the next sweep looks at everything." : "Messages of ${var.name}-${name} failed for good. Read why in its log (field error), mend that, then redrive the dead-letter queue."
      namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum"
      dimensions = {
        QueueName = name == "rules" ? aws_sqs_queue.rules_dead_letters.name : aws_sqs_queue.dead_letters[name].name
      }
      above = 0, period = 300, of = 1, at_least = 1, missing = "notBreaching"
    } },
    { for name, f in local.functions : "${name}-errors" => {
      text       = "${var.name}-${name} fails as a whole. Its log says why: settings that are wrong, permissions that are missing, or a crash."
      namespace  = "AWS/Lambda", metric = "Errors", statistic = "Sum"
      dimensions = { FunctionName = aws_lambda_function.function[name].function_name }
      above      = 0, period = 300, of = 3, at_least = 2, missing = "notBreaching"
    } },
    { for name, f in local.functions : "${name}-throttles" => {
      text       = "${var.name}-${name} is kept from running by the account's limit of concurrent functions. Raise the limit, or find out what uses it up; messages wait meanwhile."
      namespace  = "AWS/Lambda", metric = "Throttles", statistic = "Sum"
      dimensions = { FunctionName = aws_lambda_function.function[name].function_name }
      above      = 0, period = 300, of = 3, at_least = 3, missing = "notBreaching"
    } },
    # A look to come may be held back for 15 minutes, and a failed message comes back after the visibility timeout.
    { for name, f in local.functions : "${name}-late" => {
      text       = "The oldest message of ${var.name}-${name} waits for longer than it should. If its log shows passes, there is more work than it keeps up with: raise maximum_concurrency or quota_share. If not, see the alarms on errors and throttles."
      namespace  = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", statistic = "Maximum"
      dimensions = { QueueName = aws_sqs_queue.function[name].name }
      above      = 900 + 2 * local.visibility_seconds[name], period = 300, of = 3, at_least = 3, missing = "notBreaching"
    } },
    { for severity in ["critical", "high"] : "findings-${severity}" => {
      text       = "There are findings of severity ${severity}. The alerts on this topic, or `make invoke-audit`, say which, and what mends them."
      namespace  = "EcsNlbGuard", metric = "Findings", statistic = "Maximum"
      dimensions = { Function = aws_lambda_function.function["audit"].function_name, Severity = severity }
      above      = 0, period = var.sweep_minutes * 60, of = 2, at_least = 2, missing = "notBreaching"
    } },
    { sweep-missing = {
      text       = "No sweep has come to its end for three times its interval: what no event tells isn't found. Look at the log and the dead-letter queue of ${var.name}-audit, and whether the rule ${var.name}-sweep is enabled."
      namespace  = "EcsNlbGuard", metric = "Sweeps", statistic = "Sum"
      dimensions = { Function = aws_lambda_function.function["audit"].function_name }
      above      = null, period = var.sweep_minutes * 60, of = 3, at_least = 3, missing = "breaching"
    } },
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = var.alarms ? local.alarms : {}
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.text} ${local.guide}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.of
  datapoints_to_alarm = each.value.at_least
  comparison_operator = each.value.above == null ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = each.value.above == null ? 1 : each.value.above
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
  tags                = local.tags
}
