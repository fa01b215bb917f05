"""What an AWS request on the wire asks for, and what an AWS error looks like: just enough for the proxy."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote_plus

#: IAM's name of a service by the prefix of `X-Amz-Target`.
TARGETS = {
    "AmazonEC2ContainerServiceV20141113": "ecs",
    "DynamoDB_20120810": "dynamodb",
    "AmazonSQS": "sqs",
    "AWSEvents": "events",
}


@dataclass
class Call:
    """A request to AWS. `action` is IAM's name of it, like `ecs:DescribeTasks`."""

    method: str
    path: str
    headers: dict
    body: bytes
    number: int = 0
    action: str = field(init=False)
    text: str = field(init=False)

    def __post_init__(self):
        target = self.headers.get("x-amz-target")
        if target:
            service, operation = target.split(".", 1)
            self.action = f"{TARGETS.get(service, service)}:{operation}"
            self.text = self.body.decode()
        else:
            operation = parse_qs(self.body.decode()).get("Action", ["?"])[0]
            self.action = f"{self._signed_for()}:{operation}"
            self.text = unquote_plus(self.body.decode())

    def _signed_for(self):
        """The service in the signature's scope; query protocols name it nowhere else."""
        scope = self.headers.get("authorization", "").partition("Credential=")[2].split(",")[0].split("/")
        return scope[3] if len(scope) > 3 else "unsigned"

    @property
    def service(self):
        return self.action.partition(":")[0]

    @property
    def operation(self):
        return self.action.partition(":")[2]

    def mentions(self, text):
        return text in self.text


@dataclass
class Answer:
    """What comes back."""

    status: int
    headers: dict
    body: bytes
    #: So many bytes of the body are sent before the connection breaks off; all of them unless told.
    sent: int | None = None

    def json(self):
        return json.loads(self.body)


def json_answer(document, status=200):
    return Answer(status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(document).encode())


def error(call, code, message, status=400):
    """An error as the call's service would write it."""
    if call.service in ("ecs", "dynamodb", "sqs", "events"):
        answer = json_answer({"__type": code, "message": message}, status)
        answer.headers["x-amzn-ErrorType"] = code
        return answer
    inner = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    if call.service == "ec2":
        document = f"<Response><Errors>{inner}</Errors><RequestID>1</RequestID></Response>"
    else:
        document = f"<ErrorResponse>{inner}<RequestId>1</RequestId></ErrorResponse>"
    return Answer(status, {"Content-Type": "text/xml"}, f'<?xml version="1.0"?>{document}'.encode())
