"""A task registered on the wrong port gets its right target first, and loses the wrong one only if it is no one's."""

import pytest
from harness.account.deployments import start_rolling_deployment
from harness.account.service import load_balancers
from harness.events import scheduled, sqs
from harness.faults import refused
from harness.lambda_runtime import repairing
from scenes import PORT, SWEEP, Web, deliver_until_rest, until_rest

WRONG = 8081


@pytest.fixture
def web(account):
    """The service moved from port 8081 to port 8080: the first revision of its task definition says so."""
    return Web(account, earlier_ports=[WRONG])


def mistaken_task(web):
    """A task that something registered on the wrong port."""
    task = web.service.start_task(registered=False)
    web.group.register(task.address, WRONG)
    # Nothing listens there any more.
    web.group.set_state(task.address, WRONG, "unhealthy", "Target.FailedHealthChecks")
    return task


def wrong(task):
    return task.address, WRONG


def test_task_on_the_port_of_an_earlier_task_definition_ends_on_the_right_port_only(web, registrar):
    task = mistaken_task(web)
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy() | {task.target()}


def test_task_on_the_wrong_port_of_an_exclusive_group_ends_on_the_right_port_only(account, start_registrar):
    web = Web(account)
    task = mistaken_task(web)
    deliver_until_rest(start_registrar(repairing(managed="exclusive")), task.event())
    assert web.group.targets() == web.healthy() | {task.target()}


def test_task_on_the_port_its_service_had_in_the_ledger_ends_on_the_right_port_only(account, registrar):
    web = Web(account, tasks=0)
    service = web.service
    service.groups = {web.group: WRONG}
    service.set(load_balancers=load_balancers(service.groups))
    first = service.start_task()
    deliver_until_rest(registrar, first.event())
    service.groups = {web.group: PORT}
    service.set(load_balancers=load_balancers(service.groups))
    first.stop()
    task = mistaken_task(web)
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == {task.target()}


def test_task_on_a_port_its_service_never_had_ends_on_both(account, registrar):
    web = Web(account)
    task = mistaken_task(web)
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy() | {task.target(), wrong(task)}


def test_task_on_a_port_another_service_of_the_group_uses_ends_on_both(web, registrar):
    web.cluster.service("other", {web.group: WRONG})
    task = mistaken_task(web)
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy() | {task.target(), wrong(task)}


def test_task_ends_on_both_ports_while_the_right_one_is_not_healthy_and_on_that_one_then(web, account, registrar):
    account.registered_targets_start_as("initial")
    task = mistaken_task(web)
    deliver_until_rest(registrar, task.event())
    assert web.group.states() == dict.fromkeys(web.healthy(), "healthy") | {
        wrong(task): "unhealthy", task.target(): "initial"}
    web.group.set_state(*task.target(), "healthy")
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy() | {task.target()}


def test_task_ends_on_the_wrong_port_while_the_right_one_is_refused(web, registrar, proxy):
    task = mistaken_task(web)
    proxy.fails("elasticloadbalancing:RegisterTargets", refused("TooManyTargets"))
    for _ in range(2):
        registrar.invoke(sqs(task.event()))
    assert web.group.targets() == web.healthy() | {wrong(task)}


def test_task_of_a_service_being_deployed_ends_on_both_ports(web, registrar):
    task = web.service.start_task()
    web.group.register(*wrong(task))
    start_rolling_deployment(web.service)
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy() | {task.target(), wrong(task)}


def test_held_task_ends_on_the_wrong_port(web, registrar):
    task = mistaken_task(web)
    task.hold()
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy() | {wrong(task)}


def test_box_on_an_earlier_port_of_the_service_ends_registered(web, start_registrar):
    """Whoever put it there meant it: its owner isn't ECS."""
    box = web.subnet.interface(web.subnet.address(200))
    web.group.register(box.address, WRONG)
    until_rest(start_registrar(repairing(managed="exclusive")), SWEEP)
    assert web.group.targets() == web.healthy() | {(box.address, WRONG)}


def test_standalone_task_on_an_earlier_port_of_the_service_ends_registered(web, start_registrar):
    stranger = web.cluster.standalone_task(web.subnet)
    web.group.register(stranger.address, WRONG)
    until_rest(start_registrar(repairing(managed="exclusive")), SWEEP)
    assert web.group.targets() == web.healthy() | {(stranger.address, WRONG)}


def test_task_of_a_service_elsewhere_on_an_earlier_port_ends_registered(web, registrar):
    stranger = web.neighbour().start_task()
    web.group.register(stranger.address, WRONG)
    deliver_until_rest(registrar, stranger.event(), scheduled())
    assert web.group.targets() == web.healthy() | {(stranger.address, WRONG)}


@pytest.mark.parametrize("record", ["ended", "expired", "of another target"])
def test_healthy_task_on_a_port_its_service_once_had_ends_on_both(account, start_registrar, record):
    web = Web(account)
    old = web.service.start_task()
    ledger = account.ledger()
    ledger.saw(web.group, (old.address, WRONG), old, web.service)
    if record == "of another target":
        web.group.register(old.address, WRONG)
        web.tasks.append(old)
    registrar = start_registrar(ledger=ledger)
    if record == "ended":
        deliver_until_rest(registrar, old.event())
    elif record == "expired":
        ledger.thirty_days_pass()
    meant = web.tasks[0]
    web.group.register(meant.address, WRONG)
    deliver_until_rest(registrar, meant.event())
    assert wrong(meant) in web.group.targets()
