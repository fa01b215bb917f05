"""Fixtures: both modules, applied once to a moto server of their own. Where Terraform isn't at hand a line says so."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import boto3
import pytest
from harness.place import ACCOUNT, CREDENTIALS, REGION
from harness.server import MotoServer
from stack import EVERYTHING, Stack


def pytest_configure(config):
    if not shutil.which("terraform"):
        pytest.exit("terraform is not at hand: the infrastructure is NOT tested", returncode=0)


@pytest.fixture(scope="session")
def server():
    with MotoServer() as server:
        yield server


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """The modules, initialized, with nothing applied and nothing to apply to."""
    stack = Stack(tmp_path_factory.mktemp("bare"), "http://127.0.0.1:9")
    stack.init("guard")
    stack.init("example")
    return stack


@pytest.fixture(scope="session")
def stacks(server, tmp_path_factory):
    """The example, applied, and the guard, deployed; side by side, since both mostly wait."""
    example, guard = (Stack(tmp_path_factory.mktemp(name), server.url) for name in ("example", "guard"))
    # Moto doesn't know the tags of scalable targets. The plan covers them.
    example.variables = {"autoscaling": False}
    # Every way of telling is on, so that the roles allow all that the code can call.
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    guard.variables = {"policy": EVERYTHING, "chat_alerts": True, "event_bus_arn": bus, "security_hub": True}
    built = guard.binaries()

    def apply_example():
        example.init("example")
        return example.terraform("example", "apply", "-auto-approve", "-input=false")

    # Nothing runs in moto's Lambda, so nobody could look at everything.
    def deploy_guard():
        return guard.deploy("up", "--yes", "--no-build", "--no-sweep", "--architecture", "x86_64", "--lambda-dir", str(built))

    with ThreadPoolExecutor() as pool:
        example.applied, guard.applied = (job.result() for job in [pool.submit(apply_example), pool.submit(deploy_guard)])
    yield {"example": example, "guard": guard}
    example.terraform("example", "destroy", "-auto-approve", "-input=false")
    assert example.terraform("example", "state", "list").strip() == ""
    elb = client(server, "elbv2")
    assert elb.describe_load_balancers()["LoadBalancers"] == elb.describe_target_groups()["TargetGroups"] == []


@pytest.fixture(scope="session")
def guard(stacks):
    return stacks["guard"]


@pytest.fixture(scope="session")
def example(stacks):
    return stacks["example"]


@pytest.fixture(scope="session")
def aws(server):
    """A client of any service."""
    return partial(client, server)


def client(server, service):
    return boto3.client(service, endpoint_url=server.url, region_name=REGION,
                        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
