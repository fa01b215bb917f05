"""What can't be beaten: the fewest calls that tell all that has to be known, and the least time in which AWS answers them.

Each takes the `Shape` of an account in which all is well. What a call may name at most, and what a page holds, is from the
API references of ECS, Elastic Load Balancing and EC2.
"""

from collections import Counter
from math import ceil

from faultproxy.quotas import PUBLISHED

ELB = "elasticloadbalancing"


def fewest_of_registrar(shape):
    """A pass over an event of each task."""
    return Counter({
        # By ARN, at most 100. What the events say of the tasks may be old.
        "ecs:DescribeTasks": ceil(shape.tasks / 100),
        # By name, at most 10: where each of them belongs.
        "ecs:DescribeServices": ceil(shape.services / 10),
        # By ARN, a page of 400.
        f"{ELB}:DescribeTargetGroups": ceil(shape.services / 400),
        # Of one group, not in pages.
        f"{ELB}:DescribeTargetHealth": shape.services,
    })


def fewest_of_guard(shape):
    """A pass over an event of each task, with required groups that are named."""
    return Counter({
        "ecs:DescribeTasks": ceil(shape.tasks / 100),
        "ecs:DescribeServices": ceil(shape.services / 10),
        # By their ids at most 200, or by subnet (at most 200 of them) 1,000 to a page, among them those of balancers.
        "ec2:DescribeNetworkInterfaces": min(ceil(shape.tasks / 200), ceil(shape.interfaces / 1000)),
        # By VPC, at most 200.
        "ec2:DescribeSecurityGroups": ceil(shape.vpcs / 200),
    })


def fewest_of_sweep(shape):
    """A look at everything by every rule."""
    return Counter({
        "ecs:ListClusters": 1,
        # A page of 100.
        "ecs:ListServices": ceil(shape.services / 100),
        "ecs:DescribeServices": ceil(shape.services / 10),
        # A page of 100. Tasks of no service are in no other list.
        "ecs:ListTasks": ceil(shape.tasks / 100),
        "ecs:DescribeTasks": ceil(shape.tasks / 100),
        # One at a time, and each service has its own.
        "ecs:DescribeTaskDefinition": shape.services,
        # All of them, a page of 400.
        f"{ELB}:DescribeTargetGroups": ceil(shape.services / 400),
        f"{ELB}:DescribeTargetHealth": shape.services,
        # Of one group: whether clients' addresses arrive, how long it drains, which zones it serves.
        f"{ELB}:DescribeTargetGroupAttributes": shape.services,
        # All of them, a page of 400.
        f"{ELB}:DescribeLoadBalancers": ceil(shape.balancers / 400),
        # By subnet, at most 200, a page of 1,000: whoever has an address that is registered, and the balancers' own.
        "ec2:DescribeNetworkInterfaces": sum(
            ceil(min(200, shape.subnets - first) * shape.interfaces / shape.subnets / 1000)
            for first in range(0, shape.subnets, 200)),
        # By VPC, at most 200.
        "ec2:DescribeSubnets": ceil(shape.vpcs / 200),
        "ec2:DescribeSecurityGroups": ceil(shape.vpcs / 200),
        # DescribeAccountLimits matters only where a service may still grow.
    })


def fewest_of_remembering_sweep(shape):
    """The same without what seldom changes: it was read by a sweep before."""
    seldom = {"ecs:DescribeTaskDefinition", f"{ELB}:DescribeTargetGroupAttributes"}
    return Counter({action: calls for action, calls in fewest_of_sweep(shape).items() if action not in seldom})


def fewest_of_suspicions(shape):
    """The same where in each service a task stopped and left its target behind."""
    return fewest_of_sweep(shape) + Counter({
        # Those that stopped, of the whole cluster: a page of 100, and at most 100 described at once.
        "ecs:ListTasks": ceil(shape.services / 100),
        "ecs:DescribeTasks": ceil(shape.services / 100),
        # Whether somebody holds the cluster, a group or its balancer: the last two are asked for together, at most 20.
        "ecs:DescribeClusters": 1,
        f"{ELB}:DescribeTags": ceil((shape.services + shape.balancers) / 20),
    })


def watched(calls):
    """Those of the calls that go to ECS, Elastic Load Balancing and EC2, whose quotas are the account's."""
    return Counter({action: count for action, count in calls.items() if action.split(":")[0] in ("ecs", ELB, "ec2")})


def forced_seconds(calls, share=1.0):
    """The least time for these calls within this share of AWS's quotas: that of the quota that takes the longest.

    A bucket that is full at the beginning gives `size` calls at once and `rate` a second from then on.
    """
    return max(
        max(0.0, (count - size * share) / (rate * share))
        for size, rate, count in ((size, rate, _count(actions, calls)) for actions, size, rate in PUBLISHED))


def _count(patterns, calls):
    return sum(count for action, count in calls.items()
               if any(action == pattern or (pattern[-1] == "*" and action.startswith(pattern[:-1]))
                      for pattern in patterns))
