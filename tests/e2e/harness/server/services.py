"""Services and clusters as ECS tells them: counts that are true, revisions that can be asked for, lists by exact cluster.

Plain moto calls every service's running count 0, never counts a cluster's down, and has no service revisions.
"""

import uuid

from moto.core.responses import ActionResult
from moto.ecs import models
from moto.ecs.responses import EC2ContainerServiceResponse

from .pages import page
from .stage import stage


def install():
    backend, responses = models.EC2ContainerServiceBackend, EC2ContainerServiceResponse
    plain_describe, plain_list, plain_create = backend.describe_services, backend.list_services, backend.create_service
    plain_clusters = backend.describe_clusters

    def create_service(self, *args, **kwargs):
        service = plain_create(self, *args, **kwargs)
        if stage.as_aws and service.deployment_controller["type"] == "ECS":
            arn = add_revision(service.arn, service.load_balancers, [
                balancer["targetGroupArn"] for balancer in service.load_balancers if "targetGroupArn" in balancer])
            service.currentServiceRevisions = [{"arn": arn, "requestedTaskCount": service.desired_count}]
        return service

    def describe_services(self, cluster_str, service_names_or_arns):
        found, failures = plain_describe(self, cluster_str, service_names_or_arns)
        if stage.as_aws:
            for service in found:
                _count(self, service)
        return found, failures

    def describe_clusters(self, *args, **kwargs):
        found, failures = plain_clusters(self, *args, **kwargs)
        for cluster in found if stage.as_aws else ():
            tasks = [task for task in self.tasks.get(cluster.name, {}).values() if task.desired_status == "RUNNING"]
            cluster.running_tasks_count = sum(task.last_status == "RUNNING" for task in tasks)
            cluster.pending_tasks_count = len(tasks) - cluster.running_tasks_count
        return found, failures

    def list_services(self, cluster_str, scheduling_strategy=None, launch_type=None):
        arns = plain_list(self, cluster_str, scheduling_strategy, launch_type)
        if not stage.as_aws:
            return arns
        cluster = self._get_cluster(cluster_str).name
        here = {service.arn for service in self.services.values() if service.cluster_name == cluster}
        return [arn for arn in arns if arn in here]

    def answer_list_services(self):
        arns = self.ecs_backend.list_services(
            self._get_param("cluster", "default"), self._get_param("schedulingStrategy"),
            launch_type=self._get_param("launchType"))
        return page(self, "serviceArns", arns, 10)

    def answer_list_clusters(self):
        return page(self, "clusterArns", self.ecs_backend.list_clusters(), 100)

    def describe_service_revisions(self):
        asked = self._get_param("serviceRevisionArns", [])
        return ActionResult({
            "serviceRevisions": [stage.revisions[arn] for arn in asked if arn in stage.revisions],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn in asked if arn not in stage.revisions]})

    backend.create_service = create_service
    backend.describe_services = describe_services
    backend.describe_clusters = describe_clusters
    backend.list_services = list_services
    responses.list_services = answer_list_services
    responses.list_clusters = answer_list_clusters
    responses.describe_service_revisions = describe_service_revisions


def _count(backend, service):
    """Counts what runs, for the service and for each of its deployments."""
    tasks = [task for task in backend.tasks.get(service.cluster_name, {}).values()
             if task.group == f"service:{service.name}" and task.desired_status == "RUNNING"]
    service.running_count = sum(task.last_status == "RUNNING" for task in tasks)
    service.pending_count = len(tasks) - service.running_count
    for deployment in service.deployments:
        mine = [task.last_status for task in tasks if task.started_by == deployment["id"]]
        deployment["runningCount"] = mine.count("RUNNING")
        deployment["pendingCount"] = len(mine) - deployment["runningCount"]
        if deployment["runningCount"] == deployment["desiredCount"]:
            deployment["rolloutState"] = "COMPLETED"


def add_revision(service_arn, load_balancers, resolved):
    """Keeps a service revision that serves through the groups `resolved`; returns its ARN."""
    arn = service_arn.replace(":service/", ":service-revision/") + f"/{uuid.uuid4().int % 10**19:019d}"
    stage.revisions[arn] = {
        "serviceRevisionArn": arn,
        "serviceArn": service_arn,
        "loadBalancers": load_balancers,
        "resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": group} for group in resolved]},
    }
    return arn
