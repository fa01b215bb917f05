"""The stories. Each plays one thing, and gives what it saw of AWS and how it ended: (what, seen) pairs for the report."""

import time
from contextlib import contextmanager

from .place import NAME, REQUIRED, address, wait_for

CLI_PAUSE = ("--ledger-table", f"{NAME}-ledger")


def healthy_stack_ends_without_a_finding_about_its_registration(place):
    _, took = wait_for(place.is_steady)
    report = place.invoke("audit")
    found = sorted({finding["rule"] for finding in report["findings"] if finding["rule"].startswith("target-")})
    unread = report["coverage"]["unread"]
    assert found == [], found
    (started_by,) = {task["startedBy"] for task in place.tasks().values()}
    return [
        ("the stack's tasks were healthy after", seconds(took)),
        ("`startedBy` of a task under the ECS controller", f"`{started_by}`"),
        ("could not be read", ", ".join(f"{one['operation']} ({one['error'][:80]})" for one in unread) or "nothing"),
    ]


def forced_deployment_ends_with_every_new_task_registered(place):
    old = place.tasks()
    place.aws("ecs").update_service(cluster=NAME, service=NAME, forceNewDeployment=True)
    seen = Watch(place, old)
    wait_for(lambda: seen.look() and not set(old) & set(place.tasks()) and place.is_steady())
    delays = [seen.registered[address] - running for address, running in seen.running.items() if address in seen.registered]
    return [
        ("ECS registered a task that it saw RUNNING after", " and ".join(seconds(delay) for delay in sorted(delays))),
        ("states of an old task's target", "; ".join(sorted({" → ".join(states) for states in seen.states.values()}))),
        ("ECS and the guard were both at work; targets that aren't tasks'", f"{len(place.targets()) - len(place.tasks())}"),
    ]


class Watch:
    """When new tasks ran and were registered, and which states the targets of `old` ones went through."""

    def __init__(self, place, old):
        self._place, self._old = place, {address(task) for task in old.values()}
        self.running, self.registered, self.states = {}, {}, {each: [] for each in self._old}

    def look(self):
        now, targets = time.monotonic(), self._place.targets()
        for task in self._place.tasks().values():
            if address(task) not in self._old and task["lastStatus"] == "RUNNING":
                self.running.setdefault(address(task), now)
        for each, state in targets.items():
            if each not in self._old:
                self.registered.setdefault(each, now)
        for each, states in self.states.items():
            state = targets.get(each, "gone")
            if not states or states[-1] != state:
                states.append(state)
        return True


def target_deregistered_by_hand_ends_registered(place):
    victim, *_ = place.targets()
    place.deregister(victim)
    states = []

    def is_back():
        state = place.targets().get(victim, "gone")
        if not states or states[-1] != state:
            states.append(state)
        # No event tells of it: this is what a sweep does, every quarter of an hour.
        place.invoke("audit")
        return state == "healthy"

    _, took = wait_for(is_back, every=5.0)
    return [("states of the target", " → ".join(states)), ("it was back and healthy after", seconds(took))]


def strangers_address_ends_registered_and_reported(place):
    ec2, elb, group = place.aws("ec2"), place.aws("elbv2"), place.outputs["target_group_arn"]
    made = ec2.create_network_interface(SubnetId=place.outputs["private_subnet_ids"][0], Description=NAME)["NetworkInterface"]
    stranger, target = made["PrivateIpAddress"], [{"Id": made["PrivateIpAddress"]}]
    try:
        elb.register_targets(TargetGroupArn=group, Targets=target)
        # Long enough for both looks, were it suspected.
        reports = []
        wait_for(lambda: reports.append(place.invoke("audit")) or len(reports) > 2, every=10.0)
        rules = {finding["rule"] for finding in reports[-1]["findings"] if stranger in str(finding["resources"])}
        assert stranger in place.targets(), "the guard removed what isn't a task's"
        assert "target-foreign" in rules, rules
    finally:
        place.deregister(stranger)
        wait_for(lambda: stranger not in place.targets())
        ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])
    return [("what the guard says of it", ", ".join(f"`{rule}`" for rule in sorted(rules))), ("removed by the guard", "no")]


def required_group_that_tasks_lack_ends_as_aws_lets_it(place):
    with required_group(place) as group:

        def answer():
            tasks = place.tasks()
            if all(group in place.groups(task) for task in tasks.values()):
                return "allowed: every task's interface has the group"
            report = place.invoke("guard")
            repairs = [repair for finding in report["findings"] for repair in finding.get("repairs", [])
                       if finding["rule"] == "security-group-missing" and repair["action"] == "modify-network-interface"]
            refused = {repair.get("code") for repair in repairs if repair["status"] == "refused"}
            return f"refused with `{', '.join(sorted(map(str, refused)))}`" if refused else None

        said, took = wait_for(answer, every=5.0)
        place.aws("ecs").update_service(cluster=NAME, service=NAME, forceNewDeployment=True)
    return [("ModifyNetworkInterfaceAttribute on an interface that ECS made", said), ("known after", seconds(took))]


@contextmanager
def required_group(place):
    """The group that the policy requires; deleted when no task has it any more."""
    ec2 = place.aws("ec2")
    group = ec2.create_security_group(GroupName=REQUIRED, Description=NAME, VpcId=place.outputs["vpc_id"])["GroupId"]
    before = set(place.tasks())
    try:
        yield group
    finally:
        wait_for(lambda: not before & set(place.tasks()) and place.is_steady(), every=3.0)
        wait_for(lambda: not ec2.describe_network_interfaces(
            Filters=[{"Name": "group-id", "Values": [group]}])["NetworkInterfaces"], every=3.0)
        ec2.delete_security_group(GroupId=group)


def paused_guard_ends_with_the_target_gone_and_resumed_with_it_back(place):
    place.command_line("pause", "--reason", "acceptance", *CLI_PAUSE)
    try:
        victim, *_ = place.targets()
        place.deregister(victim)
        wait_for(lambda: victim not in place.targets())
        reports = []
        wait_for(lambda: reports.append(place.invoke("audit")) or len(reports) > 2, every=10.0)
        assert victim not in place.targets(), "the guard repaired while it was paused"
    finally:
        place.command_line("resume", *CLI_PAUSE)
    _, took = wait_for(lambda: place.invoke("audit") and place.targets().get(victim) == "healthy", every=5.0)
    return [("paused", "the target stayed away"), ("resumed, it was back and healthy after", seconds(took))]


def second_deploy_ends_with_nothing_changed(place):
    out = place.deploy_guard()
    assert "No changes" in out, out
    return [("Terraform", "no changes")]


def seconds(number):
    return f"{number:.1f} s"


STORIES = [
    healthy_stack_ends_without_a_finding_about_its_registration,
    forced_deployment_ends_with_every_new_task_registered,
    target_deregistered_by_hand_ends_registered,
    strangers_address_ends_registered_and_reported,
    paused_guard_ends_with_the_target_gone_and_resumed_with_it_back,
    required_group_that_tasks_lack_ends_as_aws_lets_it,
    second_deploy_ends_with_nothing_changed,
]
