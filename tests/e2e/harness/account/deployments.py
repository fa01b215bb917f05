"""Deployments: what a service looks like while ECS, CodeDeploy or another program moves it on."""

import uuid

from .service import load_balancers


def new_deployment_id():
    return f"ecs-svc/{uuid.uuid4().int % 10**19:019d}"


def start_rolling_deployment(service, groups=None):
    """A second deployment begins, perhaps with other target groups; the first one's tasks still serve.

    Returns the outgoing deployment's id; `service.deployment` and `service.groups` are the new ones.
    """
    described = service.describe()
    outgoing, incoming = service.deployment, new_deployment_id()
    primary = dict(described["deployments"][0], createdAt="2026-01-01T00:00:00+00:00",
                   updatedAt="2026-01-01T00:00:00+00:00")
    service.groups = dict(service.groups if groups is None else groups)
    balancers = load_balancers(service.groups)
    revision = service.account.server.stage(
        "add_revision", service=service.arn, load_balancers=balancers, resolved=[group.arn for group in service.groups])
    service.set(
        deployments=[{**primary, "id": incoming}, {**primary, "status": "ACTIVE"}],
        load_balancers=balancers,
        currentServiceRevisions=[{"arn": revision, "requestedTaskCount": 0}, *described["currentServiceRevisions"]],
    )
    service.deployment = incoming
    return outgoing


def finish_rolling_deployment(service):
    """The outgoing deployment is gone."""
    described = service.describe()
    primary = dict(described["deployments"][0], createdAt="2026-01-01T00:00:00+00:00",
                   updatedAt="2026-01-01T00:00:00+00:00")
    service.set(deployments=[primary], currentServiceRevisions=described["currentServiceRevisions"][:1])


def use_native_strategy(service, production, alternate, strategy="BLUE_GREEN", serving=None, shifting=False):
    """The service shifts between two groups. `serving` is the group of the revision that is current now."""
    port = service.groups[production]
    balancers = load_balancers({production: port}, alternates={production: alternate})
    serving = serving or production
    revision = service.account.server.stage(
        "add_revision", service=service.arn, load_balancers=balancers, resolved=[serving.arn])
    revisions = [{"arn": revision, "requestedTaskCount": 2}]
    shift = {}
    if shifting:
        other = alternate if serving is production else production
        green = service.account.server.stage(
            "add_revision", service=service.arn, load_balancers=balancers, resolved=[other.arn])
        revisions.append({"arn": green, "requestedTaskCount": 2})
        shift = {"currentServiceDeployment": service.arn.replace(":service/", ":service-deployment/") + "/1"}
    service.set(
        load_balancers=balancers,
        deploymentConfiguration={"strategy": strategy, "maximumPercent": 200, "minimumHealthyPercent": 100},
        currentServiceRevisions=revisions,
        **shift,
    )


class TaskSet:
    """A task set of a service under CODE_DEPLOY or EXTERNAL."""

    def __init__(self, service, groups, primary=False):
        self.service, self.groups = service, dict(groups)
        answer = service.account.aws.ecs.create_task_set(
            cluster=service.cluster.name, service=service.name, taskDefinition=service.task_definition,
            launchType="FARGATE", networkConfiguration=service.network_configuration(service.subnets),
            loadBalancers=load_balancers(self.groups))
        self.arn, self.id = answer["taskSet"]["taskSetArn"], answer["taskSet"]["id"]
        if primary:
            service.account.aws.ecs.update_service_primary_task_set(
                cluster=service.cluster.name, service=service.name, primaryTaskSet=self.arn)

    def start_task(self, registered=True, **options):
        return self.service.start_task(registered, started_by=self.id, groups=self.groups, **options)

    def is_draining(self):
        self.service.account.set("task-set", self.arn, status="DRAINING")
