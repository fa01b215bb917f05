"""A repair needs the same finding in two looks; the second one comes with a delayed message of the function's queue."""

import json
import time

import pytest
from harness.events import sqs
from harness.faults import denied
from harness.lambda_runtime import repairing
from scenes import deliver_until_rest, wait_for

LOOKING_AGAIN = repairing(confirm_after="1s")


@pytest.fixture
def queue(account):
    return account.queue()


@pytest.fixture
def registrar(start_registrar, queue):
    """A registrar with a queue, whose looks are a second apart."""
    return start_registrar(LOOKING_AGAIN, queue=queue)


def first_look(registrar, *events):
    """The first look at something; all it may do is to ask for a second one."""
    invocation = registrar.invoke(sqs(*events))
    assert not invocation.failed
    assert {status for *_, status in invocation.repairs()} == {"waiting"}
    return invocation


# With a queue.


def test_dead_target_ends_removed_by_the_second_look_of_a_delayed_message(web, registrar, queue):
    dead = web.dead_task()
    before = web.group.targets()
    first_look(registrar, dead.event())
    assert web.group.targets() == before
    assert queue.counts() == (0, 1, 0)
    queue.deliver(registrar)
    assert web.group.targets() == web.healthy()
    assert queue.dead() == []


def test_forgotten_task_ends_registered_by_the_second_look_of_a_delayed_message(web, registrar, queue):
    forgotten = web.service.start_task(registered=False)
    first_look(registrar, forgotten.event())
    assert web.group.targets() == web.healthy()
    queue.deliver(registrar)
    assert web.group.targets() == web.healthy() | {forgotten.target()}


def test_many_findings_of_a_group_end_repaired_by_one_message(web, registrar, queue):
    forgotten = [web.service.start_task(registered=False) for _ in range(3)]
    dead = [web.dead_task() for _ in range(3)]
    first_look(registrar, *[task.event() for task in forgotten + dead])
    assert queue.counts() == (0, 1, 0)
    queue.deliver(registrar)
    assert web.group.targets() == web.healthy() | {task.target() for task in forgotten}


def test_address_that_came_back_between_the_looks_ends_unchanged(web, registrar, queue):
    dead = web.dead_task()
    first_look(registrar, dead.event())
    heir = web.service.start_task(registered=False, address=dead.address)
    queue.deliver(registrar)
    assert web.group.targets() == web.healthy() | {heir.target()}


def test_target_someone_held_between_the_looks_ends_unchanged(web, registrar, queue):
    dead = web.dead_task()
    first_look(registrar, dead.event())
    web.group.hold()
    queue.deliver(registrar)
    assert web.group.targets() == web.healthy() | {dead.target()}


def test_target_registered_by_ecs_between_the_looks_ends_registered_once(web, registrar, queue, proxy):
    forgotten = web.service.start_task(registered=False)
    first_look(registrar, forgotten.event())
    forgotten.register()
    queue.deliver(registrar)
    assert web.group.targets() == web.healthy() | {forgotten.target()}
    assert proxy.changes() == []


def test_address_another_services_task_gets_right_before_the_removal_ends_removed_by_a_look_of_its_own(
        web, registrar, queue, proxy):
    """What was stale is hijacked now; the events of the address's new task lead to other groups than this one."""
    dead, neighbour = web.dead_task(remembered=True), web.neighbour()
    first_look(registrar, dead.event())
    # The second look is the first to read the interfaces, the last look reads them again.
    taken = proxy.before("ec2:DescribeNetworkInterfaces", then=lambda: neighbour.start_task(address=dead.address), nth=2)
    queue.deliver(registrar)
    assert taken.hits
    assert web.group.targets() == web.healthy()
    assert proxy.calls["elasticloadbalancing:DeregisterTargets"] == 1
    assert queue.dead() == []


def test_task_that_dies_while_it_is_registered_ends_removed_by_a_look_of_its_own(web, registrar, queue, proxy):
    """Its events may have been handled when its target wasn't there yet."""
    forgotten = web.service.start_task(registered=False)
    first_look(registrar, forgotten.event())
    proxy.before("elasticloadbalancing:RegisterTargets", then=forgotten.die)
    queue.deliver(registrar)
    assert proxy.calls["elasticloadbalancing:RegisterTargets"] == 1
    assert web.group.targets() == web.healthy()


def test_first_look_that_is_too_old_ends_without_a_repair_until_it_is_confirmed_anew(web, start_registrar, queue):
    registrar = start_registrar(repairing(confirm_after="1s", confirm_within="6s"), queue=queue)
    dead = web.dead_task()
    first_look(registrar, dead.event())
    looked = time.monotonic()
    late = wait_for(queue.receive)
    # The message arrives, but the function only gets it when its first look is too old.
    time.sleep(max(0.0, looked + 7.5 - time.monotonic()))
    invocation = registrar.invoke(late)
    assert web.group.targets() == web.healthy() | {dead.target()}
    queue.settle(late, invocation)
    queue.send(dead.event())
    queue.deliver(registrar)
    assert web.group.targets() == web.healthy()


def test_look_to_come_for_another_target_ends_without_confirming_this_one(web, registrar, queue):
    """What the first look saw at one address says nothing of another."""
    one = web.dead_task()
    first_look(registrar, one.event())
    message = wait_for(queue.receive)
    one_again = web.service.start_task(registered=False, address=one.address)
    other = web.dead_task()
    invocation = registrar.invoke(message)
    assert not invocation.failed
    assert web.group.targets() == web.healthy() | {one_again.target(), other.target()}


def test_task_younger_than_grace_ends_registered_by_the_look_it_gets_when_it_is_old_enough(
        web, start_registrar, queue):
    registrar = start_registrar(repairing(grace="3s", confirm_after="0s"), queue=queue)
    starting = web.service.start_task(registered=False)
    starting.started(seconds_ago=1)
    queue.send(starting.event())
    queue.deliver(registrar, within=20)
    assert web.group.targets() == web.healthy() | {starting.target()}


def test_message_ends_in_the_dead_letter_queue_when_its_look_to_come_cannot_be_sent(
        web, registrar, queue, proxy):
    dead = web.dead_task()
    sending = [proxy.fails(action, denied) for action in ("sqs:SendMessage", "sqs:SendMessageBatch")]
    event = dead.event()
    queue.send(event)
    queue.deliver(registrar)
    assert [json.loads(body)["id"] for body in queue.dead()] == [event["id"]]
    assert any(rule.hits for rule in sending)
    assert web.group.targets() == web.healthy() | {dead.target()}


def test_repeated_look_again_message_ends_in_the_same_state(web, registrar, queue, proxy):
    dead = web.dead_task()
    first_look(registrar, dead.event())
    message = wait_for(queue.receive)
    for _ in range(3):
        assert not registrar.invoke(message).failed
    assert web.group.targets() == web.healthy()
    assert proxy.calls["elasticloadbalancing:DeregisterTargets"] == 1


# Without a queue.


def test_without_a_queue_the_account_ends_repaired_by_a_wait_in_process(web, start_registrar):
    dead, forgotten = web.dead_task(), web.service.start_task(registered=False)
    start_registrar(LOOKING_AGAIN).invoke(sqs(dead.event(), forgotten.event()))
    assert web.group.targets() == web.healthy() | {forgotten.target()}


def test_without_a_queue_and_without_time_the_account_ends_unchanged(web, start_registrar):
    dead = web.dead_task()
    registrar = start_registrar(repairing(confirm_after="30s"))
    invocation = registrar.invoke(sqs(dead.event()), deadline=10)
    assert web.group.targets() == web.healthy() | {dead.target()}
    assert invocation.repairs() == [("target-stale", "deregister-target", "withheld")]


def test_address_that_comes_back_during_the_wait_in_process_ends_unchanged(web, start_registrar, proxy):
    dead = web.dead_task()
    registrar = start_registrar(repairing(confirm_after="2s"))
    started = registrar.start_invocation(sqs(dead.event()))
    wait_for(lambda: proxy.calls["ec2:DescribeNetworkInterfaces"])
    heir = web.service.start_task(registered=False, address=dead.address)
    registrar.finish(started)
    deliver_until_rest(registrar, heir.event())
    assert web.group.targets() == web.healthy() | {heir.target()}
    assert proxy.changes() == []
