"""Every role against AWS's Service Authorization Reference, and the narrowing that a policy's overrides bring."""

import json

import pytest
from harness.place import ACCOUNT, REGION
from reference import action, listed, problems, types_of
from test_roles import FUNCTIONS, roles  # noqa: F401  the fixture

ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
TARGET_GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup"

#: What the functions read the hold tag of: shared/planner/src/hold.rs. Load balancers and clusters are in no request that changes.
HOLDS_ARE_READ_OF = {"targetgroup", "service", "task", "network-interface", "security-group"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_role_asks_for_what_aws_checks(roles, name):  # noqa: F811
    assert problems(roles[name]) == []


def test_the_reference_finds_what_is_wrong():
    assert problems([{"Effect": "Allow", "Action": "ecs:DescribeServiceRevisions", "Resource": f"{ECS}:service-revision/*"}]) == [
        "ecs:DescribeServiceRevisions: service is touched and not allowed"]
    assert problems([{"Effect": "Allow", "Action": "ec2:ModifyNetworkInterfaceAttribute",
                      "Resource": f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/*"}]) == [
        "ec2:ModifyNetworkInterfaceAttribute: security-group is touched and not allowed"]
    assert problems([{"Effect": "Allow", "Action": "elasticloadbalancing:RegisterTargets", "Resource": f"{TARGET_GROUP}/*",
                      "Condition": {"ArnLike": {"ecs:cluster": f"{ECS}:cluster/a"}}}]) == [
        "elasticloadbalancing:RegisterTargets: no request for targetgroup has ecs:cluster"]
    assert problems([{"Effect": "Allow", "Action": "ecs:StopTask", "Resource": f"{ECS}:service/*"}]) == [
        f"ecs:StopTask: {ECS}:service/* is no resource of it", "ecs:StopTask: task is touched and not allowed"]
    assert problems([{"Effect": "Allow", "Action": "ecs:StopTasks", "Resource": "*"}]) == ["ecs:StopTasks: there is no such action"]
    assert problems([{"Effect": "Allow", "Action": "ecs:StopTask", "Resource": "*"}]) == ["ecs:StopTask: can be narrowed to ['task']"]


def test_a_hold_is_denied_only_where_the_functions_read_it(roles):  # noqa: F811
    for name in FUNCTIONS:
        for one in (one for one in roles[name] if one.get("Sid") == "NotWhatIsHeld"):
            for changing in listed(one["Action"]):
                assert action(changing)["access_level"] == "Write"
                kinds = {kind for arn in listed(one["Resource"]) for kind in types_of(changing, arn)}
                assert kinds and kinds <= HOLDS_ARE_READ_OF, changing


@pytest.fixture(scope="module")
def changes(guard):
    """What the roles may change under a policy, as Terraform works it out."""

    def changes(policy, **variables):
        given = {f"TF_VAR_{name}": json.dumps(value) for name, value in {"policy": policy, **variables}.items()}
        text = guard.terraform("guard", "console", "-plan", stdin="jsonencode(merge(values(local.changes)...))\n",
                               TF_WORKSPACE=f"{ACCOUNT}-{REGION}-ecs-nlb-guard", **given)
        found = json.loads(json.loads(text.strip().splitlines()[-1]))
        for name, one in found.items():
            conditions = {}
            for condition, values in one["conditions"].items():
                test, key = condition.split(" ")
                conditions.setdefault(test, {})[key] = values
            statement = {"Effect": "Allow", "Action": name, "Resource": one["resources"], "Condition": conditions}
            assert problems([statement]) == []
        return {name: (sorted(one["resources"]), one["conditions"]) for name, one in found.items()}

    return changes


REPAIR = {"mode": "repair"}
EVERY_OPTION = {"repair_with": ["modify-network-interface", "update-service", "stop-task"]}


def test_what_one_override_names_is_all_that_may_be_changed(changes):
    found = changes({"registration": {"mode": "observe"}, "security_groups": EVERY_OPTION, "override": [
        {"cluster": "prod-*", "service": "web", "security_groups": REPAIR},
        {"target_group": "web-{a,b}", "registration": REPAIR}]})
    assert found["elasticloadbalancing:RegisterTargets"] == ([f"{TARGET_GROUP}/web-*/*"], {})
    cluster = {"ArnLike ecs:cluster": [f"{ECS}:cluster/prod-*"]}
    assert found["ecs:UpdateService"] == ([f"{ECS}:service/prod-*/web", f"{ECS}:service/web"], cluster)
    assert found["ecs:StopTask"] == ([f"{ECS}:task/prod-*/*"], cluster)


def test_what_no_key_can_express_stays_wide(changes):
    found = changes({"security_groups": EVERY_OPTION, "override": [
        {"cluster": "a", "registration": REPAIR}, {"service": "web", "security_groups": REPAIR}]})
    assert found["elasticloadbalancing:DeregisterTargets"] == ([f"{TARGET_GROUP}/*"], {})
    assert found["ecs:UpdateService"] == ([f"{ECS}:service/*/web", f"{ECS}:service/web"], {})
    assert found["ecs:StopTask"] == ([f"{ECS}:task/*"], {})


def test_repairing_everywhere_is_everywhere(changes):
    found = changes({"registration": REPAIR, "security_groups": {**REPAIR, **EVERY_OPTION},
                     "override": [{"cluster": "a", "security_groups": REPAIR}]})
    assert found["ecs:UpdateService"] == ([f"{ECS}:service/*"], {})
    assert found["elasticloadbalancing:RegisterTargets"] == ([f"{TARGET_GROUP}/*"], {})


def test_vpcs_and_tags_narrow_what_names_can_not(changes):
    found = changes({"registration": REPAIR, "security_groups": REPAIR},
                    repair_only_in={"vpc_ids": ["vpc-1"], "target_group_tags": {"team": "payments"}})
    assert found["ec2:ModifyNetworkInterfaceAttribute"][1] == {"ArnLike ec2:Vpc": [f"arn:aws:ec2:{REGION}:*:vpc/vpc-1"]}
    assert found["elasticloadbalancing:RegisterTargets"][1] == {"StringEquals aws:ResourceTag/team": ["payments"]}
