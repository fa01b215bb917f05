"""Repairs in many target groups: what a deadline cuts off comes back, and only that."""

import time

import pytest
from harness.events import message_ids, sqs
from scenes import Web, deliver_until_rest

ELB = "elasticloadbalancing"
GROUPS = 12

#: Every request that registers takes so long; of the twelve, a function with TIME gets to some.
SLOW, TIME = 2.0, 20.0


@pytest.fixture
def many(account):
    """Services of one target group each, each with a task that ECS forgot to register."""
    web = Web(account, tasks=0)
    services = [web.neighbour(f"api{n}") for n in range(GROUPS)]
    web.tasks = [service.start_task(registered=False) for service in services]
    return web


def registered(many):
    """The tasks whose target group has them."""
    targets = many.account.targets()
    return [task for n, task in enumerate(many.tasks) if task.target() in targets[f"api{n}"]]


def test_repairs_cut_off_by_the_deadline_come_back_as_their_messages_and_the_rest_is_done(many, registrar, proxy):
    proxy.answers(f"{ELB}:RegisterTargets", lambda call: time.sleep(SLOW))
    batch = sqs(*[task.event() for task in many.tasks])
    started = time.monotonic()
    invocation = registrar.invoke(batch, deadline=TIME)
    assert time.monotonic() - started < TIME
    done = registered(many)
    assert 0 < len(done) < GROUPS
    undone = [message for message, task in zip(message_ids(batch), many.tasks, strict=True) if task not in done]
    assert invocation.failed == undone
    told = invocation.repairs()
    assert told.count(("target-missing", "register-target", "done")) == len(done)
    assert told.count(("target-missing", "register-target", "failed")) == GROUPS - len(done)
    proxy.heal()
    deliver_until_rest(registrar, *[task.event() for task in many.tasks])
    assert registered(many) == many.tasks


def test_repairs_with_time_enough_are_all_done_in_one_invocation(many, registrar):
    batch = sqs(*[task.event() for task in many.tasks])
    assert registrar.invoke(batch).failed == []
    assert registered(many) == many.tasks
