"""What is in the account: healthy services behind groups of their own, and what they need."""

import hashlib
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from harness.place import ACCOUNT, REGION

PORT = 8080

#: What one VPC holds; a /16 has room for no more than 65,536 addresses.
TASKS_IN_VPC, SUBNETS = 10_000, 4

#: What hangs on one balancer: far from its quota of 50 listeners.
GROUPS_AT_BALANCER = 20


@dataclass(frozen=True)
class Shape:
    """How many services share how many tasks, and whether each has a task that stopped and left its target behind."""

    services: int
    tasks: int
    stale: bool = False

    @property
    def tasks_each(self):
        return self.tasks // self.services

    @property
    def vpcs(self):
        return -(-self.tasks // TASKS_IN_VPC)

    @property
    def balancers(self):
        """One for so many groups, in each VPC."""
        in_vpc = self.services // self.vpcs
        return self.vpcs * -(-in_vpc // GROUPS_AT_BALANCER)

    @property
    def subnets(self):
        return self.vpcs * SUBNETS

    @property
    def interfaces(self):
        """Those of the tasks, and of each balancer in each of its subnets."""
        return self.tasks + self.balancers * SUBNETS


def name_of(kind, number, digits):
    """A name as AWS makes them up, always the same for the same thing."""
    return hashlib.sha256(f"{kind} {number}".encode()).hexdigest()[:digits]


def arn(service, rest):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


CLUSTER = arn("ecs", "cluster/prod")


@dataclass
class Vpc:
    number: int
    id: str = field(init=False)

    def __post_init__(self):
        self.id = "vpc-" + name_of("vpc", self.number, 17)
        self.group = "sg-" + name_of("tasks of", self.number, 17)
        self.default_group = "sg-" + name_of("default of", self.number, 17)
        self.cidr = f"10.{self.number}.0.0/16"
        self.subnets = [Subnet(self, number) for number in range(SUBNETS)]


@dataclass
class Subnet:
    vpc: Vpc
    number: int

    def __post_init__(self):
        self.id = "subnet-" + name_of("subnet", f"{self.vpc.number}/{self.number}", 17)
        self.zone = f"{REGION}{'abcd'[self.number]}"
        self._first = int(IPv4Address(f"10.{self.vpc.number}.{self.number * 64}.0"))
        self.cidr = f"{IPv4Address(self._first)}/18"

    def address(self, nth):
        return str(IPv4Address(self._first + nth))


@dataclass
class Balancer:
    number: int
    vpc: Vpc
    groups: list = field(default_factory=list)

    def __post_init__(self):
        self.name = f"edge-{self.number:03}"
        self.path = f"net/{self.name}/{name_of('balancer', self.number, 16)}"
        self.arn = arn("elasticloadbalancing", f"loadbalancer/{self.path}")


@dataclass
class Service:
    number: int
    balancer: Balancer
    tasks: list = field(default_factory=list)

    def __post_init__(self):
        self.name = f"service-{self.number:04}"
        self.arn = arn("ecs", f"service/prod/{self.name}")
        self.definition = arn("ecs", f"task-definition/{self.name}:7")
        self.deployment = f"ecs-svc/{int(name_of('deployment', self.number, 14), 16):019d}"
        self.group = arn("elasticloadbalancing", f"targetgroup/{self.name}/{name_of('group', self.number, 16)}")


@dataclass
class Task:
    number: int
    service: Service
    subnet: Subnet
    address: str
    is_stopped: bool = False

    def __post_init__(self):
        self.id = name_of("task", self.number, 32)
        self.arn = arn("ecs", f"task/prod/{self.id}")
        self.interface = "eni-" + name_of("interface", self.number, 17)
        digits = name_of("attachment", self.number, 32)
        self.attachment = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class Account:
    """Everything in it."""

    def __init__(self, shape):
        self.shape = shape
        self.vpcs = [Vpc(number) for number in range(shape.vpcs)]
        self.services, self.tasks, self.balancers, self.stopped = [], [], [], []
        # The first four addresses of a subnet are AWS's, the next are those of balancers.
        handed_out = {subnet.id: 4 + GROUPS_AT_BALANCER for vpc in self.vpcs for subnet in vpc.subnets}
        for number in range(shape.services):
            vpc = self.vpcs[number * shape.vpcs // shape.services]
            last = self.balancers[-1] if self.balancers else None
            if last is None or last.vpc is not vpc or len(last.groups) == GROUPS_AT_BALANCER:
                self.balancers.append(Balancer(len(self.balancers), vpc))
            service = Service(number, self.balancers[-1])
            service.balancer.groups.append(service.group)
            self.services.append(service)
            for nth in range(shape.tasks_each):
                subnet = vpc.subnets[nth % SUBNETS]
                handed_out[subnet.id] += 1
                service.tasks.append(Task(len(self.tasks), service, subnet, subnet.address(handed_out[subnet.id])))
                self.tasks.append(service.tasks[-1])
            if shape.stale:
                subnet = vpc.subnets[0]
                handed_out[subnet.id] += 1
                address = subnet.address(handed_out[subnet.id])
                self.stopped.append(Task(shape.tasks + number, service, subnet, address, is_stopped=True))
        assert len(self.balancers) == shape.balancers, "as the fewest calls are computed from it"
