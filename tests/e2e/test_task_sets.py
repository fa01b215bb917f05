"""Under CODE_DEPLOY and EXTERNAL a task belongs in the groups of the task set that started it, and in no others."""

import pytest
from harness.account.deployments import TaskSet
from harness.events import scheduled
from scenes import PORT, deliver_until_rest


class BlueGreen:
    """A service of task sets with two groups; blue is primary and has two tasks."""

    def __init__(self, account, controller):
        self.vpc = account.vpc()
        self.blue_group, self.green_group = self.vpc.target_group("blue"), self.vpc.target_group("green")
        self.service = account.cluster("prod").service("web", {self.blue_group: PORT}, controller=controller)
        self.blue = TaskSet(self.service, {self.blue_group: PORT}, primary=True)
        self.tasks = [self.blue.start_task(), self.blue.start_task()]

    def blue_targets(self):
        return {task.target() for task in self.tasks}


@pytest.fixture(params=["CODE_DEPLOY", "EXTERNAL"])
def web(account, request):
    return BlueGreen(account, request.param)


def test_forgotten_task_ends_in_the_group_of_its_task_set(web, registrar):
    forgotten = web.blue.start_task(registered=False)
    deliver_until_rest(registrar, forgotten.event())
    assert web.blue_group.targets() == web.blue_targets() | {forgotten.target()}
    assert web.green_group.targets() == set()


def test_forgotten_task_of_the_second_task_set_ends_in_the_group_of_that_one_only(web, registrar):
    green = TaskSet(web.service, {web.green_group: PORT})
    forgotten = green.start_task(registered=False)
    deliver_until_rest(registrar, forgotten.event())
    assert web.blue_group.targets() == web.blue_targets()
    assert web.green_group.targets() == {forgotten.target()}


def test_tasks_of_both_task_sets_end_untouched(web, registrar, proxy):
    green_task = TaskSet(web.service, {web.green_group: PORT}).start_task()
    deliver_until_rest(registrar, green_task.event(), web.tasks[0].event(), scheduled())
    assert web.blue_group.targets() == web.blue_targets()
    assert web.green_group.targets() == {green_task.target()}
    assert proxy.changes() == []


def test_task_of_a_draining_task_set_ends_unregistered(web, registrar):
    green = TaskSet(web.service, {web.green_group: PORT})
    task = green.start_task(registered=False)
    green.is_draining()
    deliver_until_rest(registrar, task.event())
    assert web.green_group.targets() == set()
    assert web.blue_group.targets() == web.blue_targets()


def test_task_of_a_task_set_without_a_load_balancer_ends_unregistered(web, registrar):
    task = TaskSet(web.service, {}).start_task(registered=False)
    deliver_until_rest(registrar, task.event())
    assert web.blue_group.targets() == web.blue_targets()
    assert web.green_group.targets() == set()


def test_task_of_no_task_set_ends_unregistered(web, registrar):
    task = web.service.start_task(registered=False, started_by="ecs-svc/1111111111111111111")
    deliver_until_rest(registrar, task.event())
    assert web.blue_group.targets() == web.blue_targets()


def test_dead_task_of_the_only_task_set_ends_removed(web, registrar):
    dead = web.blue.start_task()
    dead.die()
    deliver_until_rest(registrar, dead.event())
    assert web.blue_group.targets() == web.blue_targets()


def test_dead_task_ends_removed_while_two_task_sets_shift(web, registrar):
    dead = web.blue.start_task()
    dead.die()
    TaskSet(web.service, {web.green_group: PORT}).start_task()
    deliver_until_rest(registrar, dead.event())
    assert web.blue_group.targets() == web.blue_targets()


def test_task_registered_in_the_group_of_the_other_task_set_ends_reported_and_registered_there(web, registrar):
    green_task = TaskSet(web.service, {web.green_group: PORT}).start_task()
    web.blue_group.register(*green_task.target())
    deliver_until_rest(registrar, green_task.event())
    assert web.blue_group.targets() == web.blue_targets() | {green_task.target()}
    assert web.green_group.targets() == {green_task.target()}
