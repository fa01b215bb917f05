"""Scenes of the guard's tests: services whose tasks wear the wrong security groups."""

import json

from harness.faults import refused
from harness.wire import json_answer
from scenes import PORT, Web

MODIFY = "ec2:ModifyNetworkInterfaceAttribute"
UPDATE = "ecs:UpdateService"
STOP = "ecs:StopTask"
EVERY_RUNG = ["modify-network-interface", "update-service", "stop-task"]


def guarding(*overrides, **keys):
    """A policy that repairs security groups at the second look, which follows at once."""
    keys = {"mode": "repair", "confirm_after": "0s", **keys}
    lines = ["[security_groups]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
    for override in overrides:
        lines += ["[[override]]", *(f"{key} = {json.dumps(value)}" for key, value in override.items())]
    return "\n".join(lines) + "\n"


class Worn:
    """A service `web` of four tasks, three of them right; the second wears `tasks` alone and lacks `base`."""

    def __init__(self, account, declares=("tasks", "base"), tasks=4, **service):
        self.account = account
        self.web = Web(account, tasks=0, **service)
        self.vpc, self.service, self.group = self.web.vpc, self.web.service, self.web.group
        self.groups = {"tasks": self.vpc.task_security_group, "base": self.vpc.security_group("base")}
        self.service.set(desired_count=tasks)
        if self.service.deployment:
            self.declares(*declares)
        self.tasks = self.service.start_tasks(tasks) if self.service.deployment and tasks else []
        for task in self.tasks:
            self.wear(task, "tasks", "base")
        if self.tasks:
            self.wrong = self.tasks[1]
            self.wear(self.wrong, "tasks")

    def security_group(self, name):
        self.groups[name] = self.vpc.security_group(name)
        return self.groups[name]

    def declares(self, *names, service=None):
        """What the service, or another, declares, as if it had been deployed so."""
        service = service or self.service
        described = service.describe()
        network = described["networkConfiguration"]
        network["awsvpcConfiguration"]["securityGroups"] = [self.groups[name] for name in names]
        service.set(network_configuration=network)
        deployments = described["deployments"]
        for deployment in deployments:
            deployment["networkConfiguration"] = network
            for key in ("createdAt", "updatedAt"):
                deployment[key] = "2026-01-01T00:00:00+00:00"
        service.set(deployments=deployments)

    def wear(self, task, *names):
        """Somebody changed the interface by hand."""
        self.account.aws.ec2.modify_network_interface_attribute(
            NetworkInterfaceId=task.interface, Groups=[self.groups[name] for name in names])

    def worn(self, task):
        """The names of the groups a task's interface has."""
        answer = self.account.aws.ec2.describe_network_interfaces(NetworkInterfaceIds=[task.interface])
        ids = {group["GroupId"] for group in answer["NetworkInterfaces"][0]["Groups"]}
        return {name for name, group in self.groups.items() if group in ids} | (ids - set(self.groups.values()))

    def declared(self):
        """The names of the groups that the service declares."""
        network = self.service.describe()["networkConfiguration"]["awsvpcConfiguration"]
        return {name for name, group in self.groups.items() if group in network["securityGroups"]}

    def is_replaced(self):
        """ECS rolls the deployment out that was started last: new tasks, which have what the service declares, take the place of the
        old ones, each of which it deregisters before it stops it."""
        self.service.deployment = self.service.describe()["deployments"][0]["id"]
        old, self.tasks = self.tasks, self.service.start_tasks(len(self.tasks))
        for task in self.tasks:
            self.wear(task, *self.declared())
        for task in old:
            task.stop()

    def is_stopped(self, task):
        return task.describe()["desiredStatus"] == "STOPPED"

    def state(self):
        """Everything that the guard might change."""
        return [(self.worn(task), self.is_stopped(task)) for task in self.tasks], self.declared()


def refuses_interfaces(proxy, code="OperationNotPermitted"):
    """As AWS documents: ECS's interfaces can't be modified by the account."""
    return proxy.fails(MODIFY, refused(code, "You do not have permission to access the specified resource."))


def keeps_half(proxy, percent=50, maximum=200):
    """The services keep half of their tasks at least, and have at most so many: moto drops their deployment configuration."""

    def with_percent(_, answer):
        document = answer.json()
        for service in document.get("services", []):
            service["deploymentConfiguration"] = {"minimumHealthyPercent": percent, "maximumPercent": maximum}
        return json_answer(document)

    proxy.rewrites("ecs:DescribeServices", with_percent)


def protects(proxy, *tasks):
    """GetTaskProtection, which moto lacks: these tasks are protected, no others."""
    protected = {task.arn for task in tasks}

    def answer(call):
        asked = json.loads(call.text)["tasks"]
        return json_answer({"failures": [], "protectedTasks": [
            {"taskArn": arn, "protectionEnabled": arn in protected,
             **({"expirationDate": 4102444800.0} if arn in protected else {})} for arn in asked]})

    proxy.answers("ecs:GetTaskProtection", answer)


def codes(invocation):
    """Refusals in the report, as `(action, code)`."""
    return {(repair["action"], repair.get("code")) for finding in invocation.findings()
            for repair in finding.get("repairs", []) if repair["status"] == "refused"}


def changes(proxy):
    """How often each changing action was sent."""
    counts = {}
    for call in proxy.changes():
        counts[call.action] = counts.get(call.action, 0) + 1
    return counts


__all__ = ["EVERY_RUNG", "MODIFY", "PORT", "STOP", "UPDATE", "Worn", "changes", "codes", "guarding", "keeps_half",
           "protects", "refuses_interfaces"]
