"""Events come twice, in any order and in parallel, and functions are killed: the end state is the same."""

import random

import pytest
from harness.account import Account
from harness.events import scheduled, sqs
from harness.lambda_runtime import Function, FunctionDied, repairing, settings_of
from harness.proxy import Proxy
from scenes import SWEEP, EverythingWrong, deliver_until_rest


@pytest.fixture
def wrong(account):
    return EverythingWrong(account)


def test_everything_wrong_ends_right_and_at_rest(wrong, registrar, proxy):
    deliver_until_rest(registrar, *wrong.events)
    assert wrong.targets() == wrong.cure
    changes = len(proxy.changes())
    for event in (sqs(*wrong.events), sqs(scheduled()), SWEEP):
        assert registrar.invoke(event).repairs("planned", "waiting", "done") == []
    assert len(proxy.changes()) == changes


def test_each_event_once_more_ends_in_the_same_state(wrong, registrar, proxy):
    deliver_until_rest(registrar, *wrong.events)
    changes = len(proxy.changes())
    for event in wrong.events:
        assert not registrar.invoke(sqs(event)).failed
    assert wrong.targets() == wrong.cure
    assert len(proxy.changes()) == changes


@pytest.mark.parametrize("seed", range(4))
def test_shuffled_and_doubled_batch_ends_in_the_same_state(wrong, registrar, seed):
    events = wrong.events * 2
    random.Random(seed).shuffle(events)
    deliver_until_rest(registrar, *events)
    assert wrong.targets() == wrong.cure


def test_events_one_by_one_end_in_the_same_state(wrong, registrar):
    for event in wrong.events:
        deliver_until_rest(registrar, event)
    assert wrong.targets() == wrong.cure


def test_older_versions_of_a_tasks_events_end_in_the_same_state(wrong, registrar):
    older = [event | {"detail": event["detail"] | {"version": 1, "lastStatus": "PENDING"}} for event in wrong.events]
    deliver_until_rest(registrar, *wrong.events, *older)
    assert wrong.targets() == wrong.cure


def test_same_batch_in_parallel_ends_in_the_same_state(wrong, account, start_registrar):
    ledger = account.ledger()
    both = [start_registrar(ledger=ledger) for _ in range(2)]
    batch = sqs(*wrong.events)
    for _ in range(2):
        under_way = [(registrar, registrar.start_invocation(batch)) for registrar in both]
        for registrar, started in under_way:
            assert not registrar.finish(started).failed
    deliver_until_rest(both[0], *wrong.events)
    assert wrong.targets() == wrong.cure


def killed_before(number, server, binary):
    """Plays the scene with the function killed before the `number`th call; returns whether it came to that."""
    server.reset()
    account = Account(server)
    wrong, ledger = EverythingWrong(account), account.ledger()
    safe = wrong.healthy() | {wrong.box}
    with Proxy(server.url) as proxy:
        settings = settings_of(proxy.url, repairing(), ledger=ledger)
        with Function(binary, settings) as victim:
            rule = proxy.before(number=number, then=victim.kill)
            try:
                victim.invoke(sqs(*wrong.events))
            except FunctionDied:
                pass
        # Whenever it is killed: nothing that serves is lost.
        assert wrong.group.targets() >= safe, f"killed before call {number}"
        with Function(binary, settings) as successor:
            deliver_until_rest(successor, *wrong.events)
        assert wrong.targets() == wrong.cure, f"killed before call {number}"
    return rule.hits > 0


@pytest.mark.parametrize("part", range(8))
def test_function_killed_between_any_two_calls_ends_in_the_same_state(server, binary, part):
    killed = 0
    for number in range(part + 1, 400, 8):
        if not killed_before(number, server, binary):
            break
        killed += 1
    assert killed, f"the pass makes no more than {part} calls"
