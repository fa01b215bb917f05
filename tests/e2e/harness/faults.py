"""What AWS does on a bad day. Each fault takes a call and gives the answer to it, or does without one."""

from .wire import error

_THROTTLED = {
    "ecs": "ThrottlingException",
    "dynamodb": "ThrottlingException",
    "sqs": "ThrottlingException",
    "events": "ThrottlingException",
    "ec2": "RequestLimitExceeded",
}


class ConnectionLost(Exception):
    """The connection breaks off without an answer."""


def denied(call):
    code = "UnauthorizedOperation" if call.service == "ec2" else "AccessDenied"
    if call.service in ("ecs", "dynamodb", "sqs", "events"):
        code = "AccessDeniedException"
    return error(call, code, f"User: registrar is not authorized to perform: {call.action}",
                 status=403 if call.service in ("elasticloadbalancing", "ec2") else 400)


def throttled(call):
    return error(call, _THROTTLED.get(call.service, "Throttling"), "Rate exceeded")


def broken(call):
    code = "InternalError" if call.service in ("ec2", "sqs") else "InternalFailure"
    return error(call, code, "We encountered an internal error", status=500)


def cut_off(call):
    raise ConnectionLost(call.action)


def refused(code, message="no"):
    """Any other error."""
    return lambda call: error(call, code, message)
