# The wall and the door. A Network Load Balancer passes layer 4 through, so the tasks' own group decides who gets in.

locals {
  clients = length(var.client_cidrs) > 0 ? var.client_cidrs : [var.cidr]

  balancer_subnets = var.internal ? aws_subnet.private : aws_subnet.public
}

resource "aws_security_group" "balancer" {
  count       = var.load_balancer_security_groups ? 1 : 0
  name        = "${var.name}-balancer"
  description = "The balancer of ${var.name}: clients in, tasks out"
  vpc_id      = aws_vpc.this.id
  tags        = merge(local.tags, { Name = "${var.name}-balancer" })
}

resource "aws_vpc_security_group_ingress_rule" "balancer" {
  for_each          = var.load_balancer_security_groups ? toset(local.clients) : []
  security_group_id = aws_security_group.balancer[0].id
  description       = "clients"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = var.listener_port
  to_port           = var.listener_port
}

# Health checks obey the balancer's outbound rules too.
resource "aws_vpc_security_group_egress_rule" "balancer" {
  count                        = var.load_balancer_security_groups ? 1 : 0
  security_group_id            = aws_security_group.balancer[0].id
  description                  = "traffic and health checks to the tasks"
  referenced_security_group_id = aws_security_group.tasks.id
  ip_protocol                  = "tcp"
  from_port                    = var.container_port
  to_port                      = var.container_port
}

resource "aws_security_group" "tasks" {
  #checkov:skip=CKV2_AWS_5:the service's tasks have it
  name        = "${var.name}-tasks"
  description = "The tasks of ${var.name}: the balancer in, HTTPS out"
  vpc_id      = aws_vpc.this.id
  tags        = merge(local.tags, { Name = "${var.name}-tasks" })
}

resource "aws_vpc_security_group_ingress_rule" "tasks_from_balancer" {
  count                        = var.load_balancer_security_groups ? 1 : 0
  security_group_id            = aws_security_group.tasks.id
  description                  = "traffic and health checks from the balancer"
  referenced_security_group_id = aws_security_group.balancer[0].id
  ip_protocol                  = "tcp"
  from_port                    = var.container_port
  to_port                      = var.container_port
}

# A balancer without groups can't be referred to: its private addresses, one a subnet, are let in. Clients' addresses
# needn't be, since preserve_client_ip is off.
resource "aws_vpc_security_group_ingress_rule" "tasks_from_subnets" {
  for_each          = var.load_balancer_security_groups ? {} : local.balancer_subnets
  security_group_id = aws_security_group.tasks.id
  description       = "traffic and health checks from the balancer in ${each.key}"
  cidr_ipv4         = each.value.cidr_block
  ip_protocol       = "tcp"
  from_port         = var.container_port
  to_port           = var.container_port
}

resource "aws_vpc_security_group_egress_rule" "tasks" {
  security_group_id = aws_security_group.tasks.id
  description       = "images and logs"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
