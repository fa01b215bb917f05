"""Elastic Load Balancing's answers: XML, in the query protocol."""

from harness.place import REGION

from .account import PORT, Account

NAMESPACE = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"

#: Quotas that were raised far enough for whatever hangs on a balancer here.
LIMITS = {"targets-per-network-load-balancer": 100_000, "targets-per-availability-zone-per-network-load-balancer": 100_000,
          "target-groups": 10_000, "network-load-balancers": 1_000, "listeners-per-network-load-balancer": 50}

ATTRIBUTES = {
    "proxy_protocol_v2.enabled": "false", "preserve_client_ip.enabled": "false", "stickiness.enabled": "false",
    "stickiness.type": "source_ip", "deregistration_delay.timeout_seconds": "300",
    "deregistration_delay.connection_termination.enabled": "false",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}


class Elb:
    def __init__(self, account: Account):
        self._groups = {service.group: _group(service) for service in account.services}
        self._health = {service.group: "".join(map(_health, service.tasks)) for service in account.services}
        for task in account.stopped:
            self._health[task.service.group] += _health(task)
        self._balancers = {balancer.arn: _balancer(balancer) for balancer in account.balancers}
        groups = {balancer.arn: [] for balancer in account.balancers}
        for service in account.services:
            groups[service.balancer.arn].append(service.group)
        self._listeners = {arn: "".join(_listener(arn, *one) for one in enumerate(of_it)) for arn, of_it in groups.items()}
        self._attributes = _members(f"<Key>{key}</Key><Value>{value}</Value>" for key, value in ATTRIBUTES.items())
        self._limits = _members(f"<Name>{name}</Name><Max>{most}</Max>" for name, most in LIMITS.items())

    def answer(self, operation, fields):
        result = getattr(self, operation)(fields)
        return (f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result>{result}</{operation}Result>'
                "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
                f"</{operation}Response>").encode()

    def DescribeTargetGroups(self, fields):
        return _page("TargetGroups", self._groups, "TargetGroupArns", fields)

    def DescribeLoadBalancers(self, fields):
        return _page("LoadBalancers", self._balancers, "LoadBalancerArns", fields)

    def DescribeListeners(self, fields):
        return f"<Listeners>{self._listeners[fields['LoadBalancerArn']]}</Listeners>"

    def DescribeLoadBalancerAttributes(self, fields):
        assert fields["LoadBalancerArn"] in self._balancers
        return "<Attributes><member><Key>load_balancing.cross_zone.enabled</Key><Value>false</Value></member></Attributes>"

    def DescribeTargetHealth(self, fields):
        return f"<TargetHealthDescriptions>{self._health[fields['TargetGroupArn']]}</TargetHealthDescriptions>"

    def DescribeTargetGroupAttributes(self, fields):
        assert fields["TargetGroupArn"] in self._groups
        return f"<Attributes>{self._attributes}</Attributes>"

    def DescribeTags(self, fields):
        arns = [value for name, value in fields.items() if name.startswith("ResourceArns.member.")]
        assert len(arns) <= 20
        tags = _members(f"<ResourceArn>{arn}</ResourceArn><Tags/>" for arn in arns)
        return f"<TagDescriptions>{tags}</TagDescriptions>"

    def DescribeAccountLimits(self, fields):
        return f"<Limits>{self._limits}</Limits>"


def _members(contents):
    return "".join(f"<member>{content}</member>" for content in contents)


def _page(key, all_of_them, names, fields):
    """Those that were asked for, or the next page of all."""
    asked = [value for name, value in fields.items() if name.startswith(f"{names}.member.")]
    if asked:
        return f"<{key}>{''.join(all_of_them[arn] for arn in asked)}</{key}>"
    size, start = int(fields.get("PageSize", 400)), int(fields.get("Marker") or 0)
    assert size <= 400
    marker = f"<NextMarker>{start + size}</NextMarker>" if start + size < len(all_of_them) else ""
    return f"<{key}>{''.join(list(all_of_them.values())[start:start + size])}</{key}>{marker}"


def _group(service):
    return (f"<member><TargetGroupArn>{service.group}</TargetGroupArn><TargetGroupName>{service.name}</TargetGroupName>"
            f"<Protocol>TCP</Protocol><Port>80</Port><VpcId>{service.balancer.vpc.id}</VpcId>"
            "<HealthCheckEnabled>true</HealthCheckEnabled><HealthCheckProtocol>TCP</HealthCheckProtocol>"
            "<HealthCheckPort>traffic-port</HealthCheckPort><HealthCheckIntervalSeconds>30</HealthCheckIntervalSeconds>"
            "<HealthCheckTimeoutSeconds>10</HealthCheckTimeoutSeconds><HealthyThresholdCount>5</HealthyThresholdCount>"
            "<UnhealthyThresholdCount>2</UnhealthyThresholdCount>"
            f"<LoadBalancerArns><member>{service.balancer.arn}</member></LoadBalancerArns>"
            "<TargetType>ip</TargetType><IpAddressType>ipv4</IpAddressType></member>")


def _listener(balancer, number, group):
    arn = f"{balancer.replace(':loadbalancer/', ':listener/')}/{number:016x}"
    return (f"<member><ListenerArn>{arn}</ListenerArn><LoadBalancerArn>{balancer}</LoadBalancerArn>"
            f"<Port>{8000 + number}</Port><Protocol>TCP</Protocol><DefaultActions><member><Type>forward</Type>"
            f"<TargetGroupArn>{group}</TargetGroupArn></member></DefaultActions></member>")


def _health(task):
    state = ("<State>unhealthy</State><Reason>Target.FailedHealthChecks</Reason>" if task.is_stopped
             else "<State>healthy</State>")
    return (f"<member><Target><Id>{task.address}</Id><Port>{PORT}</Port>"
            f"<AvailabilityZone>{task.subnet.zone}</AvailabilityZone></Target><HealthCheckPort>{PORT}</HealthCheckPort>"
            f"<TargetHealth>{state}</TargetHealth>"
            "<AdministrativeOverride><State>no_override</State><Reason>AdministrativeOverride.NoOverride</Reason>"
            "<Description>No override is currently active on target</Description></AdministrativeOverride></member>")


def _balancer(balancer):
    zones = _members(f"<ZoneName>{subnet.zone}</ZoneName><SubnetId>{subnet.id}</SubnetId><LoadBalancerAddresses/>"
                     for subnet in balancer.vpc.subnets)
    return (f"<member><LoadBalancerArn>{balancer.arn}</LoadBalancerArn>"
            f"<DNSName>{balancer.name}.elb.{REGION}.amazonaws.com</DNSName><CanonicalHostedZoneId>Z26RNL4JYFTOTI"
            "</CanonicalHostedZoneId><CreatedTime>2026-01-01T00:00:00.000Z</CreatedTime>"
            f"<LoadBalancerName>{balancer.name}</LoadBalancerName><Scheme>internet-facing</Scheme>"
            f"<VpcId>{balancer.vpc.id}</VpcId><State><Code>active</Code></State><Type>network</Type>"
            f"<AvailabilityZones>{zones}</AvailabilityZones><IpAddressType>ipv4</IpAddressType></member>")
