output "functions" {
  description = "Names of the functions, by registrar, guard and audit."
  value       = { for name, f in aws_lambda_function.function : name => f.function_name }
}

output "queue_urls" {
  description = "The functions' queues."
  value       = { for name, queue in aws_sqs_queue.function : name => queue.id }
}

output "dead_letter_queue_urls" {
  description = "Dead-letter queues of the functions and of the rules."
  value       = merge({ for name, queue in aws_sqs_queue.dead_letters : name => queue.id }, { rules = aws_sqs_queue.rules_dead_letters.id })
}

output "role_arns" {
  description = "The functions' roles."
  value       = { for name, role in aws_iam_role.function : name => role.arn }
}

output "ledger_table" {
  description = "The ledger, as `--ledger-table` of the command line wants it."
  value       = aws_dynamodb_table.ledger.name
}

output "topic_arn" {
  description = "Where alerts and alarms go. Subscribe to it; the message attributes change, severity, rule and cluster can be filtered by."
  value       = local.topic_arn
}

output "report_bucket" {
  description = "Where large reports go."
  value       = aws_s3_bucket.reports.id
}

output "policy_sha256" {
  description = "SHA-256 of the policy in force, as the functions tell it."
  value       = local.policy_hash
}

output "quota_shares" {
  description = "The share of AWS's request quotas that each function uses while one of it runs."
  value       = local.quota_shares
}

output "version" {
  description = "The version of the code that Terraform shipped; empty where it didn't."
  value       = local.code_owned ? local.version : ""
}

output "architecture" {
  description = "What the functions run on."
  value       = var.architecture
}
