"""Healthy accounts in motion, through the shipped binaries: nothing is told, and the near miss of each is."""

import pytest
from harness.account.deployments import use_native_strategy
from harness.events import sqs
from scenes import PORT, SWEEP, Web

OFF_THE_LISTENER = ("unused", "Target.NotInUse")


def rules(invocation):
    return {finding["rule"] for finding in invocation.report["findings"]}


# Blue/green, linear and canary deployments: one of two groups is on no production listener, or at weight 0.


class Native(Web):
    """Blue's task serves in `web`; green's is registered in `alternate`."""

    def __init__(self, account, strategy):
        super().__init__(account, tasks=1)
        self.alternate, self.strategy = self.vpc.target_group("alternate"), strategy
        (self.blue,) = self.tasks
        self.green = self.service.start_task(registered=False)
        self.alternate.register(*self.green.target())

    def off_the_listener(self, group, task):
        group.set_state(*task.target(), *OFF_THE_LISTENER)

    def is_shifting(self):
        use_native_strategy(self.service, self.group, self.alternate, self.strategy, shifting=True)

    def rests_in(self, group):
        use_native_strategy(self.service, self.group, self.alternate, self.strategy, serving=group)
        self.service.set(currentServiceDeployment=None)


@pytest.fixture(params=["BLUE_GREEN", "LINEAR", "CANARY"])
def native(account, request):
    return Native(account, request.param)


def test_group_off_the_listener_before_the_shift_is_not_told(native, registrar, audit):
    native.is_shifting()
    native.off_the_listener(native.alternate, native.green)
    assert "target-unused" not in rules(audit.invoke({}))
    assert rules(registrar.invoke(sqs(native.green.event(), native.blue.event()))) == set()


def test_group_off_the_listener_while_the_old_side_bakes_is_not_told(native, registrar, audit):
    native.is_shifting()
    native.off_the_listener(native.group, native.blue)
    assert "target-unused" not in rules(audit.invoke({}))
    assert rules(registrar.invoke(sqs(native.green.event(), native.blue.event()))) == set()


def test_group_that_waits_for_the_next_shift_is_not_told_and_the_one_that_serves_is(native, audit):
    native.rests_in(native.alternate)
    native.off_the_listener(native.group, native.blue)
    assert "target-unused" not in rules(audit.invoke({}))
    native.off_the_listener(native.alternate, native.green)
    (told,) = audit.invoke({}).findings("target-unused")
    assert told["resources"]["target_group"] == native.alternate.arn


def test_group_off_every_listener_with_nothing_in_flight_is_told(web, registrar):
    for task in web.tasks:
        web.group.set_state(*task.target(), *OFF_THE_LISTENER)
    (told,) = registrar.invoke(SWEEP).findings("target-unused")
    assert told["severity"] == "high" and told["resources"]["target_group"] == web.group.arn


# Slow starters: `healthCheckGracePeriodSeconds`.


def starting(web, minutes, grace):
    """Tasks that run for so many minutes and don't answer yet."""
    web.service.set(healthCheckGracePeriodSeconds=grace)
    for task in web.tasks:
        task.started(seconds_ago=60 * minutes)
        web.group.set_state(*task.target(), "unhealthy", "Target.FailedHealthChecks")


def test_slow_starters_are_not_told_within_their_services_grace(web, registrar):
    starting(web, minutes=8, grace=900)
    assert rules(registrar.invoke(SWEEP)) == set()


def test_slow_starters_are_told_when_their_services_grace_is_over(web, registrar):
    starting(web, minutes=16, grace=900)
    assert rules(registrar.invoke(SWEEP)) == {"target-group-empty"}


# Old tasks that were registered anew a moment ago.


def is_initial(web, task):
    web.group.set_state(*task.target(), "initial", "Elb.InitialHealthChecking")


def test_old_task_that_was_registered_by_hand_a_moment_ago_is_not_told(web, account, start_registrar):
    ledger = account.ledger()
    registrar = start_registrar(ledger=ledger)
    task = web.tasks[0]
    task.started(seconds_ago=7200)
    registrar.invoke(SWEEP)
    ledger.targets_seen(minutes_ago=120)
    web.group.set_state(*task.target(), "draining")
    registrar.invoke(SWEEP)
    web.group.register(*task.target())
    is_initial(web, task)
    assert "target-stuck-initial" not in rules(registrar.invoke(SWEEP))


def test_target_that_was_seen_registered_two_hours_ago_is_told(web, account, start_registrar):
    ledger = account.ledger()
    registrar = start_registrar(ledger=ledger)
    registrar.invoke(SWEEP)
    ledger.targets_seen(minutes_ago=120)
    is_initial(web, web.tasks[0])
    (told,) = registrar.invoke(SWEEP).findings("target-stuck-initial")
    assert told["resources"]["task"] == web.tasks[0].arn


def test_old_task_that_this_program_registered_a_moment_ago_is_not_told(web, registrar):
    forgotten = web.service.start_task(registered=False)
    forgotten.started(seconds_ago=7200)
    for _ in range(3):
        registrar.invoke(SWEEP)
    assert forgotten.target() in web.group.targets()
    is_initial(web, forgotten)
    assert rules(registrar.invoke(SWEEP)) == set()
