"""The audit as a person, a schedule and the functions that repair meet it."""

import json
import os
import subprocess

import pytest
from audits import PASSING, lasting, stored
from harness.events import sqs
from harness.lambda_runtime import cargo_lambda_invoke, repairing, settings_of
from scenes import PORT, EverythingWrong, Web

@pytest.fixture
def wrong(account):
    """Something wrong of many kinds."""
    return EverythingWrong(account)


def test_cargo_lambda_invoke_and_the_command_line_say_the_same(wrong, audit, command_line, proxy):
    invoked = cargo_lambda_invoke(audit, {})
    environment = {**settings_of(proxy.url), "PATH": os.environ["PATH"]}
    done = subprocess.run([command_line, "audit", "--format", "json"], env=environment, capture_output=True, text=True,
                          timeout=60, check=False)
    printed = json.loads(done.stdout)
    assert lasting(printed) == lasting(invoked)
    assert {finding["rule"] for finding in invoked["findings"]} >= {"target-missing", "target-foreign"}
    assert set(printed) == set(invoked) >= set(PASSING)
    assert proxy.changes() == []


def test_request_names_scope_and_rules(wrong, audit):
    report = audit.invoke({"scope": {"services": ["prod/a*"]}, "rules": ["target-*"]}).report
    assert report["scope"]["services"] == ["prod/api"] and "target-stale" in report["scope"]["rules"]
    assert set(report["scope"]) == {"services", "rules"}
    assert all(finding["rule"].startswith("target-") for finding in report["findings"])


def test_request_names_the_format(wrong, audit, start_registrar):
    page = audit.invoke({"format": "html"}).response
    assert page["format"] == "html" and page["body"].startswith("<!DOCTYPE html>") and "<svg" in page["body"]
    text = audit.invoke({"format": "text"}).response
    assert text["format"] == "text" and "target-missing" in text["body"]
    assert start_registrar().invoke({"format": "html"}).error["errorType"] == "EcsNlbGuard.NoPage"


def test_suspicions_are_handed_on_and_end_repaired(wrong, account, start_audit, start_registrar, proxy):
    ledger, queue = account.ledger(), account.queue()
    audit = start_audit(repairing(), ledger, GUARD_REGISTRAR_QUEUE_URL=queue.url)
    report = audit.invoke({})
    assert report.repairs("waiting") and not report.repairs("done", "planned")
    assert proxy.changes() == []
    queue.deliver(start_registrar(ledger=ledger, queue=queue))
    repaired = account.targets()
    assert not {task.target() for task in (*wrong.forgotten, wrong.mistaken)} - set(repaired["web"])


def test_nothing_is_handed_on_in_observe_mode(wrong, account, start_audit):
    queue = account.queue()
    report = start_audit("", account.ledger(), GUARD_REGISTRAR_QUEUE_URL=queue.url).invoke({})
    assert report.repairs("planned") and not report.repairs("waiting")
    assert queue.is_empty()


def test_without_a_queue_to_hand_on_to_repairs_are_withheld(wrong, start_audit):
    report = start_audit(repairing()).invoke({})
    reasons = [reason for _, status, reason in report.reasons() if status == "withheld"]
    assert any("GUARD_REGISTRAR_QUEUE_URL" in reason for reason in reasons)
    assert not report.repairs("waiting")


@pytest.fixture
def crowd(account):
    """A service with more foreign targets than an answer can tell of."""
    web = Web(account)
    for block in range(45):
        web.group.register_all([f"10.200.{block}.{host}" for host in range(1, 255)], PORT)
    return web


@pytest.mark.usefixtures("crowd")
def test_report_over_the_response_limit_goes_to_the_bucket(start_audit, bucket):
    answer = start_audit(GUARD_REPORT_BUCKET="reports").invoke({}).response
    assert set(answer) == {"location", "summary"}
    report = stored(bucket, answer["location"])
    assert len(report["findings"]) == answer["summary"]["findings_total"] > 11_000


@pytest.mark.usefixtures("crowd")
def test_report_over_the_response_limit_is_an_error_without_a_bucket(audit):
    error = audit.invoke({}).error
    assert error["errorType"] == "EcsNlbGuard.ReportTooLarge"
