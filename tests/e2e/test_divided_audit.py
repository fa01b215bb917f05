"""An audit that is divided, for one invocation would take too long: its parts, its one report, and its alerts."""

import json

import pytest
from audits import lasting, stored
from harness.events import sqs
from harness.faults import denied
from scenes import PORT, Web

POLICY = """
[alerts]
min_severity = "low"

[security_groups]
required = ["name:base"]
"""


class LargeAccount:
    """Clusters with so many services that their audit is divided where time is short, and a group of no service."""

    SHORT = 6.0

    def __init__(self, account, start_audit, clusters=2, **settings):
        self.web = Web(account)
        self.clusters = [self.web.cluster, *(account.cluster(f"staging-{number}") for number in range(1, clusters))]
        for number in range(12):
            self.web.neighbour(f"idle-{number}", cluster=self.clusters[number % clusters], desired=0)
        self.forgotten = self.web.service.start_task(registered=False)
        self.spare = self.web.vpc.target_group("spare")
        self.spare.register("10.200.0.1", PORT)
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


@pytest.mark.parametrize("clusters", [1, 2])
def test_large_account_is_divided_and_ends_in_one_report(account, start_audit, bucket, clusters):
    large = LargeAccount(account, start_audit, clusters)
    large.web.cluster.standalone_task(large.web.subnet)
    large.clusters.append(account.cluster("empty"))
    location = large.begin()
    messages = large.messages()
    assert len(messages) >= 4
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


@pytest.mark.parametrize("standalone", [False, True])
def test_divided_cluster_is_listed_only_where_more_runs_than_its_services_have(
        account, start_audit, bucket, proxy, standalone):
    large = LargeAccount(account, start_audit, clusters=1)
    if standalone:
        large.web.cluster.standalone_task(large.web.subnet)
    large.begin()
    *services, rest = large.messages()
    large.work(*services)
    proxy.forget()
    large.work(rest)
    lists = [call for call in proxy.log if call.action == "ecs:ListTasks" and not call.mentions("serviceName")]
    assert bool(lists) == standalone


@pytest.mark.parametrize("clusters", [1, 2])
def test_alerts_of_a_divided_account_stay_while_they_stand_and_end_whatever_they_are_about(
        account, start_audit, bucket, clusters):
    topic, ledger = account.topic(), account.ledger()
    large = LargeAccount(account, start_audit, clusters, policy=POLICY, ledger=ledger, GUARD_TOPIC_ARN=topic.arn)
    web = large.web
    web.vpc.security_group("base")
    gone = account.cluster("gone")
    left = web.neighbour("left", cluster=gone, desired=1)
    forgotten = left.start_task(registered=False)
    shared = web.vpc.target_group("shared", port=80)
    for name in ("one", "two"):
        web.cluster.service(name, {shared: PORT}, desired=0)
    shared.register("10.200.0.2", PORT)
    alone = web.cluster.standalone_task(web.subnet)

    def sweep():
        ledger.minutes_pass(30)
        large.begin()
        large.work(*large.messages())
        return sorted(topic.told())

    def about():
        return sorted({(alert["key"]["rule"], *(key for key in alert["key"] if key != "rule"))
                       for alert in ledger.alerts() if alert["open"]})

    opened = [*sweep(), *sweep()]
    assert {change for change, _ in opened} == {"opened"}
    assert {("target-missing", "service", "target_group"), ("target-foreign", "target_group"),
            ("security-group-missing", "cluster"), ("security-group-missing", "service")} <= set(about())
    assert sweep() == []
    for task in [*web.tasks, large.forgotten, forgotten, alone]:
        task.stop()
    shared.deregister("10.200.0.2", PORT)
    large.spare.deregister("10.200.0.1", PORT)
    account.aws.ecs.delete_service(cluster="gone", service="left", force=True)
    account.aws.ecs.delete_cluster(cluster="gone")
    assert {change for change, _ in [*sweep(), *sweep()]} == {"resolved"}
    assert about() == []


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
    first, *others, last = large.messages()
    large.work(first)
    large.work(first, *others)
    large.work(last)
    report = stored(bucket, location)
    large.work(*others)
    assert lasting(stored(bucket, location)) == lasting(report)


def test_audit_whose_parts_never_end_is_closed_and_says_what_is_missing(large, bucket):
    location = large.begin()
    first, *others = large.messages()
    large.work(first)
    audit = location.split("/")[-2]
    close = json.dumps({"audit_part": 1, "audit": audit, "task": {"close_by": "2026-01-01T00:00:00Z"}})
    large.work(*sqs(close)["Records"])
    report = stored(bucket, location)
    assert len(report["coverage"]["unread"]) == len(others)
    assert all("hasn't ended" in unread["error"] for unread in report["coverage"]["unread"])


def test_part_of_nothing_fails_alone(large):
    messages = sqs(json.dumps({"audit_part": 1, "audit": "gone", "task": {"part": 0}}),
                   json.dumps({"audit_part": 1, "audit": "../x", "task": {"part": 0}}), {})
    assert len(large.audit.invoke(messages).failed) == 2
