"""EventBridge events of the shape AWS sends, and the SQS event that carries them to a function.

Events are made from what DescribeTasks says of a task, with what makes real ones awkward: properties no one announced,
timestamps with any number of fraction digits, an `elb` attachment that is sometimes the first.
"""

import itertools
import json
import uuid
import zlib

from .place import ACCOUNT, REGION

QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:registrar"


def eventbridge(source, detail_type, detail, resources=(), account=ACCOUNT, region=REGION):
    """Any event in EventBridge's envelope."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": "2026-03-01T12:00:07Z",
        "region": region,
        "resources": list(resources),
        "detail": detail,
    }


def task_state_change(task, account=ACCOUNT, region=REGION, **changes):
    """An ECS Task State Change event for a task as DescribeTasks tells it; `changes` replace parts of the detail."""
    number = zlib.crc32(task["taskArn"].encode())
    fraction = ("", ".4", ".59", ".123", ".0431", ".987654")[number % 6]
    attachments = [_eni(attachment) for attachment in task.get("attachments", [])]
    if number % 2:
        attachments.insert(0, {"id": str(uuid.uuid4()), "type": "elb", "status": "ATTACHED", "details": []})
    detail = {
        "attachments": attachments,
        "attributes": [{"name": "ecs.cpu-architecture", "value": "arm64"}],
        "availabilityZone": f"{region}a",
        "clusterArn": task["clusterArn"],
        "connectivity": "CONNECTED",
        "connectivityAt": f"2026-03-01T11:59:41{fraction}Z",
        "containers": [_container(task, attachments)],
        "cpu": "256",
        "createdAt": f"2026-03-01T11:59:37{fraction}Z",
        "desiredStatus": task["desiredStatus"],
        "enableExecuteCommand": False,
        "ephemeralStorage": {"sizeInGiB": 20},
        "group": task["group"],
        "launchType": task.get("launchType", "FARGATE"),
        "lastStatus": task["lastStatus"],
        "memory": "512",
        "notAnnouncedYet": {"to": "anyone", "level": 3},
        "overrides": {"containerOverrides": [{"name": "app"}]},
        "platformVersion": "1.4.0",
        "startedBy": task.get("startedBy", ""),
        "taskArn": task["taskArn"],
        "taskDefinitionArn": task["taskDefinitionArn"],
        "updatedAt": f"2026-03-01T12:00:06{fraction}Z",
        "version": task.get("version", 3),
    }
    if task["lastStatus"] == "RUNNING":
        detail["startedAt"] = f"2026-03-01T11:59:58{fraction}Z"
    if task["lastStatus"] == "STOPPED":
        detail |= {"stoppedAt": f"2026-03-01T12:00:06{fraction}Z", "stopCode": "ServiceSchedulerInitiated",
                   "stoppedReason": "Scaling activity initiated by (deployment)"}
    detail |= changes
    return eventbridge("aws.ecs", "ECS Task State Change", detail, [task["taskArn"]], account, region)


def _eni(attachment):
    """An attachment as events write it: `eni` where the API says `ElasticNetworkInterface`."""
    return {"id": attachment["id"], "type": "eni", "status": attachment["status"], "details": attachment["details"]}


def _container(task, attachments):
    eni = next((attachment for attachment in attachments if attachment["type"] == "eni"), None)
    container = {
        "containerArn": task["taskArn"].replace(":task/", ":container/") + "/" + str(uuid.uuid4()),
        "cpu": "0",
        "image": "app:1",
        "lastStatus": task["lastStatus"],
        "name": "app",
        "networkInterfaces": [],
        "taskArn": task["taskArn"],
    }
    if eni:
        details = {detail["name"]: detail["value"] for detail in eni["details"]}
        container["networkInterfaces"] = [{
            "attachmentId": eni["id"], "privateIpv4Address": details.get("privateIPv4Address")}]
    return container


def deployment_state_change(service, name="SERVICE_DEPLOYMENT_COMPLETED"):
    detail = {"eventType": "INFO", "eventName": name, "deploymentId": service.deployment,
              "updatedAt": "2026-03-01T12:00:06.1Z", "reason": f"ECS deployment {service.deployment} completed."}
    return eventbridge("aws.ecs", "ECS Deployment State Change", detail, [service.arn])


def service_action(service, name="SERVICE_STEADY_STATE"):
    detail = {"eventType": "INFO", "eventName": name, "clusterArn": service.cluster.arn,
              "createdAt": "2026-03-01T12:00:06.25Z"}
    return eventbridge("aws.ecs", "ECS Service Action", detail, [service.arn])


def api_call(source, name, parameters):
    """A call that CloudTrail saw."""
    detail = {"eventVersion": "1.09", "eventSource": source, "eventName": name, "awsRegion": REGION,
              "userIdentity": {"type": "AssumedRole", "accountId": ACCOUNT},
              "requestParameters": parameters, "responseElements": None}
    return eventbridge(f"aws.{source.split('.')[0]}", "AWS API Call via CloudTrail", detail)


def targets_call(name, group, *targets):
    """RegisterTargets or DeregisterTargets by someone."""
    return api_call("elasticloadbalancing.amazonaws.com", name, {
        "targetGroupArn": group.arn, "targets": [{"id": address, "port": port} for address, port in targets]})


def update_service_call(service):
    return api_call("ecs.amazonaws.com", "UpdateService", {
        "cluster": service.cluster.name, "service": service.name, "forceNewDeployment": True})


def scheduled():
    """The sweep that finds what no event told."""
    return eventbridge("aws.events", "Scheduled Event", {}, [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/sweep"])


_numbers = itertools.count(1)


def sqs(*bodies):
    """An SQS event: each body becomes a message. A string is sent as it is."""
    return {"Records": [{
        "messageId": f"message-{next(_numbers)}",
        "receiptHandle": "a receipt",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1772366406000",
                       "SenderId": "AIDAIENQZJOLO23YVJ4VO", "ApproximateFirstReceiveTimestamp": "1772366407000"},
        "messageAttributes": {},
        "md5OfBody": "0" * 32,
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE_ARN,
        "awsRegion": REGION,
    } for body in bodies]}


def message_ids(event):
    return [record["messageId"] for record in event["Records"]]
