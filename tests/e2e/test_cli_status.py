"""`ecs-nlb-guard status`: pause, last sweep, open alerts, version and policy, from the ledger alone."""

import hashlib
import json

import pytest
from harness.faults import denied

POLICY = "[registration]\nmode = \"observe\"\n"
SHA256 = hashlib.sha256(POLICY.encode()).hexdigest()


@pytest.fixture
def status(cli, ledger):
    def status(*words):
        ran = cli.run("status", "--ledger-table", ledger.name, *words)
        assert ran.status == 0, ran.err
        return json.loads(ran.out) if "--json" in words else ran.out

    return status


def test_before_the_first_sweep_it_says_that_there_was_none(status, account):
    told = status()
    assert f"Account      {account.id}, us-east-1, ledger" in told
    assert "Repairs      not paused" in told and "Last sweep   none yet" in told and "Open alerts  0" in told
    assert status("--json")["last_sweep"] is None


def test_a_sweep_leaves_what_it_came_to_with_its_version_and_policy(web, ledger, start_audit, status, cli):
    web.service.start_task(registered=False)
    audit = start_audit(policy=POLICY, ledger=ledger, name="ecs-nlb-guard-audit")
    report = audit.invoke({}).report
    told = status("--json")
    sweep = told["last_sweep"]
    found = [finding["severity"] for finding in report["findings"]]
    assert sweep["findings"] == {severity: found.count(severity) for severity in set(found)} and "high" in found
    assert sweep["unread"] == len(report["coverage"]["unread"]) and sweep["policy_sha256"] == SHA256
    assert sweep["function"] == "ecs-nlb-guard-audit" and sweep["version"] == told["version"]
    assert (told["last_whole_sweep_at"] is not None) == (sweep["unread"] == 0)
    assert told["pause"] is None
    text = status()
    assert "(0s ago)" in text or "(1m ago)" in text
    assert f"Policy       SHA-256 {SHA256}" in text and f"{found.count('high')} high" in text
    # What is seen again later is an alert.
    ledger.minutes_pass(15)
    audit.invoke({})
    (alert,) = [alert for alert in status("--json")["open_alerts"] if alert["rule"] == "target-missing"]
    assert alert["severity"] == "high" and alert["service"].endswith("/web") and alert["remedy"]
    assert alert["summary"] in status()
    cli.run("pause", "--reason", "moving a database", "--ledger-table", ledger.name)
    assert "Repairs      paused since" in status() and status("--json")["pause"]["reason"] == "moving a database"


def test_a_sweep_that_could_not_read_everything_keeps_when_the_last_whole_one_was(web, ledger, start_audit, status, proxy):
    audit = start_audit(policy=POLICY, ledger=ledger, name="ecs-nlb-guard-audit")
    audit.invoke({})
    before = status("--json")
    proxy.fails("elasticloadbalancing:DescribeTargetHealth", denied)
    audit.invoke({})
    after = status("--json")
    assert after["last_sweep"]["unread"] > 0 and after["last_sweep"]["at"] > before["last_sweep"]["at"]
    assert after["last_whole_sweep_at"] == before["last_whole_sweep_at"]
    assert f"{after['last_sweep']['unread']} reads failed" in status()


def test_an_audit_of_a_part_is_no_sweep(web, ledger, start_audit, status):
    audit = start_audit(policy=POLICY, ledger=ledger, name="ecs-nlb-guard-audit")
    audit.invoke({"scope": {"services": ["*/web"]}})
    audit.invoke({"rules": ["target-*"]})
    assert status("--json")["last_sweep"] is None


def test_a_ledger_that_can_not_be_read_is_told_and_nothing_is_made_up(cli, ledger, proxy):
    proxy.fails("dynamodb:GetItem", denied)
    ran = cli.run("status", "--ledger-table", ledger.name)
    assert ran.status == 3 and '"dynamodb:GetItem"' in ran.err and ran.out == ""
    ran = cli.run("status")
    assert ran.status == 2 and "give --ledger-table or set GUARD_LEDGER_TABLE" in ran.err
