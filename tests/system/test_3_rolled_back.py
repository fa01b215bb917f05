"""Back to the version before, with a policy too large for a function's settings and a sweep every minute."""

import json

from scenes import PORT, Web
from system import wait_for
from test_2_repairing import REPAIRING, tasks_starting

#: A cluster that only the last line of the policy names is left alone.
LARGE = {**REPAIRING, "override": [
    {"cluster": f"cluster-{number}", "registration": {"mode": "observe", "grace": "5m"}} for number in range(60)]}


def is_rolled_back(system):
    return system.is_deployed(LARGE, sweep_minutes=1)


def test_rollback_while_events_flow_ends_with_the_code_before_and_every_task_registered(system, account):
    system.is_deployed(REPAIRING, code="other")
    web = Web(account)
    with tasks_starting(system, web.service) as started:
        is_rolled_back(system)
    right = web.healthy() | {task.target() for task in started}
    wait_for(lambda: web.group.targets() == right, lambda: right ^ web.group.targets())
    wait_for(lambda: system.runs("registrar") == {system.build("built", "registrar")}, lambda: system.runs("registrar"))
    assert len(started) > 3 and system.dead() == {}


def test_policy_too_large_for_the_settings_ends_obeyed_to_its_last_line(system, account):
    is_rolled_back(system)
    assert len(json.dumps(LARGE)) > 4096 and "GUARD_POLICY" not in system.function("registrar")["Environment"]["Variables"]
    web = Web(account)
    left_alone = web.neighbour("left-alone", cluster=account.cluster("cluster-59")).start_task(registered=False)
    forgotten = web.service.start_task(registered=False)
    system.tell(left_alone.event(), forgotten.event())
    wait_for(lambda: forgotten.target() in web.group.targets(), web.group.targets)
    system.rests()
    assert account.targets() == {"web": dict.fromkeys(web.healthy() | {forgotten.target()}, "healthy"), "left-alone": {}}


def test_task_that_no_event_told_of_ends_registered_by_the_sweep_on_its_schedule(system, account):
    is_rolled_back(system)
    web = Web(account)
    forgotten = web.service.start_task(registered=False)
    wait_for(lambda: web.group.targets() == web.healthy() | {(forgotten.address, PORT)}, web.group.targets)


def test_second_deploy_ends_with_nothing_changed(system):
    is_rolled_back(system)
    before = {name: system.function(name) for name in ("registrar", "guard", "audit")}
    assert "No changes" in system.up()
    assert "No changes" in system.plan()
    after = {name: system.function(name) for name in before}
    for kept in ("CodeSha256", "Role", "Environment", "MemorySize", "Timeout", "Architectures", "KMSKeyArn"):
        assert {name: one[kept] for name, one in after.items()} == {name: one[kept] for name, one in before.items()}, kept
