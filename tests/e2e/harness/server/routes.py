"""`POST /stage/VERB` beside the AWS APIs: how a test sets what no AWS call could.

The body is a JSON object, the verb's arguments; the answer is JSON too, an error status 400 with the reason.
"""

import json
from datetime import datetime

from moto.ec2 import ec2_backends
from moto.ecs import ecs_backends
from moto.elbv2 import elbv2_backends

from . import services, targets
from .stage import stage


class Region:
    """The backends of the one account and Region that the tests live in."""

    def __init__(self, account, name):
        self.account, self.name = account, name

    ec2 = property(lambda self: ec2_backends[self.account][self.name])
    ecs = property(lambda self: ecs_backends[self.account][self.name])
    elbv2 = property(lambda self: elbv2_backends[self.account][self.name])

    def find(self, kind, name):
        """A resource by its ARN or id."""
        if kind == "task":
            return next(task for tasks in self.ecs.tasks.values() for task in tasks.values() if task.task_arn == name)
        if kind == "service":
            return next(service for service in self.ecs.services.values() if service.arn == name)
        if kind == "task-set":
            sets = (task_set for service in self.ecs.services.values() for task_set in service.task_sets)
            return next(task_set for task_set in sets if task_set.task_set_arn == name)
        if kind == "target-group":
            return self.elbv2.target_groups[name]
        if kind == "network-interface":
            return self.ec2.enis[name]
        if kind == "subnet":
            return self.ec2.get_subnet(name)
        raise ValueError(f"no such kind: {kind}")


class Verbs:
    """What the stage can be told; a method a verb."""

    def __init__(self, region):
        self.region = region

    def reset(self):
        stage.reset()

    def switch(self, **settings):
        """Sets switches of the stage (see `Stage`)."""
        for name, value in settings.items():
            getattr(stage, name)
            setattr(stage, name, value)

    def next_address(self, subnet, address):
        """The next task in the subnet gets this address."""
        stage.next_addresses[subnet].append(address)

    def set(self, kind, name, attributes):
        """Sets attributes of a resource, by the name AWS's API or moto's model has for them."""
        resource = self.region.find(kind, name)
        for attribute, value in attributes.items():
            if attribute.endswith("At"):
                value = datetime.fromisoformat(value)
            setattr(resource, attribute, value)

    def forget_task(self, task):
        """ECS forgets a task that stopped more than about an hour ago."""
        for tasks in self.region.ecs.tasks.values():
            tasks.pop(task, None)

    def set_target(self, group, ip, port, state, reason=None):
        targets.set_state(self.region, group, ip, port, state, reason)

    def end_drains(self):
        targets.end_drains(self.region)

    def add_revision(self, service, load_balancers, resolved):
        return services.add_revision(service, load_balancers, resolved)


def with_stage(application, region):
    """The WSGI application with the stage's routes in front of it."""
    verbs = Verbs(region)

    def serve(environ, start_response):
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/stage/"):
            return application(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            status, answer = "200 OK", getattr(verbs, path.removeprefix("/stage/"))(**json.loads(body or b"{}"))
        except Exception as error:  # whatever it is, the test that asked has to hear of it
            status, answer = "400 Bad Request", f"{type(error).__name__}: {error}"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    return serve
