"""The guard once it may repair: what is wrong ends right, by events alone, whatever happens to the functions meanwhile."""

import os
import threading
from contextlib import contextmanager

from guard_scenes import EVERY_RUNG, MODIFY, UPDATE, Worn, changes, keeps_half, protects, refuses_interfaces
from harness.faults import ConnectionLost
from scenes import EverythingWrong, Web
from system import wait_for
from test_1_observing import OBSERVING

REPAIRING = {
    "registration": {"mode": "repair", "confirm_after": "1s", "grace": "0s", "max_removals": "100%"},
    "security_groups": {"mode": "repair", "confirm_after": "1s", "required": ["name:base"], "repair_with": EVERY_RUNG},
    "alerts": {"min_severity": "low"},
}


@contextmanager
def tasks_starting(system, service, every=3.0):
    """One task after another starts, which ECS tells of and forgets to register. Gives the list they are put in."""
    started, over = [], threading.Event()

    def start():
        while not over.wait(every):
            task = service.start_task(registered=False)
            started.append(task)
            system.tell(task.event())

    thread = threading.Thread(target=start)
    thread.start()
    try:
        yield started
    finally:
        over.set()
        thread.join()


def test_upgrade_while_events_flow_ends_with_the_other_code_and_every_task_registered(system, account):
    system.is_deployed(OBSERVING)
    web = Web(account)
    with tasks_starting(system, web.service) as started:
        system.is_deployed(REPAIRING, code="other")
    # What the version before was told of, it left alone; a sweep finds it.
    system.audit()
    right = web.healthy() | {task.target() for task in started}
    wait_for(lambda: web.group.targets() == right, lambda: right ^ web.group.targets())
    wait_for(lambda: system.runs("registrar") == {system.build("other", "registrar")}, lambda: system.runs("registrar"))
    assert len(started) > 3 and system.dead() == {}


def test_everything_wrong_ends_repaired_by_events_alone(system, account):
    system.is_deployed(REPAIRING, code="other")
    everything = EverythingWrong(account)
    system.tell(*everything.events)
    wait_for(lambda: everything.targets() == everything.cure, everything.targets)
    system.rests()
    assert everything.targets() == everything.cure
    assert system.dead() == {}


def test_bad_message_ends_in_the_dead_letters_and_the_good_one_beside_it_done(system, account):
    system.is_deployed(REPAIRING, code="other")
    web = Web(account)
    forgotten = web.service.start_task(registered=False)
    system.aws("sqs").send_message(QueueUrl=system.queue_url("registrar"), MessageBody="{ this is no event")
    system.tell(forgotten.event())
    wait_for(lambda: system.dead() == {"registrar": 1}, system.dead)
    system.rests()
    assert web.group.targets() == web.healthy() | {forgotten.target()}
    system.aws("sqs").purge_queue(QueueUrl=system.queue_url("registrar-dead-letters"))


def test_function_killed_in_the_middle_of_a_repair_ends_repaired_when_the_queue_delivers_again(system, account, watched):
    system.is_deployed(REPAIRING, code="other")
    web, killed = Web(account), []
    forgotten = web.service.start_task(registered=False)

    def kill(call):
        for pid in system.processes("registrar"):
            os.kill(pid, 9)
            killed.append(pid)
        raise ConnectionLost(call.action)

    watched.answers("elasticloadbalancing:RegisterTargets", kill, times=1)
    system.tell(forgotten.event())
    wait_for(lambda: web.group.targets() == web.healthy() | {forgotten.target()}, web.group.targets)
    assert killed
    system.rests()
    assert system.dead() == {}


def test_interface_without_a_required_group_ends_with_it_by_the_first_option(system, account, watched):
    system.is_deployed(REPAIRING, code="other")
    worn = Worn(account)
    system.tell(worn.wrong.event())
    wait_for(lambda: worn.worn(worn.wrong) == {"tasks", "base"}, lambda: worn.worn(worn.wrong))
    system.rests()
    assert all(worn.worn(task) == {"tasks", "base"} for task in worn.tasks)
    assert set(changes(watched)) == {MODIFY}


def test_service_whose_interfaces_aws_refuses_to_change_ends_declaring_the_group(system, account, watched):
    system.is_deployed(REPAIRING, code="other")
    refuses_interfaces(watched)
    protects(watched)
    worn = Worn(account, declares=("tasks",))
    system.tell(worn.wrong.event())
    wait_for(lambda: worn.declared() == {"tasks", "base"}, worn.declared)
    system.rests()
    # On a slow machine a client may give up waiting for an answer, and ask again.
    assert set(changes(watched)) == {MODIFY, UPDATE}


def test_straggler_that_aws_refuses_to_change_ends_replaced_by_a_forced_deployment(system, account, watched):
    system.is_deployed(REPAIRING, code="other")
    refuses_interfaces(watched)
    keeps_half(watched)
    protects(watched)
    worn = Worn(account)
    (before,) = worn.service.describe()["deployments"]
    system.tell(worn.wrong.event())
    wait_for(lambda: worn.service.describe()["deployments"][0]["id"] != before["id"])
    system.rests()
    assert not any(worn.is_stopped(task) for task in worn.tasks)
    assert set(changes(watched)) == {MODIFY, UPDATE}


def test_paused_guard_ends_with_nothing_repaired_and_resumed_with_the_task_registered(system, account, tmp_path):
    system.is_deployed(REPAIRING, code="other")
    web, cli = Web(account), system.command_line(tmp_path)
    forgotten = web.service.start_task(registered=False)
    ran = cli.run("pause", "--reason", "a migration", "--ledger-table", system.ledger.name)
    assert ran.status == 0, ran.err
    system.tell(forgotten.event())
    system.rests()
    assert web.group.targets() == web.healthy()
    ran = cli.run("resume", "--ledger-table", system.ledger.name)
    assert ran.status == 0, ran.err
    system.tell(forgotten.event())
    system.rests()
    assert web.group.targets() == web.healthy() | {forgotten.target()}


def test_fault_ends_told_as_opened_worsened_and_resolved_to_a_queue_that_subscribes(system, account):
    system.is_deployed(REPAIRING, code="other")
    web = Web(account)
    with system.subscribed("scaling-floor-zero") as told:
        web.service.scaled(0, 4)
        system.audit()
        assert wait_for(told) == [("opened", "low")]
        worse = {**REPAIRING, "rules": {"severity": {"scaling-floor-zero": "high"}}}
        with system.set_by_hand("audit", GUARD_POLICY=worse):
            system.audit()
        assert wait_for(told) == [("worsened", "high")]
        web.service.scaled(1, 4)
        system.audit()
        assert wait_for(told) == [("resolved", "high")]
