use std::collections::BTreeMap;

use model::observation::Question;
use model::scope::{Scope, ServiceId, TaskHint};
use serde_json::{Value, json};

use super::{Here, Incoming, IncomingError, QueueMessage, Work, event as events, incoming};
use crate::chain::chain;
use crate::home::Home;

pub(super) const ECS: &str = "arn:aws:ecs:eu-central-1:111122223333";
pub(super) const GROUP: &str =
    "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/50dc6c495c0c9188";

fn home() -> Home {
    Home::of_function("arn:aws:lambda:eu-central-1:111122223333:function:registrar").unwrap()
}

pub(super) fn read(text: &str) -> Result<Incoming, IncomingError> {
    incoming(text, &Here { home: &home(), rules: &["target-missing", "target-stale"] })
}

fn event(kind: &str, detail: Value) -> Value {
    json!({
        "version": "0", "id": "b1", "detail-type": kind, "source": "aws.ecs", "account": "111122223333",
        "time": "2026-03-01T12:00:07Z", "region": "eu-central-1", "resources": [], "detail": detail, "new": [1],
    })
}

pub(super) fn task_event(id: &str, version: i64, address: &str) -> Value {
    event(
        "ECS Task State Change",
        json!({
            "taskArn": format!("{ECS}:task/prod/{id}"), "clusterArn": format!("{ECS}:cluster/prod"),
            "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "group": "service:web", "version": version,
            "attachments": [
                {"type": "elb", "status": "ATTACHED", "details": []},
                {"type": "eni", "status": "ATTACHED", "details": [
                    {"name": "subnetId", "value": "subnet-1"}, {"name": "privateIPv4Address", "value": address}]},
            ],
        }),
    )
}

fn scope_of(event: &Value) -> Scope {
    match read(&event.to_string()) {
        Ok(Incoming::Event(event)) => event.scope,
        other => panic!("not read as an event: {other:?}"),
    }
}

/// A scope with its parts' names, to compare at a glance.
fn parts(scope: &Scope) -> String {
    let services = scope.services.iter().map(ToString::to_string);
    let groups = scope.target_groups.iter().map(|group| group.name().to_owned());
    let tasks = scope.tasks.keys().map(|task| task.id().to_owned());
    let everything = scope.everything.then(|| "everything".to_owned());
    everything.into_iter().chain(services).chain(groups).chain(tasks).collect::<Vec<_>>().join(" ")
}

fn sqs(bodies: &[&str]) -> Value {
    let record = |(index, body)| json!({"messageId": format!("m{index}"), "body": body, "eventSource": "aws:sqs"});
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}

pub(super) fn messages(bodies: &[&str]) -> Vec<QueueMessage> {
    match read(&sqs(bodies).to_string()) {
        Ok(Incoming::Sqs(messages)) => messages,
        other => panic!("not read as messages: {other:?}"),
    }
}

#[test]
fn a_task_event_tells_task_service_and_addresses() {
    let mut event = task_event("0a1b", 7, "10.0.1.7");
    event["detail"]["containers"] =
        json!([{"networkInterfaces": [{"privateIpv4Address": "10.0.1.7", "ipv6Address": "2001:db8:0::7"}]}]);
    let scope = scope_of(&event);
    let cluster = format!("{ECS}:cluster/prod").parse().unwrap();
    let hint = TaskHint {
        service: Some(ServiceId::new(&cluster, "web")),
        cluster,
        addresses: vec!["10.0.1.7".parse().unwrap(), "2001:db8::7".parse().unwrap()],
        version: 7,
    };
    assert_eq!(scope.tasks, BTreeMap::from([(format!("{ECS}:task/prod/0a1b").parse().unwrap(), hint.into())]));
}

#[test]
fn a_half_filled_or_unfamiliar_task_event_is_still_a_hint() {
    let changes = [
        ("attachments", Value::Null),
        ("attachments", json!("none")),
        (
            "attachments",
            json!([null, 1, {"type": "eni"}, {"type": "eni", "details": [{"name": "privateIPv4Address"}]}]),
        ),
        ("attachments", json!([{"type": "eni", "details": [{"name": "privateIPv4Address", "value": ""}]}])),
        ("containers", json!([{"networkInterfaces": [{"ipv6Address": 6}]}, null])),
        ("lastStatus", json!("HIBERNATING")),
        ("desiredStatus", json!({"from": "next year"})),
        ("group", json!(["service:web"])),
        ("group", json!("family:web")),
        ("group", json!("service:a/b/c")),
        ("launchType", json!("MOON")),
    ];
    for (key, value) in changes {
        let mut event = task_event("0a1b", 1, "10.0.1.7");
        event["detail"][key] = value;
        assert_eq!(parts(&scope_of(&event)), "0a1b", "{event}");
    }
}

#[test]
fn an_old_task_arn_is_a_task_too() {
    let mut event = task_event("x", 1, "10.0.1.7");
    event["detail"]["taskArn"] = json!(format!("{ECS}:task/0a1b"));
    assert_eq!(parts(&scope_of(&event)), "0a1b");
}

#[test]
fn only_the_newest_of_several_events_of_a_task_counts() {
    let bodies: Vec<String> = [(2, "10.0.0.2"), (5, "10.0.0.5"), (5, "10.0.0.9"), (1, "10.0.0.1")]
        .map(|(version, address)| task_event("0a1b", version, address).to_string())
        .to_vec();
    let mut scope = Scope::default();
    for message in messages(&bodies.iter().map(String::as_str).collect::<Vec<_>>()) {
        let Ok(Work::Event(event)) = message.work else { panic!("no event") };
        scope.merge(event.scope);
    }
    let hints: Vec<_> = scope.tasks.values().collect();
    assert_eq!(hints.len(), 1);
    assert_eq!((hints[0].version, hints[0].addresses[0].to_string()), (5, "10.0.0.5".to_owned()));
}

#[test]
fn service_events_tell_the_service() {
    let cases = [
        (
            "ECS Service Action",
            format!("{ECS}:service/prod/web"),
            json!({"clusterArn": format!("{ECS}:cluster/prod")}),
            "prod/web",
        ),
        (
            "ECS Service Action",
            format!("{ECS}:service/web"),
            json!({"clusterArn": format!("{ECS}:cluster/prod")}),
            "prod/web",
        ),
        (
            "ECS Deployment State Change",
            format!("{ECS}:service/prod/web"),
            json!({"deploymentId": "ecs-svc/1"}),
            "prod/web",
        ),
        (
            "ECS Deployment State Change",
            format!("{ECS}:service/web"),
            json!({"deploymentId": "ecs-svc/1"}),
            "everything",
        ),
    ];
    for (kind, resource, detail, expected) in cases {
        let mut event = event(kind, detail);
        event["resources"] = json!([resource, "arn:aws:ecs:eu-central-1:111122223333:something-new/1"]);
        assert_eq!(parts(&scope_of(&event)), expected, "{event}");
    }
}

#[test]
fn calls_tell_the_group_or_service_they_changed() {
    let elb = "elasticloadbalancing.amazonaws.com";
    let ecs = "ecs.amazonaws.com";
    let cases = [
        (elb, "RegisterTargets", json!({"targetGroupArn": GROUP, "targets": [{"id": "10.0.0.1"}]}), "web"),
        (elb, "DeregisterTargets", json!({"targetGroupArn": GROUP}), "web"),
        (ecs, "UpdateService", json!({"cluster": "prod", "service": "web"}), "prod/web"),
        (ecs, "UpdateService", json!({"service": "web"}), "default/web"),
        (ecs, "DeleteService", json!({"cluster": format!("{ECS}:cluster/prod"), "service": "web"}), "prod/web"),
        (ecs, "DeleteService", json!({"cluster": "prod", "service": format!("{ECS}:service/prod/web")}), "prod/web"),
        (ecs, "CreateService", json!({"cluster": "prod", "serviceName": "web"}), "prod/web"),
        (ecs, "ListTasks", json!({"cluster": "prod"}), ""),
        ("ec2.amazonaws.com", "RegisterTargets", json!(null), ""),
    ];
    for (source, name, parameters, expected) in cases {
        let detail = json!({"eventSource": source, "eventName": name, "requestParameters": parameters});
        let mut event = event("AWS API Call via CloudTrail", detail);
        event["source"] = json!("aws.elasticloadbalancing");
        assert_eq!(parts(&scope_of(&event)), expected, "{event}");
        event["detail"]["errorCode"] = json!("AccessDenied");
        event["detail"]["requestParameters"] = Value::Null;
        assert!(scope_of(&event).is_empty(), "{event}");
    }
}

#[test]
fn calls_tell_what_is_not_to_be_remembered_any_more() {
    let balancer = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/1234567890abcdef";
    let listener = format!("{}/0123456789abcdef", balancer.replace("loadbalancer/", "listener/"));
    let changed = |name: &str, parameters: Value| {
        let source = "elasticloadbalancing.amazonaws.com";
        let detail = json!({"eventSource": source, "eventName": name, "requestParameters": parameters});
        let text = event("AWS API Call via CloudTrail", detail).to_string();
        events::read(&text, &home()).map(|event| (event.scope.is_empty(), event.changed))
    };
    let listeners = Question::Listeners(balancer.parse().unwrap());
    let cases = [
        (
            "ModifyTargetGroupAttributes",
            "targetGroupArn",
            GROUP,
            Question::TargetGroupAttributes(GROUP.parse().unwrap()),
        ),
        (
            "ModifyLoadBalancerAttributes",
            "loadBalancerArn",
            balancer,
            Question::LoadBalancerAttributes(balancer.parse().unwrap()),
        ),
        ("CreateListener", "loadBalancerArn", balancer, listeners.clone()),
        ("ModifyListener", "listenerArn", &listener, listeners.clone()),
        ("DeleteListener", "listenerArn", &listener, listeners),
    ];
    for (name, key, arn, expected) in cases {
        assert_eq!(changed(name, json!({key: arn})).unwrap(), (true, [expected].into()), "{name}");
        let elsewhere = arn.replace("eu-central-1", "eu-west-1");
        assert!(changed(name, json!({ key: elsewhere })).is_err() && changed(name, json!({})).is_err(), "{name}");
    }
}

#[test]
fn a_schedule_looks_at_everything() {
    for (source, detail) in [("aws.events", json!({})), ("aws.scheduler", json!("{}"))] {
        let mut event = event("Scheduled Event", detail);
        event["source"] = json!(source);
        assert_eq!(parts(&scope_of(&event)), "everything");
    }
}

/// In which order `json!` writes keys depends on how the library was built.
pub(super) fn without_column(error: &str) -> String {
    error.split(" at line 1 column").next().unwrap_or_default().to_owned()
}

#[test]
fn what_can_not_be_read_is_told_with_what_and_where() {
    let with = |key: &str, value: Value| {
        let mut event = task_event("0a1b", 1, "10.0.1.7");
        event["detail"][key] = value;
        event.to_string()
    };
    let elsewhere = |key: &str, value: &str| {
        let mut event = task_event("0a1b", 1, "10.0.1.7");
        event[key] = json!(value);
        event.to_string()
    };
    let call = json!({"eventSource": "elasticloadbalancing.amazonaws.com", "eventName": "RegisterTargets"});
    let inputs = [
        String::new(),
        "nonsense".to_owned(),
        "{\"scope\": {}".to_owned(),
        "[]".to_owned(),
        "\"text\"".to_owned(),
        "7e999".to_owned(),
        "null".to_owned(),
        json!({"hello": "world"}).to_string(),
        json!({"Records": {}}).to_string(),
        json!({"Records": [{"body": "{}"}]}).to_string(),
        json!({"Records": [{"messageId": "m", "eventSource": "aws:s3", "body": "{}"}]}).to_string(),
        json!({"look_again": 1}).to_string(),
        json!({"detail-type": "ECS Task State Change", "detail": {}}).to_string(),
        elsewhere("source", "my.app"),
        elsewhere("detail-type", "ECS Container Instance State Change"),
        elsewhere("account", "444455556666"),
        elsewhere("region", "eu-west-1"),
        elsewhere("time", "yesterday"),
        elsewhere("detail", "text"),
        event("ECS Task State Change", json!([format!("{ECS}:task/prod/0a1b"), format!("{ECS}:cluster/prod"), 1]))
            .to_string(),
        with("taskArn", Value::Null),
        with("taskArn", json!("0a1b")),
        with("taskArn", json!(7)),
        with("taskArn", json!("arn:aws:ecs:eu-central-1:444455556666:task/prod/0a1b")),
        with("taskArn", json!("arn:aws:ecs:eu-central-1:111122223333:task/other/0a1b")),
        with("clusterArn", json!("arn:aws:ecs:us-east-1:111122223333:cluster/prod")),
        with("version", json!("1")),
        with("version", json!(1e30)),
        event("ECS Service Action", json!({})).to_string(),
        event("AWS API Call via CloudTrail", json!({})).to_string(),
        event("AWS API Call via CloudTrail", call).to_string(),
    ];
    let table: Vec<String> = inputs
        .iter()
        .map(|input| match read(input) {
            Ok(read) => panic!("{input} was read as {read:?}"),
            Err(error) => without_column(&chain(&error)),
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"), @r#"
    the input is not JSON: EOF while parsing a value
    the input is not JSON: expected ident
    the input is not JSON: EOF while parsing an object
    the input is neither an SQS event, an EventBridge event nor a request: it is a list, not an object
    the input is neither an SQS event, an EventBridge event nor a request: it is a string, not an object
    the input is not JSON: number out of range
    the input is neither an SQS event, an EventBridge event nor a request: it is null, not an object
    the input is neither an SQS event, an EventBridge event nor a request: it has the key "hello"; a request has scope, rules, mode, remembered and format
    the SQS event can't be read at Records: invalid type: map, expected a sequence
    the SQS event can't be read at Records[0]: it has no messageId
    the SQS event can't be read at Records[0].eventSource: "aws:s3" is not aws:sqs
    this is a look-again message, which comes through the queue only
    the EventBridge event can't be read: missing field `source`
    "ECS Task State Change" from "my.app" is no kind of event that is known here; known are ECS Task State Change from aws.ecs, ECS Service Action from aws.ecs, ECS Deployment State Change from aws.ecs, AWS API Call via CloudTrail, Scheduled Event from aws.events, Scheduled Event from aws.scheduler
    "ECS Container Instance State Change" from "aws.ecs" is no kind of event that is known here; known are ECS Task State Change from aws.ecs, ECS Service Action from aws.ecs, ECS Deployment State Change from aws.ecs, AWS API Call via CloudTrail, Scheduled Event from aws.events, Scheduled Event from aws.scheduler
    the event belongs to account 444455556666 in eu-central-1, but this function works in account 111122223333 in eu-central-1
    the event belongs to account 111122223333 in eu-west-1, but this function works in account 111122223333 in eu-central-1
    the EventBridge event can't be read at time: input contains invalid characters
    the task state change can't be read at detail: no object stands there
    the task state change can't be read at detail: no object stands there
    the task state change can't be read at detail.taskArn: invalid type: null, expected a string
    the task state change can't be read at detail.taskArn: "0a1b" is not a task ARN: it has fewer than six parts
    the task state change can't be read at detail.taskArn: invalid type: integer `7`, expected a string
    arn:aws:ecs:eu-central-1:444455556666:task/prod/0a1b belongs to account 444455556666 in eu-central-1, but this function works in account 111122223333 in eu-central-1
    the task state change can't be read at detail: arn:aws:ecs:eu-central-1:111122223333:task/other/0a1b is not a task of arn:aws:ecs:eu-central-1:111122223333:cluster/prod
    arn:aws:ecs:us-east-1:111122223333:cluster/prod belongs to account 111122223333 in us-east-1, but this function works in account 111122223333 in eu-central-1
    the task state change can't be read at detail.version: invalid type: string "1", expected i64
    the task state change can't be read at detail.version: invalid type: floating point `1e+30`, expected i64
    the ECS Service Action event can't be read at resources: it names no service
    the CloudTrail event can't be read at detail: missing field `eventSource`
    the RegisterTargets call can't be read at detail.requestParameters: no object stands there
    "#);
}

#[test]
fn a_message_that_can_not_be_read_fails_alone() {
    let good = task_event("0a1b", 1, "10.0.1.7").to_string();
    let nested = sqs(&["{}"]).to_string();
    let messages = messages(&[&good, "not JSON", "{}", &nested, "[1]", &good, r#"{"mode": "destroy"}"#]);
    let table: Vec<String> = messages
        .iter()
        .map(|QueueMessage { id, work }| match work {
            Ok(Work::Event(event)) => format!("{id}: {}", parts(&event.scope)),
            Ok(work) => format!("{id}: {work:?}"),
            Err(error) => format!("{id}: {}", chain(error)),
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"), @"
    m0: 0a1b
    m1: the message's body is not JSON: expected ident at line 1 column 2
    m2: Request(Request { scope: Patterns { clusters: [], services: [], tasks: [], target_groups: [] }, rules: None, mode: None, remembered: None, format: Json })
    m3: this is an SQS event inside a message
    m4: the message's body is neither an SQS event, an EventBridge event nor a request: it is a list, not an object
    m5: 0a1b
    m6: the request can't be read at mode: unknown variant `destroy`, expected `observe` or `repair` at line 1 column 18
    ");
}

#[test]
fn a_message_without_a_body_fails_alone() {
    let event = json!({"Records": [{"messageId": "m1"}, {"messageId": "m2", "body": "{}"}]});
    let Ok(Incoming::Sqs(messages)) = read(&event.to_string()) else { panic!("no messages") };
    assert_eq!(messages.iter().map(|message| message.work.is_ok()).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn deep_nesting_is_an_error_or_skipped() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(&deep).is_err());
    assert!(read(&format!("{{\"scope\": {deep}}}")).is_err());
    let event = task_event("0a1b", 1, "10.0.1.7").to_string();
    assert!(read(&event.replacen("{", &format!("{{\"deep\": {deep},"), 1)).is_ok());
    assert!(read(&event.replacen("\"detail\":{", &format!("\"detail\":{{\"deep\": {deep},"), 1)).is_err());
}
