"""In observe mode, which is the default, nothing changes; a request can lower the mode and never raise it."""

import pytest
from harness.events import scheduled, sqs
from harness.lambda_runtime import repairing
from scenes import SWEEP, deliver_until_rest


@pytest.fixture
def broken_web(web):
    """Something to repair of each kind: a forgotten task and a dead one's target."""
    web.forgotten = web.service.start_task(registered=False)
    web.dead = web.dead_task()
    return web


@pytest.mark.parametrize("policy", ["", '[registration]\nmode = "observe"\nconfirm_after = "0s"\ngrace = "0s"\n'])
def test_observing_registrar_ends_with_the_account_as_it_was(broken_web, account, start_registrar, proxy, policy):
    before = account.targets()
    registrar = start_registrar(policy)
    for event in (sqs(broken_web.forgotten.event(), broken_web.dead.event()), sqs(scheduled()), SWEEP):
        registrar.invoke(event)
    assert account.targets() == before
    assert proxy.changes() == []


def test_observing_registrar_ends_having_said_what_it_would_do(broken_web, start_registrar):
    registrar = start_registrar(repairing(mode="observe"))
    report = registrar.invoke(sqs(broken_web.forgotten.event(), broken_web.dead.event()))
    assert set(report.repairs()) == {
        ("target-missing", "register-target", "planned"), ("target-stale", "deregister-target", "planned")}
    assert report.report["mode"]["registration"] == "observe"


@pytest.mark.usefixtures("broken_web")
def test_request_to_observe_ends_with_the_account_as_it_was(account, registrar, proxy):
    before = account.targets()
    answer = registrar.invoke({"mode": "observe"})
    assert account.targets() == before
    assert proxy.changes() == []
    assert answer.report["mode"]["registration"] == "observe"


@pytest.mark.usefixtures("broken_web")
def test_request_to_repair_does_not_raise_the_mode(account, start_registrar, proxy):
    before = account.targets()
    start_registrar(repairing(mode="observe")).invoke({"mode": "repair"})
    assert account.targets() == before
    assert proxy.changes() == []


def test_repair_mode_of_an_override_ends_with_only_its_cluster_repaired(broken_web, account, start_registrar):
    staging = account.cluster("staging")
    other = broken_web.neighbour("other", cluster=staging)
    forgotten = other.start_task(registered=False)
    policy = repairing({"cluster": "stag*", "registration.mode": "repair"}, mode="observe")
    before = broken_web.group.targets()
    registrar = start_registrar(policy)
    for _ in range(2):
        # Not until rest: what is only planned in the one cluster stays planned.
        events = sqs(broken_web.forgotten.event(), broken_web.dead.event(), forgotten.event())
        assert not registrar.invoke(events).failed
    assert broken_web.group.targets() == before
    assert next(iter(other.groups)).targets() == {forgotten.target()}


def test_disabled_rule_ends_with_its_targets_as_they_were(broken_web, start_registrar):
    policy = repairing() + '[rules]\ndisable = ["target-stale"]\n'
    deliver_until_rest(start_registrar(policy), broken_web.forgotten.event(), broken_web.dead.event())
    assert broken_web.group.targets() == broken_web.healthy() | {
        broken_web.forgotten.target(), broken_web.dead.target()}
