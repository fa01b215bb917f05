"""Services that share a target group: what is done there goes by the most cautious of their policies."""

import pytest
from harness.events import sqs
from harness.faults import denied
from harness.lambda_runtime import repairing
from scenes import PORT, SWEEP, Web, deliver_until_rest

#: What the policy says of the other service's cluster, and what that keeps from being registered.
CAUTIOUS = [
    {"registration.mode": "observe"},
    {"registration.grace": "1h"},
    {"registration.exclude_targets": ["10.0.0.0/16"]},
]


@pytest.fixture
def shared(account):
    """`prod/web`, whose group `dev/sharer` uses too."""
    web = Web(account, earlier_ports=[PORT + 1])
    sharer = account.cluster("dev").service("sharer", {web.group: PORT}, family="sharer")
    sharer.start_task(subnet=web.vpc.subnets[1])
    return web


@pytest.mark.parametrize("way", ["event", "sweep"])
@pytest.mark.parametrize("changes", CAUTIOUS)
def test_forgotten_task_ends_unregistered_where_the_other_service_does_not_allow_it(
        shared, start_registrar, proxy, changes, way):
    forgotten = shared.service.start_task(registered=False)
    forgotten.started(seconds_ago=600)
    registrar = start_registrar(repairing({"cluster": "dev", **changes}))
    for _ in range(2):
        registrar.invoke(SWEEP if way == "sweep" else sqs(forgotten.event()))
    assert proxy.changes() == []


def test_forgotten_task_ends_registered_where_the_override_is_of_neither_service(shared, account, start_registrar):
    forgotten = shared.service.start_task(registered=False)
    registrar = start_registrar(repairing({"cluster": "staging", "registration.mode": "observe"}))
    deliver_until_rest(registrar, forgotten.event())
    assert forgotten.target() in shared.group.targets()


def test_task_on_the_wrong_port_ends_as_it_is_where_the_other_service_is_observed(shared, start_registrar, proxy):
    task = shared.service.start_task(registered=False)
    shared.group.register(task.address, PORT + 1)
    shared.group.set_state(task.address, PORT + 1, "unhealthy")
    registrar = start_registrar(repairing({"cluster": "dev", "registration.mode": "observe"}))
    for _ in range(2):
        registrar.invoke(SWEEP)
    assert proxy.changes() == []


def test_who_shares_the_group_is_asked_only_where_the_policy_tells_them_apart(shared, start_registrar, proxy):
    forgotten = shared.service.start_task(registered=False)
    deliver_until_rest(start_registrar(), forgotten.event())
    assert forgotten.target() in shared.group.targets() and "ecs:ListServices" not in proxy.calls


def test_nothing_is_registered_while_who_shares_the_group_is_unread(shared, start_registrar, proxy):
    forgotten = shared.service.start_task(registered=False)
    proxy.fails("ecs:ListServices", denied)
    registrar = start_registrar(repairing({"cluster": "dev", "registration.mode": "observe"}))
    passed = registrar.invoke(sqs(forgotten.event()))
    assert proxy.changes() == []
    (finding,) = passed.findings("target-missing")
    assert finding["resources"]["target"]["ip"] == forgotten.address
