"""The guard as a cautious person deploys it: it looks, tells, and changes nothing."""

from harness.proxy import CHANGES
from scenes import EverythingWrong
from system import FUNCTIONS

OBSERVING = {}

#: What changes a service that is watched, as IAM names it.
WRITES = [
    "elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets", "ec2:ModifyNetworkInterfaceAttribute",
    "ecs:UpdateService", "ecs:StopTask",
]


def test_everything_wrong_ends_told_and_unchanged_by_roles_that_could_not_change_it(system, account, watched):
    assert {action.split(":")[1] for action in WRITES} == set(CHANGES)
    system.is_deployed(OBSERVING)
    everything = EverythingWrong(account)
    before = account.targets()
    system.tell(*everything.events)
    system.rests()
    report = system.audit()
    found = {finding["rule"] for finding in report["findings"]}
    assert {"target-missing", "target-stale", "target-hijacked", "target-foreign"} <= found
    assert account.targets() == before
    assert watched.changes() == []
    assert system.dead() == {}
    assert system.roles_allow(*WRITES) == {name: set() for name in FUNCTIONS}
