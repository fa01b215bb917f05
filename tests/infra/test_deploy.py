"""`make deploy` against moto: what it makes, that it can be run again, what it says when it can't."""

import base64
import hashlib
import json
import zipfile

from harness.place import ACCOUNT, REGION
from harness.proxy import Proxy
from harness.wire import Answer
from stack import EVERYTHING, Stack

FUNCTIONS = ("registrar", "guard", "audit")


def functions(aws):
    client = aws("lambda")
    return {name: client.get_function_configuration(FunctionName=f"ecs-nlb-guard-{name}") for name in FUNCTIONS}


def test_functions_are_there_as_they_should_be(guard, aws):
    for name, function in functions(aws).items():
        assert function["Role"] == f"arn:aws:iam::{ACCOUNT}:role/ecs-nlb-guard-{name}-{REGION}"
        assert function["Runtime"] == "provided.al2023" and function["Architectures"] == ["x86_64"]
        assert (function["MemorySize"], function["Timeout"]) == ((512, 900) if name == "audit" else (256, 300))
        settings = function["Environment"]["Variables"]
        assert json.loads(settings["GUARD_POLICY"]) == EVERYTHING
        assert settings["GUARD_LEDGER_TABLE"] == "ecs-nlb-guard-ledger"
        assert settings["GUARD_QUEUE_URL"].endswith(f"/{ACCOUNT}/ecs-nlb-guard-{name}")
        assert settings["GUARD_TOPIC_ARN"] == f"arn:aws:sns:{REGION}:{ACCOUNT}:ecs-nlb-guard-alerts"
        assert ("GUARD_REPORT_BUCKET" in settings) == (name == "audit")
        assert sum(len(key) + len(value) for key, value in settings.items()) < 4096


def test_what_keeps_things_safe_is_there(guard, aws):
    sqs, queues = aws("sqs"), aws("sqs").list_queues()["QueueUrls"]
    assert len(queues) == 7
    for url in queues:
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert attributes["SqsManagedSseEnabled"] == "true"
        assert tls_only(attributes["Policy"])
        if "dead-letters" not in url:
            assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == 5
    bucket = f"ecs-nlb-guard-{ACCOUNT}-{REGION}"
    s3 = aws("s3")
    assert tls_only(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    topic = aws("sns").get_topic_attributes(TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:ecs-nlb-guard-alerts")["Attributes"]
    assert tls_only(topic["Policy"]) and topic["KmsMasterKeyId"]
    groups = aws("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/ecs-nlb-guard")["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [365] * 3
    ledger = aws("dynamodb").describe_time_to_live(TableName="ecs-nlb-guard-ledger")["TimeToLiveDescription"]
    assert (ledger["AttributeName"], ledger["TimeToLiveStatus"]) == ("expires_at", "ENABLED")


def tls_only(policy):
    return any(one["Effect"] == "Deny" and one["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
               for one in json.loads(policy)["Statement"])


def test_a_second_deploy_changes_nothing(guard, aws):
    steady = ("CodeSha256", "Role", "Environment", "MemorySize", "Timeout", "Architectures", "Description", "KMSKeyArn")

    def state():
        return {name: [function[key] for key in steady] for name, function in functions(aws).items()}

    before = state()
    out = guard.deploy("up", "--yes", "--no-build", "--no-sweep", "--architecture", "x86_64", "--lambda-dir", str(guard.binaries()))
    assert "No changes" in out and "is up to date" in out
    assert state() == before
    # Neither of the two undoes what the other did.
    plan = guard.deploy("plan", "--architecture", "x86_64")
    assert "No changes" in plan


def test_without_a_region_it_says_so_and_does_nothing(guard):
    out = guard.deploy("up", ok=False, without=["AWS_REGION", "AWS_DEFAULT_REGION"])
    assert out == "infra/deploy: no Region is set: say AWS_REGION=eu-central-1, or the one the guard is for\n"


def test_without_credentials_it_says_so(guard):
    out = guard.deploy("plan", ok=False, without=["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], HOME="/nonexistent")
    assert "No valid credential sources found" in out


def test_a_name_taken_and_an_apply_cut_short_are_told_and_the_next_run_repairs(server, aws, tmp_path):
    """A second guard under another name, of which nothing is left in the end."""
    other = Stack(tmp_path, server.url)
    other.variables = {"name": "other", "restrict_dead_letters": False, "dashboard": False}
    arguments = ("up", "--yes", "--no-build", "--no-sweep", "--architecture", "x86_64", "--lambda-dir", str(other.binaries()))
    dynamodb = aws("dynamodb")
    dynamodb.create_table(TableName="other-ledger", BillingMode="PAY_PER_REQUEST",
                          KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                          AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    with Proxy(server.url) as proxy:
        proxy.answers("iam:CreateRole", lambda call: Answer(403, {"content-type": "text/xml"}, DENIED), mentioning="other-audit")
        other.endpoint = proxy.url
        out = other.deploy(*arguments, ok=False)
    assert "Table already exists" in out and "not authorized to perform: iam:CreateRole" in out
    assert "the same command goes on from here" in out
    dynamodb.delete_table(TableName="other-ledger")
    other.endpoint = server.url
    assert "ecs-nlb-guard is up to date" in other.deploy(*arguments)
    assert "No changes" in other.deploy("plan", "--architecture", "x86_64")
    assert "is gone" in other.deploy("down", "--yes", "--allow-destroy")
    assert left(aws, "other") == []


def test_an_upgrade_cut_short_is_done_by_the_next_run_and_pinned_code_stays(server, aws, tmp_path):
    """Code that Terraform ships: what runs is what `code` names, whatever happened to an update or to the functions since."""
    other = Stack(tmp_path, server.url)
    other.variables = {"name": "pinned", "restrict_dead_letters": False, "dashboard": False}
    release = tmp_path / "release"
    archives(release, "one")
    arguments = ("up", "--yes", "--no-sweep", "--architecture", "x86_64", "--package", str(release))
    other.deploy(*arguments)
    archives(release, "two")
    with Proxy(server.url) as proxy:
        proxy.through(lambda call, _: Answer(403, {"x-amzn-errortype": "AccessDeniedException"}, b'{"Message": "no"}')
                      if call.method == "PUT" and call.path.endswith("/code") else None)
        other.endpoint = proxy.url
        assert "the same command goes on from here" in other.deploy(*arguments, ok=False)
    other.endpoint = server.url
    assert runs(aws, "pinned") == sent(tmp_path, "one")
    # One by one: moto makes a function while it deletes another, and says that it was there.
    assert "are made anew" in other.deploy(*arguments, TF_CLI_ARGS_apply="-no-color -parallelism=1")
    assert runs(aws, "pinned") == sent(tmp_path, "two")

    # `make deploy` of a checkout whose variables name the code.
    other.variables |= {"code": {"zip": f"{release}/{{function}}-{{architecture}}.zip"}, "architecture": "x86_64"}
    other.deploy("up", "--yes", "--no-build", "--no-sweep", "--lambda-dir", "nowhere")
    assert runs(aws, "pinned") == sent(tmp_path, "two")
    other.deploy("down", "--yes", "--allow-destroy")
    assert left(aws, "pinned") == []


def archives(folder, content):
    """A release's archives, with this in place of the functions."""
    folder.mkdir(exist_ok=True)
    for name in FUNCTIONS:
        with zipfile.ZipFile(folder / f"{name}-x86_64.zip", "w") as archive:
            archive.writestr(zipfile.ZipInfo("bootstrap"), f"{name} {content}")


def sent(folder, content):
    """The hashes of such archives."""
    folder = folder / content
    archives(folder, content)
    digests = {name: hashlib.sha256((folder / f"{name}-x86_64.zip").read_bytes()).digest() for name in FUNCTIONS}
    return {name: base64.b64encode(digest).decode() for name, digest in digests.items()}


def runs(aws, prefix):
    client = aws("lambda")
    return {name: client.get_function_configuration(FunctionName=f"{prefix}-{name}")["CodeSha256"] for name in FUNCTIONS}


DENIED = b"""<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>AccessDenied</Code>
<Message>User: somebody is not authorized to perform: iam:CreateRole</Message></Error><RequestId>1</RequestId></ErrorResponse>"""


def left(aws, name):
    """Every resource of a guard that is still there."""
    every = [
        *(one["FunctionName"] for one in aws("lambda").list_functions()["Functions"]),
        *(url.split("/")[-1] for url in aws("sqs").list_queues().get("QueueUrls", [])),
        *(one["RoleName"] for one in aws("iam").list_roles()["Roles"]),
        *aws("dynamodb").list_tables()["TableNames"],
        *(one["TopicArn"].split(":")[-1] for one in aws("sns").list_topics()["Topics"]),
        *(one["Name"] for one in aws("s3").list_buckets()["Buckets"]),
        *(one["logGroupName"].split("/")[-1] for one in aws("logs").describe_log_groups()["logGroups"]),
        *(one["Name"] for one in aws("events").list_rules()["Rules"]),
        *(one["AlarmName"] for one in aws("cloudwatch").describe_alarms()["MetricAlarms"]),
        *(one["AliasName"].split("/")[-1] for one in aws("kms").list_aliases()["Aliases"]),
    ]
    return [one for one in every if one.startswith(f"{name}-") or one == name]
