"""A target whose address a task of another service got is removed if past ownership is proved; never otherwise."""

import pytest
from harness.account.deployments import TaskSet, start_rolling_deployment, use_native_strategy
from harness.events import scheduled
from harness.lambda_runtime import repairing
from scenes import PORT, SWEEP, deliver_until_rest, until_rest


def test_hijacked_target_ends_removed_and_stays_where_its_new_owner_belongs(web, registrar):
    dead, heir = web.hijacked_task()
    deliver_until_rest(registrar, dead.event(), heir.event())
    assert web.group.targets() == web.healthy()
    assert next(iter(heir.groups)).targets() == {heir.target()}


def test_target_hijacked_from_another_cluster_ends_removed(web, account, registrar):
    dead, _ = web.hijacked_task(heir=web.neighbour(cluster=account.cluster("dev")))
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy()


def test_target_hijacked_long_ago_ends_removed_by_the_ledgers_word(web, registrar):
    task = web.service.start_task()
    deliver_until_rest(registrar, task.event())
    task.die()
    task.is_forgotten()
    web.neighbour().start_task(address=task.address)
    deliver_until_rest(registrar, scheduled())
    assert web.group.targets() == web.healthy()


def test_address_of_another_services_task_that_someone_registered_ends_left_alone(web, registrar):
    stranger = web.neighbour().start_task()
    web.group.register(*stranger.target())
    deliver_until_rest(registrar, stranger.event(), web.tasks[0].event(), scheduled())
    assert web.group.targets() == web.healthy() | {stranger.target()}


def test_live_target_at_the_address_of_a_task_that_crashed_before_it_was_registered_ends_unchanged(web, registrar, proxy):
    """`web` crash-loops. A script registers the tasks of `api`, which names no load balancer; one inherits an address."""
    api = web.worker("api")
    served = [api.start_task() for _ in range(2)]
    crashed = web.service.start_task(registered=False)
    crashed.stop()
    heir = api.start_task(address=crashed.address)
    served.append(heir)
    for task in served:
        web.group.register(task.address, PORT)
    deliver_until_rest(registrar, crashed.event(), web.tasks[0].event(), heir.event(), scheduled())
    assert web.group.targets() == web.healthy() | {(task.address, PORT) for task in served}
    assert proxy.changes() == []


def test_target_that_a_worker_inherited_from_a_task_the_ledger_saw_registered_ends_removed(web, registrar):
    """The classic case: its service names no load balancer, and no other task of it is in the group."""
    worker = web.worker("worker")
    worker.start_task()
    dead, heir = web.hijacked_task(heir=worker)
    deliver_until_rest(registrar, dead.event(), heir.event())
    assert web.group.targets() == web.healthy()


def test_target_that_is_initial_ends_unchanged_until_it_is_not(web, registrar):
    """It may have been registered for its new owner a moment ago."""
    dead, _ = web.hijacked_task()
    web.group.set_state(*dead.target(), "initial", "Elb.RegistrationInProgress")
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy() | {dead.target()}
    web.group.set_state(*dead.target(), "unhealthy")
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy()


def test_target_whose_stopped_tasks_interface_is_not_deleted_yet_ends_unchanged_until_it_is(web, registrar, proxy):
    """The interface's description still names the stopped task's own attachment: no stranger has the address."""
    task = web.service.start_task()
    task.die(leaves_interface=True)
    passes = deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy() | {task.target()}
    assert passes[-1].repairs() == [] and proxy.changes() == []
    task.lose_interface()
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy()


def test_target_registered_by_hand_for_the_new_owner_ends_unchanged(web, registrar):
    """The ledger saw the target leave: what it saw before says nothing of the registration made since."""
    task = web.service.start_task()
    deliver_until_rest(registrar, task.event())
    task.stop()
    task.is_forgotten()
    until_rest(registrar, SWEEP)
    heir = web.neighbour().start_task(address=task.address)
    web.group.register(*task.target())
    until_rest(registrar, SWEEP)
    assert web.group.targets() == web.healthy() | {heir.target()}


# The new owner isn't a task of a service that has nothing to do with the group.


def test_target_a_box_took_over_ends_unchanged_and_is_reported(web, registrar):
    dead = web.dead_task(remembered=True)
    web.subnet.interface(dead.address)
    passes = deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy() | {dead.target()}
    assert passes[-1].repairs() == [("target-hijacked", "deregister-target", "withheld")]


def test_target_a_standalone_task_took_over_ends_unchanged_and_is_reported(web, registrar):
    dead = web.dead_task(remembered=True)
    web.subnet.next_task_gets(dead.address)
    heir = web.cluster.standalone_task(web.subnet)
    passes = deliver_until_rest(registrar, dead.event(), heir.event())
    assert web.group.targets() == web.healthy() | {dead.target()}
    assert passes[-1].repairs() == [("target-hijacked", "deregister-target", "withheld")]


def test_target_a_task_of_the_same_service_took_over_ends_unchanged(web, registrar, proxy):
    dead = web.dead_task()
    heir = web.service.start_task(registered=False, address=dead.address)
    deliver_until_rest(registrar, dead.event(), heir.event())
    assert web.group.targets() == web.healthy() | {heir.target()}
    assert proxy.changes() == []


@pytest.mark.parametrize("status", ["PROVISIONING", "PENDING", "ACTIVATING", "DEACTIVATING", "STOPPING"])
def test_target_taken_over_by_a_task_of_the_same_service_that_does_not_serve_ends_unchanged(web, registrar, status):
    dead = web.dead_task()
    heir = web.service.start_task(registered=False, address=dead.address)
    heir.is_now(status, "STOPPED" if status in ("DEACTIVATING", "STOPPING") else "RUNNING")
    deliver_until_rest(registrar, dead.event(), heir.event())
    assert web.group.targets() == web.healthy() | {dead.target()}


# The new owner's service uses the group after all, in one way or another.


def its_alternate_group(web, heir):
    use_native_strategy(heir, next(iter(heir.groups)), web.group)


def its_deployment_that_is_not_finished(web, heir):
    """The outgoing deployment's revision names the group, `loadBalancers` no longer does."""
    own = heir.groups
    start_rolling_deployment(heir, {web.group: PORT})
    start_rolling_deployment(heir, own)


@pytest.mark.parametrize("uses", [its_alternate_group, its_deployment_that_is_not_finished])
def test_target_ends_unchanged_where_its_new_owners_service_uses_the_group_by(web, registrar, uses):
    heir = web.neighbour()
    uses(web, heir)
    dead, _ = web.hijacked_task(heir=heir)
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy() | {dead.target()}


def test_target_ends_unchanged_where_its_new_owners_service_uses_the_group_by_another_task_set(web, registrar):
    heir = web.neighbour(controller="EXTERNAL")
    dead = web.dead_task(remembered=True)
    TaskSet(heir, {web.group: PORT})
    TaskSet(heir, heir.groups, primary=True).start_task(address=dead.address)
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy() | {dead.target()}


@pytest.mark.parametrize("elsewhere", [False, True], ids=["same cluster", "another cluster"])
def test_target_ends_unchanged_where_its_new_owners_service_shares_the_group(web, account, registrar, elsewhere):
    cluster = account.cluster("dev") if elsewhere else web.cluster
    heir = cluster.service("sharer", {web.group: PORT})
    dead = web.dead_task(remembered=True)
    heir.start_task(registered=False, address=dead.address)
    deliver_until_rest(registrar, dead.event())
    assert web.group.targets() == web.healthy() | {dead.target()}


# Two services in two clusters behind one group.


@pytest.fixture
def sharer(web, account):
    """A service of the same name in a cluster whose name contains the other's, behind the same group."""
    service = account.cluster("preprod").service("web", {web.group: PORT}, family="web-preprod")
    service.tasks = service.start_tasks(2, web.vpc.subnets[1])
    return service


def test_shared_group_ends_with_the_tasks_of_both_services(web, sharer, registrar, proxy):
    both = {task.target() for task in web.tasks + sharer.tasks}
    deliver_until_rest(registrar, web.tasks[0].event(), scheduled())
    assert web.group.targets() == both
    assert proxy.changes() == []


def test_shared_group_ends_without_the_dead_tasks_of_either_service(web, sharer, registrar):
    both = {task.target() for task in web.tasks + sharer.tasks}
    dead = [service.start_task() for service in (web.service, sharer)]
    for task in dead:
        task.die()
    deliver_until_rest(registrar, dead[0].event(), dead[1].event())
    assert web.group.targets() == both


def test_shared_group_ends_with_the_forgotten_tasks_of_both_services(web, sharer, registrar):
    both = {task.target() for task in web.tasks + sharer.tasks}
    forgotten = [service.start_task(registered=False) for service in (web.service, sharer)]
    deliver_until_rest(registrar, *[task.event() for task in forgotten])
    assert web.group.targets() == both | {task.target() for task in forgotten}


def test_shared_group_of_exclusive_management_ends_with_the_tasks_of_both_services(web, sharer, start_registrar):
    both = {task.target() for task in web.tasks + sharer.tasks}
    until_rest(start_registrar(repairing(managed="exclusive")), SWEEP)
    assert web.group.targets() == both
