"""The same against moto as it comes: no task knows since when it runs, targets are keyed by address alone, and so on.

Real accounts are as odd in other ways; what the guard can't rely on it has to do without.
"""

import pytest
from harness.events import scheduled
from harness.lambda_runtime import repairing
from scenes import PORT, EverythingWrong, Web, deliver_until_rest


@pytest.fixture
def account(account):
    account.behaves_as_plain_moto()
    return account


def test_forgotten_task_ends_registered(web, registrar):
    forgotten = web.service.start_task(registered=False)
    deliver_until_rest(registrar, forgotten.event())
    assert web.group.targets() == web.healthy() | {forgotten.target()}


def test_healthy_service_ends_untouched(web, registrar, proxy):
    deliver_until_rest(registrar, *[task.event() for task in web.tasks], scheduled())
    assert proxy.changes() == []


def test_dead_target_ends_removed(web, registrar):
    # A plain moto server doesn't say when a task started, or whether it ever did.
    dead = web.dead_task(remembered=True)
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy()


def test_dead_target_without_proof_ends_unchanged(web, registrar):
    dead = web.dead_task()
    dead.is_forgotten()
    deliver_until_rest(registrar, scheduled())
    assert web.group.targets() == web.healthy() | {dead.target()}


def test_several_dead_targets_end_removed_although_removing_an_absent_one_is_an_error(web, registrar, proxy):
    dead = [web.dead_task(remembered=True) for _ in range(4)]
    proxy.before("elasticloadbalancing:DeregisterTargets", nth=1, then=lambda: web.group.deregister(*dead[1].target()))
    deliver_until_rest(registrar, *[task.event() for task in dead])
    assert web.group.targets() == web.healthy()


def test_hijacked_target_ends_removed(web, registrar):
    dead, _ = web.hijacked_task()
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy()


def test_target_a_box_took_over_ends_unchanged(web, registrar):
    dead = web.dead_task()
    web.subnet.interface(dead.address)
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy() | {dead.target()}


def test_task_on_the_wrong_port_ends_on_the_right_one(account, registrar):
    web = Web(account, earlier_ports=[PORT + 1])
    task = web.service.start_task(registered=False)
    web.group.register(task.address, PORT + 1)
    account.ledgers_saw(web.group, (task.address, PORT + 1), task, web.service)
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy() | {task.target()}


def test_everything_wrong_ends_right(account, registrar):
    wrong = EverythingWrong(account)
    account.ledgers_saw(wrong.group, wrong.dead.target(), wrong.dead, wrong.service)
    deliver_until_rest(registrar, *wrong.events)
    assert wrong.targets() == wrong.cure


def test_unproved_target_of_an_exclusive_group_ends_removed(web, start_registrar):
    web.group.register(web.subnet.address(99), PORT)
    deliver_until_rest(start_registrar(repairing(managed="exclusive")), scheduled())
    assert web.group.targets() == web.healthy()
