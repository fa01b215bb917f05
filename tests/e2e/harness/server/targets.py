"""Targets as AWS keeps them: a target is an address *and* a port, it has a state, and it may drain.

Plain moto keys targets by address alone and calls them all healthy; removing an absent one is an error there.
"""

from moto.elbv2 import models

from .stage import stage

REASONS = {
    "draining": "Target.DeregistrationInProgress",
    "initial": "Elb.RegistrationInProgress",
    "unhealthy": "Target.FailedHealthChecks",
    "unused": "Target.NotInUse",
}


def install():
    group = models.FakeTargetGroup
    plain_register, plain_deregister, plain_health = group.register, group.deregister, group.health_for

    def register(self, targets):
        if not stage.as_aws:
            return plain_register(self, targets)
        for target in targets:
            key = key_of(self, target)
            known = self.targets.get(key)
            if known is None or known["State"] == "draining":
                self.targets[key] = entry(key, stage.registers_as)

    def deregister(self, targets):
        if not stage.as_aws:
            return plain_deregister(self, targets)
        for target in targets:
            # Without a port the call succeeds and does nothing.
            key = (target["Id"], int(target["Port"])) if "Port" in target else None
            if key not in self.targets:
                continue
            if stage.drains:
                self.targets[key] = entry(key, "draining")
            else:
                del self.targets[key]

    def health_for(self, target, ec2_backend):
        if not stage.as_aws:
            return plain_health(self, target, ec2_backend)
        key = key_of(self, target)
        known = self.targets.get(key) or entry(key, "unused", "Target.NotRegistered")
        return models.FakeHealthStatus(
            known["Id"], known["Port"], self.health_check_port, known["State"], known["Reason"]
        )

    group.register, group.deregister, group.health_for = register, deregister, health_for


def key_of(group, target):
    return target["Id"], int(target.get("Port", group.port))


def entry(key, state, reason=None):
    return {"Id": key[0], "Port": key[1], "State": state, "Reason": reason or REASONS.get(state)}


def set_state(region, group, ip, port, state, reason=None):
    """Puts one registered target into a state, or takes it out with `state=None`."""
    targets = region.elbv2.target_groups[group].targets
    key = (ip, int(port))
    if key not in targets:
        raise KeyError(f"{ip}:{port} is not in {group}: it has {sorted(targets)}")
    if state is None:
        del targets[key]
    else:
        targets[key] = entry(key, state, reason)


def end_drains(region):
    """Every target that drains is out of its group."""
    for group in region.elbv2.target_groups.values():
        for key in [key for key, target in group.targets.items() if target["State"] == "draining"]:
            del group.targets[key]
