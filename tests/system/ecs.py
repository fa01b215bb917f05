"""Plays ECS before a moto server: starts as many tasks as each service wants, registers them, and tells of them.

A service that is deployed anew gets new tasks first; then the old ones are deregistered and stopped.
"""

import threading
import time
from contextlib import suppress

from harness.account.clients import clients_of
from harness.events import task_state_change


class Ecs:
    """ECS at work, until the `with` block ends. `tell` takes events; `proxy` is what services are updated through."""

    def __init__(self, url, proxy, tell):
        self._aws, self._tell = clients_of(url), tell
        self._over, self._redeploy = threading.Event(), set()
        proxy.rewrites("ecs:UpdateService", self._note)

    def __enter__(self):
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _note(self, call, answer):
        """Moto makes no deployment of it."""
        if answer.status == 200 and '"forceNewDeployment":true' in call.text.replace(" ", ""):
            self._redeploy.add(answer.json()["service"]["serviceArn"])
        return answer

    def _work(self):
        ecs = self._aws.ecs
        while not self._over.wait(0.5):
            for cluster in ecs.list_clusters()["clusterArns"]:
                for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
                    (service,) = ecs.describe_services(cluster=cluster, services=[arn])["services"]
                    self._reconcile(service)

    def _reconcile(self, service):
        tasks = self._tasks(service)
        wanted = service["desiredCount"] if service["status"] == "ACTIVE" else 0
        if service["serviceArn"] in self._redeploy:
            self._redeploy.discard(service["serviceArn"])
            self._start(service, wanted)
            time.sleep(2)
            self._stop(service, tasks)
        elif len(tasks) < wanted:
            self._start(service, wanted - len(tasks))
        elif len(tasks) > wanted:
            self._stop(service, tasks[wanted:])

    def _tasks(self, service):
        ecs, cluster = self._aws.ecs, service["clusterArn"]
        arns = ecs.list_tasks(cluster=cluster, serviceName=service["serviceName"])["taskArns"]
        return self._described(cluster, arns)

    def _described(self, cluster, arns):
        return self._aws.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []

    def _start(self, service, count):
        network = service["networkConfiguration"]["awsvpcConfiguration"]
        for nth in range(count):
            subnet = network["subnets"][nth % len(network["subnets"])]
            started = self._aws.ecs.run_task(
                cluster=service["clusterArn"], taskDefinition=service["taskDefinition"], launchType="FARGATE",
                group=f"service:{service['serviceName']}", startedBy=service["deployments"][0]["id"],
                networkConfiguration={"awsvpcConfiguration": {**network, "subnets": [subnet]}})["tasks"]
            for task in started:
                self._place(service, task, self._aws.elbv2.register_targets)
            self._tell(*map(task_state_change, self._described(service["clusterArn"], [task["taskArn"] for task in started])))

    def _stop(self, service, tasks):
        for task in tasks:
            self._place(service, task, self._aws.elbv2.deregister_targets)
            self._aws.ecs.stop_task(cluster=service["clusterArn"], task=task["taskArn"], reason="Scaling activity")
            self._aws.ec2.delete_network_interface(NetworkInterfaceId=_detail(task, "networkInterfaceId"))
        self._tell(*map(task_state_change, self._described(service["clusterArn"], [task["taskArn"] for task in tasks])))

    def _place(self, service, task, change):
        for balancer in service["loadBalancers"]:
            target = {"Id": _detail(task, "privateIPv4Address"), "Port": balancer["containerPort"]}
            # A group may be gone before the service that names it, where a stack is destroyed.
            with suppress(self._aws.elbv2.exceptions.TargetGroupNotFoundException):
                change(TargetGroupArn=balancer["targetGroupArn"], Targets=[target])


def _detail(task, name):
    return next(detail["value"] for attachment in task["attachments"] for detail in attachment["details"] if detail["name"] == name)
