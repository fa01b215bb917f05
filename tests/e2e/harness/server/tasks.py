"""Tasks as ECS tells them: since when they run, which version this is, which interface is theirs, when they stopped.

Also what ECS does and plain moto doesn't when it lists tasks: by service, by exact cluster, running ones unless
stopped ones are asked for; and when it describes them: what it can't find is a failure.
"""

from datetime import datetime, timedelta, timezone

from moto.core.responses import ActionResult
from moto.ecs import models
from moto.ecs.responses import DESCRIBE_TASKS_TAGS, EC2ContainerServiceResponse

from .pages import page
from .stage import stage


def install():
    _install_start()
    _install_stop()
    _install_list()
    _install_describe()


def _install_start():
    plain = models.Task.__init__

    def init(task, *args, **kwargs):
        plain(task, *args, **kwargs)
        if not stage.as_aws:
            return
        an_hour_ago = datetime.now(timezone.utc) - timedelta(hours=1)
        task.version, task.createdAt, task.startedAt = 3, an_hour_ago, an_hour_ago
        for attachment in task.attachments:
            _describe_interface(task, attachment)

    models.Task.__init__ = init


def _describe_interface(task, attachment):
    """What the task's containers and its interface say of each other."""
    details = {detail["name"]: detail["value"] for detail in attachment["details"]}
    ec2 = models.ec2_backends[task._account_id][task.region_name]
    interface = ec2.enis[details["networkInterfaceId"]]
    interface.description = f"arn:aws:ecs:{task.region_name}:{task._account_id}:attachment/{attachment['id']}"
    interface.requester_managed = True
    shown = {"attachmentId": attachment["id"], "privateIpv4Address": details["privateIPv4Address"]}
    for association in interface.subnet.ipv6_cidr_block_associations.values():
        # The host part of the IPv4 address, so that both are easy to tell.
        network = association["ipv6CidrBlock"].split("/")[0]
        address = network.rstrip(":") + "::" + format(int(details["privateIPv4Address"].split(".")[3]), "x")
        interface.ipv6_addresses = [address]
        shown["ipv6Address"] = address
    for container in task.containers:
        container.last_status = "RUNNING"
        container.network_interfaces = [shown]


def _install_stop():
    plain = models.EC2ContainerServiceBackend.stop_task

    def stop_task(self, cluster_str, task_str, reason):
        task = plain(self, cluster_str, task_str, reason)
        if stage.as_aws:
            task.version += 3
            task.stoppedAt = task.stoppingAt = datetime.now(timezone.utc)
            for attachment in task.attachments:
                attachment["status"] = "DELETED"
            for container in task.containers:
                container.last_status = "STOPPED"
                container.network_interfaces = []
        return task

    models.EC2ContainerServiceBackend.stop_task = stop_task


def _install_list():
    plain = models.EC2ContainerServiceBackend.list_tasks

    def list_tasks(self, cluster_str=None, container_instance=None, family=None, started_by=None, service_name=None,
                   desiredStatus=None):
        if not stage.as_aws:
            return plain(self, cluster_str, container_instance, family, started_by, service_name, desiredStatus)
        # Without a cluster it is asked for all tasks there are (moto does so for tags).
        cluster = self._get_cluster(cluster_str).arn if cluster_str else None
        tasks = plain(self, None, container_instance, family, started_by, None, desiredStatus or "RUNNING")
        group = f"service:{service_name.split('/')[-1]}" if service_name else None
        return [task for task in tasks
                if cluster in (None, task.cluster_arn) and group in (None, task.group)]

    models.EC2ContainerServiceBackend.list_tasks = list_tasks

    def answer(self):
        tasks = self.ecs_backend.list_tasks(
            self._get_param("cluster", "default"), self._get_param("containerInstance"), self._get_param("family"),
            self._get_param("startedBy"), self._get_param("serviceName"), self._get_param("desiredStatus"))
        return page(self, "taskArns", [task.task_arn for task in tasks], 100)

    EC2ContainerServiceResponse.list_tasks = answer


def _install_describe():
    plain = EC2ContainerServiceResponse.describe_tasks

    def describe_tasks(self):
        if not stage.as_aws:
            return plain(self)
        backend = self.ecs_backend
        cluster = backend._get_cluster(self._get_param("cluster", "default"))
        known = {task.id: task for task in backend.tasks.get(cluster.name, {}).values()}
        tasks, failures = [], []
        for asked in self._get_param("tasks", []):
            task = known.get(asked.split("/")[-1])
            if task is not None:
                tasks.append(task)
            else:
                failures.append({"arn": asked, "reason": "MISSING"})
        if "TAGS" in self._get_param("include", []):
            self._include_in_response(DESCRIBE_TASKS_TAGS)
        else:
            self._exclude_from_response(DESCRIBE_TASKS_TAGS)
        return ActionResult({"tasks": tasks, "failures": failures})

    EC2ContainerServiceResponse.describe_tasks = describe_tasks
