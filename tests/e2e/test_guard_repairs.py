"""The guard mends what an interface wears, by the gentlest way that AWS lets it."""

import json

import pytest
from guard_scenes import EVERY_RUNG, MODIFY, STOP, UPDATE, Worn, changes, codes, guarding, keeps_half, protects
from guard_scenes import refuses_interfaces
from harness.events import scheduled, sqs
from harness.faults import broken, refused
from scenes import SWEEP, deliver_until_rest, until_rest

REQUIRED = {"required": ["name:base"]}


@pytest.fixture
def worn(account):
    return Worn(account)


@pytest.mark.parametrize("status", ["PROVISIONING", "PENDING", "RUNNING"])
def test_interface_without_a_required_group_ends_with_it_from_the_first_event_on(worn, start_guard, proxy, status):
    worn.wrong.is_now(status)
    deliver_until_rest(start_guard(guarding(**REQUIRED)), worn.wrong.event())
    assert all(worn.worn(task) == {"tasks", "base"} for task in worn.tasks)
    assert changes(proxy) == {MODIFY: 1}


@pytest.mark.parametrize("name", ["id", "name:base", "tag:role=task-base"])
def test_group_required_by_id_name_or_tag_ends_worn(worn, account, start_guard, name):
    group = worn.groups["base"]
    account.aws.ec2.create_tags(Resources=[group], Tags=[{"Key": "role", "Value": "task-base"}])
    policy = guarding(required=[group if name == "id" else name])
    deliver_until_rest(start_guard(policy), worn.wrong.event())
    assert worn.worn(worn.wrong) == {"tasks", "base"}


def test_forbidden_group_ends_taken_off(worn, start_guard):
    worn.security_group("open")
    worn.wear(worn.wrong, "tasks", "base", "open")
    until_rest(start_guard(guarding(forbidden=["name:open"])), SWEEP)
    assert worn.worn(worn.wrong) == {"tasks", "base"}


def test_forbidden_and_missing_end_mended_in_one_change(worn, start_guard, proxy):
    worn.security_group("open")
    worn.wear(worn.wrong, "tasks", "open")
    passes = until_rest(start_guard(guarding(forbidden=["name:open"], **REQUIRED)), SWEEP)
    assert worn.worn(worn.wrong) == {"tasks", "base"}
    assert changes(proxy) == {MODIFY: 1}
    assert {rule for each in passes for rule, _, _ in each.repairs("done")} == {
        "security-group-missing", "security-group-forbidden"}


def test_last_group_ends_worn_though_forbidden(worn, start_guard, proxy):
    passes = until_rest(start_guard(guarding(forbidden=["name:tasks"])), SWEEP)
    assert worn.worn(worn.wrong) == {"tasks"}
    assert all(worn.worn(task) == {"base"} for task in worn.tasks if task is not worn.wrong)
    assert ("security-group-forbidden", "modify-network-interface", "withheld") in passes[-1].repairs()


def test_refused_interface_ends_as_it_was_with_the_code_in_the_finding_and_is_not_tried_again(
        worn, account, start_guard, proxy):
    refuses_interfaces(proxy, "AuthFailure")
    before, ledger = worn.state(), account.ledger()
    passes = deliver_until_rest(start_guard(guarding(**REQUIRED), ledger=ledger), worn.wrong.event(), scheduled())
    passes += until_rest(start_guard(guarding(**REQUIRED), ledger=ledger), SWEEP)
    assert worn.state() == before
    assert changes(proxy) == {MODIFY: 1}
    assert all(codes(each) == {("modify-network-interface", "AuthFailure")} for each in passes[1:])


@pytest.mark.parametrize("code", ["AuthFailure", "OperationNotPermitted", "UnauthorizedOperation",
                                  "InvalidParameterCombination", "SecurityGroupsPerInterfaceLimitExceeded"])
def test_every_refusal_that_is_for_good_is_told_by_its_code(worn, start_guard, proxy, code):
    refuses_interfaces(proxy, code)
    passes = until_rest(start_guard(guarding(**REQUIRED)), SWEEP)
    assert codes(passes[-1]) == {("modify-network-interface", code)}
    assert changes(proxy) == {MODIFY: 1}


def test_after_three_refusals_no_other_interface_is_tried(worn, start_guard, proxy):
    refuses_interfaces(proxy)
    for task in worn.tasks:
        worn.wear(task, "tasks")
    passes = until_rest(start_guard(guarding(**REQUIRED)), SWEEP)
    assert changes(proxy) == {MODIFY: 3}
    assert len(passes[-1].repairs("refused")) == 4


def test_what_iam_denies_on_three_interfaces_ends_mended_on_the_others(worn, start_guard, proxy):
    for task in worn.tasks:
        worn.wear(task, "tasks")
    proxy.fails(MODIFY, refused("UnauthorizedOperation", "You are not authorized to perform this operation."), times=3)
    until_rest(start_guard(guarding(**REQUIRED)), SWEEP)
    assert sum(worn.worn(task) == {"tasks", "base"} for task in worn.tasks) == 1


def test_throttled_change_comes_back_and_ends_made(worn, start_guard, proxy):
    proxy.fails(MODIFY, broken, times=4)
    guard = start_guard(guarding(**REQUIRED))
    for _ in range(6):
        guard.invoke(sqs(worn.wrong.event()))
    assert worn.worn(worn.wrong) == {"tasks", "base"}


def test_by_default_no_service_is_updated_and_no_task_stopped(account, start_guard, proxy):
    worn = Worn(account, declares=("tasks",))
    refuses_interfaces(proxy)
    keeps_half(proxy)
    before = worn.state()
    until_rest(start_guard(guarding(**REQUIRED)), SWEEP)
    assert worn.state() == before
    assert set(changes(proxy)) == {MODIFY}


def test_service_that_does_not_declare_the_group_ends_declaring_it_where_opted_in(account, start_guard, proxy):
    worn = Worn(account, declares=("tasks",))
    refuses_interfaces(proxy)
    protects(proxy)
    before = worn.service.describe()
    (first, *_) = until_rest(start_guard(guarding(repair_with=EVERY_RUNG, **REQUIRED)), SWEEP)
    after = worn.service.describe()
    assert worn.declared() == {"tasks", "base"}
    assert changes(proxy) == {MODIFY: 1, UPDATE: 1}
    assert set(first.repairs("done", "refused")) == {
        ("security-group-missing", "modify-network-interface", "refused"),
        ("security-group-missing", "update-service", "done")}
    for described in (before, after):
        del described["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    assert before == after, "nothing else of the service has changed"


def test_straggler_that_serves_ends_replaced_by_a_forced_deployment_where_opted_in(worn, account, start_guard, proxy):
    refuses_interfaces(proxy)
    keeps_half(proxy)
    protects(proxy)
    before, ledger = worn.service.describe(), account.ledger()
    guard = start_guard(guarding(repair_with=EVERY_RUNG, **REQUIRED), ledger=ledger)
    passes = until_rest(guard, SWEEP)
    assert changes(proxy) == {MODIFY: 1, UPDATE: 1}
    (sent,) = [call for call in proxy.changes() if call.action == UPDATE]
    assert json.loads(sent.text) == {
        "cluster": worn.service.cluster.arn, "service": "web", "forceNewDeployment": True}
    assert ("security-group-missing", "update-service", "done") in [one for each in passes for one in each.repairs()]
    assert not any(worn.is_stopped(task) for task in worn.tasks)
    assert worn.group.targets() == {task.target() for task in worn.tasks}, "ECS takes them out itself"
    after = worn.service.describe()
    assert after["networkConfiguration"] == before["networkConfiguration"]
    assert after["deployments"][0]["id"] != before["deployments"][0]["id"]
    worn.is_replaced()
    assert not until_rest(guard, SWEEP)[-1].findings("security-group-missing")
    assert changes(proxy) == {MODIFY: 1, UPDATE: 1}


def test_straggler_that_serves_ends_serving_where_only_stopping_is_opted_in(worn, start_guard, proxy):
    refuses_interfaces(proxy)
    keeps_half(proxy)
    protects(proxy)
    policy = guarding(repair_with=["modify-network-interface", "stop-task"], **REQUIRED)
    passes = until_rest(start_guard(policy), SWEEP)
    assert changes(proxy) == {MODIFY: 1}
    assert "StopTask would cut its connections" in str(passes[-1].reasons())
    assert "update-service" in str(passes[-1].reasons())


@pytest.mark.parametrize("declares", [("tasks",), ("tasks", "base")], ids=["other groups", "forced"])
def test_service_without_room_to_start_a_task_first_ends_as_it_was(account, start_guard, proxy, declares):
    worn = Worn(account, declares=declares)
    refuses_interfaces(proxy)
    keeps_half(proxy, maximum=100)
    protects(proxy)
    before = worn.state()
    passes = until_rest(start_guard(guarding(repair_with=EVERY_RUNG, **REQUIRED)), SWEEP)
    assert worn.state() == before
    assert set(changes(proxy)) == {MODIFY}
    assert "its maximum percent of 100 allows 4 tasks, and 4 run" in str(passes[-1].reasons())


def test_straggler_that_no_target_group_sends_to_ends_stopped_where_opted_in(worn, start_guard, proxy):
    refuses_interfaces(proxy)
    keeps_half(proxy)
    protects(proxy)
    worn.group.deregister(*worn.wrong.target())
    until_rest(start_guard(guarding(repair_with=EVERY_RUNG, **REQUIRED)), SWEEP)
    assert [worn.is_stopped(task) for task in worn.tasks] == [task is worn.wrong for task in worn.tasks]
    assert changes(proxy) == {MODIFY: 1, STOP: 1}
    assert "ecs-nlb-guard" in worn.wrong.describe()["stoppedReason"]


def test_of_two_stragglers_one_ends_stopped_as_the_service_is_not_steady_then(worn, start_guard, proxy):
    refuses_interfaces(proxy)
    keeps_half(proxy)
    protects(proxy)
    worn.wear(worn.tasks[2], "tasks")
    for task in worn.tasks:
        worn.group.deregister(*task.target())
    until_rest(start_guard(guarding(repair_with=EVERY_RUNG, max_stops=5, **REQUIRED)), SWEEP)
    assert sum(worn.is_stopped(task) for task in worn.tasks) == 1


def test_straggler_ends_running_at_ecs_default_of_a_hundred_percent(worn, start_guard, proxy):
    refuses_interfaces(proxy)
    protects(proxy)
    policy = guarding(repair_with=["modify-network-interface", "stop-task"], **REQUIRED)
    passes = until_rest(start_guard(policy), SWEEP)
    assert not worn.is_stopped(worn.wrong)
    assert "--force-new-deployment" in str(passes[-1].reasons())


def test_protected_straggler_ends_running(worn, start_guard, proxy):
    refuses_interfaces(proxy)
    keeps_half(proxy)
    protects(proxy, worn.wrong)
    passes = until_rest(start_guard(guarding(repair_with=EVERY_RUNG, **REQUIRED)), SWEEP)
    assert not worn.is_stopped(worn.wrong)
    assert "protected until 2100-01-01" in str(passes[-1].reasons())


@pytest.mark.parametrize("allowed", [False, True])
def test_standalone_task_ends_stopped_only_where_the_policy_says_so(worn, start_guard, proxy, allowed):
    refuses_interfaces(proxy)
    alone = worn.web.cluster.standalone_task(worn.web.subnet)
    worn.wear(worn.wrong, "tasks", "base")
    policy = guarding(repair_with=EVERY_RUNG, stop_standalone=allowed, **REQUIRED)
    deliver_until_rest(start_guard(policy), alone.event())
    assert worn.is_stopped(alone) is allowed
    assert not any(worn.is_stopped(task) for task in worn.tasks)


def test_standalone_task_ends_with_its_groups_mended(worn, start_guard):
    alone = worn.web.cluster.standalone_task(worn.web.subnet)
    deliver_until_rest(start_guard(guarding(**REQUIRED)), alone.event())
    assert worn.worn(alone) == {"tasks", "base"}


def test_service_something_put_back_ends_as_that_left_it(account, start_guard, proxy):
    worn = Worn(account, declares=("tasks",))
    refuses_interfaces(proxy)
    protects(proxy)
    policy, ledger = guarding(repair_with=EVERY_RUNG, max_updates=9, window="1s", **REQUIRED), account.ledger()
    until_rest(start_guard(policy, ledger=ledger), SWEEP)
    assert worn.declared() == {"tasks", "base"}
    worn.declares("tasks")
    passes = until_rest(start_guard(policy, ledger=ledger), SWEEP)
    assert worn.declared() == {"tasks"}
    assert changes(proxy)[UPDATE] == 1
    assert "put the old ones back" in str(passes[-1].reasons())
