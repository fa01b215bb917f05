"""A target whose address nothing has is removed if a task of its service is proved to have had it; never otherwise.

Each kind of proof has its near-misses: the same scene but for one thing, in which nothing may be removed.
"""

import pytest
from harness.events import scheduled
from harness.faults import denied
from harness.lambda_runtime import repairing
from harness.place import OTHER_ACCOUNT
from scenes import PORT, SWEEP, deliver_until_rest, until_rest

EXCLUSIVE = repairing(managed="exclusive")


def seen_by_the_ledger(web, registrar):
    """A task the ledger knows, then dead so long that ECS has forgotten it."""
    task = web.service.start_task()
    deliver_until_rest(registrar, task.event())
    task.die()
    task.is_forgotten()
    return task


# A stopped task that had the address, as its event says and DescribeTasks confirms.


def test_target_of_a_stopped_task_ends_removed(web, registrar):
    dead = web.dead_task()
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy()


def test_target_of_a_task_stopped_long_ago_ends_unchanged_because_its_event_alone_proves_nothing(web, registrar):
    dead = web.dead_task()
    event = dead.event()
    dead.is_forgotten()
    deliver_until_rest(registrar, event)
    assert web.group.targets() == web.healthy() | {dead.target()}


def test_target_of_a_stopped_task_of_a_service_that_does_not_use_the_group_ends_unchanged(web, registrar):
    stranger = web.neighbour().start_task()
    web.group.register(*stranger.target())
    stranger.stop()
    deliver_until_rest(registrar, stranger.event(), web.tasks[0].event())
    assert web.group.targets() == web.healthy() | {stranger.target()}


def test_target_of_a_stopped_standalone_task_ends_unchanged(web, registrar):
    stranger = web.cluster.standalone_task(web.subnet)
    web.group.register(stranger.address, PORT)
    stranger.stop()
    deliver_until_rest(registrar, stranger.event(), web.tasks[0].event())
    assert web.group.targets() == web.healthy() | {(stranger.address, PORT)}


def test_target_that_is_draining_already_ends_as_it_was(web, registrar, proxy):
    dead = web.dead_task()
    web.group.set_state(*dead.target(), "draining")
    deliver_until_rest(registrar, dead.event())
    assert web.group.states()[dead.target()] == "draining"
    assert proxy.changes() == []


def test_removed_target_ends_draining_and_is_not_removed_again(web, account, registrar, proxy):
    account.deregistered_targets_drain()
    dead = web.dead_task()
    deliver_until_rest(registrar, dead.event())
    assert web.group.states()[dead.target()] == "draining"
    assert proxy.calls["elasticloadbalancing:DeregisterTargets"] == 1


def test_targets_of_a_service_without_any_live_task_end_removed(web, registrar):
    for task in web.tasks:
        task.die()
    deliver_until_rest(registrar, *[task.event() for task in web.tasks])
    assert web.group.targets() == set()


def with_a_dead_task_in_each(web, count):
    """So many services more in the cluster, each with a task that serves and the target of one that stopped."""
    left = []
    for n in range(count):
        service = web.neighbour(f"api-{n}", desired=1)
        service.start_task()
        left.append(service.start_task())
        left[-1].die()
    return left


def lists_of_stopped_tasks(proxy):
    return [call.body for call in proxy.log if call.action == "ecs:ListTasks" and b"STOPPED" in call.body]


def test_targets_of_stopped_tasks_of_many_services_end_removed_after_one_list_of_all(web, account, registrar, proxy):
    left = with_a_dead_task_in_each(web, 4)
    first, *_ = until_rest(registrar, SWEEP)
    assert len(first.repairs("done")) == 4
    assert not {dead.address for dead in left} & {ip for targets in account.targets().values() for ip, _ in targets}
    assert not any(b"serviceName" in body for body in lists_of_stopped_tasks(proxy))


def test_targets_of_stopped_tasks_of_two_services_end_removed_after_a_list_of_each(web, account, registrar, proxy):
    left = with_a_dead_task_in_each(web, 2)
    until_rest(registrar, SWEEP)
    assert not {dead.address for dead in left} & {ip for targets in account.targets().values() for ip, _ in targets}
    # In each of the pass's two looks.
    assert [b"serviceName" in body for body in lists_of_stopped_tasks(proxy)].count(True) == 2 * 2


def test_targets_end_unchanged_while_the_one_list_of_stopped_tasks_is_denied(web, account, registrar, proxy):
    left = with_a_dead_task_in_each(web, 4)
    proxy.fails("ecs:ListTasks", denied, mentioning="STOPPED")
    until_rest(registrar, SWEEP)
    assert proxy.changes() == []
    proxy.heal()
    until_rest(registrar, SWEEP)
    assert not {dead.address for dead in left} & {ip for targets in account.targets().values() for ip, _ in targets}


# The ledger, which saw a live task registered there.


def test_target_the_ledger_saw_owned_ends_removed(web, registrar):
    seen_by_the_ledger(web, registrar)
    until_rest(registrar, SWEEP)
    assert web.group.targets() == web.healthy()


def test_target_seen_owned_by_an_observing_registrar_ends_removed_by_a_repairing_one(web, account, start_registrar):
    ledger = account.ledger()
    dead = seen_by_the_ledger(web, start_registrar(repairing(mode="observe"), ledger=ledger))
    until_rest(start_registrar(ledger=ledger), SWEEP)
    assert dead.target() not in web.group.targets()


def test_target_no_ledger_saw_ends_unchanged(web, start_registrar):
    dead = seen_by_the_ledger(web, start_registrar())
    passes = until_rest(start_registrar(), SWEEP)
    assert web.group.targets() == web.healthy() | {dead.target()}
    assert passes[-1].repairs() == [("target-stale", "deregister-target", "withheld")]


def test_target_the_ledger_saw_more_than_thirty_days_ago_ends_unchanged(web, account, start_registrar):
    ledger = account.ledger()
    registrar = start_registrar(ledger=ledger)
    dead = seen_by_the_ledger(web, registrar)
    ledger.thirty_days_pass()
    until_rest(start_registrar(ledger=ledger), SWEEP)
    assert web.group.targets() == web.healthy() | {dead.target()}


@pytest.mark.parametrize("leaves", ["absent", "draining"])
def test_target_registered_by_hand_after_its_owner_left_ends_unchanged(web, registrar, leaves):
    task = web.service.start_task()
    deliver_until_rest(registrar, task.event())
    task.stop(leaves_target=leaves == "draining")
    if leaves == "draining":
        web.group.set_state(*task.target(), "draining")
    task.is_forgotten()
    until_rest(registrar, SWEEP)
    web.group.register(*task.target())
    until_rest(registrar, SWEEP)
    assert web.group.states() == dict.fromkeys(web.healthy() | {task.target()}, "healthy")


# The policy's word that only ECS puts targets there.


def test_unproved_target_of_an_exclusive_group_ends_removed(web, start_registrar):
    web.group.register(web.subnet.address(99), PORT)
    until_rest(start_registrar(EXCLUSIVE), SWEEP)
    assert web.group.targets() == web.healthy()


def test_unproved_target_of_a_shared_group_ends_unchanged(web, registrar):
    unproved = (web.subnet.address(99), PORT)
    web.group.register(*unproved)
    until_rest(registrar, SWEEP)
    assert web.group.targets() == web.healthy() | {unproved}


def test_target_of_an_exclusive_group_on_a_port_its_service_does_not_use_ends_unchanged(web, start_registrar):
    odd = (web.subnet.address(99), PORT + 1)
    web.group.register(*odd)
    until_rest(start_registrar(EXCLUSIVE), SWEEP)
    assert web.group.targets() == web.healthy() | {odd}


def test_target_of_an_exclusive_group_in_a_subnet_its_services_do_not_use_ends_unchanged(web, start_registrar):
    elsewhere = (web.vpc.subnet("10.0.9.0/24").address(99), PORT)
    web.group.register(*elsewhere)
    until_rest(start_registrar(EXCLUSIVE), SWEEP)
    assert web.group.targets() == web.healthy() | {elsewhere}


def test_exclusive_word_for_another_group_ends_with_this_one_unchanged(web, start_registrar):
    unproved = (web.subnet.address(99), PORT)
    web.group.register(*unproved)
    until_rest(start_registrar(repairing({"target_group": "api", "registration.managed": "exclusive"})), SWEEP)
    assert web.group.targets() == web.healthy() | {unproved}


# Whatever the proof: nothing is removed where something has the address, or where that can't be known.


def proved_by_stopped_task(web, start_registrar):
    dead = web.dead_task()
    return dead, start_registrar(), [dead.event()]


def proved_by_ledger(web, start_registrar):
    registrar = start_registrar()
    return seen_by_the_ledger(web, registrar), registrar, []


def proved_by_policy(web, start_registrar):
    dead = web.dead_task()
    dead.is_forgotten()
    return dead, start_registrar(EXCLUSIVE), []


def a_box_has_it(web, address):
    web.subnet.interface(address)


def a_box_has_it_as_a_second_address(web, address):
    web.subnet.interface(web.subnet.address(200), secondary=[address])


def a_box_has_it_in_a_delegated_prefix(web, address):
    web.subnet.interface(web.subnet.address(200), prefix=address.rsplit(".", 1)[0] + ".0/28")


def its_subnet_belongs_to_another_account(web, _):
    web.subnet.is_shared_by(OTHER_ACCOUNT)


def a_standalone_task_has_it(web, address):
    web.subnet.next_task_gets(address)
    web.cluster.standalone_task(web.subnet)


def an_interface_of_a_task_not_listed_yet_has_it(web, address):
    interface = web.subnet.interface(address)
    arn = f"arn:aws:ecs:{web.account.region}:{web.account.id}:attachment/6f2c8a9e-0d0f-4d3c-9f7b-4b2c1d0e9f8a"
    web.account.set("network-interface", interface.id, description=arn, requester_managed=True)


@pytest.mark.parametrize("proof", [proved_by_stopped_task, proved_by_ledger, proved_by_policy])
@pytest.mark.parametrize("now", [
    a_box_has_it,
    a_box_has_it_as_a_second_address,
    a_box_has_it_in_a_delegated_prefix,
    a_standalone_task_has_it,
    an_interface_of_a_task_not_listed_yet_has_it,
    its_subnet_belongs_to_another_account,
])
def test_proved_target_ends_unchanged_where_something_may_have_its_address(web, start_registrar, proof, now):
    dead, registrar, events = proof(web, start_registrar)
    now(web, dead.address)
    deliver_until_rest(registrar, *events, scheduled())
    assert web.group.targets() == web.healthy() | {dead.target()}


@pytest.mark.parametrize("proof", [proved_by_stopped_task, proved_by_ledger, proved_by_policy])
def test_proved_target_ends_removed_where_its_address_is_taken_in_another_vpc_only(web, start_registrar, proof):
    dead, registrar, events = proof(web, start_registrar)
    twin = web.account.vpc()
    twin.subnets[0].interface(dead.address)
    deliver_until_rest(registrar, *events, scheduled())
    assert web.group.targets() == web.healthy()


@pytest.mark.parametrize("address", ["10.0.77.5", "10.99.0.5", "192.0.2.5", "100.64.1.5"])
def test_address_in_no_subnet_ends_left_alone(web, start_registrar, address):
    foreign = (address, PORT)
    web.group.register(*foreign)
    until_rest(start_registrar(EXCLUSIVE), SWEEP)
    assert web.group.targets() == web.healthy() | {foreign}


def test_excluded_range_ends_unchanged_beside_a_removal(web, start_registrar):
    kept, gone = web.dead_task(), web.dead_task(subnet=web.vpc.subnets[1])
    deliver_until_rest(start_registrar(repairing(exclude_targets=["10.0.1.0/24"])), kept.event(), gone.event())
    assert web.group.targets() == web.healthy() | {kept.target()}
    assert gone.target() not in web.group.targets()
