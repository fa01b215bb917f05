"""What the audit of ten thousand tasks in two hundred services costs, in calls and in memory.

The fewest calls that can tell that all is well by every rule, for S services of one cluster, each behind a group of its own,
with N tasks altogether, D task definitions, B balancers and V VPCs:

    1               ecs:ListClusters
    ceil(S / 100)   ecs:ListServices
    ceil(S / 10)    ecs:DescribeServices
    ceil(N / 100)   ecs:ListTasks
    ceil(N / 100)   ecs:DescribeTasks
    D               ecs:DescribeTaskDefinition
    ceil(S / 400)   elasticloadbalancing:DescribeTargetGroups
    S               elasticloadbalancing:DescribeTargetHealth
    S               elasticloadbalancing:DescribeTargetGroupAttributes
    ceil(B / 20)    elasticloadbalancing:DescribeLoadBalancers
    B               elasticloadbalancing:DescribeListeners
    B               elasticloadbalancing:DescribeLoadBalancerAttributes, where a group has no target in a zone
    1               elasticloadbalancing:DescribeAccountLimits
    ceil(N / 1000)  ec2:DescribeNetworkInterfaces, beside those of the balancers' subnets
    ceil(V / 200)   ec2:DescribeSubnets
    ceil(V / 200)   ec2:DescribeSecurityGroups
    ceil(V / 200)   ec2:DescribeNetworkAcls
"""

from collections import Counter
from math import ceil

import pytest
from harness.account import Account
from harness.lambda_runtime import Function, settings_of
from harness.proxy import Proxy
from scenes import PORT, Web

SERVICES, TASKS = 200, 10_000
MEMORY = 96 * 2**20


@pytest.fixture(scope="module")
def crowd(server):
    """Two hundred healthy services of fifty tasks each."""
    server.reset()
    account = Account(server)
    crowd = Web(account, tasks=0)
    crowd.vpc.lets_in(PORT)
    # Each service is in one zone.
    crowd.vpc.balancer.crosses_zones()
    wide = [crowd.vpc.subnet(f"10.0.{16 * number}.0/20", zone="ab"[number % 2]) for number in range(1, 5)]
    services = [crowd.service]
    services += [crowd.neighbour(f"service-{number:03}", desired=TASKS // SERVICES, subnets=wide)
                 for number in range(1, SERVICES)]
    for number, service in enumerate(services):
        service.start_tasks(TASKS // SERVICES, wide[number % len(wide)])
    account.aws.ecs.update_service(cluster="prod", service="web", desiredCount=TASKS // SERVICES)
    return crowd


def watched(calls):
    services = ("ecs", "elasticloadbalancing", "ec2")
    return Counter({action: count for action, count in calls.items() if action.split(":")[0] in services})


def fewest():
    return Counter({
        "ecs:ListClusters": 1,
        "ecs:ListServices": ceil(SERVICES / 100),
        "ecs:DescribeServices": ceil(SERVICES / 10),
        "ecs:ListTasks": ceil(TASKS / 100),
        "ecs:DescribeTasks": ceil(TASKS / 100),
        "ecs:DescribeTaskDefinition": SERVICES,
        "elasticloadbalancing:DescribeTargetGroups": ceil(SERVICES / 400),
        "elasticloadbalancing:DescribeTargetHealth": SERVICES,
        "elasticloadbalancing:DescribeTargetGroupAttributes": SERVICES,
        "elasticloadbalancing:DescribeLoadBalancers": 1,
        "elasticloadbalancing:DescribeListeners": 1,
        "elasticloadbalancing:DescribeLoadBalancerAttributes": 1,
        "elasticloadbalancing:DescribeAccountLimits": 1,
        "ec2:DescribeNetworkInterfaces": ceil(TASKS / 1000),
        "ec2:DescribeSubnets": 1,
        "ec2:DescribeSecurityGroups": 1,
        "ec2:DescribeNetworkAcls": 1,
    })


def peak(function):
    """The most memory that the function's process ever had, in bytes."""
    with open(f"/proc/{function.pid}/status", encoding="ascii") as status:
        (line,) = (line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def test_ten_thousand_tasks_are_all_found_for_the_fewest_calls_in_little_memory(crowd, server, audit_binary):
    with Proxy(server.url) as proxy, Function(audit_binary, settings_of(proxy.url, GUARD_QUOTA_SHARE="1")) as audit:
        report = audit.invoke({}, deadline=900.0).report
        memory, calls = peak(audit), watched(proxy.calls)
    assert report["findings"] == []
    assert report["coverage"]["unread"] == []
    assert (report["coverage"]["services"], report["coverage"]["tasks"]) == (SERVICES, TASKS)
    assert report["coverage"]["targets"] == TASKS
    assert watched(report["calls"]) == calls
    print(f"{sum(calls.values())} calls, fewest {sum(fewest().values())}, {memory / 2**20:.1f} MB,"
          f" {report['duration_ms']} ms", calls - fewest())
    assert sum(calls.values()) <= sum(fewest().values()) * 1.02, calls - fewest()
    assert memory < MEMORY, f"{memory / 2**20:.1f} MB"
