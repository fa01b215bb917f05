"""Every channel that alerts go through, as what subscribes to it gets them."""

import json
import re
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import jsonschema
import pytest
from botocore.validate import ParamValidator
from harness.faults import denied
from harness.lambda_runtime import repairing
from scenes import SWEEP

OBSERVING = '[registration]\ngrace = "0s"\n'
SCHEMAS = Path(__file__).resolve().parents[2] / "docs/schemas"


@pytest.fixture
def chat(account):
    return account.topic()


@pytest.fixture
def bus(account):
    return account.event_bus()


@pytest.fixture
def hub(account):
    account.aws.securityhub.enable_security_hub()
    return lambda: account.aws.securityhub.get_findings()["Findings"]


@pytest.fixture
def channels(topic, chat, bus, hub):
    return {"GUARD_TOPIC_ARN": topic.arn, "GUARD_CHAT_TOPIC_ARN": chat.arn, "GUARD_EVENT_BUS_ARN": bus.arn,
            "GUARD_SECURITY_HUB": "true", "GUARD_ACCOUNT_NAME": "shop", "GUARD_RULES_URL": "https://wiki.example/rules"}


@pytest.fixture
def watcher(start_registrar, ledger, channels):
    """A registrar that observes, and tells through every channel."""
    return start_registrar(policy=OBSERVING, ledger=ledger, **channels)


def opened(web, watcher, ledger):
    dead = web.dead_task()
    watcher.invoke(SWEEP)
    ledger.minutes_pass(15)
    watcher.invoke(SWEEP)
    return dead


def resolved(web, watcher, dead):
    web.group.deregister(*dead.target())
    watcher.invoke(SWEEP)


def schema(name):
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text())


@contextmanager
def receiver():
    """An HTTP endpoint: its address, and what came there."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", received
    finally:
        server.shutdown()
        server.server_close()


def test_queue_gets_json_and_a_subject_that_says_what_where(web, watcher, ledger, topic):
    dead = opened(web, watcher, ledger)
    (envelope,) = topic.envelopes()
    subject = envelope["Subject"]
    assert subject.startswith("HIGH opened: ") and len(subject) < 100 and subject.isascii()
    assert subject.endswith(f" | prod/web shop {web.account.id} {web.account.region}"), subject
    body = json.loads(envelope["Message"])
    jsonschema.validate(body, schema("alerts"))
    (alert,) = body["alerts"]
    assert (alert["change"], alert["status"], alert["links"]["rule"]) == \
        ("opened", "open", "https://wiki.example/rules/target-stale.md")
    assert alert["repairs"][0]["action"] == "deregister-target" and alert["tasks"]["desired"] >= 0
    resolved(web, watcher, dead)
    (envelope,) = topic.envelopes()
    (end,) = json.loads(envelope["Message"])["alerts"]
    assert (end["status"], end["alert_id"]) == ("resolved", alert["alert_id"])
    assert envelope["Subject"].startswith("HIGH resolved: ")


def test_endpoint_gets_the_same_json(web, account, watcher, ledger, topic):
    with receiver() as (endpoint, received):
        account.aws.sns.subscribe(TopicArn=topic.arn, Protocol="http", Endpoint=endpoint)
        opened(web, watcher, ledger)
        messages = [one for one in received if one.get("Type") == "Notification"]
    (message,) = messages
    jsonschema.validate(json.loads(message["Message"]), schema("alerts"))


def test_event_bus_gets_each_alert_repair_and_sweep(web, start_registrar, ledger, bus, channels):
    registrar = start_registrar(policy=repairing(confirm_after="0s"), ledger=ledger, **channels)
    web.service.start_task(registered=False)
    for _ in range(2):
        registrar.invoke(SWEEP)
    events = bus.events()
    for event in events:
        jsonschema.validate(event, schema("event"))
        assert (event["source"], event["region"]) == ("ecs-nlb-guard", web.account.region)
        assert event["detail"]["account"] == web.account.id
    (repair,) = [event["detail"] for event in events if event["detail-type"] == "Repair"]
    assert (repair["action"], repair["status"], repair["rule"]) == ("register-target", "done", "target-missing")
    assert len([event for event in events if event["detail-type"] == "Sweep Completed"]) == 2
    assert ledger.events() == []


def test_event_bus_gets_opened_and_resolved(web, watcher, ledger, bus):
    resolved(web, watcher, opened(web, watcher, ledger))
    events = bus.events("Alert Opened", "Alert Worsened", "Alert Resolved")
    assert [event["detail-type"] for event in events] == ["Alert Opened", "Alert Resolved"]
    assert len({event["detail"]["alert_id"] for event in events}) == 1
    assert web.service.arn in events[0]["resources"] and events[0]["detail"]["headline"].startswith("HIGH opened")
    for event in events:
        jsonschema.validate(event, schema("event"))


def test_chat_gets_amazon_q_developers_schema_and_resolved_in_the_thread_of_opened(web, watcher, ledger, chat):
    resolved(web, watcher, opened(web, watcher, ledger))
    messages = chat.messages()
    for message in messages:
        jsonschema.validate(message, schema("chat"))
    assert len(messages) == 2 and len({message["metadata"]["threadId"] for message in messages}) == 1
    assert [message["metadata"]["eventType"] for message in messages] == ["Alert opened", "Alert resolved"]


def test_security_hub_has_one_finding_that_is_archived_when_resolved(web, account, watcher, ledger, hub):
    dead = opened(web, watcher, ledger)
    (finding,) = hub()
    # AWS's own model of the format: required fields, types, and no field that there isn't.
    operation = account.aws.securityhub.meta.service_model.operation_model("BatchImportFindings")
    report = ParamValidator().validate({"Findings": [finding]}, operation.input_shape)
    assert not report.has_errors(), report.generate_report()
    assert (finding["RecordState"], finding["AwsAccountId"]) == ("ACTIVE", web.account.id)
    assert finding["FindingProviderFields"]["Severity"]["Label"] == "HIGH"
    resolved(web, watcher, dead)
    (archived,) = hub()
    assert (archived["Id"], archived["RecordState"]) == (finding["Id"], "ARCHIVED")


@pytest.mark.parametrize("call", ["sns:Publish", "events:PutEvents"])
def test_channel_that_is_down_holds_up_no_other_and_gets_it_once_when_it_is_back(
        web, watcher, ledger, topic, chat, bus, hub, proxy, call):
    proxy.fails(call, denied)
    opened(web, watcher, ledger)
    is_topic_down = call == "sns:Publish"
    assert (len(topic.told()), len(chat.messages())) == ((0, 0) if is_topic_down else (1, 1))
    assert len(bus.events("Alert Opened")) == int(is_topic_down)
    assert len(hub()) == 1
    lines = [line for line in watcher.log.since(0) if isinstance(line, dict)]
    assert any("could not be kept or sent" in line.get("message", "") for line in lines)
    assert any(line.get("AlertsFailed") for line in lines)
    proxy.heal()
    for _ in range(3):
        ledger.minutes_pass(20)
        watcher.invoke(SWEEP)
    assert (len(topic.told()), len(chat.messages())) == ((1, 1) if is_topic_down else (0, 0))
    assert len(bus.events("Alert Opened")) == int(not is_topic_down)
    (alert,) = ledger.alerts()
    assert alert.get("untold") is None


def test_repairs_that_no_bus_took_are_told_by_a_later_sweep(web, start_registrar, ledger, bus, channels, proxy):
    registrar = start_registrar(policy=repairing(confirm_after="0s"), ledger=ledger, **channels)
    web.service.start_task(registered=False)
    proxy.fails("events:PutEvents", denied)
    for _ in range(2):
        registrar.invoke(SWEEP)
    assert bus.events() == [] and len(ledger.events()) == 3
    proxy.heal()
    ledger.minutes_pass(20)
    registrar.invoke(SWEEP)
    assert len(bus.events("Repair")) == 1
    registrar.invoke(SWEEP)
    assert bus.events("Repair") == [] and ledger.events() == []


def test_forty_accounts_on_one_bus_are_told_apart(web, start_registrar, ledger, bus):
    for name in ("one", "two"):
        ledger = web.account.ledger()
        registrar = start_registrar(policy=OBSERVING, ledger=ledger, GUARD_EVENT_BUS_ARN=bus.arn, GUARD_ACCOUNT_NAME=name)
        opened(web, registrar, ledger)
    told = [(event["detail"]["account"], event["detail"]["account_name"]) for event in bus.events("Alert Opened")]
    assert {name for _, name in told} == {"one", "two"} and {account for account, _ in told} == {web.account.id}


def test_accepted_finding_opens_nothing_and_opens_when_the_acceptance_ends(web, start_registrar, ledger, topic):
    def registrar(policy):
        return start_registrar(policy=policy, ledger=ledger, GUARD_TOPIC_ARN=topic.arn)

    accept = '[[accept]]\nrule = "target-stale"\nservice = "prod/web"\nreason = "known"\n'
    watcher = registrar(OBSERVING + accept + 'until = "2199-01-01"\n')
    dead = web.dead_task()
    for _ in range(2):
        report = watcher.invoke(SWEEP).report
        ledger.minutes_pass(15)
    assert topic.told() == [] and report["findings"][0]["accepted"]["reason"] == "known"
    ended = registrar(OBSERVING + accept + 'until = "2020-01-01"\n')
    for _ in range(2):
        ended.invoke(SWEEP)
        ledger.minutes_pass(15)
    assert topic.told() == [("opened", "target-stale")]
    # Accepted while it is open, it is resolved.
    watcher.invoke(SWEEP)
    assert topic.told() == [("resolved", "target-stale")]
    assert dead.target() in web.group.targets()


def test_test_alert_goes_through_every_channel_and_says_which_took_it(start_audit, channels, topic, chat, bus, hub, proxy):
    audit = start_audit(None, **channels)
    taken = {"taken": True}
    assert audit.invoke({"test_alert": True}).response == {
        "test_alert": {"topic": taken, "chat": taken, "event-bus": taken, "security-hub": taken}}
    (envelope,) = topic.envelopes()
    assert envelope["Subject"].startswith("TEST: ") and json.loads(envelope["Message"])["test"] is True
    (message,) = chat.messages()
    jsonschema.validate(message, schema("chat"))
    (event,) = bus.events()
    assert event["detail-type"] == "Test"
    jsonschema.validate(event, schema("event"))
    assert [(one["RecordState"], one["Sample"]) for one in hub()] == [("ARCHIVED", True)]
    proxy.fails("events:PutEvents", denied)
    answer = audit.invoke({"test_alert": True}).response["test_alert"]
    assert not answer["event-bus"]["taken"] and "events:PutEvents" in answer["event-bus"]["error"]
    assert answer["topic"] == taken


def test_command_line_tests_every_channel(cli, channels, proxy):
    ran = cli.where(**channels).run("test-alert")
    assert (ran.status, ran.out) == (0, "topic: taken\nchat: taken\nevent-bus: taken\nsecurity-hub: taken\n"), ran.err
    proxy.fails("sns:Publish", denied)
    ran = cli.where(**channels).run("test-alert")
    assert ran.status == 1 and re.search(r"^topic: NOT taken: .*sns:Publish", ran.out), ran.out
    assert cli.run("test-alert").status == 2
