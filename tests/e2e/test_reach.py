"""Traffic that security groups shut out: found, and let in by just the rule that the report says to add."""

import re

import pytest
from scenes import PORT, Web

TRAFFIC = "ingress-traffic-blocked"
CHECKS = "ingress-health-check-blocked"
DOOR = re.compile(
    r"Add an (?P<way>inbound|outbound) rule to (?P<group>sg-\w+)[^:]*: "
    r"type Custom (?P<protocol>TCP|UDP), port range (?P<port>\d+), (source|destination) (?P<peer>[^.]*(\.\d[^.]*)*)\.")


@pytest.fixture
def web(account):
    """A service whose security group lets nothing in, behind a balancer that has no groups."""
    return Web(account)


def behind_a_balancer_with_groups(web):
    """The service's group is behind a balancer that has a security group, as all balancers should."""
    web.doors = web.vpc.security_group("doors")
    balancer = web.vpc.load_balancer("closed", security_groups=[web.doors])
    web.group.delete()
    web.group = web.vpc.target_group("web", balancer=balancer)
    web.service.set(load_balancers=[
        {"targetGroupArn": web.group.arn, "containerName": "app", "containerPort": PORT}])
    for task in web.tasks:
        web.group.register(task.address, PORT)


def blocked(invocation):
    return {finding["rule"] for finding in invocation.findings() if finding["rule"] in (TRAFFIC, CHECKS)}


def rules_to_add(invocation):
    return [rule for finding in invocation.findings() for rule in finding["evidence"].get("rules_to_add", [])]


def add(account, rule):
    """Types into the console what the report says."""
    door = DOOR.fullmatch(rule)
    assert door, rule
    permission = {
        "IpProtocol": door["protocol"].lower(), "FromPort": int(door["port"]), "ToPort": int(door["port"]),
        "IpRanges": [{"CidrIp": cidr} for cidr in re.findall(r"[\d.]+/\d+", door["peer"])],
        "UserIdGroupPairs": [{"GroupId": group} for group in re.findall(r"sg-\w+", door["peer"])],
    }
    ec2 = account.aws.ec2
    authorize = {"inbound": ec2.authorize_security_group_ingress, "outbound": ec2.authorize_security_group_egress}
    authorize[door["way"]](GroupId=door["group"], IpPermissions=[permission])


def ends_open(web, audit, proxy):
    """Adding what the report says, and nothing else, ends it."""
    first = audit.invoke({})
    assert rules_to_add(first)
    for rule in rules_to_add(first):
        add(web.account, rule)
    assert blocked(audit.invoke({})) == set()
    assert proxy.changes() == []
    return first


def test_balancer_without_groups_ends_let_in_by_its_addresses(web, audit, proxy):
    first = ends_open(web, audit, proxy)
    assert blocked(first) == {TRAFFIC}
    (finding,) = first.findings(TRAFFIC)
    assert finding["evidence"]["tasks"] == "3 of 3"
    assert finding["resources"]["target_group"] == web.group.arn


def test_balancer_with_groups_ends_let_in_by_its_group(web, audit, proxy):
    behind_a_balancer_with_groups(web)
    first = ends_open(web, audit, proxy)
    assert web.doors in rules_to_add(first)[0]


def test_health_checks_on_another_port_end_let_in(web, audit, proxy):
    web.vpc.lets_in(PORT)
    web.account.aws.elbv2.modify_target_group(TargetGroupArn=web.group.arn, HealthCheckPort="9090")
    first = ends_open(web, audit, proxy)
    assert blocked(first) == {CHECKS}


def test_outbound_rules_of_the_balancer_end_opened(web, account, audit, proxy):
    behind_a_balancer_with_groups(web)
    account.aws.ec2.authorize_security_group_ingress(GroupId=web.vpc.task_security_group, IpPermissions=[{
        "IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, "UserIdGroupPairs": [{"GroupId": web.doors}]}])
    account.aws.ec2.revoke_security_group_egress(GroupId=web.doors, IpPermissions=[{
        "IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    first = ends_open(web, audit, proxy)
    assert [rule.split(" rule")[0] for rule in rules_to_add(first)] == ["Add an outbound"]


def test_preserved_clients_end_let_in_themselves(web, audit, proxy):
    web.vpc.lets_in(PORT)
    web.group.attribute("preserve_client_ip.enabled", "true")
    first = ends_open(web, audit, proxy)
    assert blocked(first) == {TRAFFIC}
    assert "0.0.0.0/0" in rules_to_add(first)[0]


def test_prefix_list_is_read(web, account, audit):
    entries = [{"Cidr": web.vpc.cidr}]
    lists = account.aws.ec2.create_managed_prefix_list(
        PrefixListName="balancers", MaxEntries=5, AddressFamily="IPv4", Entries=entries)
    account.aws.ec2.authorize_security_group_ingress(GroupId=web.vpc.task_security_group, IpPermissions=[{
        "IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT,
        "PrefixListIds": [{"PrefixListId": lists["PrefixList"]["PrefixListId"]}]}])
    assert blocked(audit.invoke({})) == set()


def test_world_open_beyond_the_port_is_reported(web, account, audit):
    account.aws.ec2.authorize_security_group_ingress(GroupId=web.vpc.task_security_group, IpPermissions=[{
        "IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    (finding,) = audit.invoke({}).findings("ingress-world-open")
    assert finding["resources"]["security_groups"] == [web.vpc.task_security_group]
