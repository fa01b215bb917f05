"""What each role may do: as much as the code can call and the policy opts in to, no more, and narrowed."""

import json

import pytest
from harness.place import ACCOUNT, REGION
from operations import called
from reference import resource_types

FUNCTIONS = ("registrar", "guard", "audit")
WATCHED = ("ecs", "ec2", "elasticloadbalancing", "application-autoscaling")

#: Done by Lambda with the function's role, not by its code.
BY_LAMBDA = {
    "logs:CreateLogStream", "logs:PutLogEvents", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
    "kms:Decrypt", "kms:GenerateDataKey",
}

#: Called by the command line alone, with its user's permissions.
BY_PEOPLE = {"dynamodb:DeleteItem", "ec2:DescribeRegions", "sts:AssumeRole"}

LEDGER_READS = {"dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem"}

CHANGES = {
    "elasticloadbalancing:RegisterTargets": [f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/*"],
    "elasticloadbalancing:DeregisterTargets": [f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/*"],
    "ec2:ModifyNetworkInterfaceAttribute": [f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/*",
                                            f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/*"],
    "ecs:UpdateService": [f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/*"],
    "ecs:StopTask": [f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/*"],
}


def listed(value):
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="module")
def roles(guard, aws):
    """Each role's statements, as the account has them."""
    iam = aws("iam")
    roles = {}
    for name in FUNCTIONS:
        role = f"ecs-nlb-guard-{name}-{REGION}"
        assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["function"]
        assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
        roles[name] = iam.get_role_policy(RoleName=role, PolicyName="function")["PolicyDocument"]["Statement"]
    return roles


def allowed(statements):
    return {action for one in statements if one["Effect"] == "Allow" for action in listed(one["Action"])}


def test_roles_allow_what_the_code_can_call_and_no_more(roles):
    by_code = set(called())
    everything = set().union(*map(allowed, roles.values()))
    assert by_code - BY_PEOPLE - everything == set(), "the code calls what no role allows: infra/guard/permissions.tf"
    assert everything - BY_LAMBDA - by_code == set(), "a role allows what the code doesn't call"
    assert not any("*" in action for action in everything)


def test_only_the_one_function_changes_and_only_what_is_its_own(roles):
    mine = {name: allowed(statements) & set(CHANGES) for name, statements in roles.items()}
    assert mine == {
        "registrar": {"elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"},
        "guard": {"ec2:ModifyNetworkInterfaceAttribute", "ecs:UpdateService", "ecs:StopTask"},
        "audit": set(),
    }
    verbs = ("Describe", "List", "Get")
    for name, statements in roles.items():
        changing = {action for action in allowed(statements)
                    if action.split(":")[0] in WATCHED and not action.split(":")[1].startswith(verbs)}
        assert changing == mine[name]


def test_every_permission_is_narrowed_as_far_as_aws_can(roles):
    for name, statements in roles.items():
        for one in (one for one in statements if one["Effect"] == "Allow"):
            actions, resources = listed(one["Action"]), listed(one["Resource"])
            if resources == ["*"]:
                assert [action for action in actions if resource_types(action, required=True)] == [], (name, one)
                assert one["Condition"] == {"StringEquals": {"aws:RequestedRegion": REGION}}
            for resource in set(resources) - {"*"}:
                parts = resource.split(":")
                assert parts[3] in (REGION, "") and parts[4] in (ACCOUNT, "aws", ""), (name, one)
            for action in set(actions) & set(CHANGES):
                assert sorted(resources) == sorted(CHANGES[action]), (name, one)


def test_what_is_held_is_denied_and_so_is_ending_the_pause(roles):
    for name, statements in roles.items():
        denied = {one["Sid"]: one for one in statements if one["Effect"] == "Deny"}
        changes = allowed(statements) & set(CHANGES)
        assert set(denied) == ({"NotThePause"} | ({"NotWhatIsHeld"} if changes else set())
                               | ({"OnlySecurityGroups"} if name == "guard" else set()))
        pause = denied["NotThePause"]
        writes = {action for action in allowed(statements) if action.startswith("dynamodb:")} - LEDGER_READS
        assert set(pause["Action"]) == writes
        assert pause["Condition"] == {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": "pause"}} or \
            pause["Condition"] == {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["pause"]}}
        if changes:
            held = denied["NotWhatIsHeld"]
            assert set(listed(held["Action"])) == changes
            assert held["Condition"] == {"StringEquals": {"aws:ResourceTag/ecs-nlb-guard:hold": "true"}}


REPAIR = {"mode": "repair"}
TARGETS = ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"]


@pytest.mark.parametrize("policy, expected", [
    ({}, []),
    ({"security_groups": {"repair_with": ["update-service", "stop-task"]}}, []),
    ({"registration": REPAIR}, TARGETS),
    ({"override": [{"cluster": "a", "registration": REPAIR}]}, TARGETS),
    ({"security_groups": REPAIR}, ["ec2:ModifyNetworkInterfaceAttribute"]),
    ({"security_groups": {**REPAIR, "repair_with": []}}, []),
    ({"security_groups": {**REPAIR, "repair_with": ["stop-task"]}}, ["ecs:StopTask"]),
    ({"security_groups": {"repair_with": ["update-service"]}, "override": [{"cluster": "a", "security_groups": REPAIR}]},
     ["ecs:UpdateService"]),
    ({"security_groups": REPAIR, "override": [{"cluster": "a", "security_groups": {"repair_with": ["stop-task"]}},
                                              {"cluster": "b", "registration": {"mode": "observe"}}]},
     ["ec2:ModifyNetworkInterfaceAttribute", "ecs:StopTask"]),
])
def test_roles_follow_the_policy(guard, policy, expected):
    # The resources are known to nobody before an apply; the actions are.
    asked = "jsonencode(flatten([for changes in values(local.changes) : keys(changes)]))\n"
    text = guard.terraform("guard", "console", stdin=asked, TF_VAR_policy=json.dumps(policy),
                           TF_WORKSPACE=f"{ACCOUNT}-{REGION}-ecs-nlb-guard")
    assert sorted(json.loads(json.loads(text.strip().splitlines()[-1]))) == expected
