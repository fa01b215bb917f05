"""The audit as a person, a schedule and the functions that repair meet it."""

import json
import os
import subprocess

import pytest
from harness.events import sqs
from harness.faults import denied
from harness.lambda_runtime import cargo_lambda_invoke, repairing, settings_of
from scenes import PORT, EverythingWrong, Web

#: What differs between two audits of the same account.
PASSING = ("generated_at", "duration_ms", "calls")


def lasting(report):
    return {key: value for key, value in report.items() if key not in PASSING}


@pytest.fixture
def wrong(account):
    """Something wrong of many kinds."""
    return EverythingWrong(account)


@pytest.fixture
def bucket(account):
    account.aws.s3.create_bucket(Bucket="reports")
    return account.aws.s3


def stored(bucket, location):
    """The object at `s3://BUCKET/KEY`."""
    name, key = location.removeprefix("s3://").split("/", 1)
    return json.loads(bucket.get_object(Bucket=name, Key=key)["Body"].read())


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


class LargeAccount:
    """Two clusters with so many services that their audit is divided where time is short, and a group of no service."""

    SHORT = 6.0

    def __init__(self, account, start_audit, **settings):
        self.web = Web(account)
        self.other = account.cluster("staging")
        for number in range(12):
            self.web.neighbour(f"idle-{number}", cluster=(self.web.cluster, self.other)[number % 2], desired=0)
        self.forgotten = self.web.service.start_task(registered=False)
        spare = self.web.vpc.target_group("spare")
        spare.register("10.200.0.1", PORT)
        self.queue = account.queue()
        self.audit = start_audit(
            GUARD_REPORT_BUCKET="reports", GUARD_QUEUE_URL=self.queue.url, GUARD_QUOTA_SHARE="1", **settings)

    def begin(self, request=None):
        """Starts an audit that has too little time to do it alone; returns where its report will be."""
        answer = self.audit.invoke(request or {}, deadline=self.SHORT).response
        assert answer["summary"]["state"] == "under way"
        return answer["location"]

    def messages(self):
        """The parts that wait in the queue; the closing message is delayed."""
        return [record for event in iter(self.queue.receive, None) for record in event["Records"]]

    def work(self, *records):
        invocation = self.audit.invoke({"Records": list(records)})
        assert invocation.failed == [], invocation.logged_text()


@pytest.fixture
def large(account, start_audit, bucket):
    return LargeAccount(account, start_audit)


def test_large_account_is_divided_by_cluster_and_ends_in_one_report(large, bucket):
    location = large.begin()
    messages = large.messages()
    assert len(messages) == 3
    for message in messages:
        with pytest.raises(bucket.exceptions.NoSuchKey):
            stored(bucket, location)
        large.work(message)
    whole = stored(bucket, location)
    alone = large.audit.invoke({}, deadline=600.0).report
    assert whole["findings"] == alone["findings"]
    assert {finding["rule"] for finding in whole["findings"]} >= {"target-missing", "target-foreign"}
    # A part may look into other clusters, for who else has a security group.
    for key in ("clusters", "services"):
        assert whole["coverage"][key] >= alone["coverage"][key], key
    for key in ("tasks", "target_groups", "targets", "unread"):
        assert whole["coverage"][key] == alone["coverage"][key], key
    assert whole["scope"] == alone["scope"] == {}


def test_permission_that_a_divided_audit_lacks_is_an_alert_until_none_is_lacking(account, start_audit, bucket, proxy):
    topic = account.topic()
    large = LargeAccount(account, start_audit, ledger=account.ledger(), GUARD_TOPIC_ARN=topic.arn)
    proxy.fails("elasticloadbalancing:DescribeTargetHealth", denied)
    for expected in ([("opened", "guard-permission-denied")], []):
        location = large.begin()
        large.work(*large.messages())
        assert any(gap["kind"] == "denied" for gap in stored(bucket, location)["coverage"]["unread"])
        assert [alert for alert in topic.told() if alert[1] == "guard-permission-denied"] == expected
    # Of a part that never ends it isn't known what it was denied.
    location = large.begin()
    proxy.heal()
    large.work(large.messages()[0])
    close = {"audit_part": 1, "audit": location.split("/")[-2], "task": {"close_by": "2026-01-01T00:00:00Z"}}
    large.work(*sqs(json.dumps(close))["Records"])
    assert not any(rule == "guard-permission-denied" for _, rule in topic.told())
    large.begin()
    large.work(*large.messages())
    assert ("resolved", "guard-permission-denied") in topic.told()


def test_divided_audit_remembers_and_takes_nothing_back_for_it(account, start_audit, bucket, proxy):
    topic = account.topic()
    large = LargeAccount(account, start_audit, ledger=account.ledger(), GUARD_TOPIC_ARN=topic.arn)

    def audited(**request):
        location = large.begin(request)
        large.work(*large.messages())
        return stored(bucket, location)["coverage"], [change for change, rule in topic.told() if rule == "guard-permission-denied"]

    audited()
    audited(remembered=True)
    assert audited(remembered=True)[0]["remembered"]["facts"] > 0
    proxy.fails("elasticloadbalancing:DescribeTargetGroupAttributes", denied)
    assert audited()[1] == ["opened"]
    coverage, told = audited(remembered=True)
    assert (coverage.get("remembered"), told) == (None, [])
    proxy.heal()
    assert audited(remembered=True)[1] == ["resolved"]


def test_part_that_is_denied_what_it_begins_with_says_so_and_is_not_retried(large, bucket, proxy):
    location = large.begin()
    messages = large.messages()
    proxy.fails("elasticloadbalancing:DescribeTargetGroups", denied)
    large.work(*messages)
    gaps = stored(bucket, location)["coverage"]["unread"]
    assert any(gap["operation"] == "elasticloadbalancing:DescribeTargetGroups" and gap["kind"] == "denied" for gap in gaps)


def test_divided_audit_by_some_rules_opens_no_alert_of_the_guard(account, start_audit, bucket, proxy):
    topic = account.topic()
    large = LargeAccount(account, start_audit, ledger=account.ledger(), GUARD_TOPIC_ARN=topic.arn)
    proxy.fails("elasticloadbalancing:DescribeTargetHealth", denied)
    answer = large.audit.invoke({"rules": ["target-*"]}, deadline=large.SHORT).response
    assert answer["summary"]["state"] == "under way"
    large.work(*large.messages())
    assert stored(bucket, answer["location"])["coverage"]["unread"] and topic.told() == []


def test_part_that_comes_twice_or_late_leaves_the_same_report(large, bucket):
    location = large.begin()
    first, second, third = large.messages()
    large.work(first)
    large.work(first, second)
    large.work(third)
    report = stored(bucket, location)
    large.work(second)
    assert lasting(stored(bucket, location)) == lasting(report)


def test_audit_whose_parts_never_end_is_closed_and_says_what_is_missing(large, bucket):
    location = large.begin()
    large.work(large.messages()[0])
    audit = location.split("/")[-2]
    close = json.dumps({"audit_part": 1, "audit": audit, "task": {"close_by": "2026-01-01T00:00:00Z"}})
    large.work(*sqs(close)["Records"])
    report = stored(bucket, location)
    assert len(report["coverage"]["unread"]) == 2
    assert all("hasn't ended" in unread["error"] for unread in report["coverage"]["unread"])


def test_part_of_nothing_fails_alone(large):
    messages = sqs(json.dumps({"audit_part": 1, "audit": "gone", "task": {"part": 0}}),
                   json.dumps({"audit_part": 1, "audit": "../x", "task": {"part": 0}}), {})
    assert len(large.audit.invoke(messages).failed) == 2
