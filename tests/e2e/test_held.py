"""What a person holds isn't touched, until the hold runs out; nor is anything while the guard is paused."""

from datetime import datetime, timedelta, timezone

import pytest
from scenes import deliver_until_rest, until_rest, SWEEP


def from_now(**delta):
    return (datetime.now(timezone.utc) + timedelta(**delta)).isoformat(timespec="seconds")


HELD_BY = {
    "cluster": lambda web: web.cluster,
    "service": lambda web: web.service,
    "group": lambda web: web.group,
    "balancer": lambda web: web.vpc.balancer,
}
HOLDS = {"true": "true", "until tomorrow": from_now(days=1), "not a time": "until Tuesday", "empty": ""}
OVER = {"yesterday": from_now(days=-1), "an hour ago elsewhere": "2026-03-01T12:00:00+09:00"}


@pytest.fixture
def broken(web):
    """A forgotten task and a dead one's target."""
    web.forgotten, web.dead = web.service.start_task(registered=False), web.dead_task()
    web.before = web.group.targets()
    web.after = web.healthy() | {web.forgotten.target()}
    return web


@pytest.mark.parametrize("holder", HELD_BY.values(), ids=HELD_BY)
def test_held_group_ends_as_it_was_and_repaired_once_released(broken, registrar, holder):
    holder(broken).hold()
    deliver_until_rest(registrar, broken.forgotten.event(), broken.dead.event())
    assert broken.group.targets() == broken.before
    holder(broken).hold(from_now(seconds=-1))
    deliver_until_rest(registrar, broken.forgotten.event(), broken.dead.event())
    assert broken.group.targets() == broken.after


@pytest.mark.parametrize("value", HOLDS.values(), ids=HOLDS)
def test_hold_that_stands_ends_with_the_group_as_it_was(broken, registrar, value):
    broken.group.hold(value)
    deliver_until_rest(registrar, broken.forgotten.event(), broken.dead.event())
    assert broken.group.targets() == broken.before


@pytest.mark.parametrize("value", OVER.values(), ids=OVER)
def test_hold_that_has_run_out_ends_with_the_group_repaired(broken, registrar, value):
    broken.service.hold(value)
    deliver_until_rest(registrar, broken.forgotten.event(), broken.dead.event())
    assert broken.group.targets() == broken.after


def test_held_task_ends_unregistered_beside_one_that_is_registered(web, registrar):
    held, forgotten = web.service.start_task(registered=False), web.service.start_task(registered=False)
    held.hold()
    deliver_until_rest(registrar, held.event(), forgotten.event())
    assert web.group.targets() == web.healthy() | {forgotten.target()}


def test_hold_of_another_service_ends_with_this_one_repaired(broken, registrar):
    broken.neighbour().hold()
    deliver_until_rest(registrar, broken.forgotten.event(), broken.dead.event())
    assert broken.group.targets() == broken.after


def test_other_tags_end_with_the_group_repaired(broken, registrar):
    for holder in HELD_BY.values():
        holder(broken).tag("owner", "true")
    deliver_until_rest(registrar, broken.forgotten.event(), broken.dead.event())
    assert broken.group.targets() == broken.after


def test_paused_guard_ends_with_the_account_as_it_was_and_repaired_once_resumed(broken, account, start_registrar):
    ledger = account.ledger()
    registrar = start_registrar(ledger=ledger)
    ledger.pause()
    until_rest(registrar, SWEEP)
    assert broken.group.targets() == broken.before
    ledger.resume()
    until_rest(registrar, SWEEP)
    assert broken.group.targets() == broken.after
