# What the guard remembers: who owned which target, how much was repaired, what alerts are open, and whether it is paused.

resource "aws_dynamodb_table" "ledger" {
  #checkov:skip=CKV_AWS_119:a variable: it holds ARNs and addresses, and the key that AWS keeps costs nothing at each read
  name         = "${var.name}-ledger"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"
  tags         = local.tags

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  deletion_protection_enabled = var.deletion_protection

  server_side_encryption {
    enabled     = var.ledger_kms_key_arn != null # otherwise with the key that AWS keeps
    kms_key_arn = var.ledger_kms_key_arn
  }
}
