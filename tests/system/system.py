"""The guard as `infra/deploy` brings it into the emulated account, and what a person would look at there."""

import json
import os
import shutil
import time
from contextlib import contextmanager
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

import boto3
from botocore.config import Config
from harness.account.ledger import Ledger
from harness.command_line import CommandLine
from harness.place import ACCOUNT, CREDENTIALS, REGION
from stack import Stack

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ("registrar", "guard", "audit")
NAME = "ecs-nlb-guard"

#: As shipped, but for how long events are gathered and kept back: a test waits for each of them.
SHIPPED = {"registrar": {"window_seconds": 1, "delay_seconds": 1}, "guard": {"window_seconds": 1}}

#: And but for their timeouts: a machine with other things to do mustn't make a story fail.
PATIENT = {name: {**SHIPPED.get(name, {}), "timeout_seconds": 900} for name in FUNCTIONS}

#: Seconds, on a machine with other things to do. What is waited for takes a few.
PATIENCE = 600


class System(Stack):
    """The deployed guard. `endpoint` is the account, `ca` the file with the authority that vouches for it."""

    def __init__(self, folder, endpoint, ca):
        super().__init__(folder, endpoint)
        self.ca, self.deployed = str(ca), None

    @property
    def environment(self):
        return {**super().environment, "SSL_CERT_FILE": self.ca, "AWS_CA_BUNDLE": self.ca}

    def is_deployed(self, policy, code="built", **variables):
        """Deploys unless it is so already. `code` names a build of the functions: `built`, or `other`."""
        wanted = {"policy": policy, "functions": PATIENT, "sweep_minutes": 240, **variables}
        if self.deployed != (wanted, code):
            self.deployed = None
            self.variables = wanted
            self.up(code)
            self.deployed = (wanted, code)
        return self

    def up(self, code="built"):
        return self.deploy("up", "--yes", "--no-build", "--architecture", "x86_64", "--lambda-dir", str(self.code(code)))

    def plan(self):
        return self.deploy("plan", "--architecture", "x86_64")

    def down(self):
        return self.deploy("down", "--yes", "--allow-destroy")

    def code(self, name):
        """The functions as they were built; or the same under other hashes, as the next version would be."""
        built, other = self.binaries(), self.folder / "other"
        if name == "built":
            return built
        if not other.exists():
            shutil.copytree(built, other)
            for function in FUNCTIONS:
                # What follows the sections of a binary isn't read.
                with open(other / function / "bootstrap", "ab") as binary:
                    binary.write(b"another version")
        return other

    # What a person looks at.

    @cache  # noqa: B019  (one system a session)
    def aws(self, service):
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, verify=self.ca,
                            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                            config=Config(read_timeout=900, retries={"total_max_attempts": 1}))

    def function(self, name):
        return self.aws("lambda").get_function_configuration(FunctionName=f"{NAME}-{name}")

    def queue_url(self, name):
        return self.aws("sqs").get_queue_url(QueueName=f"{NAME}-{name}")["QueueUrl"]

    def counts(self, name):
        """How many messages of a queue can be received, are delayed, and are being worked on."""
        answer = self.aws("sqs").get_queue_attributes(QueueUrl=self.queue_url(name), AttributeNames=["All"])["Attributes"]
        return tuple(int(answer[f"ApproximateNumberOfMessages{key}"]) for key in ("", "Delayed", "NotVisible"))

    def dead(self):
        """How many messages each dead-letter queue has, if any."""
        counts = {name: sum(self.counts(f"{name}-dead-letters")) for name in (*FUNCTIONS, "rules")}
        return {name: count for name, count in counts.items() if count}

    def stored(self, location):
        """The report at `s3://BUCKET/KEY`, if it is there."""
        bucket, key = location.removeprefix("s3://").split("/", 1)
        s3 = self.aws("s3")
        try:
            return json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        except s3.exceptions.NoSuchKey:
            return None

    def roles_allow(self, *actions):
        """Which of these actions each function's role allows."""
        iam, allowed = self.aws("iam"), {}
        for name in FUNCTIONS:
            answer = iam.simulate_principal_policy(PolicySourceArn=self.function(name)["Role"], ActionNames=actions)
            allowed[name] = {one["EvalActionName"] for one in answer["EvaluationResults"] if one["EvalDecision"] == "allowed"}
        return allowed

    @property
    def ledger(self):
        return DeployedLedger(self.aws("dynamodb"))

    # What a person, or AWS, does.

    def tell(self, *events):
        """ECS puts events on the account's bus."""
        entries = [{"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"]),
                    "Resources": event["resources"]} for event in events]
        for start in range(0, len(entries), 10):
            answer = self.aws("events").put_events(Entries=entries[start:start + 10])
            assert answer["FailedEntryCount"] == 0, answer

    def audit(self, request=None):
        """The deployed audit's answer."""
        answer = self.aws("lambda").invoke(FunctionName=f"{NAME}-audit", Payload=json.dumps(request or {}))
        report = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, report
        return report

    def rests(self):
        """Waits until no queue has a message, delayed or being worked on."""
        wait_for(lambda: not any(sum(self.counts(name)) for name in FUNCTIONS),
                 lambda: {name: self.counts(name) for name in FUNCTIONS})

    def command_line(self, home):
        named = os.environ.get("GUARD_BINARIES")
        binary = Path(named) / NAME if named else ROOT / f"target/release/{NAME}"
        return CommandLine(binary, home).at(self.endpoint).where(SSL_CERT_FILE=self.ca)

    @contextmanager
    def set_by_hand(self, name, timeout=None, **settings):
        """A person changes a function's timeout or settings, and puts them back."""
        before, function = self.function(name), f"{NAME}-{name}"
        variables = before["Environment"]["Variables"]
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in settings.items()}
        change = partial(self.aws("lambda").update_function_configuration, FunctionName=function)
        change(Timeout=timeout or before["Timeout"], Environment={"Variables": {**variables, **texts}})
        try:
            yield
        finally:
            change(Timeout=before["Timeout"], Environment={"Variables": variables})

    @contextmanager
    def subscribed(self, rule):
        """Somebody listens to the topic through a queue. Gives a function that says what was told of a rule since."""
        sqs, sns = self.aws("sqs"), self.aws("sns")
        topic, listener = f"arn:aws:sns:{REGION}:{ACCOUNT}:{NAME}-alerts", f"arn:aws:sqs:{REGION}:{ACCOUNT}:listener"
        statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                     "Resource": listener, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
        queue = sqs.create_queue(QueueName="listener", Attributes={
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})})["QueueUrl"]
        subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=listener)["SubscriptionArn"]

        def told():
            messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
            for message in messages:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            alerts = (json.loads(json.loads(message["Body"])["Message"])["alerts"] for message in messages)
            return [(one["change"], one["severity"]) for message in alerts for one in message if one["rule"] == rule]

        try:
            yield told
        finally:
            sns.unsubscribe(SubscriptionArn=subscription)
            sqs.delete_queue(QueueUrl=queue)

    def build(self, code, name):
        """The hash of a function's binary in a build."""
        return sha256((self.code(code) / name / "bootstrap").read_bytes()).hexdigest()

    def runs(self, name):
        """The hashes of the binaries that run as a function."""
        return {sha256(Path(f"/proc/{pid}/exe").read_bytes()).hexdigest() for pid in self.processes(name)}

    def processes(self, name):
        """Process ids of a function that runs on this machine."""
        mine = {f"AWS_LAMBDA_FUNCTION_NAME={NAME}-{name}", f"AWS_ENDPOINT_URL={self.endpoint}"}
        folders = Path("/proc").glob("[0-9]*")
        return [int(folder.name) for folder in folders if mine <= _environment(folder)]


class DeployedLedger(Ledger):
    """The ledger that Terraform made."""

    def __init__(self, dynamodb):
        self.name, self._dynamodb = f"{NAME}-ledger", dynamodb

    def is_forgotten(self):
        """Nothing is remembered any more, as in a new account."""
        for record in self.records():
            self._dynamodb.delete_item(TableName=self.name, Key={key: record[key] for key in ("pk", "sk")})


def _environment(folder):
    try:
        return set((folder / "environ").read_text(errors="replace").split("\0"))
    except OSError:  # it is gone
        return set()


def wait_for(condition, seen=lambda: "", within=PATIENCE):
    """What the condition returns once that is something; `seen` tells what there was instead."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited for {within} s in vain: {seen()}"
        time.sleep(0.2)
    return value
