"""ECS's answers: JSON, with everything in it that ECS tells of a service on Fargate."""

import json

from harness.place import ACCOUNT, REGION

from .account import CLUSTER, PORT, Account

#: Long ago, so that nothing is in grace.
THEN = 1_772_366_400.123


class Ecs:
    def __init__(self, account: Account):
        self._services = {service.name: _json(_service(service)) for service in account.services}
        self._service_arns = [service.arn for service in account.services]
        self._definitions = {service.definition: _json(_definition(service)) for service in account.services}
        self.tasks = {task.arn: _json(_task(task)) for task in account.tasks + account.stopped}
        self._task_arns = [task.arn for task in account.tasks]
        self._stopped = {task.service.name: [task.arn] for task in account.stopped}

    def answer(self, operation, body):
        return getattr(self, operation)(json.loads(body)).encode()

    def ListClusters(self, request):
        return _json({"clusterArns": [CLUSTER]})

    def DescribeClusters(self, request):
        cluster = {"clusterArn": CLUSTER, "clusterName": "prod", "status": "ACTIVE", "tags": [], "settings": []}
        return _json({"clusters": [cluster], "failures": []})

    def ListServices(self, request):
        return _page("serviceArns", self._service_arns, request, default=10)

    def ListTasks(self, request):
        if request.get("desiredStatus") != "STOPPED":
            return _page("taskArns", self._task_arns, request, default=100)
        service = request.get("serviceName")
        stopped = self._stopped.get(service, []) if service else [arn for arns in self._stopped.values() for arn in arns]
        return _page("taskArns", stopped, request, default=100)

    def DescribeServices(self, request):
        assert len(request["services"]) <= 10
        parts = [self._services[name.rpartition("/")[2]] for name in request["services"]]
        return f'{{"failures":[],"services":[{",".join(parts)}]}}'

    def DescribeTasks(self, request):
        assert len(request["tasks"]) <= 100
        return f'{{"failures":[],"tasks":[{",".join(self.tasks[arn] for arn in request["tasks"])}]}}'

    def DescribeTaskDefinition(self, request):
        return f'{{"taskDefinition":{self._definitions[request["taskDefinition"]]},"tags":[]}}'


def _json(document):
    return json.dumps(document, separators=(",", ":"))


def _page(key, entries, request, default):
    size, start = int(request.get("maxResults", default)), int(request.get("nextToken") or 0)
    answer = {key: entries[start:start + size]}
    if start + size < len(entries):
        answer["nextToken"] = str(start + size)
    return _json(answer)


def _network(service):
    vpc = service.balancer.vpc
    return {"awsvpcConfiguration": {
        "subnets": [subnet.id for subnet in vpc.subnets], "securityGroups": [vpc.group], "assignPublicIp": "DISABLED"}}


def _balancers(service):
    return [{"targetGroupArn": service.group, "containerName": "app", "containerPort": PORT}]


def _service(service):
    count = len(service.tasks)
    deployment = {
        "id": service.deployment, "status": "PRIMARY", "taskDefinition": service.definition, "desiredCount": count,
        "pendingCount": 0, "runningCount": count, "failedTasks": 0, "createdAt": THEN, "updatedAt": THEN,
        "launchType": "FARGATE", "platformVersion": "1.4.0", "platformFamily": "Linux",
        "networkConfiguration": _network(service), "rolloutState": "COMPLETED",
        "rolloutStateReason": f"ECS deployment {service.deployment} completed.",
    }
    steady = f"(service {service.name}) has reached a steady state."
    return {
        "serviceArn": service.arn, "serviceName": service.name, "clusterArn": CLUSTER,
        "loadBalancers": _balancers(service), "serviceRegistries": [], "status": "ACTIVE", "desiredCount": count,
        "runningCount": count, "pendingCount": 0, "launchType": "FARGATE", "platformVersion": "LATEST",
        "platformFamily": "Linux", "taskDefinition": service.definition,
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING", "bakeTimeInMinutes": 0},
        "deployments": [deployment],
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        # ECS tells the last hundred.
        "events": [{"id": f"{service.number:08x}-0000-4000-8000-{nth:012x}", "createdAt": THEN, "message": steady}
                   for nth in range(100)],
        "createdAt": THEN, "placementConstraints": [], "placementStrategy": [],
        "networkConfiguration": _network(service), "healthCheckGracePeriodSeconds": 0, "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"}, "createdBy": f"arn:aws:iam::{ACCOUNT}:role/deploy",
        "enableECSManagedTags": True, "propagateTags": "SERVICE", "enableExecuteCommand": False,
        "availabilityZoneRebalancing": "DISABLED",
        "tags": [{"key": "team", "value": "platform"}, {"key": "environment", "value": "prod"}],
    }


def _definition(service):
    container = {
        "name": "app", "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{service.name}:1", "cpu": 0,
        "portMappings": [{"containerPort": PORT, "hostPort": PORT, "protocol": "tcp"}], "essential": True,
        "environment": [{"name": f"SETTING_{nth}", "value": "a value of some length"} for nth in range(20)],
        "mountPoints": [], "volumesFrom": [], "stopTimeout": 30,
        "logConfiguration": {"logDriver": "awslogs", "options": {
            "awslogs-group": f"/ecs/{service.name}", "awslogs-region": REGION, "awslogs-stream-prefix": "app"}},
        "systemControls": [],
    }
    return {
        "taskDefinitionArn": service.definition, "containerDefinitions": [container], "family": service.name,
        "taskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/{service.name}",
        "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/execution", "networkMode": "awsvpc", "revision": 7,
        "volumes": [], "status": "ACTIVE", "placementConstraints": [], "compatibilities": ["EC2", "FARGATE"],
        "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.ecr-auth"},
                               {"name": "com.amazonaws.ecs.capability.task-iam-role"}],
        "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512", "registeredAt": THEN,
    }


def _task(task):
    status = "STOPPED" if task.is_stopped else "RUNNING"
    container = {
        "containerArn": task.arn.replace(":task/", ":container/") + "/" + task.attachment, "taskArn": task.arn,
        "name": "app", "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{task.service.name}:1",
        "imageDigest": "sha256:" + task.id * 2, "runtimeId": f"{task.id}-2531612879", "lastStatus": status,
        "networkBindings": [],
        "networkInterfaces": [{"attachmentId": task.attachment, "privateIpv4Address": task.address}],
        "healthStatus": "UNKNOWN", "cpu": "0",
    }
    details = {
        "subnetId": task.subnet.id, "networkInterfaceId": task.interface, "macAddress": "0a:58:a9:fe:ac:02",
        "privateDnsName": f"ip-{task.address.replace('.', '-')}.ec2.internal", "privateIPv4Address": task.address}
    return {
        "attachments": [{"id": task.attachment, "type": "ElasticNetworkInterface", "status": "DELETED" if task.is_stopped else "ATTACHED",
                         "details": [{"name": name, "value": value} for name, value in details.items()]}],
        "attributes": [{"name": "ecs.cpu-architecture", "value": "arm64"}], "availabilityZone": task.subnet.zone,
        "clusterArn": CLUSTER, "connectivity": "CONNECTED", "connectivityAt": THEN, "containers": [container],
        "cpu": "256", "createdAt": THEN, "desiredStatus": status, "enableExecuteCommand": False,
        "group": f"service:{task.service.name}", "healthStatus": "UNKNOWN", "lastStatus": status,
        "launchType": "FARGATE", "memory": "512", "overrides": {
            "containerOverrides": [{"name": "app"}], "inferenceAcceleratorOverrides": []},
        "platformVersion": "1.4.0", "platformFamily": "Linux", "pullStartedAt": THEN, "pullStoppedAt": THEN,
        "startedAt": THEN, "startedBy": task.service.deployment,
        "tags": [{"key": "aws:ecs:clusterName", "value": "prod"},
                 {"key": "aws:ecs:serviceName", "value": task.service.name}],
        "taskArn": task.arn, "taskDefinitionArn": task.service.definition, "version": 6,
        "ephemeralStorage": {"sizeInGiB": 20}, "fargateEphemeralStorage": {"sizeInGiB": 20},
    }
