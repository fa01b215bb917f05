//! The account and Region in which everything is read, and whether something belongs there.

use model::id::{ClusterArn, Region};
use model::scope::{Scope, ServiceId, TaskHint};
use runtime::home::{Home, Located};
use runtime::incoming::{Here, Incoming, IncomingError, QueueMessage, incoming};
use serde_json::json;

/// Some rules, for policies and requests that name any.
pub(crate) const RULES: [&str; 5] =
    ["port-mismatch", "security-group-drift", "target-missing", "target-stale", "target-wrong-port"];

/// Where everything is read.
pub(crate) fn home() -> Home {
    let region: Region = "eu-central-1".parse().expect("a Region");
    Home { partition: "aws".to_owned(), account: "111122223333".parse().expect("an account"), region }
}

/// Reads what a function is invoked with.
pub(crate) fn read(text: &str) -> Result<Incoming, IncomingError> {
    incoming(text, &Here { home: &home(), rules: &RULES })
}

/// Reads bodies as the messages of one SQS event, with the ids `m0`, `m1` …
pub(crate) fn messages(bodies: &[&str]) -> Vec<QueueMessage> {
    let record = |(index, body)| json!({"messageId": format!("m{index}"), "body": body, "eventSource": "aws:sqs"});
    let event = json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()});
    match read(&event.to_string()) {
        Ok(Incoming::Sqs(messages)) => messages,
        other => panic!("no messages, but {other:?}"),
    }
}

/// Everything in it is here, and can be asked for.
pub(crate) fn assert_scope(scope: &Scope) {
    scope.clusters.iter().for_each(assert_here);
    scope.target_groups.iter().for_each(assert_here);
    scope.services.iter().for_each(assert_service);
    for (task, hint) in &scope.tasks {
        assert_here(task);
        assert_hint(hint);
        assert!(task.cluster().is_none_or(|cluster| cluster == hint.cluster), "{task} is not in {}", hint.cluster);
        assert_eq!(task.cluster().is_some(), task.cluster_name().is_some(), "{task}");
    }
}

/// What an event says of a task doesn't contradict itself.
fn assert_hint(hint: &TaskHint) {
    assert_here(&hint.cluster);
    if let Some(service) = &hint.service {
        assert_service(service);
        assert_eq!(service.cluster, hint.cluster, "a service of one cluster, a task of another");
    }
}

/// It is here, and has a name that a service can have.
pub(crate) fn assert_service(service: &ServiceId) {
    assert_here(&service.cluster);
    let arn = service.cluster.service(&service.name).unwrap_or_else(|error| panic!("{service}: {error}"));
    assert_eq!(ServiceId::of(&arn).as_ref(), Some(service));
}

/// It is of this partition, account and Region.
pub(crate) fn assert_here<A: Located + std::fmt::Display>(arn: &A) {
    let ours = home().cluster("x").as_ref().map(ClusterArn::prefix).map(str::to_owned).expect("a cluster");
    let ours = ours.replace(":ecs:", ":*:");
    let text = arn.to_string().replacen(":ecs:", ":*:", 1).replacen(":elasticloadbalancing:", ":*:", 1);
    assert!(text.starts_with(&ours), "{arn} is not here");
    assert_eq!(arn.at(&home()), Ok(()));
}
