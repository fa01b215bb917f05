"""Each rule of configuration and headroom on an account that breaks it and on one that nearly does.

Before a story begins the account is healthy, by every rule there is.
"""

import pytest
from harness.account.task_definition import register_task_definition
from scenes import PORT, Web


@pytest.fixture
def web(account):
    """The healthy service `web`, whose security group lets its port in."""
    web = Web(account)
    web.vpc.lets_in(PORT)
    return web


def test_healthy_account_yields_nothing(web, audit, proxy):
    web.vpc.balancer.crosses_zones()
    report = audit.invoke({}).report
    assert report["findings"] == []
    assert report["coverage"]["unread"] == []
    assert report["coverage"]["tasks"] == len(web.tasks)
    assert proxy.changes() == []


def behind_an_application_load_balancer(web, name="shop"):
    balancer = web.vpc.load_balancer(f"{name}-app", kind="application")
    group = web.vpc.target_group(name, balancer=balancer, Protocol="HTTP", HealthCheckProtocol="HTTP")
    web.cluster.service(name, {group: PORT}, desired=0)


def test_account_with_many_services_behind_other_balancers_is_told_once(web, audit):
    for name in ("shop", "blog"):
        behind_an_application_load_balancer(web, name)
    (told,) = audit.invoke({}).findings("balancer-not-network")
    assert len(told["evidence"]["services"]) == 2


def behind_another_network_load_balancer(web):
    group = web.vpc.target_group("shop", balancer=web.vpc.load_balancer("other"))
    web.cluster.service("shop", {group: PORT}, desired=0)


def maps_another_port(web):
    web.service.runs(web.service.new_task_definition(PORT + 1))


def maps_the_port_among_others(web):
    web.service.runs(web.service.new_task_definition(PORT + 1, PORT))


def is_in_bridge_mode(web):
    web.service.runs(register_task_definition(web.account, "web", [PORT], network_mode="bridge"))


def is_in_bridge_mode_behind_instances(web):
    group = web.vpc.target_group("boxes", TargetType="instance")
    service = web.cluster.service("boxes", {group: PORT}, desired=0)
    service.runs(register_task_definition(web.account, "boxes", [PORT], network_mode="bridge"))


def is_registered_by_hand(web):
    stray = web.neighbour("stray", desired=1)
    stray.set(load_balancers=[])
    task = stray.start_task(registered=False)
    web.group.register(task.address, PORT)


def has_no_load_balancer_and_is_nowhere_registered(web):
    stray = web.neighbour("stray", desired=1)
    stray.set(load_balancers=[])
    stray.start_task(registered=False)


def is_behind_instances(web):
    group = web.vpc.target_group("boxes", TargetType="instance")
    web.cluster.service("boxes", {group: PORT}, desired=0)


def declares(groups):
    def story(web):
        network = web.service.network_configuration(web.service.subnets)
        network["awsvpcConfiguration"]["securityGroups"] = groups(web)
        web.service.set(network_configuration=network)

    return story


def its_group_was_deleted(web):
    idle = web.neighbour("idle", desired=0)
    next(iter(idle.groups)).delete()


def a_group_nobody_uses_was_deleted(web):
    web.vpc.target_group("spare").delete()


def is_behind_udp(web):
    idle = web.neighbour("idle", desired=0)
    next(iter(idle.groups)).becomes(protocol="UDP")


def is_behind_tls(web):
    idle = web.neighbour("idle", desired=0)
    next(iter(idle.groups)).becomes(protocol="TLS")


def reaches_into_another_zone(web):
    subnet = web.vpc.subnet("10.0.3.0/24", zone="c")
    group = web.vpc.target_group("far")
    web.cluster.service("far", {group: PORT}, desired=0, subnets=[subnet])


def reaches_into_another_zone_with_cross_zone_on(web):
    reaches_into_another_zone(web)
    web.account.target_groups[-1].attribute("load_balancing.cross_zone.enabled", "true")


def may_grow_to(tasks):
    return lambda web: web.service.scaled(1, tasks)


def may_grow_in_a_small_subnet(tasks):
    def story(web):
        subnet = web.vpc.subnet("10.0.9.0/28", zone="a")
        group = web.vpc.target_group("tight")
        web.cluster.service("tight", {group: PORT}, desired=1, subnets=[subnet]).start_task()
        web.account.aws.application_autoscaling.register_scalable_target(
            ServiceNamespace="ecs", ScalableDimension="ecs:service:DesiredCount", ResourceId="service/prod/tight",
            MinCapacity=1, MaxCapacity=tasks)

    return story


#: What breaks each rule, and what nearly does. moto allows a balancer 200 targets, and a /28 has 11 free addresses.
STORIES = {
    "balancer-not-network": (behind_an_application_load_balancer, behind_another_network_load_balancer),
    "port-mismatch": (maps_another_port, maps_the_port_among_others),
    "network-mode-not-awsvpc": (is_in_bridge_mode, is_in_bridge_mode_behind_instances),
    "service-without-load-balancer": (is_registered_by_hand, has_no_load_balancer_and_is_nowhere_registered),
    "target-type-not-ip": (is_behind_instances, is_in_bridge_mode_behind_instances),
    "service-without-security-groups": (
        declares(lambda web: []), declares(lambda web: [web.vpc.task_security_group])),
    "target-group-not-found": (its_group_was_deleted, a_group_nobody_uses_was_deleted),
    "protocol-mismatch": (is_behind_udp, is_behind_tls),
    "zone-not-enabled": (reaches_into_another_zone, reaches_into_another_zone_with_cross_zone_on),
    "target-quota-near": (may_grow_to(201), may_grow_to(200)),
    "subnet-addresses-low": (may_grow_in_a_small_subnet(13), may_grow_in_a_small_subnet(11)),
    "scaling-floor-zero": (lambda web: web.service.scaled(0, 3), lambda web: web.service.scaled(1, 3)),
}


@pytest.mark.parametrize("rule", STORIES)
def test_account_that_breaks_the_rule_is_told_of(web, audit, proxy, rule):
    breaks, _ = STORIES[rule]
    breaks(web)
    report = audit.invoke({}).report
    found = [finding for finding in report["findings"] if finding["rule"] == rule]
    assert len(found) == 1, [finding["summary"] for finding in report["findings"]]
    assert found[0]["remedy"] and found[0]["summary"]
    # All services behind other balancers are one finding, of the account.
    assert ("service" in found[0]["resources"]) == (rule != "balancer-not-network")
    assert proxy.changes() == []


@pytest.mark.parametrize("rule", STORIES)
def test_account_that_nearly_breaks_the_rule_is_not(web, audit, rule):
    _, nearly = STORIES[rule]
    nearly(web)
    report = audit.invoke({}).report
    assert [finding["summary"] for finding in report["findings"] if finding["rule"] == rule] == []
    assert report["coverage"]["unread"] == []


def test_rules_that_are_not_wanted_ask_nothing(web, audit, proxy):
    audit.invoke({"rules": ["service-without-security-groups"], "scope": {"services": ["prod/web"]}})
    assert set(proxy.calls) == {"ecs:ListClusters", "ecs:DescribeServices"}
