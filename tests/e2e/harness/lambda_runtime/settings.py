"""A function's settings and policy."""

import json

from ..place import CREDENTIALS, REGION


def repairing(*overrides, **keys):
    """A policy that repairs at the second look, which follows at once, and as much as it likes.

    `keys` are those of `[registration]`.
    """
    registration = {"mode": "repair", "confirm_after": "0s", "grace": "0s", "max_removals": "100%", **keys}
    # JSON's strings, numbers, booleans and lists are TOML's too.
    lines = ["[registration]", *(f"{key} = {json.dumps(value)}" for key, value in registration.items())]
    for override in overrides:
        lines += ["[[override]]", *(f"{key} = {json.dumps(value)}" for key, value in override.items())]
    return "\n".join(lines) + "\n"


def settings_of(endpoint, policy=None, ledger=None, queue=None, name="registrar", **more):
    """The whole environment of a function's process: nothing is inherited."""
    return {
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/03/01/[$LATEST]e2e",
        **({"GUARD_POLICY": policy} if policy is not None else {}),
        **({"GUARD_LEDGER_TABLE": ledger.name} if ledger else {}),
        **({"GUARD_QUEUE_URL": queue.url} if queue else {}),
        **more,
    }
