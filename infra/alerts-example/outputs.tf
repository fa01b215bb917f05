output "dead_letter_queue_url" {
  description = "Where events are that a service didn't take."
  value       = aws_sqs_queue.dead_letters.id
}
