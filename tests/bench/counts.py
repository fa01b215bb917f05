"""Calls of passes and of a sweep, counted where they arrive, beside the fewest there can be.

Accounts are healthy, but for one: what a fault costs more is a look-up for it alone, and many faults share theirs.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace

from harness.events import sqs, task_state_change
from harness.lambda_runtime import Function, repairing, settings_of

from . import binaries
from .cloud import Cloud, Shape
from .floors import fewest_of_guard, fewest_of_registrar, fewest_of_remembering_sweep, fewest_of_suspicions, fewest_of_sweep, watched

ONE_SERVICE, HUNDRED_SERVICES = Shape(1, 1_000), Shape(100, 1_000)
SWEPT = Shape(200, 10_000)
#: In each service a task stopped, and its target was left behind.
SUSPECTED = Shape(200, 10_000, stale=True)

#: Everything is repaired at once, and what tasks must wear is named.
POLICY = repairing() + '[security_groups]\nmode = "repair"\nconfirm_after = "0s"\nrequired = ["name:tasks"]\n'
LEDGER = SimpleNamespace(name="ledger")


@dataclass
class Counted:
    """What one invocation called, and the fewest calls to the services that have quotas."""

    what: str
    calls: Counter
    fewest: Counter

    @property
    def watched(self):
        return watched(self.calls).total()

    def of(self, service):
        """The calls to one service."""
        return sum(calls for action, calls in self.calls.items() if action.startswith(f"{service}:"))

    def excess(self):
        """The calls that the fewest don't have, and with less than nothing those that it has more of."""
        ours = watched(self.calls)
        return {action: ours[action] - self.fewest[action] for action in sorted({*ours, *self.fewest})
                if ours[action] != self.fewest[action]}


def settings(cloud, name, share="1", **more):
    """Of a function with everything it has when it is deployed."""
    return settings_of(cloud.url, POLICY, ledger=LEDGER, name=name, GUARD_QUOTA_SHARE=share, **more)


def events(cloud, most):
    """An SQS event that tells of the first tasks in the account."""
    return sqs(*map(task_state_change, cloud.tasks(most)))


def check(invocation):
    """All was read, and all is well: it is what the fewest calls are for."""
    assert invocation.report["findings"] == [], invocation.report["findings"][:3]
    assert invocation.report["coverage"]["unread"] == [], invocation.report["coverage"]["unread"][:3]


def passes(name, shape, fewest):
    """The calls of a function at the first sight of all tasks of an account, and at the second."""
    told = f"{name}, {shape.tasks:,} events of {shape.services:,} service{'s'[:shape.services > 1]}"
    with Cloud(shape) as cloud, Function(binaries.function(name), settings(cloud, name), show=None) as function:
        batch = events(cloud, shape.tasks)
        for sight in ("first sight", "warm"):
            before = Counter(cloud.seen()["calls"])
            invocation = function.invoke(batch)
            assert invocation.failed == []
            check(invocation)
            yield Counted(f"{told}, {sight}", Counter(cloud.seen()["calls"]) - before, fewest(shape))


def sweeps(shape):
    """The calls of a sweep that remembers nothing yet, and of the next one."""
    with Cloud(shape) as cloud, Function(binaries.function("audit"), settings(cloud, "audit"), show=None) as audit:
        what = f"sweep, {shape.tasks:,} tasks of {shape.services:,} services"
        for told, fewest in ((what, fewest_of_sweep), (f"{what}, remembering", fewest_of_remembering_sweep)):
            before = Counter(cloud.seen()["calls"])
            invocation = audit.invoke(sqs({}), deadline=900.0)
            check(invocation)
            coverage = invocation.report["coverage"]
            assert (coverage["services"], coverage["tasks"]) == (shape.services, shape.tasks), coverage
            yield Counted(told, Counter(cloud.seen()["calls"]) - before, fewest(shape))


def suspicions(shape):
    """The calls of a sweep that finds a target left behind in every group."""
    with Cloud(shape) as cloud, Function(binaries.function("audit"), settings(cloud, "audit"), show=None) as audit:
        report = audit.invoke({}, deadline=900.0).report
        assert [finding["rule"] for finding in report["findings"]] == ["target-stale"] * shape.services
        assert report["coverage"]["unread"] == [], report["coverage"]["unread"][:3]
        what = f"sweep, {shape.tasks:,} tasks of {shape.services:,} services, a suspicion in each"
        return [Counted(what, Counter(cloud.seen()["calls"]), fewest_of_suspicions(shape))]


def all_counts():
    """Everything that is counted, side by side: most of the time is spent waiting for the functions' own share of the quotas."""
    ways = [lambda: list(sweeps(SWEPT)), lambda: suspicions(SUSPECTED)]
    for shape in (ONE_SERVICE, HUNDRED_SERVICES):
        ways += [lambda shape=shape: list(passes("registrar", shape, fewest_of_registrar)),
                 lambda shape=shape: list(passes("guard", shape, fewest_of_guard))]
    with ThreadPoolExecutor(len(ways)) as pool:
        return [counted for some in pool.map(lambda way: way(), ways) for counted in some]
