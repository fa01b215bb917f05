"""A load balancer and its listeners."""

import itertools

from .holds import ElbTagged


class LoadBalancer(ElbTagged):
    """A load balancer, `network` or `application`, in every subnet its VPC has now."""

    def __init__(self, vpc, name, security_groups=(), kind="network"):
        self.account, self.name, self._protocol = vpc.account, name, "TCP" if kind == "network" else "HTTP"
        # The default, which moto leaves unsaid.
        options = {"Scheme": "internet-facing"}
        if security_groups:
            options["SecurityGroups"] = list(security_groups)
        answer = self.account.aws.elbv2.create_load_balancer(
            Name=f"{name}-{vpc.id[-6:]}", Type=kind, Subnets=[subnet.id for subnet in vpc.subnets], **options)
        self.arn = answer["LoadBalancers"][0]["LoadBalancerArn"]
        self._ports, self._subnets = itertools.count(8000), list(vpc.subnets)

    def crosses_zones(self):
        """Has its nodes send to targets in any zone."""
        attributes = [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]
        self.account.aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=self.arn, Attributes=attributes)

    def has_nodes(self, host=200):
        """It has an interface in each of its subnets, at the address with this last number. moto makes none."""
        for subnet in self._subnets:
            path = self.arn.partition(":loadbalancer/")[2]
            subnet.interface(subnet.address(host), description=f"ELB {path}")

    def listen(self, group):
        """Puts the group behind the balancer, on a port of its own."""
        self.account.aws.elbv2.create_listener(
            LoadBalancerArn=self.arn, Protocol=self._protocol, Port=next(self._ports),
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group.arn}])
