"""What the guard leaves alone, and what it only reports."""

import pytest
from guard_scenes import EVERY_RUNG, MODIFY, UPDATE, Worn, changes, guarding, keeps_half, protects
from guard_scenes import refuses_interfaces
from harness.account.deployments import TaskSet, use_native_strategy
from harness.account.holds import Ec2Tagged
from harness.events import deployment_state_change, message_ids, scheduled, service_action, sqs
from harness.faults import denied
from scenes import PORT, SWEEP, deliver_until_rest, until_rest

REQUIRED = {"required": ["name:base"]}
HELD_BY = {
    "cluster": lambda worn: worn.web.cluster,
    "service": lambda worn: worn.service,
    "task": lambda worn: worn.wrong,
    "group": lambda worn: worn.group,
    "balancer": lambda worn: worn.vpc.balancer,
    "interface": lambda worn: Ec2Tagged(worn.account, worn.wrong.interface),
    "security group": lambda worn: Ec2Tagged(worn.account, worn.groups["base"]),
}


@pytest.fixture
def worn(account):
    return Worn(account)


def rules(invocation):
    return {finding["rule"] for finding in invocation.findings()}


def test_observing_ends_with_nothing_changed_and_every_repair_planned(worn, start_guard, proxy):
    before = worn.state()
    passes = [start_guard(guarding(mode="observe", repair_with=EVERY_RUNG, **REQUIRED)).invoke(SWEEP) for _ in range(2)]
    assert worn.state() == before
    assert proxy.changes() == []
    assert ("security-group-missing", "modify-network-interface", "planned") in passes[-1].repairs()


@pytest.mark.parametrize("holder", HELD_BY.values(), ids=HELD_BY)
def test_held_task_ends_as_it_was_and_mended_once_released(worn, start_guard, proxy, holder):
    guard = start_guard(guarding(**REQUIRED))
    holder(worn).hold()
    deliver_until_rest(guard, worn.wrong.event())
    assert worn.worn(worn.wrong) == {"tasks"}
    assert proxy.changes() == []
    holder(worn).hold("2026-01-01T00:00:00Z")
    deliver_until_rest(guard, worn.wrong.event())
    assert worn.worn(worn.wrong) == {"tasks", "base"}


def test_paused_guard_ends_with_nothing_changed(worn, account, start_guard, proxy):
    ledger = account.ledger()
    ledger.pause()
    until_rest(start_guard(guarding(**REQUIRED), ledger=ledger), SWEEP)
    assert proxy.changes() == []
    ledger.resume()
    until_rest(start_guard(guarding(**REQUIRED), ledger=ledger), SWEEP)
    assert worn.worn(worn.wrong) == {"tasks", "base"}


@pytest.mark.parametrize("look", [1, 2, 3], ids=["first look", "second look", "last look"])
def test_message_ends_back_when_the_guard_cannot_read_the_pause_in_one_look(worn, start_guard, proxy, look):
    guard, batch = start_guard(guarding(**REQUIRED)), sqs(worn.wrong.event())
    rule = proxy.fails("dynamodb:GetItem", denied, nth=look, mentioning="pause")
    assert guard.invoke(batch).failed == message_ids(batch)
    assert rule.hits == 1
    assert proxy.changes() == []
    deliver_until_rest(guard, worn.wrong.event())
    assert worn.worn(worn.wrong) == {"tasks", "base"}


def test_without_a_ledger_nothing_is_changed(worn, start_guard, proxy):
    until_rest(start_guard(guarding(**REQUIRED), ledger=None), SWEEP)
    assert proxy.changes() == []


def test_the_first_look_alone_changes_nothing(worn, account, start_guard, proxy):
    queue = account.queue()
    guard = start_guard(guarding(confirm_after="1s", **REQUIRED), queue=queue)
    queue.send(worn.wrong.event())
    first, *_, last = queue.deliver(guard, within=30)
    assert first.repairs() == [("security-group-missing", "modify-network-interface", "waiting")]
    assert last.repairs() == [("security-group-missing", "modify-network-interface", "done")]
    assert worn.worn(worn.wrong) == {"tasks", "base"}


def test_interface_changes_end_at_the_limit(worn, start_guard, proxy):
    for task in worn.tasks:
        worn.wear(task, "tasks")
    until_rest(start_guard(guarding(max_interface_changes=2, **REQUIRED)), SWEEP)
    assert sum(worn.worn(task) == {"tasks", "base"} for task in worn.tasks) == 2


def test_one_service_at_a_time_ends_updated(account, start_guard, proxy):
    worn = Worn(account, declares=("tasks",))
    refuses_interfaces(proxy)
    protects(proxy)
    api = worn.web.neighbour(desired=1)
    (task,) = api.start_tasks(1)
    worn.wear(task, "tasks")
    until_rest(start_guard(guarding(repair_with=EVERY_RUNG, max_updates=9, **REQUIRED)), SWEEP)
    assert changes(proxy)[UPDATE] == 1


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_service_of_another_controller_ends_as_it_was_with_what_to_do_in_the_finding(
        account, start_guard, proxy, controller):
    worn = Worn(account, controller=controller)
    task = TaskSet(worn.service, worn.service.groups, primary=True).start_task()
    worn.tasks = [task]
    worn.wear(task, "tasks")
    refuses_interfaces(proxy)
    protects(proxy)
    policy = guarding(repair_with=EVERY_RUNG, **REQUIRED)
    passes = deliver_until_rest(start_guard(policy), task.event())
    assert set(changes(proxy)) == {MODIFY}
    (finding,) = passes[-1].findings("security-group-missing")
    assert {"CODE_DEPLOY": "AppSpec", "EXTERNAL": "CreateTaskSet"}[controller] in finding["remedy"]


def test_service_of_a_native_strategy_ends_as_it_was_with_what_to_do_in_the_finding(account, start_guard, proxy):
    worn = Worn(account, declares=("tasks",))
    use_native_strategy(worn.service, worn.group, worn.vpc.target_group("alternate"), "CANARY")
    worn.service.groups = {worn.group: PORT}
    refuses_interfaces(proxy)
    protects(proxy)
    passes = until_rest(start_guard(guarding(repair_with=EVERY_RUNG, **REQUIRED)), SWEEP)
    assert set(changes(proxy)) == {MODIFY}
    (finding,) = passes[-1].findings("security-group-missing")
    assert "CANARY" in finding["remedy"]


def test_names_that_match_no_group_or_several_end_unresolved_with_nothing_changed(worn, account, start_guard, proxy):
    for name in ("a", "b"):
        account.aws.ec2.create_tags(Resources=[worn.security_group(name)], Tags=[{"Key": "role", "Value": "two"}])
    policy = guarding(required=["name:nobody", "tag:role=two", "sg-0123456789abcdef0"])
    passes = until_rest(start_guard(policy), SWEEP)
    assert proxy.changes() == []
    (finding,) = passes[-1].findings("security-group-unresolved")
    assert len(finding["evidence"]["unresolved"]) == 3


def test_drift_and_default_end_reported_with_nothing_changed(worn, account, start_guard, proxy):
    default = account.aws.ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [worn.vpc.id]}, {"Name": "group-name", "Values": ["default"]}])
    worn.groups["default"] = default["SecurityGroups"][0]["GroupId"]
    worn.wear(worn.wrong, "tasks", "base", "default")
    passes = until_rest(start_guard(guarding(**REQUIRED)), SWEEP)
    assert {"security-group-drift", "security-group-default"} <= rules(passes[-1])
    assert proxy.changes() == []


def test_group_deleted_between_look_and_repair_ends_unresolved(worn, account, start_guard, proxy):
    queue = account.queue()
    guard = start_guard(guarding(confirm_after="2s", **REQUIRED), queue=queue)
    for task in worn.tasks:
        worn.wear(task, "tasks")
    queue.send(scheduled())
    first = queue.receive()
    queue.settle(first, guard.invoke(first))
    account.aws.ec2.delete_security_group(GroupId=worn.groups["base"])
    *_, last = queue.deliver(guard, within=30)
    assert proxy.changes() == []
    assert "security-group-unresolved" in rules(last)


def test_interface_that_vanished_ends_unread_and_the_rest_mended(worn, account, start_guard):
    account.aws.ec2.delete_network_interface(NetworkInterfaceId=worn.tasks[0].interface)
    passes = until_rest(start_guard(guarding(**REQUIRED)), SWEEP)
    assert worn.worn(worn.wrong) == {"tasks", "base"}
    assert not passes[-1].findings("security-group-missing")


def test_protection_that_can_not_be_read_ends_with_the_message_back(worn, start_guard, proxy):
    refuses_interfaces(proxy)
    keeps_half(proxy)
    proxy.fails("ecs:GetTaskProtection", denied)
    guard = start_guard(guarding(repair_with=EVERY_RUNG, **REQUIRED))
    answers = [guard.invoke(sqs(worn.wrong.event())) for _ in range(2)]
    assert len(answers[-1].failed) == 1
    assert not worn.is_stopped(worn.wrong)


def test_service_deleted_half_way_ends_with_its_tasks_as_they_are_and_nothing_stopped(worn, account, start_guard, proxy):
    refuses_interfaces(proxy)
    keeps_half(proxy)
    protects(proxy)
    queue = account.queue()
    guard = start_guard(guarding(confirm_after="1s", repair_with=EVERY_RUNG, **REQUIRED), queue=queue)
    queue.send(worn.wrong.event())
    first = queue.receive()
    queue.settle(first, guard.invoke(first))
    worn.service.is_draining()
    *_, last = queue.deliver(guard, within=30)
    assert set(changes(proxy)) == {MODIFY}
    assert not any(worn.is_stopped(task) for task in worn.tasks)
    assert "is DRAINING" in str(last.reasons())


@pytest.mark.parametrize("event", [service_action, deployment_state_change])
def test_group_that_lets_nothing_in_is_told_on_events_of_the_service_and_not_of_each_task(
        worn, start_guard, proxy, event):
    guard = start_guard(guarding())
    task, service = guard.invoke(sqs(worn.wrong.event())), guard.invoke(sqs(event(worn.service)))
    assert "ingress-traffic-blocked" not in rules(task)
    (finding,) = service.findings("ingress-traffic-blocked")
    assert "8080" in finding["remedy"]
    assert proxy.changes() == []
