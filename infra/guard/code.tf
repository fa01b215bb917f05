# Which code the functions run, if Terraform ships it: archives on this machine, or in a bucket of the account or of a
# central one, found by function, architecture and version.

locals {
  # A release's module has a file that names its version and one with the hashes of its archives; a checkout has neither.
  release        = fileexists("${path.module}/VERSION") ? trimspace(file("${path.module}/VERSION")) : null
  release_hashes = fileexists("${path.module}/hashes.json") ? jsondecode(file("${path.module}/hashes.json")) : {}
  version        = try(coalesce(try(var.code.version, null), local.release), "")

  code_owned = var.code != null
  archive    = { for name in keys(local.functions) : name => replace(replace(replace(try(coalesce(var.code.zip, var.code.key), ""), "{function}", name), "{architecture}", var.architecture), "{version}", local.version) }

  code = {
    s3     = try(var.code.bucket, null) != null
    bucket = try(replace(var.code.bucket, "{region}", local.region), null)
    keys   = local.archive
    files  = { for name in keys(local.functions) : name => local.code_owned ? local.archive[name] : "${var.code_directory}/${name}.zip" }
    # The provider keeps this hash in its state and ships code when it changes. It doesn't compare it with what Lambda runs: the check
    # below does.
    hashes = { for name in keys(local.functions) : name =>
      !local.code_owned ? null
      : try(var.code.bucket, null) == null ? filebase64sha256(local.archive[name])
      : try(coalesce(try(var.code.hashes[name], null), local.release == local.version ? local.release_hashes["${name}-${var.architecture}"] : null), null)
    }
  }
}

# An update of code that failed is in the state as if it had been made, and code that something else shipped isn't in it at all.
check "code" {
  assert {
    condition     = length(local.other_code) == 0
    error_message = "${join(", ", local.other_code)}: other code runs than `code` names. `infra/deploy up` mends it; by hand: ${join(" ", [for name in local.other_code : "-replace='aws_lambda_function.function[\"${name}\"]'"])} with terraform apply."
  }
}

locals {
  other_code = [for name, f in aws_lambda_function.function : name if local.code.hashes[name] != null && f.code_sha256 != local.code.hashes[name]]
}
