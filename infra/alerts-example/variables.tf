variable "name" {
  description = "What everything here is called."
  type        = string
  default     = "ecs-nlb-guard-alerts"
}

variable "event_bus_name" {
  description = "The event bus that the guard's event_bus_arn names, in this account and Region."
  type        = string
  default     = "default"
}

variable "pagerduty_routing_key" {
  description = "Integration key of an Events API v2 integration. Without it PagerDuty gets nothing."
  type        = string
  default     = null
  sensitive   = true
}

variable "opsgenie_api_key" {
  description = "Key of an API integration. Without it Opsgenie gets nothing."
  type        = string
  default     = null
  sensitive   = true
}

variable "opsgenie_api" {
  description = "Opsgenie's API; https://api.eu.opsgenie.com for its European instance."
  type        = string
  default     = "https://api.opsgenie.com"
}

variable "slack_webhook_url" {
  description = "An incoming webhook. Without it Slack gets nothing."
  type        = string
  default     = null
  sensitive   = true
}

variable "severities" {
  description = "Alerts of these severities are sent on."
  type        = set(string)
  default     = ["critical", "high", "medium"]

  validation {
    condition     = length(setsubtract(var.severities, ["critical", "high", "medium", "low"])) == 0
    error_message = "severities are critical, high, medium and low."
  }
}
