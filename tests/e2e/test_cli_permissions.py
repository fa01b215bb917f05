"""`ecs-nlb-guard permissions`: the IAM policy that a caller needs, no more and no less."""

import json

import pytest


def allowed(nobody, *words):
    document = json.loads(nobody.run("permissions", *words).out)
    assert document["Version"] == "2012-10-17"
    return {action for one in document["Statement"] if one["Effect"] == "Allow" for action in one["Action"]}


def test_the_audit_only_reads(nobody):
    actions = allowed(nobody)
    assert actions == allowed(nobody, "--for", "audit")
    assert all(action.split(":")[1].startswith(("Describe", "Get", "List")) for action in actions)


def test_each_function_may_change_its_own_and_nothing_that_is_held(nobody):
    changes = {name: {action for action in allowed(nobody, "--for", name)
                      if not action.split(":")[1].startswith(("Describe", "Get", "List"))} for name in ("registrar", "guard")}
    assert changes == {
        "registrar": {"elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"},
        "guard": {"ec2:ModifyNetworkInterfaceAttribute", "ecs:UpdateService", "ecs:StopTask"},
    }
    for name in changes:
        (denied,) = [one for one in json.loads(nobody.run("permissions", "--for", name).out)["Statement"] if one["Effect"] == "Deny"]
        assert set(denied["Action"]) == changes[name]
        assert denied["Condition"] == {"StringEquals": {"aws:ResourceTag/ecs-nlb-guard:hold": "true"}}


@pytest.mark.usefixtures("web")
def test_an_audit_calls_nothing_that_is_not_in_it(cli, proxy):
    assert cli.run("audit").status == 0
    # IAM has another name for Application Auto Scaling than its protocol.
    called = {action.replace("AnyScaleFrontendService:", "application-autoscaling:") for action in proxy.calls}
    assert called - {"sts:GetCallerIdentity"} <= allowed(cli)


def test_terraform_has_the_same_actions(nobody):
    text = nobody.run("permissions", "--terraform").out
    assert text.startswith('data "aws_iam_policy_document" "ecs_nlb_guard_audit" {')
    assert all(f'"{action}",' in text for action in allowed(nobody))


def test_another_caller_is_refused(nobody):
    ran = nobody.run("permissions", "--for", "gaurd")
    assert ran.status == 2 and "a similar value exists: 'guard'" in ran.err
