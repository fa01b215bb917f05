# Alarms that a person has to do something about. Each says what.

locals {
  guide = "See docs/operations.md."

  # At most a day is looked at, and a divided sweep may end in the interval after its own.
  sweep_period = var.sweep_minutes * 60

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
    # A look to come may be delayed for 15 minutes, and a failed message is retried after the visibility timeout.
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
      above      = 0, period = local.sweep_period, of = 2, at_least = 2, missing = "notBreaching"
    } },
    # A failing sweep shows as an error of the function once per interval, which the alarm above takes for a hiccup.
    { audit-keeps-failing = {
      text       = "The audit failed in two of three intervals in a row: what no event tells isn't found. Its log says why; if it runs out of time, see docs/operations.md, Large accounts."
      namespace  = "AWS/Lambda", metric = "Errors", statistic = "Sum"
      dimensions = { FunctionName = aws_lambda_function.function["audit"].function_name }
      above      = 0, period = local.sweep_period, of = 3, at_least = 2, missing = "notBreaching"
    } },
    # The audit counts 1 for a sweep that saw everything and 0 for one that didn't. Before the first there is no data, which is
    # no alarm; when there is none any more, the state changes to INSUFFICIENT_DATA, which is sent like an alarm.
    { sweep-missing = {
      text       = "No whole sweep for three times its interval: what no event tells isn't found. In state ALARM sweeps end but couldn't read everything: see the alarm audit-unread. In state INSUFFICIENT_DATA none ends at all: look at the log and the dead-letter queue of ${var.name}-audit, and whether the rule ${var.name}-sweep is enabled."
      namespace  = "EcsNlbGuard", metric = "Sweeps", statistic = "Sum"
      dimensions = { Function = aws_lambda_function.function["audit"].function_name }
      above      = null, period = local.sweep_period, of = 3, at_least = 3, missing = "missing"
    } },
    # Being blind. All of these are missing while all is well.
    { for name, f in local.functions : "${name}-unread" => {
      text       = "${var.name}-${name} keeps failing to read something, and judges nothing that rests on it. Its log says what (coverage.unread in the report): a permission that is denied names the statement to add, mostly after a change by hand or a service control policy; what is throttled passes."
      namespace  = "EcsNlbGuard", metric = "Unread", statistic = "Sum"
      dimensions = { Function = aws_lambda_function.function[name].function_name }
      above      = 0, period = local.sweep_period, of = 3, at_least = 2, missing = "notBreaching"
    } },
    { for name in ["registrar", "guard"] : "${name}-repairs-failed" => {
      text       = "Repairs of ${var.name}-${name} fail or are refused by AWS, so what was found stays. The saved query `repairs` shows each with AWS's error code; the finding's remedy says what a person can do."
      namespace  = "EcsNlbGuard", metric = "RepairsFailed", statistic = "Sum"
      dimensions = { Function = aws_lambda_function.function[name].function_name }
      above      = 0, period = local.sweep_period, of = 3, at_least = 2, missing = "notBreaching"
    } },
    { for name, f in local.functions : "${name}-alerts-failed" => {
      text       = "${var.name}-${name} could not send an alert: a topic, an event bus or Security Hub didn't take what was sent, or the ledger didn't keep it. Its log says which and why (\"could not be kept or sent\"). Nothing is lost: a later pass sends it."
      namespace  = "EcsNlbGuard", metric = "AlertsFailed", statistic = "Sum"
      dimensions = { Function = aws_lambda_function.function[name].function_name }
      above      = 0, period = 300, of = 1, at_least = 1, missing = "notBreaching"
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
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  # Where data are expected, none is news.
  insufficient_data_actions = each.value.missing == "missing" ? local.alarm_actions : []
  tags                      = local.tags
}
