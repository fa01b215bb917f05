"""AWS on a bad day: what can be done is done, what can't comes back, and the end state is the same once it is over."""

import time

import pytest
from harness.events import message_ids, scheduled, sqs
from harness.faults import broken, cut_off, denied, refused, throttled
from scenes import PORT, deliver_until_rest

ELB = "elasticloadbalancing"


@pytest.fixture
def ill(web):
    """A forgotten task and a dead one's target."""
    web.forgotten, web.dead = web.service.start_task(registered=False), web.dead_task()
    web.events = [web.forgotten.event(), web.dead.event()]
    web.cure = web.healthy() | {web.forgotten.target()}
    return web


@pytest.mark.parametrize("fault", [throttled, broken, cut_off])
@pytest.mark.parametrize("action", [
    "ecs:DescribeTasks", "ecs:DescribeServices", "ecs:ListTasks",
    f"{ELB}:DescribeTargetHealth", f"{ELB}:RegisterTargets", f"{ELB}:DeregisterTargets",
    "ec2:DescribeNetworkInterfaces", "dynamodb:UpdateItem",
])
def test_passing_fault_ends_repaired(ill, registrar, proxy, action, fault):
    rule = proxy.fails(action, fault, times=1)
    for _ in range(2):
        registrar.invoke(sqs(*ill.events))
    assert rule.hits
    deliver_until_rest(registrar, *ill.events)
    assert ill.group.targets() == ill.cure


@pytest.mark.parametrize("fault", [broken, cut_off])
@pytest.mark.parametrize("action", [f"{ELB}:RegisterTargets", f"{ELB}:DeregisterTargets", "dynamodb:UpdateItem"])
def test_lost_answer_to_what_was_done_ends_repaired(ill, registrar, proxy, action, fault):
    rule = proxy.loses_answer(action, fault)
    registrar.invoke(sqs(*ill.events))
    assert rule.hits
    deliver_until_rest(registrar, *ill.events)
    assert ill.group.targets() == ill.cure


@pytest.mark.parametrize(("action", "code", "repair"), [
    (f"{ELB}:RegisterTargets", "TooManyTargets", "register-target"),
    (f"{ELB}:RegisterTargets", "InvalidTarget", "register-target"),
    (f"{ELB}:DeregisterTargets", "AccessDenied", "deregister-target"),
])
def test_refusal_for_good_ends_reported_with_its_code_and_the_other_repair_done(
        ill, registrar, proxy, action, code, repair):
    proxy.fails(action, refused(code))
    invocation = registrar.invoke(sqs(*ill.events))
    assert invocation.failed == []
    repairs = [each for finding in invocation.findings() for each in finding["repairs"]]
    assert {(each["action"], each["code"]) for each in repairs if each["status"] == "refused"} == {(repair, code)}
    left = {"register-target": ill.healthy(), "deregister-target": ill.cure | {ill.dead.target()}}
    assert ill.group.targets() == left[repair]


def test_group_that_is_gone_ends_reported_and_the_others_repaired(ill, registrar):
    other = ill.neighbour("other")
    orphan = other.start_task(registered=False)
    next(iter(other.groups)).delete()
    deliver_until_rest(registrar, orphan.event(), *ill.events, scheduled())
    assert ill.group.targets() == ill.cure


def test_cluster_that_is_gone_ends_without_a_failure_and_the_others_repaired(ill, account, registrar):
    task = ill.neighbour("other", cluster=account.cluster("dev")).start_task(registered=False)
    event = task.event()
    detail = event["detail"]
    detail |= {"clusterArn": detail["clusterArn"].replace("/dev", "/gone"),
               "taskArn": detail["taskArn"].replace("/dev", "/gone")}
    deliver_until_rest(registrar, event, *ill.events)
    assert ill.group.targets() == ill.cure


def test_service_that_is_gone_ends_without_a_failure_and_the_others_repaired(ill, registrar):
    task = ill.cluster.standalone_task(ill.subnet, group="service:gone")
    event = task.event(startedBy="ecs-svc/1234567890123456789")
    deliver_until_rest(registrar, event, *ill.events)
    assert ill.group.targets() == ill.cure


def test_denied_service_ends_unread_with_others_registered_and_removals_waiting_for_it(ill, account, registrar, proxy):
    """Whether a service that can't be read uses the group, nobody knows: a removal needs every service of the account."""
    other = ill.neighbour("other", cluster=account.cluster("dev"))
    task = other.start_task(registered=False)
    proxy.fails("ecs:DescribeServices", denied, mentioning="dev")
    batch = sqs(task.event(), *ill.events)
    invocation = registrar.invoke(batch)
    assert message_ids(batch)[0] in invocation.failed
    assert [entry["operation"] for entry in invocation.report["coverage"]["unread"]] == ["ecs:DescribeServices"]
    assert ill.group.targets() == ill.cure | {ill.dead.target()}
    proxy.heal()
    deliver_until_rest(registrar, task.event(), *ill.events)
    assert ill.group.targets() == ill.cure


def test_call_that_hangs_ends_with_an_answer_before_the_deadline_and_nothing_removed(ill, registrar, proxy):
    proxy.hangs(f"{ELB}:DescribeTargetHealth")
    batch = sqs(*ill.events)
    started = time.monotonic()
    invocation = registrar.invoke(batch, deadline=4)
    assert time.monotonic() - started < 4
    assert invocation.failed == message_ids(batch)
    assert ill.group.targets() == ill.healthy() | {ill.dead.target()}


def test_invocation_short_of_its_deadline_ends_with_every_message_back_and_nothing_changed(ill, registrar, proxy):
    batch = sqs(*ill.events)
    assert registrar.invoke(batch, deadline=0.1).failed == message_ids(batch)
    assert proxy.changes() == []
    deliver_until_rest(registrar, *ill.events)
    assert ill.group.targets() == ill.cure


def test_many_forgotten_tasks_end_registered_in_calls_of_at_most_200(web, registrar, proxy):
    tasks = web.service.start_tasks(230)
    for task in tasks:
        web.group.set_state(*task.target(), None)
    deliver_until_rest(registrar, tasks[0].event())
    assert web.group.targets() == web.healthy() | {task.target() for task in tasks}
    sizes = [call.text.count(".Id=") for call in proxy.changes()]
    assert sum(sizes) == 230
    assert max(sizes) <= 200
    assert all(call.text.count(".Port=") == call.text.count(".Id=") for call in proxy.changes())
    assert {port for _, port in web.group.targets()} == {PORT}
