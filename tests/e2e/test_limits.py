"""Removals are bounded per target group and window, over all passes and functions together."""

import time

import pytest
from harness.events import scheduled, sqs
from harness.faults import denied
from harness.lambda_runtime import repairing
from scenes import Web, deliver_until_rest

FIFTH = repairing(max_removals="20%")


def dying(account, tasks, dead):
    """A service of `tasks` tasks of which `dead` died and left their targets; `events` tell of them."""
    web = Web(account, tasks=tasks)
    for task in web.tasks[:dead]:
        task.die()
    web.events = [task.event() for task in web.tasks[:dead]]
    return web


@pytest.mark.parametrize(("tasks", "dead", "removed"), [(10, 6, 2), (14, 6, 2), (9, 5, 1), (4, 4, 1), (1, 1, 1)])
def test_a_window_ends_with_a_fifth_of_the_targets_removed_and_at_least_one(
        account, start_registrar, tasks, dead, removed):
    web = dying(account, tasks, dead)
    deliver_until_rest(start_registrar(FIFTH), *web.events)
    left = web.group.targets()
    assert len(left) == tasks - removed
    assert left >= {task.target() for task in web.tasks[dead:]}


def test_a_count_as_limit_ends_with_that_many_removed(account, start_registrar):
    web = dying(account, 6, 5)
    deliver_until_rest(start_registrar(repairing(max_removals=3)), *web.events)
    assert len(web.group.targets()) == 3


def test_within_the_limit_every_dead_target_ends_removed(account, start_registrar):
    web = dying(account, 10, 2)
    deliver_until_rest(start_registrar(FIFTH), *web.events)
    assert web.group.targets() == {task.target() for task in web.tasks[2:]}


def test_new_passes_functions_and_events_end_with_no_more_removed_in_the_same_window(account, start_registrar):
    web = dying(account, 10, 6)
    ledger = account.ledger()
    for event in web.events:
        start_registrar(FIFTH, ledger=ledger).invoke(sqs(event, scheduled()))
    assert len(web.group.targets()) == 8


def test_the_next_window_ends_with_as_many_removed_again(account, start_registrar):
    web = dying(account, 10, 5)
    registrar = start_registrar(repairing(max_removals="20%", window="1s"))
    deadline = time.monotonic() + 15
    counts = []
    while not counts or counts[-1] > 5:
        assert time.monotonic() < deadline, counts
        registrar.invoke(sqs(*web.events))
        counts.append(len(web.group.targets()))
    assert counts[0] == 8
    assert web.group.targets() == {task.target() for task in web.tasks[5:]}


def test_two_registrars_at_once_end_with_one_limit_removed(account, start_registrar):
    web = dying(account, 10, 6)
    ledger = account.ledger()
    pair = [start_registrar(FIFTH, ledger=ledger) for _ in range(2)]
    events = sqs(*web.events)
    for _ in range(3):
        under_way = [(registrar, registrar.start_invocation(events)) for registrar in pair]
        for registrar, started in under_way:
            registrar.finish(started)
    assert len(web.group.targets()) == 8


def test_each_group_ends_with_its_own_limit_removed(account, start_registrar):
    web = dying(account, 10, 6)
    api = web.neighbour()
    tasks = api.start_tasks(10)
    for task in tasks[:4]:
        task.die()
    deliver_until_rest(start_registrar(FIFTH), *web.events, *[task.event() for task in tasks[:4]])
    assert len(web.group.targets()) == 8
    assert len(next(iter(api.groups)).targets()) == 8


def test_registering_is_not_limited(account, start_registrar):
    web = Web(account, tasks=0)
    tasks = web.service.start_tasks(7)
    for task in tasks:
        web.group.deregister(*task.target())
    deliver_until_rest(start_registrar(FIFTH), tasks[0].event())
    assert web.group.targets() == {task.target() for task in tasks}


def test_removals_end_withheld_without_a_ledger(account, start_registrar):
    web = dying(account, 3, 1)
    before = web.group.targets()
    passes = deliver_until_rest(start_registrar(ledger=None), *web.events)
    assert web.group.targets() == before
    assert passes[-1].repairs() == [("target-stale", "deregister-target", "withheld")]
    assert "ledger" in str(passes[-1].reasons())


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "TransactWriteItems", "BatchWriteItem"])
def test_removals_are_never_more_than_the_limit_when_the_ledger_cannot_be_written(
        account, start_registrar, proxy, operation):
    web = dying(account, 10, 6)
    ledger = account.ledger()
    proxy.fails(f"dynamodb:{operation}", denied)
    for _ in range(3):
        start_registrar(FIFTH, ledger=ledger).invoke(sqs(*web.events))
    assert len(web.group.targets()) >= 8
