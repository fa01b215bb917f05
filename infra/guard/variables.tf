variable "name" {
  description = "Prefix of every name. One guard a name, account and Region."
  type        = string
  default     = "ecs-nlb-guard"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name has 3 to 24 lower-case letters, digits and hyphens, begins with a letter and doesn't end in a hyphen."
  }
}

variable "policy" {
  description = "What the guard may do: the policy (docs/policy.md) as one object. Without it the guard only observes. It decides what the roles may do, too."
  type        = any
  default     = {}

  validation {
    condition     = can(keys(var.policy)) && length(setsubtract(try(keys(var.policy), []), ["registration", "security_groups", "alerts", "rules", "override", "accept"])) == 0
    error_message = "policy is an object with the keys registration, security_groups, alerts, rules, override and accept."
  }

  validation {
    condition = !can(keys(var.policy.override)) && !can(keys(var.policy.accept)) && alltrue([
      for each in try([for one in var.policy.override : one], []) :
      length(setintersection(try(keys(each), []), ["cluster", "service", "target_group"])) > 0 &&
      length(setintersection(try(keys(each), []), ["registration", "security_groups"])) > 0 &&
      length(setsubtract(try(keys(each), ["?"]), ["cluster", "service", "target_group", "registration", "security_groups"])) == 0
    ])
    error_message = "policy.override and policy.accept are lists. An override says where (cluster, service or target_group) and what (registration or security_groups)."
  }

  validation {
    condition = alltrue([
      for section in concat([var.policy], try([for one in var.policy.override : one], [])) :
      length(setsubtract(try(keys(section.registration), []), ["mode", "grace", "confirm_after", "confirm_within", "managed", "max_removals", "window", "exclude_targets", "balancers"])) == 0 &&
      length(setsubtract(try(keys(section.security_groups), []), ["mode", "required", "forbidden", "confirm_after", "confirm_within", "repair_with", "max_interface_changes", "max_updates", "max_stops", "stop_standalone", "window"])) == 0
      ]) && alltrue([
      length(setsubtract(try(keys(var.policy.alerts), []), ["min_severity"])) == 0,
      length(setsubtract(try(keys(var.policy.rules), []), ["disable", "severity"])) == 0,
    ])
    error_message = "policy has a key that no function knows, and with which none would start: `ecs-nlb-guard policy check` says which, and whatever else is wrong."
  }

  validation {
    condition = alltrue([
      for section in concat([var.policy], try(tolist(var.policy.override), [for each in try(var.policy.override, []) : each])) : alltrue([
        contains(["observe", "repair"], try(section.registration.mode, "observe")),
        contains(["observe", "repair"], try(section.security_groups.mode, "observe")),
        length(setsubtract(try(section.security_groups.repair_with, []), ["modify-network-interface", "update-service", "stop-task"])) == 0,
      ])
    ])
    error_message = "In policy and each override, mode is \"observe\" or \"repair\", and security_groups.repair_with lists some of \"modify-network-interface\", \"update-service\" and \"stop-task\"."
  }
}

variable "code" {
  description = "Which code Terraform ships: `zip`, a path on this machine, or `bucket` and `key` in S3, each with {function}, {architecture} and {version} in it; {region} in a bucket's name is the function's. An upgrade is another `version`, and the way back the former one. `hashes` are the archives' SHA-256 in base64, `object_versions` S3's, both by function. Without it, Terraform makes the functions with what is in `code_directory` and leaves their code alone after that."
  type = object({
    zip             = optional(string)
    bucket          = optional(string)
    key             = optional(string, "ecs-nlb-guard/{version}/{function}-{architecture}.zip")
    version         = optional(string)
    hashes          = optional(map(string), {})
    object_versions = optional(map(string), {})
  })
  default = null

  validation {
    condition     = var.code == null || (try(var.code.zip, null) == null) != (try(var.code.bucket, null) == null)
    error_message = "code has either zip or bucket."
  }

  validation {
    condition     = var.code == null || strcontains(try(coalesce(var.code.zip, var.code.key), ""), "{function}")
    error_message = "code.zip and code.key say where {function} stands: each function has an archive of its own."
  }

  validation {
    condition     = var.code == null || !strcontains(try(coalesce(var.code.zip, var.code.key), ""), "{version}") || try(var.code.version, null) != null || fileexists("${path.module}/VERSION")
    error_message = "code.version is missing: it stands for {version}. Only the module of a release knows its own."
  }
}

variable "code_directory" {
  description = "Without `code`: where the functions' first code is, as registrar.zip, guard.zip and audit.zip. Later code is shipped by `cargo lambda deploy`, and Terraform leaves it alone."
  type        = string
  default     = "../../target/deploy"
}

variable "architecture" {
  description = "What the functions run on. It has to be what they were built for."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is \"arm64\" or \"x86_64\"."
  }
}

variable "functions" {
  description = "How each function runs: memory, time, the most that run at once, concurrency reserved for it in the account, events a batch and seconds to gather them, seconds that a message is kept back, and the share of AWS's request quotas that each one running may use, if it isn't to be reckoned from `quota_share`."
  type = object({
    registrar = optional(object({
      memory_mb            = optional(number, 256)
      timeout_seconds      = optional(number, 300)
      maximum_concurrency  = optional(number, 2)
      reserved_concurrency = optional(number)
      batch_size           = optional(number, 1000)
      window_seconds       = optional(number, 5)
      delay_seconds        = optional(number, 10)
      quota_share          = optional(number)
    }), {})
    guard = optional(object({
      memory_mb            = optional(number, 256)
      timeout_seconds      = optional(number, 300)
      maximum_concurrency  = optional(number, 2)
      reserved_concurrency = optional(number)
      batch_size           = optional(number, 1000)
      window_seconds       = optional(number, 2)
      delay_seconds        = optional(number, 0)
      quota_share          = optional(number)
    }), {})
    audit = optional(object({
      memory_mb            = optional(number, 512)
      timeout_seconds      = optional(number, 900)
      maximum_concurrency  = optional(number, 2)
      reserved_concurrency = optional(number)
      batch_size           = optional(number, 1)
      window_seconds       = optional(number, 0)
      delay_seconds        = optional(number, 0)
      quota_share          = optional(number)
    }), {})
  })
  default = {}

  validation {
    condition     = alltrue([for f in values(var.functions) : f.memory_mb >= 128 && f.memory_mb <= 10240])
    error_message = "memory_mb is from 128 to 10240."
  }

  validation {
    condition     = alltrue([for f in values(var.functions) : f.timeout_seconds >= 30 && f.timeout_seconds <= 900])
    error_message = "timeout_seconds is from 30 to 900."
  }

  validation {
    condition     = alltrue([for f in values(var.functions) : f.maximum_concurrency >= 2 && f.maximum_concurrency <= 1000])
    error_message = "maximum_concurrency is from 2, which is the least that SQS takes, to 1000."
  }

  validation {
    condition     = alltrue([for f in values(var.functions) : f.batch_size >= 1 && f.batch_size <= 10000 && f.window_seconds >= 0 && f.window_seconds <= 300 && (f.batch_size <= 10 || f.window_seconds >= 1)])
    error_message = "batch_size is from 1 to 10000, window_seconds from 0 to 300, and over 10 events a batch it is at least 1."
  }

  validation {
    condition     = alltrue([for f in values(var.functions) : f.delay_seconds >= 0 && f.delay_seconds <= 900])
    error_message = "delay_seconds is from 0 to 900."
  }

  validation {
    condition     = alltrue([for f in values(var.functions) : f.reserved_concurrency == null || (coalesce(f.reserved_concurrency, 1) >= 1 && coalesce(f.reserved_concurrency, 1) <= 1000)])
    error_message = "reserved_concurrency is from 1 to 1000; without it the function shares what the account has."
  }

  validation {
    condition     = alltrue([for f in values(var.functions) : coalesce(f.quota_share, 0.1) > 0 && coalesce(f.quota_share, 0.1) <= 1])
    error_message = "functions' quota_share is over 0 and at most 1."
  }
}

variable "quota_share" {
  description = "The share of AWS's request quotas that all functions together may use, however many of them run. It is divided among them by what each needs."
  type        = number
  default     = 0.96

  validation {
    condition     = var.quota_share > 0 && var.quota_share <= 1 && sum(concat([0], [for f in values(var.functions) : coalesce(f.quota_share, 0) * f.maximum_concurrency])) <= var.quota_share
    error_message = "quota_share is over 0 and at most 1, and not less than what functions' own shares come to at their maximum_concurrency."
  }
}

variable "sweep_remembers" {
  description = "Whether a sweep asks the ledger before AWS for what seldom changes (attributes, listeners, task definitions). No finding and no end of an alert rests on it."
  type        = bool
  default     = true
  nullable    = false
}

variable "sweep_minutes" {
  description = "How often everything is looked at, whatever events told."
  type        = number
  default     = 15

  validation {
    condition     = var.sweep_minutes >= 1 && var.sweep_minutes <= 240 && floor(var.sweep_minutes) == var.sweep_minutes
    error_message = "sweep_minutes is a whole number from 1 to 240."
  }
}

variable "cloudtrail" {
  description = "Whether API calls seen by CloudTrail start the functions too, and have sweeps forget what was changed. It needs a trail that logs management events, and is but a quicker hint."
  type        = bool
  default     = false
}

variable "alert_emails" {
  description = "Who is written to when an alert opens, worsens or is resolved, and by the alarms. Each has to confirm once."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "alert_emails are e-mail addresses."
  }
}

variable "alarms" {
  description = "Whether there are CloudWatch alarms."
  type        = bool
  default     = true
}

variable "alarm_actions" {
  description = "ARNs that alarms go to, such as topics of an on-call tool. Without it, to the alerts' topic."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for arn in coalesce(var.alarm_actions, []) : can(regex("^arn:[a-z-]+:", arn))])
    error_message = "alarm_actions are ARNs."
  }
}

variable "dashboard" {
  description = "Whether there is a CloudWatch dashboard."
  type        = bool
  default     = true
}

variable "saved_queries" {
  description = "Whether the questions that are asked of the logs are saved in CloudWatch Logs Insights. Off where AWS is emulated by something that doesn't know how."
  type        = bool
  default     = true
}

variable "restrict_dead_letters" {
  description = "Whether a dead-letter queue takes its own queue's messages only. Off where AWS is emulated by something that doesn't know how."
  type        = bool
  default     = true
}

variable "kms_key_arn" {
  description = "Key for the topic, the reports, the logs and the functions' settings. Without it there will be one; one of your own has to let CloudWatch, its logs and SNS use it (see encryption.tf)."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key, not of an alias."
  }
}

variable "log_retention_days" {
  description = "How long the functions' logs are kept; they tell of each repair who made it, when and why."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is one of the numbers that CloudWatch takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "report_retention_days" {
  description = "How long large reports are kept in the bucket."
  type        = number
  default     = 30

  validation {
    condition     = var.report_retention_days >= 1 && floor(var.report_retention_days) == var.report_retention_days
    error_message = "report_retention_days is a whole number from 1."
  }
}

variable "log_level" {
  description = "What the functions log: error, warn, info, debug, or a filter of RUST_LOG's kind."
  type        = string
  default     = "info"
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}
