"""The account changes between two calls of one pass: what was right at the first look must still be right at the end.

Each test plays the same scene over and over, with the change before the first call of a kind, the second, and so on,
until the pass makes no more such calls.
"""

import pytest
from harness.account import Account
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
