"""A service, and ECS at work on it: deployments, task sets, starting and forgetting tasks."""

from .holds import EcsTagged
from .task import Task
from .task_definition import register_task_definition


class Service(EcsTagged):
    """A service of awsvpc tasks. `groups` maps each target group to the container port it is served at.

    `earlier_ports` are those of earlier revisions of its task definition, `ports` those it maps without any group.
    """

    def __init__(self, cluster, name, groups, desired=2, subnets=None, controller="ECS", earlier_ports=(),
                 ports=(), family=None):
        self.cluster, self.account, self.name, self.groups = cluster, cluster.account, name, dict(groups)
        self.subnets = subnets or next(iter(self.groups)).vpc.subnets
        self.family = family or name
        for port in earlier_ports:
            self.new_task_definition(port)
        self.task_definition = self.new_task_definition(*self.groups.values(), *ports)
        options = {}
        if controller == "ECS":
            options = {
                "taskDefinition": self.task_definition,
                "networkConfiguration": self.network_configuration(self.subnets),
                "loadBalancers": load_balancers(self.groups),
            }
        answer = self.account.aws.ecs.create_service(
            cluster=cluster.name, serviceName=name, desiredCount=desired, launchType="FARGATE",
            deploymentController={"type": controller}, **options)
        self.arn = answer["service"]["serviceArn"]
        self.deployment = answer["service"]["deployments"][0]["id"] if controller == "ECS" else None

    def new_task_definition(self, *ports):
        """The next revision of the service's task definition."""
        return register_task_definition(self.account, self.family, ports)

    def network_configuration(self, subnets):
        return {"awsvpcConfiguration": {
            "subnets": [subnet.id for subnet in subnets],
            "securityGroups": [subnets[0].vpc.task_security_group],
        }}

    def start_task(self, registered=True, started_by=None, groups=None, subnet=None, address=None):
        """ECS starts a task and registers it, or forgets to. `groups` where they aren't the service's own."""
        subnet = subnet or self.subnets[0]
        if address:
            subnet.next_task_gets(address)
        task = Task.run(self.cluster, self.task_definition, subnet, started_by=started_by or self.deployment,
                        group=f"service:{self.name}")
        task.groups = dict(self.groups if groups is None else groups)
        if registered:
            task.register()
        return task

    def start_tasks(self, count, subnet=None, registered=True):
        """Many tasks at once; ECS registers them all, or forgets to."""
        tasks = Task.run_many(self.cluster, self.task_definition, subnet or self.subnets[0], count,
                              started_by=self.deployment, group=f"service:{self.name}")
        for task in tasks:
            task.groups = dict(self.groups)
        for group, port in self.groups.items() if registered else ():
            group.register_all([task.address for task in tasks], port)
        return tasks

    def runs(self, definition):
        """Its task definition is this one from here on, without a deployment."""
        self.account.aws.ecs.update_service(cluster=self.cluster.name, service=self.name, taskDefinition=definition)

    def scaled(self, minimum, maximum):
        """Application Auto Scaling scales it within these bounds."""
        self.account.aws.application_autoscaling.register_scalable_target(
            ServiceNamespace="ecs", ScalableDimension="ecs:service:DesiredCount",
            ResourceId=f"service/{self.cluster.name}/{self.name}", MinCapacity=minimum, MaxCapacity=maximum)

    def set(self, **attributes):
        """What DescribeServices tells of it and no API sets."""
        self.account.set("service", self.arn, **attributes)

    def is_draining(self):
        """It was deleted, and tasks are left."""
        self.set(status="DRAINING")

    def describe(self):
        answer = self.account.aws.ecs.describe_services(cluster=self.cluster.name, services=[self.name])
        return answer["services"][0]


def load_balancers(groups, alternates=()):
    """`loadBalancers` as ECS writes it; `alternates` maps a group to the alternate of a native strategy."""
    entries = []
    for group, port in groups.items():
        entry = {"targetGroupArn": group.arn, "containerName": "app", "containerPort": port}
        if group in alternates:
            entry["advancedConfiguration"] = {
                "alternateTargetGroupArn": alternates[group].arn,
                "roleArn": f"arn:aws:iam::{group.account.id}:role/ecs-shifts-traffic",
            }
        entries.append(entry)
    return entries
