"""The account changes between two calls of one pass: what was right at the first look must still be right at the end.

Each test plays the same scene over and over, with the change before the first call of a kind, the second, and so on,
until the pass makes no more such calls.
"""

import time

import pytest
from harness.account import Account
from harness.account.deployments import start_rolling_deployment
from harness.events import sqs
from harness.lambda_runtime import Function, repairing, settings_of
from harness.proxy import Proxy
from scenes import PORT, Web, deliver_until_rest


@pytest.fixture
def play(server, binary):
    """Plays a scene once: `story(web)` gives the batch and what happens before the `nth` call of `action`."""

    def play(action, nth, story):
        server.reset()
        account = Account(server)
        web = Web(account, tasks=1)
        with Proxy(server.url) as proxy:
            events, change = story(web)
            rule = proxy.before(action, then=change, nth=nth)
            with Function(binary, settings_of(proxy.url, repairing(), ledger=account.ledger())) as registrar:
                registrar.invoke(sqs(*events))
                removed = proxy.calls["elasticloadbalancing:DeregisterTargets"]
                if rule.hits:
                    deliver_until_rest(registrar, *[task.event() for task in web.tasks])
        return web, rule.hits, removed

    return play


def test_address_that_comes_back_before_any_look_at_the_interfaces_ends_registered(play):
    def story(web):
        dead = web.dead_task()

        def comes_back():
            web.tasks.append(web.service.start_task(registered=False, address=dead.address))

        return [dead.event()], comes_back

    happened = 0
    for nth in range(1, 30):
        web, hit, removed = play("ec2:DescribeNetworkInterfaces", nth, story)
        if not hit:
            break
        happened += 1
        assert not removed, f"removed although the address came back before look {nth}"
        assert web.group.targets() == web.healthy()
    # At the least: the first look, the second, and the one right before the removal.
    assert happened >= 3
    assert web.group.targets() == web.healthy()


def test_target_ecs_drains_before_any_look_at_the_group_ends_draining(play):
    def story(web):
        dead = web.dead_task()

        def drains():
            if dead.target() in web.group.targets():
                web.group.set_state(*dead.target(), "draining")

        return [dead.event()], drains

    happened = 0
    for nth in range(1, 30):
        web, hit, removed = play("elasticloadbalancing:DescribeTargetHealth", nth, story)
        if not hit:
            break
        happened += 1
        drained = "draining" in web.group.states().values()
        assert drained == (removed == 0), f"before look {nth}"
    assert happened >= 3
    assert web.group.targets() == web.healthy()


@pytest.mark.parametrize("action", ["ecs:DescribeServices", "ecs:DescribeTasks", "ec2:DescribeNetworkInterfaces"])
def test_address_that_its_own_service_gets_back_from_a_hijacker_ends_registered(play, action):
    """The hijacker stops and a task of the group's own service inherits the address: never removed after that."""

    def story(web):
        dead, hijacker = web.hijacked_task()

        def comes_back():
            hijacker.stop()
            web.tasks.append(web.service.start_task(registered=False, address=dead.address))

        return [dead.event()], comes_back

    happened = 0
    for nth in range(1, 60):
        web, hit, removed = play(action, nth, story)
        if not hit:
            break
        happened += 1
        # After the last look nothing is left to see it with; the next pass puts it right.
        assert web.group.targets() == web.healthy(), f"before call {nth} of {action}"
        if action == "ec2:DescribeNetworkInterfaces":
            assert not removed, f"removed although the address came back before look {nth}"
    assert happened >= 2
    assert web.group.targets() == web.healthy()


def test_hijacker_whose_service_joins_the_group_before_any_look_at_it_ends_registered(play):
    def story(web):
        heir = web.neighbour()
        dead, _ = web.hijacked_task(heir=heir)

        def joins():
            own = heir.describe()["loadBalancers"]
            entry = {"targetGroupArn": web.group.arn, "containerName": "app", "containerPort": PORT}
            heir.set(load_balancers=[*own, entry])

        web.contested = dead.target()
        return [dead.event()], joins

    happened = 0
    for nth in range(1, 60):
        web, hit, removed = play("ecs:DescribeServices", nth, story)
        if not hit:
            break
        happened += 1
        assert not removed, f"removed although the service joined before look {nth}"
        assert web.contested in web.group.targets()
    assert happened >= 2
    assert web.group.targets() == web.healthy()


def first_of_two(web, registrar, proxy, kind, meanwhile):
    """A pass over two groups in which something happens while the first one's targets are changed; the changes it made."""
    api = web.neighbour("api")
    api.start_tasks(2)
    tasks = []
    for service in (web.service, api):
        task = service.start_task(registered=kind != "RegisterTargets")
        if kind == "DeregisterTargets":
            task.die()
        tasks.append(task)
    proxy.before(f"elasticloadbalancing:{kind}", then=lambda: meanwhile(web.service, api), nth=1)
    registrar.invoke(sqs(*(task.event() for task in tasks)))
    return [call.action.partition(":")[2] for call in proxy.changes()]


KINDS = ["RegisterTargets", "DeregisterTargets"]


@pytest.mark.parametrize("kind", KINDS)
def test_pause_stops_a_pass_that_is_under_way(web, account, start_registrar, proxy, kind):
    ledger = account.ledger()
    registrar = start_registrar(ledger=ledger)
    assert first_of_two(web, registrar, proxy, kind, lambda *_: ledger.pause()) == [kind]


@pytest.mark.parametrize("kind", KINDS)
def test_hold_on_a_service_stops_a_pass_that_is_under_way(web, registrar, proxy, kind):
    assert first_of_two(web, registrar, proxy, kind, lambda *services: [one.hold() for one in services]) == [kind]


@pytest.mark.parametrize("held", ["group", "cluster"])
@pytest.mark.parametrize("kind", KINDS)
def test_hold_on_what_else_is_concerned_stops_a_pass_that_takes_long(web, registrar, proxy, kind, held):
    def hold(*services):
        for service in services:
            (group,) = service.groups
            (group if held == "group" else service.cluster).hold()
        time.sleep(6)

    assert first_of_two(web, registrar, proxy, kind, hold) == [kind]


def test_task_ends_unregistered_where_a_deployment_begins_in_a_pass_that_is_under_way(web, registrar, proxy):
    new = [web.vpc.target_group(name) for name in ("new-web", "new-api")]

    def deploy(*services):
        for service, group in zip(services, new):
            start_rolling_deployment(service, {group: PORT})

    assert first_of_two(web, registrar, proxy, "RegisterTargets", deploy) == ["RegisterTargets"]
