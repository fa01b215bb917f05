"""What PagerDuty, Opsgenie and Slack get from the example, held against each service's documented format."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from harness.place import ACCOUNT, REGION
from stack import Stack

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs/schemas/event.schema.json").read_text())
ALERT_ID = "1d94d637a9609416"

TEXT = {"type": "string", "minLength": 1}

#: https://developer.pagerduty.com/docs/send-alert-event: summary, source and severity are required; summary has 1,024
#: characters at most, dedup_key 255. The routing key is added by the connection.
PAGERDUTY = {
    "oneOf": [
        {"type": "object", "additionalProperties": False, "required": ["event_action", "payload"], "properties": {
            "event_action": {"const": "trigger"}, "dedup_key": {**TEXT, "maxLength": 255}, "client": TEXT,
            "payload": {"type": "object", "additionalProperties": False, "required": ["summary", "source", "severity"],
                        "properties": {"summary": {**TEXT, "maxLength": 1024}, "source": TEXT, "group": TEXT, "class": TEXT,
                                       "severity": {"enum": ["critical", "error", "warning", "info"]},
                                       "timestamp": {**TEXT, "pattern": r"^\d{4}-\d\d-\d\dT"},
                                       "component": TEXT, "custom_details": {"type": "object"}}},
            "links": {"type": "array", "items": {"required": ["href"], "properties": {"href": TEXT, "text": TEXT}}}}},
        {"type": "object", "additionalProperties": False, "required": ["event_action", "dedup_key"], "properties": {
            "event_action": {"const": "resolve"}, "dedup_key": {**TEXT, "maxLength": 255}}},
    ],
}

#: https://docs.opsgenie.com/docs/alert-api#create-alert, with its limits, and #close-alert.
OPSGENIE = {"type": "object", "additionalProperties": False, "required": ["message"], "properties": {
    "message": {**TEXT, "maxLength": 130}, "alias": {**TEXT, "maxLength": 512}, "description": {**TEXT, "maxLength": 15000},
    "priority": {"enum": ["P1", "P2", "P3", "P4", "P5"]}, "source": {**TEXT, "maxLength": 100}, "entity": {**TEXT, "maxLength": 512},
    "tags": {"type": "array", "maxItems": 20, "items": {**TEXT, "maxLength": 50}},
    "details": {"type": "object", "additionalProperties": {"type": "string"}}}}
OPSGENIE_CLOSE = {"type": "object", "additionalProperties": False, "properties": {
    "source": {**TEXT, "maxLength": 100}, "note": {**TEXT, "maxLength": 25000}, "user": TEXT}}

#: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, and Block Kit's header (150 characters) and section (3,000).
SLACK = {"type": "object", "additionalProperties": False, "required": ["text"], "properties": {
    "text": TEXT, "blocks": {"type": "array", "maxItems": 50, "items": {
        "required": ["type", "text"], "properties": {"type": {"enum": ["header", "section"]}, "text": {
            "required": ["type", "text"], "properties": {"type": {"const": "plain_text"}, "text": {**TEXT, "maxLength": 3000}}}}}}}}


def event(change="opened", severity="high"):
    """An alert's event, with what may break a body."""
    evil = '"}, "event_action": "resolve", {"x": "<!channel> \\ \n\t<alert_id> é'
    headline = f"{severity.upper()} {change}: A live task is absent from its target group | prod/web {ACCOUNT} {REGION}"
    return {
        "source": "ecs-nlb-guard", "detail-type": f"Alert {change.capitalize()}", "account": ACCOUNT, "region": REGION,
        "resources": [f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/web"],
        "detail": {
            "schema": 1, "account": ACCOUNT, "region": REGION, "function": "ecs-nlb-guard-audit", "headline": headline,
            "text": f"OPENED\n{evil}", "alert_id": ALERT_ID, "change": change,
            "status": "resolved" if change == "resolved" else "open", "severity": severity, "rule": "target-missing",
            "findings": 1, "fingerprints": [ALERT_ID], "summary": evil, "remedy": evil, "repairs": [],
            "links": {"log": "https://log"}, "at": "2026-03-01T12:00:00Z", "times_opened": 1,
        },
    }


@pytest.fixture(scope="module")
def targets(server, aws, tmp_path_factory):
    """Every rule's pattern and target, as applied."""
    stack = Stack(tmp_path_factory.mktemp("alerts"), server.url)
    stack.variables = {"pagerduty_routing_key": "R0UT1NG", "opsgenie_api_key": "K3Y",
                       "slack_webhook_url": "https://hooks.slack.com/services/T0/B0/X0"}
    stack.init("alerts-example")
    stack.terraform("alerts-example", "apply", "-auto-approve", "-input=false")
    events = aws("events")
    rules = {rule["Name"]: json.loads(rule["EventPattern"]) for rule in events.list_rules(NamePrefix="ecs-nlb-guard-alerts")["Rules"]}
    destinations = {one["ApiDestinationArn"]: one["InvocationEndpoint"] for one in events.list_api_destinations()["ApiDestinations"]}
    yield [(pattern, target, destinations[target["Arn"]]) for name, pattern in rules.items()
           for target in events.list_targets_by_rule(Rule=name)["Targets"]]
    stack.terraform("alerts-example", "destroy", "-auto-approve", "-input=false")


def matches(pattern, event):
    return all(matches(want, event[key]) if isinstance(want, dict) else event[key] in want for key, want in pattern.items())


def transformed(target, event):
    """The input as EventBridge writes it: a variable without quotes around it becomes a JSON value."""
    transformer = target["InputTransformer"]

    def value(found):
        path = transformer["InputPathsMap"][found[1]]
        value = event
        for key in path.removeprefix("$.").split("."):
            value = value[key]
        return json.dumps(value)

    template = transformer["InputTemplate"]
    assert '"<' not in template, "a variable within quotes isn't escaped"
    return json.loads(re.sub(r"<(\w+)>", value, template))


def told(targets, event):
    """Endpoint and body of each service that is told."""
    jsonschema.validate(event, SCHEMA)
    return {endpoint: (target, transformed(target, event)) for pattern, target, endpoint in targets if matches(pattern, event)}


@pytest.mark.parametrize("severity, pagerduty, opsgenie", [("critical", "critical", "P1"), ("high", "error", "P2"), ("medium", "warning", "P3")])
def test_opened_alert_opens_one_incident_in_each(targets, severity, pagerduty, opsgenie):
    bodies = told(targets, event(severity=severity))
    assert set(bodies) == {"https://events.pagerduty.com/v2/enqueue", "https://api.opsgenie.com/v2/alerts",
                           "https://hooks.slack.com/services/T0/B0/X0"}
    trigger = bodies["https://events.pagerduty.com/v2/enqueue"][1]
    jsonschema.validate(trigger, PAGERDUTY)
    assert (trigger["event_action"], trigger["dedup_key"], trigger["payload"]["severity"]) == ("trigger", ALERT_ID, pagerduty)
    create = bodies["https://api.opsgenie.com/v2/alerts"][1]
    jsonschema.validate(create, OPSGENIE)
    assert (create["alias"], create["priority"]) == (ALERT_ID, opsgenie)
    jsonschema.validate(bodies["https://hooks.slack.com/services/T0/B0/X0"][1], SLACK)


def test_resolved_alert_closes_what_it_opened(targets):
    bodies = told(targets, event("resolved"))
    resolve = bodies["https://events.pagerduty.com/v2/enqueue"][1]
    jsonschema.validate(resolve, PAGERDUTY)
    assert resolve == {"event_action": "resolve", "dedup_key": ALERT_ID}
    target, close = bodies["https://api.opsgenie.com/v2/alerts/*/close"]
    jsonschema.validate(close, OPSGENIE_CLOSE)
    assert target["HttpParameters"] == {"PathParameterValues": ["$.detail.alert_id"], "QueryStringParameters": {"identifierType": "alias"}}
    jsonschema.validate(bodies["https://hooks.slack.com/services/T0/B0/X0"][1], SLACK)


def test_low_severity_and_other_sources_tell_nobody(targets):
    assert told(targets, event(severity="low")) == {}
    assert not any(matches(pattern, {**event(), "source": "somebody.else"}) for pattern, _, _ in targets)


def test_secrets_are_in_connections_and_in_no_rule(targets):
    assert targets and not any("R0UT1NG" in json.dumps(target) or "K3Y" in json.dumps(target) for _, target, _ in targets)
