output "address" {
  description = "DNS name of the balancer."
  value       = aws_lb.this.dns_name
}

output "cluster" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.this.name
}

output "service" {
  description = "Name of the service."
  value       = aws_ecs_service.this.name
}

output "target_group_arn" {
  description = "ARN of the target group."
  value       = aws_lb_target_group.this.arn
}

output "load_balancer_arn" {
  description = "ARN of the balancer."
  value       = aws_lb.this.arn
}

output "task_security_group_id" {
  description = "The group that the service gives to its tasks."
  value       = aws_security_group.tasks.id
}

output "private_subnet_ids" {
  description = "Subnets of the tasks."
  value       = [for zone in local.zones : aws_subnet.private[zone].id]
}

output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}
