variable "name" {
  description = "Prefix of every name. One stack a name and Region."
  type        = string
  default     = "example"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name has 3 to 24 lower-case letters, digits and hyphens, begins with a letter and doesn't end in a hyphen."
  }
}

variable "cidr" {
  description = "Addresses of the VPC. It is cut into sixteen: one part a zone for tasks, one a zone for the balancer."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 22, false)
    error_message = "cidr is an IPv4 range from /16 to /22, as in 10.20.0.0/16."
  }
}

variable "zones" {
  description = "In how many availability zones the balancer and the tasks are."
  type        = number
  default     = 2

  validation {
    condition     = var.zones >= 2 && var.zones <= 4 && floor(var.zones) == var.zones
    error_message = "zones is 2, 3 or 4."
  }
}

variable "load_balancer_security_groups" {
  description = "Whether the balancer has a security group (the modern way, and only possible at its creation) or none (the old way)."
  type        = bool
  default     = true
}

variable "internal" {
  description = "Whether the balancer has private addresses only."
  type        = bool
  default     = true
}

variable "client_cidrs" {
  description = "Who may use the service, as IPv4 ranges; none given means the VPC itself."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.client_cidrs : can(cidrnetmask(cidr))])
    error_message = "client_cidrs are IPv4 ranges, as in 10.0.0.0/8."
  }
}

variable "listener_port" {
  description = "Port that the balancer listens on."
  type        = number
  default     = 80

  validation {
    condition     = var.listener_port >= 1 && var.listener_port <= 65535
    error_message = "listener_port is from 1 to 65535."
  }
}

variable "container_image" {
  description = "Image of the one container."
  type        = string
  default     = "public.ecr.aws/nginx/nginx-unprivileged:stable"
}

variable "container_port" {
  description = "Port that the container serves on. In awsvpc mode it is the task's own port too: host and container port are equal."
  type        = number
  default     = 8080

  validation {
    condition     = var.container_port >= 1 && var.container_port <= 65535
    error_message = "container_port is from 1 to 65535."
  }
}

variable "tasks" {
  description = "Fewest and most tasks that auto scaling may run."
  type = object({
    fewest = optional(number, 2)
    most   = optional(number, 6)
  })
  default = {}

  validation {
    condition     = var.tasks.fewest >= 1 && var.tasks.most >= var.tasks.fewest && var.tasks.most <= 500
    error_message = "tasks.fewest is at least 1 (a service behind a balancer that scales to zero serves nobody), and tasks.most from there to 500, which is what a balancer takes a zone."
  }
}

variable "autoscaling" {
  description = "Whether the number of tasks follows their load. Without it there are `tasks.fewest`."
  type        = bool
  default     = true
}

variable "stop_timeout_seconds" {
  description = "How long a container has from SIGTERM to SIGKILL. ECS sends SIGTERM when the task's target is drained."
  type        = number
  default     = 30

  validation {
    condition     = var.stop_timeout_seconds >= 2 && var.stop_timeout_seconds <= 120
    error_message = "stop_timeout_seconds is from 2 to 120, which is the most that Fargate allows."
  }
}

variable "deletion_protection" {
  description = "Whether the balancer is protected from deletion."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "How long the containers' logs are kept."
  type        = number
  default     = 30
}

variable "tags" {
  description = "Tags of every resource. `ecs-nlb-guard:hold = \"true\"` keeps the guard's hands off."
  type        = map(string)
  default     = {}
}
