"""Who is told what: through the shipped binary, a ledger in DynamoDB and a topic in SNS."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from harness.events import sqs
from harness.lambda_runtime import Function, settings_of
from scenes import SWEEP, Web

OBSERVING = '[registration]\ngrace = "0s"\n'
STALE = ("opened", "target-stale")
BLIND = ("opened", "guard-permission-denied")


@pytest.fixture
def watcher(start_registrar, ledger, topic):
    """A registrar that observes and tells."""
    return start_registrar(policy=OBSERVING, ledger=ledger, GUARD_TOPIC_ARN=topic.arn)


def test_what_stands_is_told_once_and_so_is_its_end(web, watcher, ledger, topic, proxy):
    dead = web.dead_task()
    watcher.invoke(SWEEP)
    assert topic.told() == []
    ledger.minutes_pass(15)
    watcher.invoke(SWEEP)
    (message,) = topic.messages()
    assert (message["account"], message["function"]) == (web.account.id, "registrar")
    (alert,) = message["alerts"]
    assert (alert["change"], alert["rule"], alert["severity"]) == ("opened", "target-stale", "high")
    assert alert["target_group"] == web.group.arn and alert["service"] == web.service.arn
    assert dead.address in alert["summary"] and alert["remedy"]
    for _ in range(3):
        watcher.invoke(SWEEP)
    assert topic.told() == []
    web.group.deregister(*dead.target())
    # An event's look sees one service only, and resolves nothing.
    watcher.invoke(sqs(web.tasks[0].event()))
    assert topic.told() == []
    watcher.invoke(SWEEP)
    assert topic.told() == [("resolved", "target-stale")]


def test_opened_again_is_counted(web, watcher, ledger, topic):
    for times in (1, 2):
        dead = web.dead_task()
        watcher.invoke(SWEEP)
        ledger.minutes_pass(15)
        watcher.invoke(SWEEP)
        (message,) = topic.messages()
        assert message["alerts"][0]["times_opened"] == times
        web.group.deregister(*dead.target())
        watcher.invoke(SWEEP)
        assert topic.told() == [("resolved", "target-stale")]


def test_what_was_unread_resolves_nothing(web, watcher, ledger, topic, proxy):
    from harness.faults import denied

    dead = web.dead_task()
    watcher.invoke(SWEEP)
    ledger.minutes_pass(15)
    watcher.invoke(SWEEP)
    assert topic.told() == [STALE]
    web.group.deregister(*dead.target())
    proxy.fails("elasticloadbalancing:DescribeTargetHealth", denied)
    watcher.invoke(SWEEP)
    assert topic.told() == [BLIND]
    proxy.heal()
    watcher.invoke(SWEEP)
    assert sorted(topic.told()) == [("resolved", "guard-permission-denied"), ("resolved", "target-stale")]


def test_a_denied_read_is_told_once_and_a_sweep_is_not_retried_for_it(web, watcher, topic, proxy):
    from harness.faults import denied

    proxy.fails("ecs:DescribeServices", denied)
    sweep = sqs({})
    for times in range(3):
        invocation = watcher.invoke(sweep)
        # The next sweep is its retry.
        assert invocation.failed == [] and invocation.report["coverage"]["unread"]
        (message, *more) = topic.messages() if times == 0 else [None]
        if message:
            (alert,) = message["alerts"]
            assert (alert["change"], alert["rule"], alert["severity"]) == (*BLIND, "high") and not more
            assert "registrar may not call ecs:DescribeServices" in alert["summary"] and "AccessDenied" in alert["remedy"]
    assert topic.told() == []
    # An event's message needs it now: it comes back.
    event = sqs(web.tasks[0].event())
    assert watcher.invoke(event).failed
    proxy.heal()
    watcher.invoke(sweep)
    assert topic.told() == [("resolved", "guard-permission-denied")]


def test_a_topic_that_fails_is_made_up_for_by_a_later_pass(web, watcher, ledger, topic, proxy):
    from harness.faults import denied

    web.dead_task()
    watcher.invoke(SWEEP)
    ledger.minutes_pass(15)
    proxy.fails("sns:Publish", denied)
    assert watcher.invoke(SWEEP).findings()
    assert topic.told() == []
    proxy.heal()
    ledger.minutes_pass(20)
    watcher.invoke(SWEEP)
    watcher.invoke(SWEEP)
    assert topic.told() == [STALE]


def test_a_thousand_reports_by_eight_functions_at_once_open_it_once(web, binary, proxy, ledger, topic):
    web.dead_task()
    settings = settings_of(proxy.url, OBSERVING, ledger=ledger, GUARD_TOPIC_ARN=topic.arn, RUST_LOG="warn")
    with ExitStack() as running:
        functions = [running.enter_context(Function(binary, settings)) for _ in range(8)]

        def report(function):
            return [function.invoke(SWEEP, deadline=300.0).response for _ in range(63)]

        with ThreadPoolExecutor(8) as pool:
            for _ in range(2):
                reports = [one for reports in pool.map(report, functions) for one in reports]
                assert len(reports) == 504 and all(one["findings"] for one in reports)
                ledger.minutes_pass(2)
    assert topic.told() == [STALE]
    (alert,) = ledger.alerts()
    assert (alert["times_opened"], alert.get("untold")) == (1, None)


def test_a_deployment_of_five_hundred_tasks_opens_nothing(account, watcher, ledger, topic):
    web = Web(account, tasks=0)
    wide = web.vpc.subnet("10.0.16.0/20")
    old = web.service.start_tasks(500, wide)
    web.service.start_tasks(500, wide)
    # ECS stops the old ones, fifty at a time, and takes their targets out a moment after the events were seen.
    for start in range(0, 500, 50):
        stopping = old[start:start + 50]
        for task in stopping:
            task.die()
        invocation = watcher.invoke(sqs(*(task.event() for task in stopping)))
        assert {finding["rule"] for finding in invocation.findings()} == {"target-stale"}
        for task in stopping:
            web.group.deregister(*task.target())
        ledger.minutes_pass(1)
    watcher.invoke(SWEEP)
    assert topic.told() == []
    assert not any(alert["open"] or alert["times_opened"] for alert in ledger.alerts())


def test_without_a_topic_it_works_and_says_so_once(web, start_registrar, ledger):
    registrar = start_registrar(policy=OBSERVING, ledger=ledger)
    web.dead_task()
    for _ in range(3):
        assert registrar.invoke(SWEEP).findings()
        ledger.minutes_pass(15)
    lines = [line for line in registrar.log.since(0) if isinstance(line, dict)]
    said = [line for line in lines if "no topic is set" in line.get("message", "")]
    opened = [line for line in lines if line.get("alert.change") == "opened"]
    assert (len(said), len(opened)) == (1, 1)


def test_a_sweep_leaves_metrics_in_the_log_and_a_repair_who_made_it_and_why(web, start_registrar, ledger):
    registrar = start_registrar(ledger=ledger)
    task = web.service.start_task(registered=False)
    for _ in range(2):
        registrar.invoke(SWEEP)
    lines = [line for line in registrar.log.since(0) if isinstance(line, dict)]
    metrics = [line for line in lines if "_aws" in line]
    assert [line["Sweeps"] for line in metrics if "Sweeps" in line] == [1, 1]
    assert {line["Severity"] for line in metrics if "Severity" in line} == {"critical", "high", "medium", "low"}
    for line in metrics:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "EcsNlbGuard"
        assert all(metric["Name"] in line for metric in directive["Metrics"])
        assert all(name in line for name in directive["Dimensions"][0])
    (done,) = [line for line in lines if line.get("repair.status") == "done"]
    assert done["repair.by"] == "registrar" and task.arn.split("/")[-1][:8] in done["repair.why"]
    target = "{}:{}".format(*task.target())
    assert (done["repair.before"], done["repair.after"]) == (f"{target} isn't registered", f"{target} is registered")


def test_filters_see_what_is_in_a_message(web, account, start_registrar, ledger):
    topics = {severity: account.topic(filter={"severity": [severity]}) for severity in ("high", "critical")}
    for severity, topic in topics.items():
        ledger = account.ledger()
        registrar = start_registrar(policy=OBSERVING, ledger=ledger, GUARD_TOPIC_ARN=topic.arn)
        web.dead_task()
        registrar.invoke(SWEEP)
        ledger.minutes_pass(15)
        registrar.invoke(SWEEP)
        assert bool(topic.told()) == (severity == "high")
