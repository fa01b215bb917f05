"""What a healthy service of a thousand tasks costs the guard.

The fewest calls that can tell that every task wears the right groups, for one service of N tasks in one subnet:

    ceil(N / 100)    ecs:DescribeTasks
    1                ecs:DescribeServices
    ceil(N / 1000)   ec2:DescribeNetworkInterfaces, by subnet
    1                ec2:DescribeSecurityGroups

A pass may make five more. What reaches the tasks is judged on deployment and service events, not for each task.
"""

from collections import Counter
from math import ceil

import pytest
from guard_scenes import Worn, guarding
from harness.account import Account
from harness.events import sqs, task_state_change
from harness.lambda_runtime import Function, settings_of
from harness.proxy import Proxy

N = 1000
FEWEST = ceil(N / 100) + 1 + ceil(N / 1000) + 1
SPARE = 5


@pytest.fixture(scope="module")
def crowd(server):
    """A service of a thousand tasks that wear what is required, and an event of each."""
    server.reset()
    account = Account(server)
    crowd = Worn(account, declares=("tasks",), tasks=0)
    crowd.service.set(desired_count=N)
    wide = crowd.vpc.subnet("10.0.16.0/20")
    crowd.tasks = crowd.service.start_tasks(N, wide)
    ecs, arns = account.aws.ecs, [task.arn for task in crowd.tasks]
    described = [task for start in range(0, N, 100)
                 for task in ecs.describe_tasks(cluster="prod", tasks=arns[start:start + 100])["tasks"]]
    crowd.events = [task_state_change(task) for task in described]
    return crowd


def watched(calls):
    """How many calls went to ECS, ELB and EC2."""
    services = ("ecs", "elasticloadbalancing", "ec2")
    return sum(count for action, count in calls.items() if action.split(":")[0] in services)


def test_thousand_healthy_tasks_end_untouched_for_a_handful_of_calls(crowd, server, guard_binary):
    with Proxy(server.url) as proxy:
        policy = guarding(required=["name:tasks"], forbidden=["default"])
        settings = settings_of(proxy.url, policy, ledger=crowd.account.ledger(), name="guard")
        with Function(guard_binary, settings) as guard:
            for _ in range(2):
                proxy.forget()
                invocation = guard.invoke(sqs(*crowd.events))
                assert invocation.failed == []
                assert invocation.findings() == []
                assert Counter(invocation.report["calls"]) == proxy.calls
                assert watched(proxy.calls) <= FEWEST + SPARE, proxy.calls
                assert proxy.changes() == []
