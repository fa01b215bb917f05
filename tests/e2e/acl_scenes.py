"""Scenes of the tests of fixes: a network ACL denies what passes."""

from scenes import PORT


def acl_of(shop):
    """The network ACL that all subnets of the VPC have."""
    answer = shop.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [shop.vpc.id]}])
    return answer["NetworkAcls"][0]["NetworkAclId"]


def entry(shop, number, action, ports, cidr, egress=False):
    """The network ACL allows or denies TCP to these ports, from or to these addresses."""
    shop.ec2.create_network_acl_entry(
        NetworkAclId=acl_of(shop), RuleNumber=number, Egress=egress, Protocol="6", RuleAction=action, CidrBlock=cidr,
        PortRange={"From": ports[0], "To": ports[1]})


def network_acl_denies_the_port(shop):
    entry(shop, 50, "deny", (PORT, PORT), "10.0.0.0/16")


def network_acl_lets_only_clients_through(shop):
    for egress in (True, False):
        shop.ec2.delete_network_acl_entry(NetworkAclId=acl_of(shop), RuleNumber=100, Egress=egress)
    entry(shop, 100, "allow", (8000, 8010), "0.0.0.0/0")
    entry(shop, 100, "allow", (1024, 65535), "203.0.113.0/24", egress=True)
