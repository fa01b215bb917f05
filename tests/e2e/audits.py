"""The report of an audit, wherever it was left."""

import json

#: What differs between two audits of the same account.
PASSING = ("generated_at", "duration_ms", "calls")


def lasting(report):
    return {key: value for key, value in report.items() if key not in PASSING}


def stored(bucket, location):
    """The object at `s3://BUCKET/KEY`."""
    name, key = location.removeprefix("s3://").split("/", 1)
    return json.loads(bucket.get_object(Bucket=name, Key=key)["Body"].read())
