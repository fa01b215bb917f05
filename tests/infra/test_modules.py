"""The modules themselves: format, validity, variables, README, what a plan has."""

import json
import subprocess
import sys

import pytest
from stack import EVERYTHING, ROOT, Stack


@pytest.mark.parametrize("module", ["guard", "example"])
def test_formatted_and_valid(bare, module):
    bare.terraform(module, "fmt", "-check", "-diff")
    assert "valid" in bare.terraform(module, "validate")


def test_readme_is_current():
    subprocess.run([sys.executable, ROOT / "infra/readme.py", "--check"], check=True)


BAD = {
    "name": ("Prod", "lower-case letters"),
    "policy": ({"registration": {"mode": "destroy"}}, '"observe" or "repair"'),
    "architecture": ("mips", '"arm64" or "x86_64"'),
    "functions": ({"registrar": {"timeout_seconds": 5}}, "timeout_seconds is from 30 to 900"),
    "sweep_minutes": (0, "whole number from 1 to 240"),
    "alert_emails": (["nobody"], "e-mail addresses"),
    "kms_key_arn": ("alias/mine", "not of an alias"),
    "log_retention_days": (8, "one of the numbers that CloudWatch takes"),
    "report_retention_days": (0, "whole number from 1"),
}


def test_variables_out_of_range_are_told_all_at_once(bare):
    out = bare.terraform("guard", "plan", "-input=false", ok=False,
                         **{f"TF_VAR_{name}": value if isinstance(value, str) else json.dumps(value)
                            for name, (value, _) in BAD.items()})
    words = " ".join(out.replace("│", " ").split())
    for name, (_, why) in BAD.items():
        assert why in words, f"{name}: {out}"


@pytest.mark.parametrize("value, why", [
    ({"registratoin": {}}, "keys registration, security_groups, alerts, rules, override and accept"),
    ({"override": [{"security_groups": {"repair_with": ["reboot"]}}]}, "repair_with lists some of"),
    ("observe", "an object with the keys"),
])
def test_policies_that_can_not_be_meant_are_refused(bare, value, why):
    out = bare.terraform("guard", "plan", "-input=false", ok=False, TF_VAR_policy=json.dumps(value))
    assert why in " ".join(out.replace("│", " ").split()), out


def test_example_refuses_what_could_not_work(bare):
    bad = {"cidr": "10.0.0.0/8", "zones": "1", "tasks": '{"fewest":0}', "stop_timeout_seconds": "300", "listener_port": "0"}
    out = bare.terraform("example", "plan", "-input=false", ok=False,
                         **{f"TF_VAR_{name}": value for name, value in bad.items()})
    words = " ".join(out.replace("│", " ").split())
    for why in ("from /16 to /22", "2, 3 or 4", "at least 1", "from 2 to 120", "from 1 to 65535"):
        assert why in words, out


@pytest.fixture(scope="module")
def plan(server, tmp_path_factory):
    """Plans a module and returns its resources by address."""
    stack = Stack(tmp_path_factory.mktemp("plan"), server.url)

    def plan(module, **variables):
        stack.variables = variables
        if not (stack.folder / f"infra/{module}/.terraform").exists():
            stack.init(module)
        stack.terraform(module, "plan", "-input=false", "-out=made.plan")
        shown = json.loads(stack.terraform(module, "show", "-json", "made.plan").splitlines()[-1])
        return {change["address"]: change["change"]["after"] for change in shown["resource_changes"]}

    return plan


def test_plan_of_the_guard_has_what_moto_lacks(plan):
    planned = plan("guard", policy=EVERYTHING, alert_emails=["a@example.com"], cloudtrail=True)
    assert [address for address in planned if "redrive_allow_policy" in address]
    for name in ("registrar", "guard", "audit"):
        source = planned[f'aws_lambda_event_source_mapping.queue["{name}"]']
        assert source["function_response_types"] == ["ReportBatchItemFailures"]
        assert source["scaling_config"][0]["maximum_concurrency"] == 2
        queue = planned[f'aws_sqs_queue.function["{name}"]']
        function = planned[f'aws_lambda_function.function["{name}"]']
        assert queue["visibility_timeout_seconds"] >= 6 * function["timeout"]
        assert queue["sqs_managed_sse_enabled"] and function["architectures"] == ["arm64"]
    for address, alarm in planned.items():
        if address.startswith("aws_cloudwatch_metric_alarm"):
            assert "docs/operations.md" in alarm["alarm_description"] and len(alarm["alarm_description"]) < 1024
            assert alarm["period"] * alarm["evaluation_periods"] <= 86400
    calls = json.loads(planned['aws_cloudwatch_event_rule.registrar["target-calls"]']["event_pattern"])
    assert calls["detail"]["eventName"] == ["RegisterTargets", "DeregisterTargets"]


def test_plan_of_the_example_the_modern_way_and_the_old(plan):
    modern = plan("example")
    assert modern["aws_appautoscaling_target.this[0]"]["max_capacity"] == 6
    assert modern["aws_appautoscaling_policy.this[0]"]["policy_type"] == "TargetTrackingScaling"
    assert modern["aws_lb_target_group.this"]["target_type"] == "ip"
    old = plan("example", load_balancer_security_groups=False)
    assert "aws_security_group.balancer[0]" in modern and "aws_security_group.balancer[0]" not in old
    assert [address for address in old if address.startswith("aws_vpc_security_group_ingress_rule.tasks_from_subnets")]
