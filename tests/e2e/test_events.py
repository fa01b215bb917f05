"""Whatever tells the registrar where to look, the account ends right; and it looks no further than it has to."""

import pytest
from harness import events
from harness.events import message_ids, sqs
from harness.faults import denied
from scenes import deliver_until_rest, until_rest


@pytest.fixture
def broken(web):
    """A forgotten task and a dead one's target; the events about them are lost."""
    web.forgotten, web.dead = web.service.start_task(registered=False), web.dead_task()
    web.cure = web.healthy() | {web.forgotten.target()}
    return web


HINTS = {
    "deployment completed": lambda web: events.deployment_state_change(web.service),
    "deployment failed": lambda web: events.deployment_state_change(web.service, "SERVICE_DEPLOYMENT_FAILED"),
    "service steady": lambda web: events.service_action(web.service),
    "service impaired": lambda web: events.service_action(web.service, "SERVICE_TASK_START_IMPAIRED"),
    "targets deregistered": lambda web: events.targets_call(
        "DeregisterTargets", web.group, web.forgotten.target()),
    "targets registered": lambda web: events.targets_call("RegisterTargets", web.group, web.dead.target()),
    "service updated": lambda web: events.update_service_call(web.service),
    "schedule": lambda web: events.scheduled(),
    "sibling": lambda web: web.tasks[0].event(),
}


@pytest.mark.parametrize("hint", HINTS.values(), ids=HINTS)
def test_queued_hint_ends_with_the_group_repaired(broken, registrar, hint):
    deliver_until_rest(registrar, hint(broken))
    assert broken.group.targets() == broken.cure


@pytest.mark.parametrize("hint", HINTS.values(), ids=HINTS)
def test_bare_hint_ends_with_the_group_repaired_and_answers_with_the_report(broken, registrar, hint):
    passes = until_rest(registrar, hint(broken))
    assert broken.group.targets() == broken.cure
    assert passes[0].response["schema"] == 1


SCOPES = {
    "cluster": lambda web: {"clusters": ["prod"]},
    "cluster arn": lambda web: {"clusters": [web.cluster.arn]},
    "service": lambda web: {"services": ["prod/web"]},
    "service arn": lambda web: {"services": [web.service.arn]},
    "service glob": lambda web: {"services": ["pr*/w?b"]},
    "task": lambda web: {"tasks": [web.forgotten.arn]},
    "group": lambda web: {"target_groups": ["web"]},
    "group arn": lambda web: {"target_groups": [web.group.arn]},
    "everything": lambda web: {},
}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_request_ends_with_its_scope_repaired(broken, registrar, scope):
    until_rest(registrar, {"scope": scope(broken)})
    assert broken.group.targets() == broken.cure


def test_request_ends_with_what_is_out_of_its_scope_as_it_was(broken, registrar):
    api = broken.neighbour()
    forgotten = api.start_task(registered=False)
    before = broken.group.targets()
    until_rest(registrar, {"scope": {"services": ["prod/api"]}})
    assert next(iter(api.groups)).targets() == {forgotten.target()}
    assert broken.group.targets() == before


def test_request_for_one_rule_ends_with_only_its_findings_repaired(broken, registrar):
    until_rest(registrar, {"rules": ["target-missing"]})
    assert broken.group.targets() == broken.cure | {broken.dead.target()}


def test_queued_request_ends_with_its_scope_repaired(broken, registrar):
    deliver_until_rest(registrar, {"scope": {"services": ["prod/web"]}})
    assert broken.group.targets() == broken.cure


def test_events_of_two_services_in_one_batch_end_with_both_repaired(broken, registrar):
    api = broken.neighbour()
    forgotten = api.start_task(registered=False)
    deliver_until_rest(registrar, broken.forgotten.event(), forgotten.event(), broken.dead.event())
    assert broken.group.targets() == broken.cure
    assert next(iter(api.groups)).targets() == {forgotten.target()}


def test_task_with_an_old_arn_ends_registered(account, web, registrar):
    """Task ARNs came without the cluster's name once, and still do in accounts that never opted in."""
    account.aws.ecs.put_account_setting(name="taskLongArnFormat", value="disabled")
    forgotten = web.service.start_task(registered=False)
    assert forgotten.arn.count("/") == 1
    deliver_until_rest(registrar, forgotten.event())
    assert web.group.targets() == web.healthy() | {forgotten.target()}


@pytest.mark.usefixtures("broken")
def test_empty_batch_ends_with_nothing_failed(registrar, proxy):
    assert registrar.invoke({"Records": []}).failed == []
    assert proxy.changes() == []


def test_message_whose_service_cannot_be_read_comes_back_alone(web, account, registrar, proxy):
    forgotten = web.service.start_task(registered=False)
    other = web.neighbour("other", cluster=account.cluster("dev"))
    unreadable = other.start_task(registered=False)
    proxy.fails("ecs:DescribeServices", denied, mentioning="dev")
    batch = sqs(forgotten.event(), unreadable.event())
    for _ in range(2):
        invocation = registrar.invoke(batch)
    assert invocation.failed == [message_ids(batch)[1]]
    assert web.group.targets() == web.healthy() | {forgotten.target()}
    assert next(iter(other.groups)).targets() == set()


def test_broken_service_ends_reported_and_the_others_repaired(broken, registrar, proxy):
    other = broken.neighbour("other")
    group = next(iter(other.groups))
    other.start_task(registered=False)
    rule = proxy.fails("elasticloadbalancing:DescribeTargetHealth", denied, mentioning=group.arn)
    for _ in range(2):
        invocation = registrar.invoke({})
    assert rule.hits
    assert broken.group.targets() == broken.cure
    assert group.targets() == set()
    unread = invocation.report["coverage"]["unread"]
    assert {"elasticloadbalancing:DescribeTargetHealth"} == {entry["operation"] for entry in unread}
