"""Where the stories take place: a stack of their own, and the guard, which may change nothing but that stack."""

import json
import os
import shutil
import signal
import subprocess
import time
from functools import cached_property, partial
from pathlib import Path

import boto3
from stack import ROOT, Stack, plugins

NAME = "guard-acceptance"

#: The guard requires this group of the stack's tasks once a story has made it.
REQUIRED = f"{NAME}-required"

#: As shipped, but for how long events are gathered and kept back.
QUICK = {"registrar": {"window_seconds": 1, "delay_seconds": 1}, "guard": {"window_seconds": 1}}

#: It observes, but for the one cluster of the stack.
POLICY = {
    "override": [{
        "cluster": NAME,
        "registration": {"mode": "repair", "confirm_after": "5s", "grace": "30s"},
        "security_groups": {"mode": "repair", "confirm_after": "5s", "required": [f"name:{REQUIRED}"]},
    }],
}


class Kept(Stack):
    """A stack in the account of the AWS settings. Its folder is kept, so that what was cut off can be taken away later."""

    def __init__(self, folder, **variables):
        self.folder, self.variables = Path(folder), {"name": NAME, **variables}
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / "infra", self.folder / "infra", dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns(".terraform*", "terraform.tfstate*", "*.tfvars"))
        for name in ("Cargo.toml", "Cargo.lock", "functions", "shared", "tests"):
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(ROOT / name)

    @property
    def environment(self):
        return {
            **os.environ, "PATH": os.pathsep.join([str(ROOT / ".venv/bin"), os.environ["PATH"]]),
            "CARGO_TARGET_DIR": str(ROOT / "target"), "TF_IN_AUTOMATION": "1", "TF_CLI_ARGS": "-no-color",
            **({"TF_PLUGIN_DIR": plugins()} if plugins() else {}),
            **{f"TF_VAR_{name}": value if isinstance(value, str) else json.dumps(value)
               for name, value in self.variables.items()},
        }

    def run(self, *command, ok=True, **_):
        """The same, but a command that is under way when somebody interrupts ends first: cut off, it would forget what it made."""
        process = subprocess.Popen(command, env=self.environment, cwd=self.folder, text=True, start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            out, _ = process.communicate()
        except KeyboardInterrupt:
            for interruption in (signal.SIGINT, signal.SIGTERM):
                signal.signal(interruption, signal.SIG_IGN)
            print("acceptance: interrupted; what is under way ends first", flush=True)
            process.communicate()
            raise
        assert (process.returncode == 0) == ok, f"{' '.join(command)} ended with {process.returncode}:\n{out}"
        return out


class Place:
    """The account and Region of the AWS settings. `built` is where the functions are built, if they are."""

    def __init__(self, folder, session, built=None, emulated=False):
        self.session, self.region, self._built = session, session.region_name, built
        # Moto doesn't know the tags of scalable targets, nor MiniStack saved queries.
        self.example = Kept(folder / "example", **({"autoscaling": False} if emulated else {}))
        self.guard = Kept(folder / "guard", policy=POLICY, functions=QUICK, sweep_minutes=240, alarms=False,
                          saved_queries=not emulated)

    @cached_property
    def account(self):
        return self.session.client("sts").get_caller_identity()["Account"]

    def aws(self, service):
        return self.session.client(service)

    # The two stacks.

    def deploy_example(self):
        self.example.init("example")
        self.example.terraform("example", "apply", "-auto-approve", "-input=false")

    def deploy_guard(self):
        return self.guard.deploy("up", "--yes", *self._options)

    def destroy_guard(self):
        return self.guard.deploy("down", "--yes", "--allow-destroy")

    def destroy_example(self):
        self.example.init("example")
        self.example.terraform("example", "destroy", "-auto-approve", "-input=false")

    @property
    def _options(self):
        """infra/deploy's: where the functions are built already it is for this machine's kind."""
        if self._built is None:
            return ["--architecture", "arm64"]
        return ["--architecture", "x86_64", "--no-build", "--lambda-dir", str(self._built)]

    @cached_property
    def outputs(self):
        text = self.example.terraform("example", "output", "-json")
        return {name: value["value"] for name, value in json.loads(text[text.index("{"):]).items()}

    # What is in the stack.

    def tasks(self):
        """The service's tasks that run or are about to, by ARN, as DescribeTasks tells them."""
        ecs = self.aws("ecs")
        arns = ecs.list_tasks(cluster=NAME, serviceName=NAME)["taskArns"]
        return {task["taskArn"]: task for task in ecs.describe_tasks(cluster=NAME, tasks=arns)["tasks"]} if arns else {}

    def service(self):
        return self.aws("ecs").describe_services(cluster=NAME, services=[NAME])["services"][0]

    def targets(self):
        """The state of each target, by its address."""
        answer = self.aws("elbv2").describe_target_health(TargetGroupArn=self.outputs["target_group_arn"])
        return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in answer["TargetHealthDescriptions"]}

    def deregister(self, ip):
        """Takes a target away, with the port it is registered on: without one the call may succeed and do nothing."""
        elb, group = self.aws("elbv2"), self.outputs["target_group_arn"]
        registered = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        targets = [{"Id": ip, "Port": one["Target"]["Port"]} for one in registered if one["Target"]["Id"] == ip]
        assert targets, f"{ip} isn't registered"
        elb.deregister_targets(TargetGroupArn=group, Targets=targets)

    def is_steady(self):
        """All wanted tasks run, are registered and healthy, and nothing else is in the group."""
        service, tasks = self.service(), self.tasks()
        healthy = {address for address, state in self.targets().items() if state == "healthy"}
        running = {address(task) for task in tasks.values() if task["lastStatus"] == "RUNNING"}
        return len(service["deployments"]) == 1 and len(running) == service["desiredCount"] == len(tasks) and running == healthy

    def groups(self, task):
        """The security groups of a task's interface."""
        answer = self.aws("ec2").describe_network_interfaces(NetworkInterfaceIds=[detail(task, "networkInterfaceId")])
        return {group["GroupId"] for group in answer["NetworkInterfaces"][0]["Groups"]}

    # The guard.

    def invoke(self, function, request=None):
        """What a function answers to a request about the stack's cluster."""
        request = {"scope": {"clusters": [NAME]}} if request is None else request
        answer = self.aws("lambda").invoke(FunctionName=f"{NAME}-{function}", Payload=json.dumps(request))
        report = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, report
        return report


def detail(task, name):
    details = [each for attachment in task.get("attachments", []) for each in attachment["details"]]
    return next((each["value"] for each in details if each["name"] == name), None)


address = partial(detail, name="privateIPv4Address")


def wait_for(condition, within=600, every=1.0):
    """What the condition returns once that is something, and how many seconds that took."""
    start = time.monotonic()
    while not (value := condition()):
        took = time.monotonic() - start
        assert took < within, f"waited for {within} s in vain"
        time.sleep(every)
    return value, time.monotonic() - start


def session():
    """The AWS settings of whoever runs it."""
    return boto3.session.Session()
