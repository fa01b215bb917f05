"""The network: a VPC, its subnets, and interfaces that are not ECS's."""

from dataclasses import dataclass

from .balancer import LoadBalancer
from .target_group import TargetGroup


class Vpc:
    """A VPC with a network load balancer in its subnets. DNS host names are on: ECS interfaces need them in moto."""

    def __init__(self, account, cidr, subnets, ipv6=False):
        self.account, self._ec2, self.cidr = account, account.aws.ec2, cidr
        self.id = self._ec2.create_vpc(CidrBlock=cidr, AmazonProvidedIpv6CidrBlock=ipv6)["Vpc"]["VpcId"]
        self._ec2.modify_vpc_attribute(VpcId=self.id, EnableDnsHostnames={"Value": True})
        self.subnets = []
        for number, subnet in enumerate(subnets):
            self.subnet(subnet, zone="abc"[number % 3], ipv6=f"2001:db8:0:{number + 1}::/64" if ipv6 else None)
        self.task_security_group = self.security_group("tasks")
        self.balancer = LoadBalancer(self, "edge")

    def subnet(self, cidr, zone="a", ipv6=None):
        """One more subnet."""
        options = {"Ipv6CidrBlock": ipv6} if ipv6 else {}
        answer = self._ec2.create_subnet(
            VpcId=self.id, CidrBlock=cidr, AvailabilityZone=self.account.region + zone, **options)
        self.subnets.append(Subnet(self, answer["Subnet"]["SubnetId"], cidr))
        return self.subnets[-1]

    def security_group(self, name):
        answer = self._ec2.create_security_group(GroupName=name, Description=name, VpcId=self.id)
        return answer["GroupId"]

    def lets_in(self, port, protocol="tcp", group=None):
        """The tasks' security group lets this port in from the whole VPC."""
        self._ec2.authorize_security_group_ingress(GroupId=group or self.task_security_group, IpPermissions=[{
            "IpProtocol": protocol, "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": self.cidr}]}])

    def load_balancer(self, name, **options):
        """One more load balancer; a network one unless told otherwise."""
        return LoadBalancer(self, name, **options)

    def target_group(self, name, port=80, **options):
        """An `ip` group of TCP, behind the VPC's balancer unless told otherwise."""
        options.setdefault("balancer", self.balancer)
        return TargetGroup(self, name, port, **options)


class Subnet:
    """A subnet. Its tasks get `.10`, `.11` and so on, unless `next_task_gets` says otherwise."""

    def __init__(self, vpc, subnet_id, cidr):
        self.vpc, self.id, self.cidr = vpc, subnet_id, cidr

    def address(self, host):
        """The address with this last number."""
        return self.cidr.rsplit(".", 1)[0] + f".{host}"

    def next_task_gets(self, address):
        self.vpc.account.server.stage("next_address", subnet=self.id, address=address)

    def is_shared_by(self, owner):
        """The subnet belongs to another account, whose interfaces in it can't be seen here."""
        self.vpc.account.set("subnet", self.id, owner=owner)

    def interface(self, address, secondary=(), prefix=None, description="a box"):
        """An interface that isn't ECS's: a box, a database, a NAT gateway."""
        ec2 = self.vpc.account.aws.ec2
        answer = ec2.create_network_interface(SubnetId=self.id, PrivateIpAddress=address, Description=description)
        interface = Interface(self.vpc.account, answer["NetworkInterface"]["NetworkInterfaceId"], address)
        if secondary:
            ec2.assign_private_ip_addresses(NetworkInterfaceId=interface.id, PrivateIpAddresses=list(secondary))
        if prefix:
            self.vpc.account.set("network-interface", interface.id, Ipv4Prefixes=[{"Ipv4Prefix": prefix}])
        return interface


@dataclass
class Interface:
    """A network interface by its id."""

    account: object
    id: str
    address: str

    def delete(self):
        self.account.aws.ec2.delete_network_interface(NetworkInterfaceId=self.id)
