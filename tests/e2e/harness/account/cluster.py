"""A cluster, and tasks in it that belong to no service."""

import json

from .holds import EcsTagged
from .service import Service
from .task import Task
from .task_definition import register_task_definition


class Cluster(EcsTagged):
    """An ECS cluster."""

    def __init__(self, account, name):
        self.account, self.name = account, name
        self.arn = account.aws.ecs.create_cluster(clusterName=name)["cluster"]["clusterArn"]

    def service(self, name, groups, **options):
        """A service behind the target groups `groups`, a mapping to the container port each is served at."""
        return Service(self, name, groups, **options)

    def standalone_task(self, subnet, port=8080, group=None):
        """A task someone ran by hand."""
        definition = register_task_definition(self.account, "batch", [port])
        options = {"group": group} if group else {}
        return Task.run(self, definition, subnet, started_by="someone", **options)

    def bridge_task(self, service, port=8080):
        """A task in bridge mode on an EC2 instance: it has no interface of its own."""
        ec2 = self.account.aws.ec2
        instance = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        self.account.aws.ecs.register_container_instance(
            cluster=self.name, instanceIdentityDocument=json.dumps({"instanceId": instance}))
        definition = register_task_definition(self.account, "bridge", [port], network_mode="bridge")
        return Task.run(self, definition, None, started_by="ecs-svc/1234567890", group=f"service:{service}",
                        launchType="EC2")
