"""EC2's answers: XML, in a protocol of its own."""

from harness.place import ACCOUNT, REGION

from .account import PORT, Account, name_of

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"


class Ec2:
    def __init__(self, account: Account):
        self._interfaces, self._by_subnet = {}, {subnet.id: [] for vpc in account.vpcs for subnet in vpc.subnets}
        for nth, balancer in enumerate(account.balancers):
            for subnet in balancer.vpc.subnets:
                interface = "eni-" + name_of("of balancer", f"{balancer.name}/{subnet.number}", 17)
                item = _balancer_interface(interface, balancer, subnet, subnet.address(4 + nth % 20))
                self._add(interface, subnet, item)
        for task in account.tasks:
            self._add(task.interface, task.subnet, _task_interface(task))
        self._subnets = {vpc.id: "".join(map(_subnet, vpc.subnets)) for vpc in account.vpcs}
        self._groups = {vpc.id: _groups(vpc) for vpc in account.vpcs}
        self._acls = {vpc.id: _acl(vpc) for vpc in account.vpcs}

    def _add(self, interface, subnet, item):
        self._interfaces[interface] = item
        self._by_subnet[subnet.id].append(item)

    def answer(self, operation, fields):
        result = getattr(self, operation)(fields)
        return (f'<{operation}Response xmlns="{NAMESPACE}"><requestId>1</requestId>{result}'
                f"</{operation}Response>").encode()

    def DescribeNetworkInterfaces(self, fields):
        values = _values(fields)
        if fields["Filter.1.Name"] == "subnet-id":
            found = [item for subnet in values for item in self._by_subnet[subnet]]
        else:
            assert fields["Filter.1.Name"] == "network-interface-id"
            found = [self._interfaces[interface] for interface in values]
        size, start = int(fields.get("MaxResults", 1000)), int(fields.get("NextToken") or 0)
        assert size <= 1000
        token = f"<nextToken>{start + size}</nextToken>" if start + size < len(found) else ""
        return f"<networkInterfaceSet>{''.join(found[start:start + size])}</networkInterfaceSet>{token}"

    def DescribeSubnets(self, fields):
        return f"<subnetSet>{''.join(self._subnets[vpc] for vpc in _values(fields))}</subnetSet>"

    def DescribeSecurityGroups(self, fields):
        return f"<securityGroupInfo>{''.join(self._groups[vpc] for vpc in _values(fields))}</securityGroupInfo>"


    def DescribeNetworkAcls(self, fields):
        return f"<networkAclSet>{''.join(self._acls[vpc] for vpc in _values(fields))}</networkAclSet>"


def _acl(vpc):
    """The VPC's own, which lets everything pass."""
    entries = "".join(f"<item><ruleNumber>{number}</ruleNumber><protocol>-1</protocol><ruleAction>{action}</ruleAction>"
                      f"<egress>{egress}</egress><cidrBlock>0.0.0.0/0</cidrBlock></item>"
                      for egress in ("true", "false") for number, action in ((100, "allow"), (32767, "deny")))
    subnets = "".join(f"<item><networkAclAssociationId>aclassoc-{subnet.id[7:]}</networkAclAssociationId>"
                      f"<networkAclId>acl-{vpc.id[4:]}</networkAclId><subnetId>{subnet.id}</subnetId></item>"
                      for subnet in vpc.subnets)
    return (f"<item><networkAclId>acl-{vpc.id[4:]}</networkAclId><vpcId>{vpc.id}</vpcId><default>true</default>"
            f"<entrySet>{entries}</entrySet><associationSet>{subnets}</associationSet></item>")


def _values(fields):
    values = [value for name, value in fields.items() if name.startswith("Filter.1.Value.")]
    assert len(values) <= 200
    return values


def _interface(interface, subnet, address, description, groups, requester):
    name = f"ip-{address.replace('.', '-')}.ec2.internal"
    return (f"<item><networkInterfaceId>{interface}</networkInterfaceId><subnetId>{subnet.id}</subnetId>"
            f"<vpcId>{subnet.vpc.id}</vpcId><availabilityZone>{subnet.zone}</availabilityZone>"
            f"<description>{description}</description><ownerId>{ACCOUNT}</ownerId><requesterId>{requester}</requesterId>"
            "<requesterManaged>true</requesterManaged><operator><managed>false</managed></operator>"
            "<status>in-use</status><macAddress>0a:58:a9:fe:ac:02</macAddress>"
            f"<privateIpAddress>{address}</privateIpAddress><privateDnsName>{name}</privateDnsName>"
            f"<sourceDestCheck>true</sourceDestCheck><groupSet>{groups}</groupSet>"
            f"<attachment><attachmentId>eni-attach-{interface[4:]}</attachmentId>"
            f"<instanceOwnerId>{ACCOUNT}</instanceOwnerId><deviceIndex>1</deviceIndex><networkCardIndex>0</networkCardIndex>"
            "<status>attached</status><attachTime>2026-03-01T12:00:00.000Z</attachTime>"
            "<deleteOnTermination>false</deleteOnTermination></attachment><tagSet/><privateIpAddressesSet><item>"
            f"<privateIpAddress>{address}</privateIpAddress><privateDnsName>{name}</privateDnsName><primary>true</primary>"
            "</item></privateIpAddressesSet><ipv6AddressesSet/><interfaceType>interface</interfaceType></item>")


def _task_interface(task):
    groups = f"<item><groupId>{task.subnet.vpc.group}</groupId><groupName>tasks</groupName></item>"
    description = f"arn:aws:ecs:{REGION}:{ACCOUNT}:attachment/{task.attachment}"
    return _interface(task.interface, task.subnet, task.address, description, groups, ACCOUNT)


def _balancer_interface(interface, balancer, subnet, address):
    item = _interface(interface, subnet, address, f"ELB {balancer.path}", "", "amazon-elb")
    return item.replace("<interfaceType>interface<", "<interfaceType>network_load_balancer<")


def _subnet(subnet):
    return (f"<item><subnetId>{subnet.id}</subnetId><state>available</state><vpcId>{subnet.vpc.id}</vpcId>"
            f"<cidrBlock>{subnet.cidr}</cidrBlock><ipv6CidrBlockAssociationSet/>"
            "<availableIpAddressCount>12000</availableIpAddressCount>"
            f"<availabilityZone>{subnet.zone}</availabilityZone><ownerId>{ACCOUNT}</ownerId><tagSet/></item>")


def _groups(vpc):
    open_port = (f"<item><ipProtocol>tcp</ipProtocol><fromPort>{PORT}</fromPort><toPort>{PORT}</toPort><groups/>"
                 f"<ipRanges><item><cidrIp>{vpc.cidr}</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item>")
    own = (f"<item><ipProtocol>-1</ipProtocol><groups><item><userId>{ACCOUNT}</userId><groupId>{vpc.default_group}"
           "</groupId></item></groups><ipRanges/><ipv6Ranges/><prefixListIds/></item>")
    return _group(vpc, vpc.group, "tasks", open_port) + _group(vpc, vpc.default_group, "default", own)


def _group(vpc, group, name, ingress):
    return (f"<item><ownerId>{ACCOUNT}</ownerId><groupId>{group}</groupId><groupName>{name}</groupName>"
            f"<groupDescription>{name}</groupDescription><vpcId>{vpc.id}</vpcId><ipPermissions>{ingress}</ipPermissions>"
            "<ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp>"
            "</item></ipRanges><ipv6Ranges/><prefixListIds/></item></ipPermissionsEgress><tagSet/></item>")
