"""What a healthy service of a thousand tasks costs.

The fewest calls that can tell that all is well, for one service of N tasks behind one group:

    ceil(N / 100)   ecs:DescribeTasks
    1               ecs:DescribeServices
    1               elasticloadbalancing:DescribeTargetGroups
    1               elasticloadbalancing:DescribeTargetHealth

A pass may make five more. The ledger has its own floor: N records in batches of 25 at first sight, only reads after.
"""

from collections import Counter
from math import ceil

import pytest
from harness.account import Account
from harness.events import sqs, task_state_change
from harness.lambda_runtime import Function, repairing, settings_of
from harness.proxy import Proxy
from scenes import Web

N = 1000
FEWEST = ceil(N / 100) + 3
SPARE = 5


@pytest.fixture(scope="module")
def crowd(server):
    """A service of a thousand healthy tasks, and an event of each."""
    server.reset()
    account = Account(server)
    crowd = Web(account, tasks=0)
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


def test_thousand_healthy_tasks_end_untouched_for_a_handful_of_calls(crowd, server, binary):
    before = crowd.account.targets()
    with Proxy(server.url) as proxy:
        settings = settings_of(proxy.url, repairing(), ledger=crowd.account.ledger())
        with Function(binary, settings) as registrar:
            for first_sight in (True, False):
                proxy.forget()
                invocation = registrar.invoke(sqs(*crowd.events))
                assert invocation.failed == []
                assert invocation.findings() == []
                assert Counter(invocation.report["calls"]) == proxy.calls
                assert watched(proxy.calls) <= FEWEST + SPARE, proxy.calls
                writes = proxy.calls["dynamodb:BatchWriteItem"]
                assert writes == (ceil(N / 25) if first_sight else 0), proxy.calls
                assert proxy.changes() == []
    assert crowd.account.targets() == before
