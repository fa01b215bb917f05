"""Each function does its whole job with its own role assumed, with IAM checks on.

Moto checks ECS, ELB, DynamoDB and SNS against the resource `*` and no conditions: so the role's statements are widened to
that. How they are narrowed is tested in test_roles.py.
"""

import json
import os
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from guard_scenes import Worn, guarding
from harness.account import Account
from harness.lambda_runtime import Function, repairing, settings_of
from harness.place import CREDENTIALS, REGION
from harness.server import MotoServer
from scenes import SWEEP, EverythingWrong, Web, deliver_until_rest
from stack import ROOT


@pytest.fixture(scope="module")
def elsewhere():
    """Another account than the one the guard is deployed to: it is emptied for each test."""
    with MotoServer() as server:
        yield server


@pytest.fixture
def account(elsewhere):
    elsewhere.reset()
    return Account(elsewhere)


@pytest.fixture
def assume(elsewhere, aws, guard):
    """Credentials of a function's role, widened."""

    def assume(name):
        document = aws("iam").get_role_policy(RoleName=f"ecs-nlb-guard-{name}-{REGION}", PolicyName="function")
        statements = [
            {"Effect": "Allow", "Action": one["Action"], "Resource": "*"}
            for one in document["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"
        ]
        # A batch needs the permission to send; moto asks for one by the batch's own name, which AWS doesn't have.
        actions = {action for one in statements for action in one["Action"]}
        if "sqs:SendMessage" in actions:
            statements.append({"Effect": "Allow", "Action": ["sqs:SendMessageBatch"], "Resource": "*"})
        there = dict(endpoint_url=elsewhere.url, region_name=REGION,
                     aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                     aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
        iam = boto3.client("iam", **there)
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="function",
                            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
        made = boto3.client("sts", **there).assume_role(RoleArn=arn, RoleSessionName=name)["Credentials"]
        return {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
                "AWS_SESSION_TOKEN": made["SessionToken"]}

    return assume


@contextmanager
def permissions_checked(server):
    """From here on the account checks permissions: those of the tests' own clients too, which have none."""

    def unchecked_calls(count):
        # As a form the body would be taken apart before it is read.
        request = urllib.request.Request(f"{server.url}/moto-api/reset-auth", data=count,
                                         headers={"Content-Type": "text/plain"})
        urllib.request.urlopen(request).close()

    unchecked_calls(b"0")
    try:
        yield
    finally:
        unchecked_calls(b"inf")


def binary(name):
    named = os.environ.get("GUARD_BINARIES")
    return Path(named) / name if named else ROOT / f"target/lambda/{name}/bootstrap"


def denied(function):
    lines = [line for line in function.log.since(0) if "AccessDenied" in json.dumps(line) or "UnauthorizedOperation" in json.dumps(line)]
    return lines


def test_registrar(account, elsewhere, assume):
    everything = EverythingWrong(account)
    ledger, topic, queue = account.ledger(), account.topic(), account.queue()
    settings = settings_of(elsewhere.url, repairing(), ledger=ledger, GUARD_TOPIC_ARN=topic.arn, **assume("registrar"))
    sends = {**settings, "GUARD_QUEUE_URL": queue.url}
    with Function(binary("registrar"), sends) as patient, Function(binary("registrar"), settings) as registrar:
        with permissions_checked(elsewhere):
            waiting = patient.invoke(SWEEP)
            deliver_until_rest(registrar, *everything.events)
            last = registrar.invoke(SWEEP)
        assert denied(patient) == denied(registrar) == []
    assert waiting.repairs("waiting") and sum(queue.counts()) > 0
    assert last.report["coverage"]["unread"] == []
    assert everything.targets() == everything.cure


def test_guard(account, elsewhere, assume):
    worn = Worn(account)
    ledger, topic, queue = account.ledger(), account.topic(), account.queue()
    settings = settings_of(elsewhere.url, guarding(required=["name:base"]), ledger=ledger, name="guard",
                           GUARD_TOPIC_ARN=topic.arn, **assume("guard"))
    event = worn.wrong.event()
    with Function(binary("guard"), {**settings, "GUARD_QUEUE_URL": queue.url}) as patient:
        with Function(binary("guard"), settings) as guard, permissions_checked(elsewhere):
            patient.invoke(SWEEP)
            deliver_until_rest(guard, event)
            last = guard.invoke(SWEEP)
        assert denied(patient) == denied(guard) == []
    assert sum(queue.counts()) > 0
    assert last.report["coverage"]["unread"] == []
    assert worn.worn(worn.wrong) == {"tasks", "base"}


def test_audit(account, elsewhere, assume):
    web = Web(account)
    web.dead_task()
    ledger, topic = account.ledger(), account.topic()
    registrar, own = account.queue(), account.queue()
    settings = settings_of(elsewhere.url, repairing(), ledger=ledger, name="audit", GUARD_TOPIC_ARN=topic.arn,
                           GUARD_QUEUE_URL=own.url, GUARD_REGISTRAR_QUEUE_URL=registrar.url,
                           GUARD_GUARD_QUEUE_URL=account.queue().url, **assume("audit"))
    before = account.targets()
    with Function(binary("audit"), settings) as audit:
        with permissions_checked(elsewhere):
            report = audit.invoke(SWEEP).report
        assert denied(audit) == []
    # What moto hasn't, whoever asks for it.
    unread = [one for one in report["coverage"]["unread"] if one["operation"] != "ecs:GetTaskProtection"]
    assert unread == []
    assert {"target-stale"} <= {finding["rule"] for finding in report["findings"]}
    assert sum(registrar.counts()) > 0
    assert account.targets() == before
