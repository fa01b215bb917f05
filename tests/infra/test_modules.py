"""The modules themselves: format, validity, variables, README, what a plan has."""

import hashlib
import json
import subprocess
import sys

import pytest
from faultproxy import shipped
from harness.place import ACCOUNT, REGION
from stack import EVERYTHING, ROOT, Stack


@pytest.mark.parametrize("module", ["guard", "example", "caller", "accounts", "alerts-example"])
def test_formatted_and_valid(bare, module):
    bare.terraform(module, "fmt", "-check", "-diff")
    bare.init(module)
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
    "code": ({"zip": "a/{function}.zip", "bucket": "b"}, "either zip or bucket"),
    "alarm_actions": (["me"], "alarm_actions are ARNs"),
    "permissions_boundary_arn": ("boundary", "ARN of an IAM policy"),
    "role_path": ("landing-zone", "begins and ends with a slash"),
    "vpc": ({"subnet_ids": [], "security_group_ids": ["sg-1"]}, "at least one subnet"),
    "queue_kms_key_arn": ("alias/mine", "queue_kms_key_arn is the ARN of a key"),
    "ledger_kms_key_arn": ("alias/mine", "ledger_kms_key_arn is the ARN of a key"),
    "topic_arn": ("alerts", "ARN of an SNS topic"),
    "topic_kms_key_arn": ("alias/mine", "topic_kms_key_arn is the ARN of a key"),
    "code_signing_config_arn": ("mine", "ARN of a code signing configuration"),
    "environment": ({"GUARD_POLICY": ""}, "environment has no GUARD_"),
    "report_bucket_name": ("Reports", "3 to 63 lower-case"),
    "repair_only_in": ({"vpc_ids": ["prod"]}, "ids of VPCs"),
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
    ({"override": {"cluster": "prod", "registration": {"mode": "repair"}}}, "policy.override and policy.accept are lists"),
    ({"override": [{"registration": {"mode": "repair"}}]}, "An override says where"),
    ({"override": [{"cluster": "prod", "mode": "repair"}]}, "An override says where"),
    ({"registration": {"mod": "repair"}}, "a key that no function knows"),
    ({"override": [{"cluster": "prod", "security_groups": {"require": []}}]}, "a key that no function knows"),
    ({"rules": {"disabled": []}}, "a key that no function knows"),
])
def test_policies_that_can_not_be_meant_are_refused(bare, value, why):
    out = bare.terraform("guard", "plan", "-input=false", ok=False, TF_VAR_policy=json.dumps(value))
    assert why in " ".join(out.replace("│", " ").split()), out


def test_every_key_that_a_policy_may_have_is_known_to_the_module():
    """What the schema knows, the validation does, and nothing else."""
    schema = json.loads((ROOT / "docs/policy.schema.json").read_text())
    text = (ROOT / "infra/guard/variables.tf").read_text()

    def keys(name):
        part = schema["properties"][name]
        while "$ref" in part:
            part = schema["$defs"][part["$ref"].rpartition("/")[2]]
        return list(part["properties"])

    for name in ("registration", "security_groups", "alerts", "rules"):
        assert f"{name}), []), {json.dumps(keys(name))})" in text, name


def test_a_function_that_no_share_is_left_for_is_refused(plan):
    assert "Nothing of quota_share is left" in plan("guard", refused=True, functions={"registrar": {"quota_share": 0.48}})


def test_a_topic_of_another_region_is_refused(plan):
    assert "of another Region" in plan("guard", refused=True, topic_arn=f"arn:aws:sns:ap-south-1:{ACCOUNT}:ours")


def test_a_policy_of_many_bytes_is_an_object_however_few_characters_it_has(plan):
    planned = plan("guard", policy={"accept": [{"rule": ["target-foreign"], "reason": "\u6f22" * 1100}]})
    assert "aws_s3_object.policy[0]" in planned


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

    def plan(module, refused=False, **variables):
        stack.variables = variables
        if not (stack.folder / f"infra/{module}/.terraform").exists():
            stack.init(module)
        said = stack.terraform(module, "plan", "-input=false", "-out=made.plan", ok=not refused)
        if refused:
            return " ".join(said.replace("│", " ").split())
        shown = json.loads(stack.terraform(module, "show", "-json", "made.plan").splitlines()[-1])
        return {change["address"]: change["change"]["after"] for change in shown["resource_changes"]}

    plan.stack = stack
    return plan


def evaluated(stack, module, expression, *options, **more):
    """What an expression comes to in a module."""
    text = stack.terraform(module, "console", *options, stdin=f"jsonencode({expression})\n", **more)
    return json.loads(json.loads(text.strip().splitlines()[-1]))


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
    assert 'aws_cloudwatch_event_target.audit["setting-calls"]' in planned
    assert "setting-calls" not in str(plan("guard", policy=EVERYTHING, cloudtrail=True, sweep_remembers=False).keys())


def test_shares_over_the_whole_are_refused(bare):
    shares = {"audit": {"quota_share": 0.5}, "guard": {"quota_share": 0.1}}
    out = bare.terraform("guard", "plan", "-input=false", ok=False, TF_VAR_functions=json.dumps(shares))
    assert "not less than what functions' own shares come to" in " ".join(out.replace("│", " ").split()), out


ACCOUNT_RULES = {
    "permissions_boundary_arn": f"arn:aws:iam::{ACCOUNT}:policy/boundary", "role_path": "/landing-zone/",
    "vpc": {"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]},
    "queue_kms_key_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/queues", "ledger_kms_key_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/ledger",
    "topic_arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:ours", "alarm_actions": [f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"],
    "code_signing_config_arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-1",
    "environment": {"AWS_USE_FIPS_ENDPOINT": "true"}, "report_bucket_name": "ours", "functions": {"audit": {"reserved_concurrency": 2}},
    "code": {"bucket": "releases", "version": "1.2.3"},
}


def test_what_an_accounts_rules_ask_for_is_planned(plan):
    planned = plan("guard", **ACCOUNT_RULES)
    audit = planned['aws_lambda_function.function["audit"]']
    assert (audit["s3_bucket"], audit["s3_key"]) == ("releases", "ecs-nlb-guard/1.2.3/audit-arm64.zip")
    assert audit["reserved_concurrent_executions"] == 2 and audit["vpc_config"][0]["subnet_ids"] == ["subnet-1"]
    assert audit["code_signing_config_arn"] == ACCOUNT_RULES["code_signing_config_arn"]
    assert planned['aws_lambda_function.function["guard"]']["reserved_concurrent_executions"] == -1
    role = planned['aws_iam_role.function["guard"]']
    assert (role["path"], role["permissions_boundary"]) == ("/landing-zone/", ACCOUNT_RULES["permissions_boundary_arn"])
    queues = [one for address, one in planned.items() if address.startswith("aws_sqs_queue.")]
    assert {one["kms_master_key_id"] for one in queues} == {ACCOUNT_RULES["queue_kms_key_arn"]}
    assert planned["aws_dynamodb_table.ledger"]["server_side_encryption"] == [
        {"enabled": True, "kms_key_arn": ACCOUNT_RULES["ledger_kms_key_arn"]}]
    assert not [address for address in planned if address.startswith("aws_sns_topic.")]
    assert planned['aws_cloudwatch_metric_alarm.this["sweep-missing"]']["alarm_actions"] == ACCOUNT_RULES["alarm_actions"]
    assert planned["aws_s3_bucket.reports"]["bucket"] == "ours"


def test_being_blind_is_alarmed_and_the_first_day_is_quiet(plan):
    planned = plan("guard")
    alarms = {address.split('"')[1]: one for address, one in planned.items() if address.startswith("aws_cloudwatch_metric_alarm")}
    metrics = {one["metric_name"] for one in alarms.values()}
    assert {"Unread", "RepairsFailed", "AlertsFailed", "Sweeps"} <= metrics
    # No alarm is in state ALARM for want of data; that data stopped is told when they do.
    assert "breaching" not in {one["treat_missing_data"] for one in alarms.values()}
    missing = alarms["sweep-missing"]
    assert missing["treat_missing_data"] == "missing"


def test_a_large_policy_is_an_object_named_by_its_hash(plan):
    large = {"override": [{"cluster": f"cluster-{nth}", "registration": {"mode": "repair"}} for nth in range(180)]}
    planned = plan("guard", policy=large)
    kept = planned["aws_s3_object.policy[0]"]
    assert json.loads(kept["content"]) == large and len(kept["content"]) > 10_000
    assert kept["key"] == f"policy/{hashlib.sha256(kept['content'].encode()).hexdigest()}.json"
    assert planned["aws_s3_bucket_versioning.reports"]["versioning_configuration"][0]["status"] == "Enabled"
    assert "aws_s3_object.policy[0]" not in plan("guard")


def test_dashboard_and_saved_queries_are_planned(plan):
    planned = plan("guard", saved_queries=True)
    drawn = [address for address in planned if address.startswith("aws_cloudwatch_query_definition")]
    assert len(drawn) == 4 and "aws_cloudwatch_dashboard.this[0]" in planned
    assert not [address for address in plan("guard", dashboard=False) if "dashboard" in address or "query" in address]


@pytest.mark.parametrize("concurrency", [2, 5])
def test_shares_of_quotas_stay_within_one_however_many_run(bare, concurrency):
    functions = {name: {"maximum_concurrency": concurrency} for name in ("registrar", "guard", "audit")}
    shares = evaluated(bare, "guard", "local.quota_shares", TF_VAR_functions=json.dumps(functions))
    assert 0.94 < sum(shares.values()) * concurrency <= 0.9601
    # A share that is given is taken off the others'.
    functions["audit"]["quota_share"] = 0.1
    others = evaluated(bare, "guard", "local.quota_shares", TF_VAR_functions=json.dumps(functions))
    assert others["audit"] == 0.1 and 0.94 < sum(others.values()) * concurrency <= 0.9601


def test_faults_are_injected_under_what_a_registrar_gets_by_default(bare):
    registrar = evaluated(bare, "guard", "var.functions.registrar")
    assert evaluated(bare, "guard", "local.quota_shares.registrar") == shipped.QUOTA_SHARE
    assert evaluated(bare, "guard", "local.visibility_seconds.registrar") == shipped.VISIBILITY
    assert registrar["maximum_concurrency"] == shipped.CONCURRENCY
    assert registrar["timeout_seconds"] == shipped.TIMEOUT
    assert registrar["delay_seconds"] == shipped.DELAY
    assert registrar["batch_size"] == shipped.MOST_MESSAGES


def test_plan_of_many_accounts_has_a_guard_in_each_region_with_the_accounts_own_policy(plan):
    planned = plan("accounts", account=ACCOUNT)
    own = json.loads((ROOT / f"infra/accounts/policies/{ACCOUNT}.json").read_text())
    for region in ("eu-central-1", "eu-west-1"):
        module = f'module.{region.replace("-", "_")}["{region}"]'
        assert planned[f'{module}.aws_lambda_function.function["audit"]']["function_name"] == "ecs-nlb-guard-audit"
        assert planned[f'{module}.aws_iam_role.function["audit"]']["name"] == f"ecs-nlb-guard-audit-{region}"
    # The functions' environment names queues that aren't there yet, and so a plan doesn't show it.
    assert evaluated(plan.stack, "accounts", "local.policy") == own
    code = {"bucket": "releases-{region}", "version": "1.2.3"}
    pinned = plan("accounts", account=ACCOUNT, code=code, permissions_boundary_arn=ACCOUNT_RULES["permissions_boundary_arn"])
    for region in ("eu-central-1", "eu-west-1"):
        module = f'module.{region.replace("-", "_")}["{region}"]'
        assert pinned[f'{module}.aws_lambda_function.function["audit"]']["s3_bucket"] == f"releases-{region}"
        boundary = pinned[f'{module}.aws_iam_role.function["audit"]']["permissions_boundary"]
        assert boundary == ACCOUNT_RULES["permissions_boundary_arn"]
    only = plan("accounts", account=ACCOUNT, regions=["eu-west-1"])
    assert only and all(address.startswith("module.eu_west_1") for address in only)


def test_plan_of_many_accounts_with_another_accounts_credentials_is_refused(plan):
    assert f"AWS account ID not allowed: {ACCOUNT}" in plan("accounts", refused=True, account="444455556666")


def test_plan_of_the_example_the_modern_way_and_the_old(plan):
    modern = plan("example")
    assert modern["aws_appautoscaling_target.this[0]"]["max_capacity"] == 6
    assert modern["aws_appautoscaling_policy.this[0]"]["policy_type"] == "TargetTrackingScaling"
    assert modern["aws_lb_target_group.this"]["target_type"] == "ip"
    old = plan("example", load_balancer_security_groups=False)
    assert "aws_security_group.balancer[0]" in modern and "aws_security_group.balancer[0]" not in old
    assert [address for address in old if address.startswith("aws_vpc_security_group_ingress_rule.tasks_from_subnets")]


def test_sweeps_remember_unless_told_otherwise(plan):
    inputs = [plan("guard", sweep_remembers=remembers)["aws_cloudwatch_event_target.sweep"]["input"] for remembers in (True, False)]
    assert inputs == ["{}", '{"remembered":false}']
