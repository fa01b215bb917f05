"""A thousand tasks that ECS forgot, told of all at once: more than one invocation has time for."""

import pytest
from scenes import PORT
from system import SHIPPED, wait_for
from test_2_repairing import REPAIRING

GROUPS, EACH = 200, 5

#: AWS lets a registrar of the shipped share ask about one target group a second, so this takes minutes however it is done.
PATIENCE = 1200


@pytest.mark.alone
def test_thousand_forgotten_tasks_of_two_hundred_services_end_registered_with_no_message_dead(system, account):
    system.is_deployed(REPAIRING, functions=SHIPPED)
    vpc, cluster = account.vpc(subnets=("10.0.0.0/20",)), account.cluster("prod")
    tasks = []
    for number in range(GROUPS):
        group = vpc.target_group(f"group-{number}", balancer=None)
        tasks += cluster.service(f"service-{number}", {group: PORT}).start_tasks(EACH, registered=False)
    assert system.function("registrar")["MemorySize"] == 256
    system.tell(*(task.event() for task in tasks))
    wait_for(lambda: sum(map(len, account.targets().values())) == GROUPS * EACH, within=PATIENCE)
    assert all(task.target() in group.targets() for task in tasks for group in task.groups)
    assert system.dead() == {}
