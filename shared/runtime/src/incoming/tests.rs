use std::collections::{BTreeMap, BTreeSet};

use model::finding::Fingerprint;
use model::scope::{Scope, ServiceId, Site, TaskHint};
use pipeline::ports::Look;
use serde_json::{Value, json};

use super::{Here, Incoming, IncomingError, Message, Work, incoming, look_again};
use crate::chain::chain;
use crate::home::Home;

const ECS: &str = "arn:aws:ecs:eu-central-1:111122223333";
const GROUP: &str = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/50dc6c495c0c9188";

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

pub(super) fn messages(bodies: &[&str]) -> Vec<Message> {
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
fn a_schedule_looks_at_everything() {
    for (source, detail) in [("aws.events", json!({})), ("aws.scheduler", json!("{}"))] {
        let mut event = event("Scheduled Event", detail);
        event["source"] = json!(source);
        assert_eq!(parts(&scope_of(&event)), "everything");
    }
}

/// In which order `json!` writes keys depends on how the library was built.
fn without_column(error: &str) -> String {
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
    the input is neither an SQS event, an EventBridge event nor a request: it has the key "hello"; a request has scope, rules, mode and format
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
        .map(|Message { id, work }| match work {
            Ok(Work::Event(event)) => format!("{id}: {}", parts(&event.scope)),
            Ok(work) => format!("{id}: {work:?}"),
            Err(error) => format!("{id}: {}", chain(error)),
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"), @"
    m0: 0a1b
    m1: the message's body is not JSON: expected ident at line 1 column 2
    m2: Request(Request { scope: Patterns { clusters: [], services: [], tasks: [], target_groups: [] }, rules: None, mode: None, format: Json })
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

#[test]
fn regression_a_look_with_a_task_of_a_service_in_another_cluster_is_refused() {
    let mut body: Value = serde_json::from_str(&look_again::write(&look(1, 1, 1)).unwrap()).unwrap();
    let task = body["tasks"].as_object().unwrap().keys().next().unwrap().clone();
    body["tasks"][task]["service"] = json!({"cluster": format!("{ECS}:cluster/other"), "name": "web"});
    let error = chain(messages(&[&body.to_string()]).remove(0).work.as_ref().expect_err("an error"));
    assert_eq!(
        error,
        format!("the look-again message can't be read at tasks: other/web is not a service of {ECS}:cluster/prod")
    );
}

#[test]
fn a_look_that_was_tampered_with_is_refused() {
    let body = look_again::write(&look(3, 2, 1)).unwrap();
    let as_json: Value = serde_json::from_str(&body).unwrap();
    let task = as_json["tasks"].as_object().unwrap().keys().next().unwrap().clone();
    let tampered: [fn(&mut Value, &str); 10] = [
        |body, _| body["look_again"] = json!(2),
        |body, _| body["look_again"] = json!("1"),
        |body, _| body["target_group"] = json!(GROUP.replace("111122223333", "444455556666")),
        |body, _| body["services"][0]["cluster"] = json!("arn:aws:ecs:eu-west-1:111122223333:cluster/prod"),
        |body, _| body["services"][0]["name"] = json!("a/b"),
        |body, task| body["tasks"][task]["cluster"] = json!(format!("{ECS}:cluster/other")),
        |body, _| body["suspicions"] = json!({"target-stale": "2026-03-01T12:00:00Z"}),
        |body, _| body["not_before"] = json!("soon"),
        |body, _| body["hop"] = json!(-1),
        |body, _| body["mode"] = json!("repair"),
    ];
    let errors: Vec<String> = tampered
        .iter()
        .map(|tamper| {
            let mut body = as_json.clone();
            tamper(&mut body, &task);
            without_column(&chain(messages(&[&body.to_string()]).remove(0).work.as_ref().expect_err("an error")))
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    the look-again message can't be read at look_again: version 2 is not known here, only 1 is
    the look-again message can't be read at look_again: invalid type: string "1", expected u32
    arn:aws:elasticloadbalancing:eu-central-1:444455556666:targetgroup/web/50dc6c495c0c9188 belongs to account 444455556666 in eu-central-1, but this function works in account 111122223333 in eu-central-1
    arn:aws:ecs:eu-west-1:111122223333:cluster/prod belongs to account 111122223333 in eu-west-1, but this function works in account 111122223333 in eu-central-1
    the look-again message can't be read at services: "arn:aws:ecs:eu-central-1:111122223333:service/prod/a/b" is not a service ARN: its resource part has another form
    the look-again message can't be read at tasks: arn:aws:ecs:eu-central-1:111122223333:task/prod/00000000000000000000000000000000 is not a task of arn:aws:ecs:eu-central-1:111122223333:cluster/other
    the look-again message can't be read at suspicions.target-stale: "target-stale" is not a fingerprint of sixteen hexadecimal digits
    the look-again message can't be read at not_before: failed to parse four digit integer as year: invalid digit, expected 0-9 but got s
    the look-again message can't be read at hop: invalid value: integer `-1`, expected u32
    the look-again message can't be read at mode: unknown field `mode`, expected one of `look_again`, `target_group`, `service`, `task`, `services`, `tasks`, `suspicions`, `hop`, `not_before`
    "#);
}

#[test]
fn a_look_goes_to_a_target_group_a_service_or_a_task() {
    let cluster = format!("{ECS}:cluster/prod").parse().unwrap();
    let task = format!("{ECS}:task/prod/0a1b").parse().unwrap();
    for site in [Site::Service(ServiceId::new(&cluster, "web")), Site::Task { cluster: cluster.clone(), task }] {
        let look = Look { site, ..look(2, 1, 0) };
        let body = look_again::write(&look).unwrap();
        assert_eq!(messages(&[&body]).remove(0).work.unwrap(), Work::LookAgain(look));
        let both = body.replacen('{', &format!("{{\"target_group\":{GROUP:?},"), 1);
        assert!(messages(&[&both]).remove(0).work.is_err());
    }
}

#[test]
fn a_look_left_by_an_earlier_version_is_read() {
    let body = json!({
        "look_again": 1, "target_group": GROUP, "services": [], "tasks": {}, "hop": 1,
        "suspicions": {}, "not_before": "2026-03-01T12:00:00Z",
    });
    let Ok(Work::LookAgain(look)) = messages(&[&body.to_string()]).remove(0).work else { panic!("no look") };
    assert_eq!(look.site, Site::TargetGroup(GROUP.parse().unwrap()));
    assert_eq!(serde_json::from_str::<Value>(&look_again::write(&look).unwrap()).unwrap(), body);
}

pub(super) fn look(suspicions: u64, tasks: u64, services: u64) -> Look {
    let cluster = format!("{ECS}:cluster/prod").parse().unwrap();
    let service = |n| ServiceId::new(&cluster, &format!("web-{n}"));
    let hint = |n: u64| TaskHint {
        cluster: cluster.clone(),
        service: n.is_multiple_of(2).then(|| service(n)),
        addresses: vec![std::net::Ipv4Addr::new(10, 0, 0, 7).into(), std::net::Ipv6Addr::from(u128::from(n)).into()],
        version: i64::MAX,
    };
    let at = |n: u64| model::Timestamp::from_nanosecond(i128::from(n) * 1_234_567_891_011).unwrap();
    Look {
        site: Site::TargetGroup(GROUP.parse().unwrap()),
        services: (0..services).map(service).collect::<BTreeSet<_>>(),
        tasks: (0..tasks).map(|n| (format!("{ECS}:task/prod/{n:032x}").parse().unwrap(), hint(n).into())).collect(),
        suspicions: (0..suspicions).map(|n| (Fingerprint::of([n.to_string().as_str()]), at(n))).collect(),
        hop: 3,
        not_before: at(suspicions),
    }
}
