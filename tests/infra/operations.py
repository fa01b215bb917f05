"""Which AWS operations the code can call: the SDK's methods that occur in it, as IAM actions.

Read from the sources, so that neither a role nor the code can change without the other.
"""

import re
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name

ROOT = Path(__file__).resolve().parents[2]

#: An SDK's crate: botocore's name for the service, and IAM's.
SERVICES = {
    "aws_sdk_applicationautoscaling": ("application-autoscaling", "application-autoscaling"),
    "aws_sdk_dynamodb": ("dynamodb", "dynamodb"),
    "aws_sdk_ec2": ("ec2", "ec2"),
    "aws_sdk_ecs": ("ecs", "ecs"),
    "aws_sdk_elasticloadbalancingv2": ("elbv2", "elasticloadbalancing"),
    "aws_sdk_s3": ("s3", "s3"),
    "aws_sdk_servicequotas": ("service-quotas", "servicequotas"),
    "aws_sdk_sns": ("sns", "sns"),
    "aws_sdk_sqs": ("sqs", "sqs"),
    "aws_sdk_sts": ("sts", "sts"),
}

#: Folders of files that leave it to the folder which SDK they are about.
FOLDERS = {
    "ec2": "aws_sdk_ec2",
    "ecs": "aws_sdk_ecs",
    "elb": "aws_sdk_elasticloadbalancingv2",
    "scaling": "aws_sdk_applicationautoscaling",
    "dynamodb": "aws_sdk_dynamodb",
}

#: Operations whose permission has another name.
ACTIONS = {"sqs:SendMessageBatch": "sqs:SendMessage"}

#: Operations that need no permission.
FREE = {"sts:GetCallerIdentity"}


def called():
    """Every action, with the files that call it."""
    actions = {}
    for path in sources():
        text = without_tests(path.read_text())
        methods = set(re.findall(r"\.\s*([a-z][a-z0-9_]+)\(\)", text))
        # Signed without an SDK.
        for action in re.findall(r'(?:action: |: &str = )"([a-z0-9]+:[A-Z]\w+)"', text):
            actions.setdefault(action, set()).add(str(path.relative_to(ROOT)))
        for crate in crates(path, text):
            for method in methods & set(operations(crate)):
                actions.setdefault(operations(crate)[method], set()).add(str(path.relative_to(ROOT)))
    return {action: files for action, files in actions.items() if action not in FREE}


def sources():
    for folder in ("shared", "functions"):
        for path in sorted((ROOT / folder).glob("*/src/**/*.rs")):
            if path.stem not in ("tests", "mocked") and "tests" not in path.parts[len(ROOT.parts):]:
                yield path


def without_tests(text):
    return re.split(r"#\[cfg\(test\)\]\nmod tests? \{", text)[0]


def crates(path, text):
    """The SDKs a file is about."""
    named = {crate for crate in SERVICES if crate in text}
    folder = {FOLDERS[part] for part in path.parts[-4:-1] if part in FOLDERS}
    return named | folder


@cache
def operations(crate):
    """The SDK's methods, and the action each is."""
    service, prefix = SERVICES[crate]
    model = botocore.session.get_session().get_service_model(service)
    actions = {xform_name(name): f"{prefix}:{name}" for name in model.operation_names}
    return {method: ACTIONS.get(action, action) for method, action in actions.items()}


if __name__ == "__main__":
    for action, files in sorted(called().items()):
        print(action, *sorted(files))
