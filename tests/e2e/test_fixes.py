"""The commands of every rule's fixes, pasted into a shell against an account that breaks the rule: the finding is gone, and nothing
else is broken by it. ECS's part is played; what a command can't mend is listed, with the reason.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import acl_scenes
import fix_scenes as scenes
import pytest
from fix_scenes import Shop
from harness.aws_cli import AwsCli
from test_fix_models import COMMANDS_BY_RULE

RULES = Path(__file__).resolve().parents[2] / "docs/rules"
GRAVE = {"medium", "high", "critical"}


@dataclass
class Mended:
    """The rule, what breaks it, and which of the finding's fixes is pasted: the first unless told otherwise."""

    rule: str
    breaks: object
    fix: int = 0

    def __str__(self):
        return f"{self.rule}: {self.breaks.__name__}, fix {self.fix + 1}"


MENDED = [
    Mended("target-missing", scenes.target_missing),
    Mended("target-missing", scenes.target_missing_and_replaced, fix=1),
    Mended("target-stale", scenes.target_stale),
    Mended("target-hijacked", scenes.target_hijacked),
    Mended("target-wrong-port", scenes.target_wrong_port),
    Mended("target-wrong-port", scenes.target_on_the_wrong_port_only),
    Mended("target-foreign", scenes.target_foreign),
    Mended("target-wrong-group", scenes.target_wrong_group),
    Mended("security-group-missing", scenes.security_group_required),
    Mended("security-group-missing", scenes.security_group_required_of_one_task),
    Mended("security-group-missing", scenes.on_the_interface_alone(scenes.security_group_required_of_one_task), fix=1),
    Mended("security-group-forbidden", scenes.security_group_forbidden),
    Mended("security-group-forbidden", scenes.security_group_forbidden_on_one_task),
    Mended("security-group-forbidden", scenes.on_the_interface_alone(scenes.security_group_forbidden_on_one_task), fix=1),
    Mended("security-group-drift", scenes.security_group_drift),
    Mended("security-group-default", scenes.default_group_by_hand),
    Mended("ingress-traffic-blocked", scenes.traffic_blocked),
    Mended("ingress-traffic-blocked", scenes.traffic_blocked_behind_a_balancer_with_groups),
    Mended("ingress-traffic-blocked", scenes.private_link_blocked),
    Mended("ingress-health-check-blocked", scenes.health_checks_blocked),
    Mended("ingress-world-open", scenes.world_open_besides),
    Mended("ingress-world-open", scenes.world_open_and_nothing_else),
    Mended("ingress-world-open", scenes.world_open_in_two_rules),
    Mended("network-acl-blocked", acl_scenes.network_acl_denies_the_port),
    Mended("network-acl-blocked", acl_scenes.network_acl_lets_only_clients_through),
    Mended("balancer-not-serving", scenes.balancer_without_a_listener),
    Mended("balancer-ingress-blocked", scenes.balancer_lets_nobody_in),
    Mended("balancer-ingress-blocked", scenes.balancer_of_an_endpoint_service_lets_nobody_in),
    Mended("listener-forwards-nothing", scenes.listener_forwards_nothing),
    Mended("zone-without-targets", scenes.zone_without_targets),
    Mended("zone-not-enabled", scenes.zone_not_enabled),
    Mended("zone-not-enabled", scenes.zone_to_leave, fix=1),
    Mended("no-health-check-grace", scenes.no_time_to_start),
    Mended("client-ip-loopback", scenes.client_of_itself),
    Mended("drain-too-short-for-nlb", scenes.drains_for_five_seconds),
    Mended("port-mismatch", scenes.maps_another_port),
    Mended("service-without-load-balancer", scenes.is_registered_by_hand, fix=1),
    Mended("subnet-addresses-low", scenes.may_grow_in_a_small_subnet),
    Mended("scaling-floor-zero", scenes.may_be_scaled_to_nothing),
    Mended("health-check-mismatch", scenes.checks_a_port_that_no_container_maps),
    Mended("health-check-mismatch", scenes.serves_udp_and_answers_checks_beside),
]

@dataclass
class Looked:
    """A rule whose command mends nothing, what breaks it, a word of what the command prints, and why no command can do more."""

    rule: str
    breaks: object
    prints: str
    why: str

    def __str__(self):
        return f"{self.rule}: {self.breaks.__name__}"


NOT_MENDED = [
    Looked(
        "target-group-empty", scenes.targets_are("unhealthy", "Target.FailedHealthChecks", all_of_them=True), "Target.FailedHealthChecks",
        "why no target is usable decides what mends it"),
    Looked(
        "target-group-empty", scenes.no_task_stays, "unable to consistently start tasks", "what ECS says is wrong decides what mends it"),
    Looked(
        "target-unused", scenes.targets_are("unused", "Target.NotInUse"), "Target.NotInUse",
        "which listener is to forward to the target group is for a person to say"),
    Looked(
        "target-stuck-initial", scenes.target_stuck_initial, "initial", "what holds up the health checks decides what mends it"),
    Looked(
        "target-unhealthy", scenes.targets_are("unhealthy", "Target.FailedHealthChecks"), "Target.FailedHealthChecks",
        "the application has to be mended; where checks are dropped on their way, other rules say how to let them through"),
    Looked(
        "security-group-unresolved", scenes.security_group_unresolved, "tasks", "the policy is what has to be mended"),
    Looked(
        "target-outside-vpc", scenes.in_another_vpc, "rtb-", "which peering connection or transit gateway is to connect the VPCs is for a person to say"),
    Looked(
        "target-group-not-found", scenes.its_group_was_made_anew, "targetgroup/idle/", "which target group takes its place is for a person to say"),
    Looked(
        "target-type-not-ip", scenes.is_behind_instances, "targetgroup/boxes-ip/",
        "the command makes a target group, whose ARN a listener and the service can name only once it is known"),
]

#: What the emulated account can't do. The commands are compared with AWS's models, as all others are.
NOT_CARRIED = {
    "target-quota-near": "moto has no quotas of Elastic Load Balancing",
}


class Operator:
    """Who audits the account with the command line, and pastes what the report says."""

    def __init__(self, cli, aws, shop):
        self._cli, self._aws = cli, aws
        if shop.ledger:
            self._cli = cli.where(GUARD_LEDGER_TABLE=shop.ledger.name)
        if shop.policy:
            self._cli = self._cli.where(GUARD_POLICY=shop.policy)

    def findings(self):
        ran = self._cli.run("audit", "--format", "json")
        assert ran.status == 0, ran.err
        return json.loads(ran.out)["findings"]

    def paste(self, fix):
        return [self._aws.paste(command) for command in fix["commands"]]


@pytest.fixture
def shop(account):
    return Shop(account)


@pytest.fixture
def aws(server, tmp_path):
    """The AWS CLI of someone who may do everything in the account."""
    return AwsCli(server.url, tmp_path)


def of_rule(findings, rule):
    return [finding for finding in findings if finding["rule"] == rule]


def summaries(findings):
    return [f"{finding['severity']} {finding['rule']}: {finding['summary']}" for finding in findings]


def fix_of(findings, rule, nth=0):
    """A fix of the first finding of the rule; one that is made by commands."""
    found = of_rule(findings, rule)
    assert found, summaries(findings)
    fix = found[0]["fixes"][nth]
    assert fix["commands"], fix
    return fix


def new_and_grave(before, after):
    known = {finding["fingerprint"] for finding in before}
    return summaries(one for one in after if one["fingerprint"] not in known and one["severity"] in GRAVE)


def test_healthy_account_has_no_finding(cli, aws, shop):
    assert summaries(Operator(cli, aws, shop).findings()) == []


def test_every_rule_with_a_command_is_in_one_list():
    lists = [{row.rule for row in MENDED}, {row.rule for row in NOT_MENDED}, set(NOT_CARRIED)]
    rules = set().union(*lists)
    assert sum(map(len, lists)) == len(rules), "a rule is in two lists"
    assert set(COMMANDS_BY_RULE) <= rules, set(COMMANDS_BY_RULE) - rules
    assert rules <= {page.stem for page in RULES.glob("*.md")}


@pytest.mark.parametrize("row", MENDED, ids=str)
def test_fix_mends_the_finding_and_breaks_nothing(cli, aws, shop, row):
    row.breaks(shop)
    operator = Operator(cli, aws, shop)
    before = operator.findings()
    operator.paste(fix_of(before, row.rule, row.fix))
    if shop.ecs:
        shop.ecs()
    after = operator.findings()
    assert summaries(of_rule(after, row.rule)) == []
    assert new_and_grave(before, after) == []


@pytest.mark.parametrize("row", NOT_MENDED, ids=str)
def test_command_that_mends_nothing_runs_and_breaks_nothing(cli, aws, shop, row):
    row.breaks(shop)
    operator = Operator(cli, aws, shop)
    before = operator.findings()
    printed = operator.paste(fix_of(before, row.rule))
    assert row.prints in printed[0]
    after = operator.findings()
    assert of_rule(after, row.rule), "it does mend it"
    assert new_and_grave(before, after) == []
