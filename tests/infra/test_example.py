"""The audit of the applied example finds nothing; then each of the six basic mistakes is made, and it names it.

Terraform and ECS refuse most of them at once, so they are put into the account by hand, one at a time, and taken out again.
"""

import json
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness.lambda_runtime import Function, settings_of
from stack import ROOT


@pytest.fixture(scope="module")
def outputs(example):
    text = example.terraform("example", "output", "-json")
    return {name: value["value"] for name, value in json.loads(text[text.index("{"):]).items()}


@pytest.fixture(scope="module")
def audit(server, example):
    named = os.environ.get("GUARD_BINARIES")
    binary = Path(named) / "audit" if named else ROOT / "target/lambda/audit/bootstrap"
    with Function(binary, settings_of(server.url, name="audit")) as function:

        def findings():
            report = function.invoke({}).report
            assert report["coverage"]["unread"] == []
            return [(finding["rule"], finding["resources"].get("service", "").split("/")[-1])
                    for finding in report["findings"]]

        yield findings


@pytest.fixture(scope="module")
def by_hand(aws, server, outputs):
    return Hand(aws, server, outputs)


class Hand:
    """What a person might do to the stack with the console."""

    def __init__(self, aws, server, outputs):
        self.ecs, self.elb, self.server, self.made = aws("ecs"), aws("elbv2"), server, outputs
        self.network = {"awsvpcConfiguration": {
            "subnets": outputs["private_subnet_ids"], "securityGroups": [outputs["task_security_group_id"]]}}

    def definition(self, family, port=8080, mode="awsvpc"):
        container = {"name": "app", "image": "app", "memory": 128, "stopTimeout": 30,
                     "portMappings": [{"containerPort": port, "hostPort": port, "protocol": "tcp"}]}
        made = self.ecs.register_task_definition(family=family, networkMode=mode, containerDefinitions=[container])
        return made["taskDefinition"]["taskDefinitionArn"]

    @contextmanager
    def runs(self, definition):
        """The example's service runs another task definition for a while."""
        where = {"cluster": self.made["cluster"], "service": self.made["service"]}
        now = self.ecs.describe_services(cluster=where["cluster"], services=[where["service"]])["services"][0]
        self.ecs.update_service(**where, taskDefinition=definition)
        yield
        self.ecs.update_service(**where, taskDefinition=now["taskDefinition"])

    @contextmanager
    def service(self, group=None, tasks=0):
        """Another service, for a while."""
        balancers = [{"targetGroupArn": group, "containerName": "app", "containerPort": 8080}] if group else []
        made = self.ecs.create_service(
            cluster=self.made["cluster"], serviceName="other", taskDefinition=self.definition("other"), desiredCount=tasks,
            launchType="FARGATE", loadBalancers=balancers, networkConfiguration=self.network)["service"]
        yield made
        self.ecs.delete_service(cluster=self.made["cluster"], service="other", force=True)

    @contextmanager
    def group(self, balancer, **options):
        group = self.elb.create_target_group(Name="other", VpcId=self.made["vpc_id"], **options)["TargetGroups"][0]["TargetGroupArn"]
        protocol = options["Protocol"]
        listener = self.elb.create_listener(
            LoadBalancerArn=balancer, Protocol=protocol, Port=8081,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])["Listeners"][0]["ListenerArn"]
        yield group
        self.elb.delete_listener(ListenerArn=listener)
        self.elb.delete_target_group(TargetGroupArn=group)

    @contextmanager
    def balancer_not_network(self):
        made = self.elb.create_load_balancer(Name="other", Type="application", Subnets=self.made["private_subnet_ids"])
        balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
        with self.group(balancer, TargetType="ip", Protocol="HTTP", Port=80) as group, self.service(group):
            yield
        self.elb.delete_load_balancer(LoadBalancerArn=balancer)

    @contextmanager
    def port_mismatch(self):
        with self.runs(self.definition("example-port", port=9090)):
            yield

    @contextmanager
    def network_mode_not_awsvpc(self):
        with self.runs(self.definition("example-bridge", mode="bridge")):
            yield

    @contextmanager
    def service_without_load_balancer(self):
        with self.service(tasks=1) as service:
            task = self.ecs.run_task(
                cluster=self.made["cluster"], taskDefinition=service["taskDefinition"], launchType="FARGATE",
                group="service:other", startedBy=service["deployments"][0]["id"], networkConfiguration=self.network)["tasks"][0]
            details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
            target = [{"Id": details["privateIPv4Address"], "Port": 8080}]
            self.server.stage("set", kind="task", name=task["taskArn"],
                              attributes={"last_status": "RUNNING", "desired_status": "RUNNING"})
            self.elb.register_targets(TargetGroupArn=self.made["target_group_arn"], Targets=target)
            yield
            self.elb.deregister_targets(TargetGroupArn=self.made["target_group_arn"], Targets=target)
            self.ecs.stop_task(cluster=self.made["cluster"], task=task["taskArn"])
            self.server.stage("forget_task", task=task["taskArn"])

    @contextmanager
    def target_type_not_ip(self):
        balancer = self.made["load_balancer_arn"]
        with self.group(balancer, TargetType="instance", Protocol="TCP", Port=80) as group, self.service(group):
            yield

    @contextmanager
    def service_without_security_groups(self):
        described = self.ecs.describe_services(cluster=self.made["cluster"], services=[self.made["service"]])["services"][0]
        network = described["networkConfiguration"]
        groups = network["awsvpcConfiguration"].pop("securityGroups")
        self.server.stage("set", kind="service", name=described["serviceArn"], attributes={"network_configuration": network})
        yield
        network["awsvpcConfiguration"]["securityGroups"] = groups
        self.server.stage("set", kind="service", name=described["serviceArn"], attributes={"network_configuration": network})


MISTAKES = ["balancer-not-network", "port-mismatch", "network-mode-not-awsvpc", "service-without-load-balancer",
            "target-type-not-ip", "service-without-security-groups"]


def test_the_stack_as_it_is_yields_nothing(audit):
    assert audit() == []


@pytest.mark.parametrize("rule", MISTAKES)
def test_each_basic_mistake_is_named(audit, by_hand, rule):
    with getattr(by_hand, rule.replace("-", "_"))():
        assert rule in {found for found, _ in audit()}
    assert audit() == []
