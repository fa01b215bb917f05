"""A live task that is absent from its target group is registered there, and nothing else is."""

import pytest
from harness.events import sqs
from harness.lambda_runtime import repairing
from scenes import PORT, SWEEP, deliver_until_rest, until_rest


def test_forgotten_task_ends_registered_on_its_container_port(web, registrar):
    forgotten = web.service.start_task(registered=False)
    deliver_until_rest(registrar, forgotten.event())
    assert web.group.targets() == web.healthy() | {(forgotten.address, PORT)}


def test_two_forgotten_tasks_of_one_batch_end_registered(web, registrar):
    one, other = web.service.start_task(registered=False), web.service.start_task(registered=False)
    deliver_until_rest(registrar, one.event(), other.event())
    assert web.group.targets() == web.healthy() | {one.target(), other.target()}


def test_forgotten_task_ends_registered_by_a_sweep(web, registrar):
    forgotten = web.service.start_task(registered=False)
    until_rest(registrar, SWEEP)
    assert web.group.targets() == web.healthy() | {forgotten.target()}


def test_task_ends_registered_although_someone_deregistered_it(web, registrar):
    victim = web.tasks[0]
    web.group.deregister(*victim.target())
    until_rest(registrar, SWEEP)
    assert web.group.targets() == web.healthy()


def test_forgotten_task_ends_registered_without_a_ledger(web, start_registrar):
    forgotten = web.service.start_task(registered=False)
    deliver_until_rest(start_registrar(ledger=None), forgotten.event())
    assert web.group.targets() == web.healthy() | {forgotten.target()}


def test_healthy_service_ends_untouched(web, registrar, proxy):
    deliver_until_rest(registrar, *[task.event() for task in web.tasks])
    assert web.group.targets() == web.healthy()
    assert proxy.changes() == []


@pytest.mark.parametrize("state", ["initial", "unhealthy", "unavailable"])
def test_task_registered_but_not_healthy_ends_untouched(web, registrar, proxy, state):
    task = web.tasks[0]
    web.group.set_state(*task.target(), state)
    deliver_until_rest(registrar, task.event())
    assert web.group.states()[task.target()] == state
    assert proxy.changes() == []


@pytest.mark.parametrize(("status", "desired"), [
    ("PROVISIONING", "RUNNING"),
    ("PENDING", "RUNNING"),
    ("ACTIVATING", "RUNNING"),
    ("RUNNING", "STOPPED"),
    ("DEACTIVATING", "STOPPED"),
    ("STOPPING", "STOPPED"),
    ("DEPROVISIONING", "STOPPED"),
    ("HIBERNATING", "RUNNING"),
])
def test_task_that_does_not_serve_ends_unregistered(web, registrar, proxy, status, desired):
    task = web.service.start_task(registered=False)
    task.is_now(status, desired)
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy()
    assert proxy.changes() == []


def test_task_whose_event_is_old_ends_as_it_is_now_and_not_as_it_was(web, registrar):
    task = web.service.start_task(registered=False)
    running = task.event()
    task.stop(leaves_target=True)
    deliver_until_rest(registrar, running)
    assert web.group.targets() == web.healthy()


def test_draining_address_ends_draining_and_is_registered_when_it_is_out(web, registrar):
    task = web.tasks[0]
    web.group.set_state(*task.target(), "draining")
    deliver_until_rest(registrar, task.event())
    assert web.group.states()[task.target()] == "draining"
    web.group.set_state(*task.target(), None)
    deliver_until_rest(registrar, task.event())
    assert web.group.states()[task.target()] == "healthy"


def test_task_younger_than_grace_ends_unregistered_and_an_older_one_registered(web, start_registrar):
    young, old = web.service.start_task(registered=False), web.service.start_task(registered=False)
    young.started(seconds_ago=5)
    old.started(seconds_ago=3600)
    start_registrar(repairing(grace="10m")).invoke(sqs(young.event(), old.event()))
    assert web.group.targets() == web.healthy() | {old.target()}


def test_task_of_a_draining_service_ends_unregistered(web, registrar):
    task = web.service.start_task(registered=False)
    web.service.is_draining()
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy()


def test_standalone_task_ends_unregistered(web, registrar):
    task = web.cluster.standalone_task(web.subnet, port=PORT)
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy()


def test_task_someone_started_in_the_group_of_a_service_ends_unregistered(web, registrar):
    """`group` can be chosen by whoever runs a task; `startedBy` is no deployment here."""
    task = web.cluster.standalone_task(web.subnet, port=PORT, group="service:web")
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy()


def test_task_without_an_interface_ends_ignored_beside_one_that_is_registered(web, registrar):
    bridge = web.cluster.bridge_task("batch")
    forgotten = web.service.start_task(registered=False)
    deliver_until_rest(registrar, bridge.event(), forgotten.event())
    assert web.group.targets() == web.healthy() | {forgotten.target()}


def test_task_ends_registered_in_each_group_of_its_service_on_each_port(web, registrar):
    metrics = web.vpc.target_group("metrics", port=80)
    service = web.cluster.service("two", {web.group: PORT, metrics: 9090}, desired=1)
    task = service.start_task(registered=False)
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy() | {(task.address, PORT)}
    assert metrics.targets() == {(task.address, 9090)}


def test_task_forgotten_in_one_of_two_groups_ends_in_both_and_the_other_is_untouched(web, registrar, proxy):
    metrics = web.vpc.target_group("metrics", port=80)
    service = web.cluster.service("two", {web.group: PORT, metrics: 9090}, desired=1)
    task = service.start_task()
    metrics.deregister(task.address, 9090)
    deliver_until_rest(registrar, task.event())
    assert metrics.targets() == {(task.address, 9090)}
    assert all(call.mentions(metrics.arn) for call in proxy.changes())


def test_task_ends_in_its_other_group_although_one_was_deleted(web, registrar):
    metrics = web.vpc.target_group("metrics", port=80)
    service = web.cluster.service("two", {web.group: PORT, metrics: 9090}, desired=1)
    task = service.start_task(registered=False)
    metrics.delete()
    deliver_until_rest(registrar, task.event())
    assert web.group.targets() == web.healthy() | {(task.address, PORT)}


def test_task_in_a_group_of_another_target_type_ends_unregistered(web, registrar, proxy):
    group = web.vpc.target_group("instances", TargetType="instance")
    task = web.cluster.service("odd", {group: PORT}, desired=1).start_task(registered=False)
    registrar.invoke(sqs(task.event()))
    assert proxy.changes() == []


@pytest.mark.parametrize(("balancers", "registered"), [(["network"], False), (["network", "application"], True)])
def test_task_behind_an_application_balancer_ends_registered_only_if_the_policy_names_its_kind(
        web, start_registrar, balancers, registered):
    balancer = web.vpc.load_balancer("pages", kind="application")
    group = web.vpc.target_group("pages", balancer=balancer, Protocol="HTTP", HealthCheckProtocol="HTTP")
    task = web.cluster.service("pages", {group: PORT}, desired=1).start_task(registered=False)
    deliver_until_rest(start_registrar(repairing(balancers=balancers)), task.event())
    assert group.targets() == ({task.target()} if registered else set())


def test_quic_group_ends_unchanged_and_is_reported(web, registrar, proxy):
    """A QUIC target needs a server id that can't be invented."""
    forgotten = web.service.start_task(registered=False)
    web.group.becomes(protocol="QUIC")
    invocations = deliver_until_rest(registrar, forgotten.event())
    assert web.group.targets() == web.healthy()
    assert proxy.changes() == []
    assert [finding["rule"] for finding in invocations[-1].findings("target-missing")] == ["target-missing"]


def test_ipv6_group_ends_with_the_ipv6_address(account, registrar):
    vpc = account.vpc(cidr="10.1.0.0/16", subnets=["10.1.1.0/24"], ipv6=True)
    group = vpc.target_group("six", IpAddressType="ipv6")
    task = account.cluster("prod").service("six", {group: PORT}, desired=1).start_task(registered=False)
    deliver_until_rest(registrar, task.event())
    assert group.targets() == {("2001:db8:0:1::a", PORT)}


def test_ipv6_group_ends_without_a_task_that_has_no_ipv6_address(web, registrar, proxy):
    group = web.vpc.target_group("six", IpAddressType="ipv6")
    task = web.cluster.service("six", {group: PORT}, desired=1).start_task(registered=False)
    registrar.invoke(sqs(task.event()))
    assert group.targets() == set()
    assert proxy.changes() == []


@pytest.mark.parametrize("level", ["error", "off"])
def test_a_repair_is_logged_whatever_is_to_be_logged(web, start_registrar, level):
    registrar = start_registrar(RUST_LOG=level)
    forgotten = web.service.start_task(registered=False)
    repaired, rest = [registrar.invoke(sqs(forgotten.event())) for _ in range(2)]
    assert "the pass is over" in repaired.logged_text() and '\\"done\\"' in repaired.logged_text().replace('"done"', '\\"done\\"')
    assert "the pass is over" not in rest.logged_text()
