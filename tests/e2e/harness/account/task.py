"""A task, and its life as ECS leads it."""

from datetime import datetime, timedelta, timezone

from ..events import task_state_change
from .holds import EcsTagged


class Task(EcsTagged):
    """A task by its ARN. `groups` maps the target groups it belongs in to its port in each."""

    def __init__(self, cluster, described):
        self.account, self.cluster, self.arn = cluster.account, cluster, described["taskArn"]
        self.groups = {}
        details = {detail["name"]: detail["value"]
                   for attachment in described["attachments"] for detail in attachment["details"]}
        self.address = details.get("privateIPv4Address")
        self.interface = details.get("networkInterfaceId")

    @classmethod
    def run(cls, cluster, definition, subnet, **options):
        return cls.run_many(cluster, definition, subnet, 1, **options)[0]

    @classmethod
    def run_many(cls, cluster, definition, subnet, count, started_by, launchType="FARGATE", **options):
        if subnet is not None:
            options["networkConfiguration"] = {"awsvpcConfiguration": {
                "subnets": [subnet.id], "securityGroups": [subnet.vpc.task_security_group]}}
        answer = cluster.account.aws.ecs.run_task(
            cluster=cluster.name, taskDefinition=definition, launchType=launchType, count=count,
            startedBy=started_by, **options)
        return [cls(cluster, described) for described in answer["tasks"]]

    def register(self):
        """ECS registers it in the groups it belongs in."""
        for group, port in self.groups.items():
            group.register(self.address, port)

    def target(self):
        """Its address and port, in the one group it belongs in."""
        (port,) = set(self.groups.values())
        return self.address, port

    def is_now(self, status, desired="RUNNING"):
        """Moves it to a state of its life."""
        self.account.set("task", self.arn, last_status=status, desired_status=desired)

    def started(self, seconds_ago):
        then = datetime.now(timezone.utc) - timedelta(seconds=seconds_ago)
        self.account.set("task", self.arn, startedAt=then.isoformat())

    def stop(self, leaves_target=False, leaves_interface=False):
        """ECS stops it: out of its groups, unless that is forgotten, its interface deleted, unless EC2 is slow."""
        if not leaves_target:
            for group, port in self.groups.items():
                group.deregister(self.address, port)
        self.account.aws.ecs.stop_task(cluster=self.cluster.name, task=self.arn, reason="Scaling activity")
        if self.interface and not leaves_interface:
            self.lose_interface()

    def lose_interface(self):
        """EC2 deletes its interface: the address is free."""
        self.account.aws.ec2.delete_network_interface(NetworkInterfaceId=self.interface)

    def die(self, **options):
        """ECS stops it and forgets its target."""
        self.stop(leaves_target=True, **options)

    def is_forgotten(self):
        """An hour later ECS has forgotten it."""
        self.account.server.stage("forget_task", task=self.arn)

    def describe(self):
        answer = self.account.aws.ecs.describe_tasks(cluster=self.cluster.name, tasks=[self.arn], include=["TAGS"])
        return answer["tasks"][0]

    def event(self, **changes):
        """The ECS Task State Change event for its state now, with `changes` to the detail."""
        return task_state_change(self.describe(), **changes)
