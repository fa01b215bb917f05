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
    s3    = try(var.code.bucket, null) != null
    keys  = local.archive
    files = { for name in keys(local.functions) : name => local.code_owned ? local.archive[name] : "${var.code_directory}/${name}.zip" }
    # Lambda tells the SHA-256 of the code it runs: a hash that isn't its own is a change to be made.
    hashes = { for name in keys(local.functions) : name =>
      !local.code_owned ? null
      : try(var.code.bucket, null) == null ? filebase64sha256(local.archive[name])
      : try(coalesce(try(var.code.hashes[name], null), local.release == local.version ? local.release_hashes["${name}-${var.architecture}"] : null), null)
    }
  }
}
