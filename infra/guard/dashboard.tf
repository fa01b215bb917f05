# What a person looks at: findings, repairs, ages, calls and coverage on one page, and the questions that are asked of the logs.

locals {
  log_groups = [for group in aws_cloudwatch_log_group.function : group.name]
  names      = [for name in keys(local.functions) : "${var.name}-${name}"]

  # Title => what CloudWatch draws. Each metric is [namespace, name, dimension, value, …].
  graphs = {
    "Findings by severity, of whole sweeps" = [for severity in ["critical", "high", "medium", "low"] :
    ["EcsNlbGuard", "Findings", "Function", "${var.name}-audit", "Severity", severity, { stat = "Maximum", label = severity }]]
    "Open alerts" = [["EcsNlbGuard", "OpenAlerts", "Function", "${var.name}-audit", { stat = "Maximum" }]]
    "Repairs" = concat(
      [for name in local.names : ["EcsNlbGuard", "RepairsDone", "Function", name, { stat = "Sum", label = "${name} done" }]],
      [for name in local.names : ["EcsNlbGuard", "RepairsFailed", "Function", name, { stat = "Sum", label = "${name} failed" }]],
    )
    "Coverage: whole sweeps, and what could not be read" = concat(
      [["EcsNlbGuard", "Sweeps", "Function", "${var.name}-audit", { stat = "Sum", label = "whole sweeps" }]],
      [for name in local.names : ["EcsNlbGuard", "Unread", "Function", name, { stat = "Sum", label = "${name} unread" }]],
    )
    "Age of the oldest message (s)" = [for name in local.names : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", name, { stat = "Maximum" }]]
    "Dead letters"                  = [for name in concat(local.names, ["${var.name}-rules"]) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "${name}-dead-letters", { stat = "Maximum" }]]
    "Duration (ms)"                 = [for name in local.names : ["AWS/Lambda", "Duration", "FunctionName", name, { stat = "Maximum" }]]
    "Errors and throttles of the functions" = concat(
      [for name in local.names : ["AWS/Lambda", "Errors", "FunctionName", name, { stat = "Sum", label = "${name} errors" }]],
      [for name in local.names : ["AWS/Lambda", "Throttles", "FunctionName", name, { stat = "Sum", label = "${name} throttles" }]],
    )
  }

  queries = {
    repairs  = <<-QUERY
      fields @timestamp, repair.by, repair.action, repair.status, repair.before, repair.after, repair.why
      | filter ispresent(repair.action)
      | sort @timestamp desc
    QUERY
    calls    = <<-QUERY
      fields @timestamp, @logStream, report.calls, report.duration_ms
      | filter ispresent(report.duration_ms)
      | sort @timestamp desc
    QUERY
    unread   = <<-QUERY
      fields @timestamp, @message
      | filter ispresent(report.coverage.unread.0.operation)
      | sort @timestamp desc
    QUERY
    failures = <<-QUERY
      fields @timestamp, level, message, error
      | filter level in ["WARN", "ERROR"]
      | sort @timestamp desc
    QUERY
  }

  widgets = concat(
    [for nth, title in sort(keys(local.graphs)) : {
      type = "metric", x = 12 * (nth % 2), y = 6 * floor(nth / 2), width = 12, height = 6
      properties = {
        title = title, region = local.region, view = "timeSeries", period = local.sweep_period, metrics = local.graphs[title]
      }
    }],
    [{
      type = "log", x = 0, y = 6 * ceil(length(local.graphs) / 2), width = 24, height = 8
      properties = {
        title = "Repairs", region = local.region, view = "table"
        query = "${join(" | ", [for group in local.log_groups : "SOURCE '${group}'"])} | ${local.queries.repairs}"
      }
    }],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  count          = var.dashboard ? 1 : 0
  dashboard_name = "${var.name}-${local.region}"
  dashboard_body = jsonencode({ widgets = local.widgets })
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each        = var.saved_queries ? local.queries : {}
  name            = "${var.name}/${each.key}"
  log_group_names = local.log_groups
  query_string    = each.value
}
