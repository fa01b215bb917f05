"""While ECS moves a service on, nothing is done that could be wrong; at rest the group that serves is the right one."""

import pytest
from harness.account.deployments import finish_rolling_deployment, start_rolling_deployment, use_native_strategy
from harness.events import scheduled
from scenes import PORT, deliver_until_rest

# A rolling deployment, perhaps with other load balancers.


@pytest.fixture
def moving(web):
    """The service moves from the group `web` to the group `next`; its three tasks still serve in `web`."""
    web.next = web.vpc.target_group("next")
    web.outgoing = start_rolling_deployment(web.service, {web.next: PORT})
    return web


def test_outgoing_tasks_end_serving_in_the_outgoing_group_and_unregistered_in_the_new_one(moving, registrar, proxy):
    incoming = moving.service.start_task()
    deliver_until_rest(registrar, incoming.event(), moving.tasks[0].event(), scheduled())
    assert moving.group.targets() == moving.healthy()
    assert moving.next.targets() == {incoming.target()}
    assert proxy.changes() == []


def test_forgotten_incoming_task_ends_in_the_new_group_only(moving, registrar):
    incoming = moving.service.start_task(registered=False)
    deliver_until_rest(registrar, incoming.event())
    assert moving.next.targets() == {incoming.target()}
    assert moving.group.targets() == moving.healthy()


def test_forgotten_outgoing_task_ends_unregistered(moving, registrar):
    outgoing = moving.service.start_task(registered=False, started_by=moving.outgoing)
    deliver_until_rest(registrar, outgoing.event())
    assert moving.group.targets() == moving.healthy()
    assert moving.next.targets() == set()


def test_dead_outgoing_task_ends_removed_from_the_outgoing_group(moving, registrar):
    """The revision of the deployment that isn't finished still uses the group, and nothing has the address."""
    dead = moving.tasks[0]
    dead.die()
    deliver_until_rest(registrar, dead.event(), scheduled())
    assert moving.group.targets() == {task.target() for task in moving.tasks[1:]}


def test_dead_task_ends_removed_while_its_service_moves_within_one_group(web, registrar):
    """Nothing has the address: whatever the deployment comes to, that is not in doubt."""
    start_rolling_deployment(web.service)
    dead = web.tasks[0]
    dead.die()
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == {task.target() for task in web.tasks[1:]}


# A deployment that succeeded early: the service lists it alone, and tasks of the one before run on.


def test_outgoing_tasks_of_a_deployment_that_succeeded_early_end_where_they_were(moving, registrar, proxy):
    finish_rolling_deployment(moving.service)
    incoming = moving.service.start_task()
    outgoing = moving.service.start_task(registered=False, started_by=moving.outgoing)
    deliver_until_rest(registrar, incoming.event(), outgoing.event(), moving.tasks[0].event(), scheduled())
    assert moving.group.targets() == moving.healthy()
    assert moving.next.targets() == {incoming.target()}
    assert proxy.changes() == []


def test_outgoing_tasks_of_a_deployment_that_succeeded_early_on_another_port_end_on_their_own(web, registrar, proxy):
    start_rolling_deployment(web.service, {web.group: PORT + 1})
    finish_rolling_deployment(web.service)
    incoming = web.service.start_task()
    deliver_until_rest(registrar, incoming.event(), web.tasks[0].event(), scheduled())
    assert web.group.targets() == web.healthy() | {incoming.target()}
    assert proxy.changes() == []


def test_forgotten_task_of_a_deployment_that_succeeded_early_ends_in_the_new_group(moving, registrar):
    finish_rolling_deployment(moving.service)
    incoming = moving.service.start_task(registered=False)
    deliver_until_rest(registrar, incoming.event())
    assert moving.next.targets() == {incoming.target()}


# BLUE_GREEN, LINEAR and CANARY: two groups, and the revision that is current says which of them serves.


@pytest.fixture(params=["BLUE_GREEN", "LINEAR", "CANARY"])
def native(web, request):
    """The service may shift between the groups `web` and `alternate`; both are empty."""
    web.strategy = request.param
    web.alternate = web.vpc.target_group("alternate")
    for task in web.tasks:
        task.stop()
    return web


def rest(native, serving):
    use_native_strategy(native.service, native.group, native.alternate, native.strategy, serving=serving)
    native.service.groups = {serving: PORT}


def shift(native):
    use_native_strategy(native.service, native.group, native.alternate, native.strategy, shifting=True)
    native.service.groups = {native.group: PORT}


def test_forgotten_task_ends_in_the_production_group_where_that_one_serves(native, registrar):
    rest(native, serving=native.group)
    forgotten = native.service.start_task(registered=False)
    deliver_until_rest(registrar, forgotten.event())
    assert native.group.targets() == {forgotten.target()}
    assert native.alternate.targets() == set()


def test_forgotten_task_ends_in_the_alternate_group_where_that_one_serves(native, registrar):
    rest(native, serving=native.alternate)
    forgotten = native.service.start_task(registered=False)
    deliver_until_rest(registrar, forgotten.event())
    assert native.group.targets() == set()
    assert native.alternate.targets() == {forgotten.target()}


def test_forgotten_task_ends_unregistered_while_traffic_shifts(native, registrar, proxy):
    shift(native)
    forgotten = native.service.start_task(registered=False)
    deliver_until_rest(registrar, forgotten.event(), scheduled())
    assert proxy.changes() == []


def test_dead_task_ends_removed_from_the_group_that_serves(native, registrar):
    rest(native, serving=native.alternate)
    dead = native.service.start_task()
    dead.die()
    deliver_until_rest(registrar, dead.event())
    assert native.alternate.targets() == set()


def test_dead_task_ends_removed_while_traffic_shifts(native, registrar):
    shift(native)
    dead = native.service.start_task()
    dead.die()
    deliver_until_rest(registrar, dead.event(), scheduled())
    assert native.group.targets() == set()


def test_live_tasks_in_both_groups_end_untouched_while_traffic_shifts(native, registrar, proxy):
    shift(native)
    blue, green = native.service.start_task(), native.service.start_task(registered=False)
    native.alternate.register(*green.target())
    deliver_until_rest(registrar, blue.event(), green.event(), scheduled())
    assert proxy.changes() == []


def test_tasks_of_a_deployment_that_is_rolled_back_to_end_where_they_are(web, registrar):
    """`loadBalancers` may tell what the deployment that failed would have changed."""
    start_rolling_deployment(web.service, {web.group: PORT + 1})
    failed, back = web.service.describe()["deployments"]
    when = {"createdAt": "2026-01-01T00:00:00+00:00", "updatedAt": "2026-01-01T00:00:00+00:00"}
    web.service.set(deployments=[
        {**back, **when, "status": "PRIMARY", "rolloutState": "IN_PROGRESS"},
        {**failed, **when, "status": "ACTIVE", "rolloutState": "FAILED"}])
    deliver_until_rest(registrar, *(task.event() for task in web.tasks))
    assert web.group.targets() == web.healthy()
