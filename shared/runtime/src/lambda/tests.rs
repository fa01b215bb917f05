use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::Diagnostic;
use model::finding::Fingerprint;
use model::observation::{Observation, Unread, UnreadKind};
use model::policy::{Mode, Policy};
use model::scope::{Scope, ServiceId, Site, Unit};
use pipeline::PassOutcome;
use pipeline::ports::DelayedLook;
use serde_json::{Value, json};

use super::error::HandlerError;
use super::handle::{Backend, PassResult, handle};
use super::pass_requests::PassRequest;
use super::reporting::report;
use crate::home::Home;
use crate::incoming::look_again;
use crate::request::{Patterns, ScopeError, UnmatchedError};

const ECS: &str = "arn:aws:ecs:eu-central-1:111122223333";

/// Notes the passes it is asked for. What is named `gone` isn't there.
#[derive(Default)]
struct RecordingBackend {
    pass_requests: Mutex<Vec<PassRequest>>,
    left: Mutex<Vec<DelayedLook>>,
    without_queue: bool,
    abstentions: BTreeSet<(Unit, Unread)>,
    findings: usize,
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn in_seconds(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn home() -> Home {
    Home::of_function("arn:aws:lambda:eu-central-1:111122223333:function:registrar").unwrap()
}

impl Backend for RecordingBackend {
    fn rules(&self) -> Vec<&str> {
        vec!["target-missing", "target-stale"]
    }

    fn now(&self) -> Timestamp {
        now()
    }

    async fn resolve(&self, patterns: &Patterns, home: &Home, _: Timestamp) -> Result<Scope, HandlerError> {
        match format!("{patterns:?}") {
            text if text.contains("gone") => {
                let unmatched = vec!["no cluster \"gone\"".to_owned()];
                Err(ScopeError::from(UnmatchedError { unmatched }).into())
            }
            text if text.contains("secret") => Err(ScopeError::Unread(unread("secret")).into()),
            _ if patterns.is_everything() => Ok(Scope { everything: true, ..Scope::default() }),
            _ => Ok(Scope { clusters: home.cluster("prod").into_iter().collect(), ..Scope::default() }),
        }
    }

    async fn leave_again(&self, looks: Vec<DelayedLook>) -> Vec<(DelayedLook, String)> {
        if self.without_queue {
            return looks.into_iter().map(|look| (look, "no queue".to_owned())).collect();
        }
        self.left.lock().unwrap().extend(looks);
        Vec::new()
    }

    async fn pass(&self, pass_request: &PassRequest, home: &Home, _: Timestamp) -> PassResult {
        self.pass_requests.lock().unwrap().push(pass_request.clone());
        let outcome = PassOutcome {
            observation: Observation::new(now(), home.account.clone(), home.region.clone()),
            abstentions: self.abstentions.clone(),
            findings: Vec::new(),
            unsent: BTreeMap::new(),
            judged_groups: 0,
            unrecorded: None,
            news: Vec::new(),
        };
        let mut report =
            report(&outcome, &pass_request.scope, &Policy::default(), BTreeMap::new(), (now(), in_seconds(1)));
        report.scope.services = Some(vec!["x".repeat(100); self.findings]);
        PassResult { report, outcome }
    }
}

fn unread(resource: &str) -> Unread {
    Unread {
        resource: resource.to_owned(),
        operation: "ecs:DescribeTasks".to_owned(),
        error: "ThrottlingException".to_owned(),
        kind: UnreadKind::Transient,
        code: None,
    }
}

impl RecordingBackend {
    async fn invoke_by(&self, deadline: Timestamp, input: &Value) -> Result<Value, Diagnostic> {
        let answer = handle(&input.to_string(), &home(), deadline, self).await?;
        Ok(serde_json::from_str(answer.get()).unwrap())
    }

    async fn invoke(&self, input: Value) -> Result<Value, Diagnostic> {
        self.invoke_by(in_seconds(60), &input).await
    }

    /// The ids of the messages that failed, where `bodies` are m0, m1 and so on.
    async fn failed(&self, bodies: &[String]) -> Vec<String> {
        let answer = self.invoke(sqs(bodies)).await.unwrap();
        let failures = answer["batchItemFailures"].as_array().unwrap().clone();
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    fn pass_requests(&self) -> Vec<PassRequest> {
        self.pass_requests.lock().unwrap().clone()
    }
}

fn sqs(bodies: &[String]) -> Value {
    let record = |(n, body)| json!({"messageId": format!("m{n}"), "eventSource": "aws:sqs", "body": body});
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}

fn task_event(id: &str) -> Value {
    json!({
        "detail-type": "ECS Task State Change", "source": "aws.ecs", "account": "111122223333", "region": "eu-central-1",
        "detail": {
            "taskArn": format!("{ECS}:task/prod/{id}"), "clusterArn": format!("{ECS}:cluster/prod"), "group": "service:web",
            "version": 1,
        },
    })
}

fn irrelevant_event() -> Value {
    json!({
        "detail-type": "AWS API Call via CloudTrail", "source": "aws.ecs", "account": "111122223333",
        "region": "eu-central-1", "detail": {"eventSource": "ecs.amazonaws.com", "eventName": "ListTasks"},
    })
}

fn look(first_seen: i64, due: i64, attempt: u32) -> DelayedLook {
    let cluster = home().cluster("prod").unwrap();
    DelayedLook {
        site: Site::TargetGroup(
            "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/50dc".parse().unwrap(),
        ),
        services: BTreeSet::from([ServiceId::new(&cluster, "web")]),
        tasks: BTreeMap::new(),
        suspicions: BTreeMap::from([(Fingerprint::of(["it"]), in_seconds(first_seen))]),
        attempt,
        not_before: in_seconds(due),
    }
}

fn body(look: &DelayedLook) -> String {
    look_again::write(look).unwrap()
}

#[tokio::test]
async fn a_thousand_events_are_one_pass() {
    let backend = RecordingBackend::default();
    let events: Vec<String> = (0..1000).map(|n| task_event(&format!("{n:032x}")).to_string()).collect();
    assert_eq!(backend.failed(&events).await, [""; 0]);
    let pass_requests = backend.pass_requests();
    assert_eq!(
        (pass_requests.len(), pass_requests[0].scope.tasks.len(), pass_requests[0].messages.len()),
        (1, 1000, 1000)
    );
}

#[tokio::test]
async fn a_message_that_is_of_no_use_fails_alone() {
    let mut elsewhere = task_event("b");
    elsewhere["account"] = json!("444455556666");
    let bodies = [
        task_event("a").to_string(),
        "not JSON".to_owned(),
        elsewhere.to_string(),
        json!({"scope": {"clusters": ["gone"]}}).to_string(),
        json!({"scope": {"clusters": ["secret"]}}).to_string(),
        json!({"scope": {"clusters": ["prod"]}}).to_string(),
    ];
    let backend = RecordingBackend::default();
    assert_eq!(backend.failed(&bodies).await, ["m1", "m2", "m3", "m4"]);
    let pass_requests = backend.pass_requests();
    assert_eq!(
        (pass_requests.len(), pass_requests[0].scope.tasks.len(), pass_requests[0].scope.clusters.len()),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn where_nothing_is_to_be_looked_at_nothing_is_done_and_nothing_fails() {
    let backend = RecordingBackend::default();
    assert_eq!(backend.failed(&[irrelevant_event().to_string()]).await, [""; 0]);
    assert_eq!(backend.failed(&[]).await, [""; 0]);
    assert_eq!(backend.pass_requests(), []);
}

#[tokio::test]
async fn a_request_with_terms_of_its_own_is_a_pass_of_its_own() {
    let bodies = [
        json!({"mode": "observe"}).to_string(),
        task_event("a").to_string(),
        json!({"rules": ["target-s*"]}).to_string(),
        json!({"mode": "observe", "scope": {"clusters": ["prod"]}}).to_string(),
    ];
    let backend = RecordingBackend::default();
    assert_eq!(backend.failed(&bodies).await, [""; 0]);
    let pass_requests = backend.pass_requests();
    let asked: Vec<Vec<&str>> = pass_requests
        .iter()
        .map(|pass_request| pass_request.messages.iter().map(|(id, _)| id.as_str()).collect())
        .collect();
    assert_eq!(asked, [vec!["m1"], vec!["m0", "m3"], vec!["m2"]]);
    assert_eq!((pass_requests[0].terms.mode, pass_requests[1].terms.mode), (None, Some(Mode::Observe)));
    assert_eq!(pass_requests[2].terms.rules, Some(BTreeSet::from(["target-stale".to_owned()])));
}

#[tokio::test]
async fn looks_that_are_due_are_one_pass_with_what_was_suspected_first() {
    let looks = [look(-60, 0, 3), look(-90, -1, 2), look(-30, 0, 4)].map(|look| body(&look));
    let backend = RecordingBackend::default();
    assert_eq!(backend.failed(&looks).await, [""; 0]);
    let pass_requests = backend.pass_requests();
    let first = BTreeMap::from([(Fingerprint::of(["it"]), in_seconds(-90))]);
    assert_eq!((pass_requests.len(), &pass_requests[0].looks.first, pass_requests[0].looks.attempt), (1, &first, 2));
}

#[tokio::test]
async fn what_is_new_is_not_given_up_for_what_is_old() {
    for bodies in
        [[task_event("a").to_string(), body(&look(-60, 0, 5))], [body(&look(-60, 0, 5)), task_event("a").to_string()]]
    {
        let backend = RecordingBackend::default();
        assert_eq!(backend.failed(&bodies).await, [""; 0]);
        let pass_requests = backend.pass_requests();
        assert_eq!(
            (pass_requests.len(), pass_requests[0].looks.attempt, pass_requests[0].looks.first.len()),
            (1, 0, 1)
        );
    }
}

#[tokio::test]
async fn a_look_that_comes_early_is_left_again_and_an_absurd_one_fails() {
    let early = look(0, 1, 1);
    let bodies = [body(&early), body(&look(0, 3 * 24 * 3600, 1))];
    let backend = RecordingBackend::default();
    assert_eq!(backend.failed(&bodies).await, ["m1"]);
    assert_eq!((backend.pass_requests(), backend.left.into_inner().unwrap()), (vec![], vec![early]));

    let backend = RecordingBackend { without_queue: true, ..RecordingBackend::default() };
    assert_eq!(backend.failed(&bodies).await, ["m0", "m1"]);
}

#[tokio::test]
async fn only_messages_whose_scope_was_unread_fail() {
    let cluster = home().cluster("prod").unwrap();
    let mut other = task_event("b");
    other["detail"]["group"] = json!("service:api");
    let backend = RecordingBackend {
        abstentions: BTreeSet::from([(Unit::Service(ServiceId::new(&cluster, "api")), unread("api"))]),
        ..RecordingBackend::default()
    };
    assert_eq!(backend.failed(&[task_event("a").to_string(), other.to_string()]).await, ["m1"]);
}

#[tokio::test]
async fn no_pass_is_begun_shortly_before_the_deadline() {
    let backend = RecordingBackend::default();
    let bodies = [task_event("a").to_string(), irrelevant_event().to_string()];
    let answer = backend.invoke_by(now(), &sqs(&bodies)).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "m0"}]}));
    let error = backend.invoke_by(now(), &json!({})).await.unwrap_err();
    assert_eq!(error.error_type, "EcsNlbGuard.OutOfTime");
    assert_eq!(backend.pass_requests(), []);
}

#[tokio::test]
async fn whoever_asks_directly_gets_the_report() {
    let backend = RecordingBackend::default();
    let report = backend.invoke(json!({})).await.unwrap();
    assert_eq!((&report["schema"], &report["duration_ms"], &report["findings"]), (&json!(1), &json!(1000), &json!([])));
    let report = backend.invoke(task_event("a")).await.unwrap();
    assert_eq!(report["scope"]["tasks"], json!([format!("{ECS}:task/prod/a")]));
    let text = backend.invoke(json!({"format": "text"})).await.unwrap();
    assert_eq!(text["format"], json!("text"));
    assert!(text["body"].as_str().unwrap().starts_with("Account 111122223333, eu-central-1"));
}

#[tokio::test]
async fn whoever_asks_directly_for_what_can_not_be_gets_a_named_error() {
    let backend = RecordingBackend::default();
    let mut errors = Vec::new();
    for input in [
        json!([]),
        json!({"scope": {"services": ["web"]}}),
        json!({"scope": {"clusters": ["gone"]}}),
        json!({"scope": {"clusters": ["secret"]}}),
        json!({"rules": ["port-mismatch"]}),
    ] {
        let Diagnostic { error_type, error_message } = backend.invoke(input).await.unwrap_err();
        errors.push(format!("{error_type}: {error_message}"));
    }
    insta::assert_snapshot!(errors.join("\n"), @r#"
    EcsNlbGuard.BadInput: the input is neither an SQS event, an EventBridge event nor a request: it is a list, not an object
    EcsNlbGuard.BadInput: invalid request: scope.services[0]: "web" doesn't say in which cluster: write CLUSTER/SERVICE, or */SERVICE for any
    EcsNlbGuard.NothingMatches: the request matches nothing: no cluster "gone"
    EcsNlbGuard.Unread: what the request names can't be looked up: ecs:DescribeTasks on secret: ThrottlingException
    EcsNlbGuard.BadInput: invalid request: rules[0]: there is no rule "port-mismatch"; there are target-missing, target-stale
    "#);
}

#[tokio::test]
async fn an_answer_larger_than_lambda_takes_is_an_error() {
    let backend = RecordingBackend { findings: 60_000, ..RecordingBackend::default() };
    let error = backend.invoke(json!({})).await.unwrap_err();
    assert_eq!(error.error_type, "EcsNlbGuard.ReportTooLarge");
}
