"""Bad input is a clear error that names what and where; in a batch only its message fails, and nothing is changed."""

import json

import pytest
from harness.events import message_ids, sqs
from harness.lambda_runtime import Function, repairing, settings_of
from harness.place import OTHER_ACCOUNT
from scenes import deliver_until_rest


@pytest.fixture
def broken(web):
    """Something to repair, so that a change would show."""
    web.forgotten = web.service.start_task(registered=False)
    return web


def without(event, *path):
    """The event without one of its keys."""
    copy = json.loads(json.dumps(event))
    parent = copy
    for key in path[:-1]:
        parent = parent[key]
    del parent[path[-1]]
    return copy


# Bodies, and what the log must say of each.
BODIES = {
    "nothing": (lambda event: "", []),
    "not JSON": (lambda event: "{'task': 1}", ["line 1"]),
    "cut off": (lambda event: json.dumps(event)[:200], ["line 1"]),
    "a list": (lambda event: [event], []),
    "a number": (lambda event: "42", []),
    "null": (lambda event: "null", []),
    "another program's message": (lambda event: {"orderId": 7}, ["orderId"]),
    "no detail": (lambda event: without(event, "detail"), ["detail"]),
    "no task": (lambda event: without(event, "detail", "taskArn"), ["taskArn"]),
    "no cluster": (lambda event: without(event, "detail", "clusterArn"), ["clusterArn"]),
    "no ARN where one belongs": (
        lambda event: event | {"detail": event["detail"] | {"taskArn": "task/1"}}, ["task/1"]),
    "detail of the wrong type": (lambda event: event | {"detail": "stopped"}, ["detail"]),
    "an event nobody asked for": (
        lambda event: event | {"detail-type": "EC2 Spot Instance Interruption Warning"}, ["EC2 Spot Instance"]),
    "another account": (
        lambda event: json.loads(json.dumps(event).replace(event["account"], OTHER_ACCOUNT)), [OTHER_ACCOUNT]),
    "another Region": (
        lambda event: json.loads(json.dumps(event).replace("us-east-1", "eu-central-1")), ["eu-central-1"]),
    "a task of another account": (
        lambda event: event | {"detail": json.loads(
            json.dumps(event["detail"]).replace(event["account"], OTHER_ACCOUNT))}, [OTHER_ACCOUNT]),
    "a request with an unknown key": (lambda event: {"scoop": {}}, ["scoop"]),
    "a request with an unknown scope": (lambda event: {"scope": {"pods": ["web"]}}, ["pods"]),
    "a request with an unknown mode": (lambda event: {"mode": "destroy"}, ["destroy"]),
    "a scope that matches nothing": (lambda event: {"scope": {"services": ["prod/wbe"]}}, ["prod/wbe"]),
    "rules that match nothing": (lambda event: {"rules": ["traget-*"]}, ["traget-*"]),
}


@pytest.mark.parametrize(("make", "words"), BODIES.values(), ids=BODIES)
def test_bad_message_fails_alone_and_ends_with_nothing_changed(broken, registrar, proxy, make, words):
    body = make(broken.forgotten.event())
    batch = sqs(body)
    invocation = registrar.invoke(batch)
    assert invocation.failed == message_ids(batch)
    assert proxy.changes() == []
    text = invocation.logged_text()
    missing = [word for word in [message_ids(batch)[0], *words] if word not in text]
    assert not missing, f"not in the log: {missing}"


@pytest.mark.parametrize("make", [make for make, _ in BODIES.values()], ids=BODIES)
def test_good_message_beside_a_bad_one_ends_with_its_task_registered(broken, registrar, make):
    good = broken.forgotten.event()
    batch = sqs(good, make(good), good)
    assert registrar.invoke(batch).failed == [message_ids(batch)[1]]
    assert broken.group.targets() == broken.healthy() | {broken.forgotten.target()}


REQUESTS = {name: BODIES[name] for name in BODIES if "request" in name or "match" in name or "another" in name}


@pytest.mark.parametrize(("make", "words"), REQUESTS.values(), ids=REQUESTS)
def test_bad_request_ends_with_an_error_and_nothing_changed(broken, registrar, proxy, make, words):
    error = registrar.invoke(make(broken.forgotten.event())).error
    missing = [word for word in words if word not in error["errorMessage"]]
    assert not missing, error
    assert error["errorType"]
    assert proxy.changes() == []


@pytest.mark.parametrize("payload", [b"", b"[]", b"7", b'"web"', b"{\"scope\":", b"\xff\xfe"])
def test_payload_that_is_no_event_ends_with_an_error_and_the_next_one_is_handled(broken, registrar, payload):
    assert registrar.invoke(payload).error["errorMessage"]
    deliver_until_rest(registrar, broken.forgotten.event())
    assert broken.group.targets() == broken.healthy() | {broken.forgotten.target()}


# Awkward, but no mistake: the state is read anyway.


def detail_with(event, **changes):
    return event | {"detail": event["detail"] | changes}


AWKWARD = {
    "no attachments": lambda event: without(event, "detail", "attachments"),
    "attachments of nothing": lambda event: detail_with(event, attachments=[]),
    "attachment without details": lambda event: detail_with(
        event, attachments=[{"id": "1", "type": "eni", "status": "PRECREATED"}]),
    "attachment with some of its details": lambda event: detail_with(event, attachments=[
        {"id": "1", "type": "eni", "status": "ATTACHING", "details": [{"name": "subnetId", "value": "subnet-1"}]}]),
    "attachment with an address that is none": lambda event: detail_with(event, attachments=[
        {"id": "1", "type": "eni", "status": "ATTACHED",
         "details": [{"name": "privateIPv4Address", "value": "soon"}, {"name": "macAddress"}]}]),
    "attachment of an unknown type": lambda event: detail_with(
        event, attachments=[{"id": "1", "type": "hologram", "status": "GLOWING", "details": []}]),
    "unknown enum values": lambda event: detail_with(
        event, lastStatus="HIBERNATING", desiredStatus="DREAMING", launchType="MOON", connectivity="TELEPATHIC"),
    "no group": lambda event: without(event, "detail", "group"),
    "no startedBy": lambda event: without(event, "detail", "startedBy"),
    "no containers": lambda event: without(event, "detail", "containers"),
    "nulls": lambda event: detail_with(event, group=None, startedBy=None, attachments=None, containers=None),
    "a property no one announced": lambda event: event | {"replay-name": "archive", "trace": {"a": [1]}},
}


@pytest.mark.parametrize("make", AWKWARD.values(), ids=AWKWARD)
def test_awkward_event_ends_with_its_task_registered(broken, registrar, make):
    deliver_until_rest(registrar, make(broken.forgotten.event()))
    assert broken.group.targets() == broken.healthy() | {broken.forgotten.target()}


def test_task_that_is_gone_without_a_trace_ends_as_no_failure_and_nothing_changed(broken, registrar, proxy):
    event = broken.forgotten.event()
    broken.forgotten.stop(leaves_target=True)
    broken.forgotten.is_forgotten()
    deliver_until_rest(registrar, event)
    assert proxy.changes() == []


# Settings.

FIVE_MISTAKES = """
[registration]
mode = "destroy"
grace = "2 fortnights"
max_removals = "120%"
exclude_targets = ["10.9.0.0/64"]
manged = "exclusive"
"""


def end_of(start_registrar, **settings):
    """A registrar that can't start: its exit code, and everything it said."""
    registrar = start_registrar(**settings)
    code = registrar.wait_for_end()
    return code, registrar.log.text() + (registrar.init_error or b"").decode()


def test_policy_with_five_mistakes_ends_with_all_of_them_named_by_line(start_registrar):
    code, said = end_of(start_registrar, policy=FIVE_MISTAKES)
    assert code != 0
    places = [f"line {line}" for line in (3, 4, 5, 6, 7)]
    words = ["destroy", "2 fortnights", "120%", "10.9.0.0/64", "manged"]
    assert [word for word in places + words if word not in said] == []


def test_settings_with_several_mistakes_end_with_all_of_them_named(start_registrar):
    code, said = end_of(start_registrar, GUARD_QUOTA_SHARE="7", GUARD_LEDGER_TABLE="", RUST_LOG="guard=loud",
                        policy="registration = 1")
    assert code != 0
    assert [word for word in ("GUARD_QUOTA_SHARE", "GUARD_POLICY") if word not in said] == []


def test_policy_file_that_is_not_there_ends_with_its_name(binary, proxy):
    with Function(binary, settings_of(proxy.url, GUARD_POLICY_FILE="/nowhere/policy.toml")) as registrar:
        assert registrar.wait_for_end() != 0
        assert "/nowhere/policy.toml" in registrar.log.text()


def test_policy_in_json_ends_with_the_task_registered(broken, start_registrar):
    policy = {"registration": {"mode": "repair", "confirm_after": "0s", "grace": "0s"}}
    deliver_until_rest(start_registrar(json.dumps(policy)), broken.forgotten.event())
    assert broken.group.targets() == broken.healthy() | {broken.forgotten.target()}


def test_policy_file_ends_with_the_task_registered(broken, tmp_path, binary, proxy):
    (tmp_path / "policy.toml").write_text(repairing())
    with Function(binary, settings_of(proxy.url, GUARD_POLICY_FILE=str(tmp_path / "policy.toml"))) as registrar:
        deliver_until_rest(registrar, broken.forgotten.event())
    assert broken.group.targets() == broken.healthy() | {broken.forgotten.target()}
