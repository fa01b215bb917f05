resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_91:access logs need a bucket of the account's own, and an NLB writes them for TLS listeners only
  #checkov:skip=CKV_AWS_150:a variable, off so that an example can be destroyed
  #checkov:skip=CKV2_AWS_20:it passes TCP through and can't redirect
  #checkov:skip=CKV2_AWS_28:a web ACL is for Application Load Balancers
  name                             = var.name
  load_balancer_type               = "network"
  internal                         = var.internal
  subnets                          = [for zone in local.zones : local.balancer_subnets[zone].id]
  security_groups                  = aws_security_group.balancer[*].id
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = var.deletion_protection
  tags                             = local.tags
}

# Tasks in awsvpc mode have an address of their own: the target type is ip.
resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TCP is passed through, whatever is inside
  name                 = var.name
  vpc_id               = aws_vpc.this.id
  target_type          = "ip"
  protocol             = "TCP"
  port                 = var.container_port
  preserve_client_ip   = false
  deregistration_delay = 120
  tags                 = local.tags

  health_check {
    protocol            = "TCP"
    port                = "traffic-port"
    interval            = 10
    healthy_threshold   = 3
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "this" {
  #checkov:skip=CKV_AWS_2:TCP is passed through, whatever is inside
  #checkov:skip=CKV_AWS_103:TCP is passed through, whatever is inside
  load_balancer_arn = aws_lb.this.arn
  protocol          = "TCP"
  port              = var.listener_port
  tags              = local.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}
