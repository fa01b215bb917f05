use std::collections::BTreeSet;

use model::Timestamp;
use model::ecs::{Service, Task};
use model::id::{ClusterArn, TargetGroupArn, TaskArn};
use model::observation::{All, Answer, Desired, Gap, Lookup, Observation, Question, TaskList, Unread, UnreadKind};
use model::policy::Mode;
use model::scope::{Scope, ServiceId};
use serde_json::{Value, json};

use super::{ReportFormat, Request, UnmatchedError, resolve};
use crate::chain::chain;
use crate::home::Home;
use crate::incoming::Here;

const ECS: &str = "arn:aws:ecs:eu-central-1:111122223333";
const ELB: &str = "arn:aws:elasticloadbalancing:eu-central-1:111122223333";
const RULES: [&str; 3] = ["target-missing", "target-stale", "port-mismatch"];

fn request(value: &Value) -> Result<Request, String> {
    let home = Home::of_function("arn:aws:lambda:eu-central-1:111122223333:function:registrar").unwrap();
    Request::read(&value.to_string(), &Here { home: &home, rules: &RULES }).map_err(|error| chain(&error))
}

#[test]
fn nothing_asks_for_everything() {
    assert_eq!(request(&json!({})), Ok(Request::default()));
    assert_eq!(request(&json!({"scope": {"services": []}, "rules": []})), Ok(Request::default()));
    assert!(Request::default().scope.is_everything());
}

#[test]
fn rules_mode_and_format_are_taken() {
    let request = request(&json!({"rules": ["target-*"], "mode": "observe", "format": "text"})).unwrap();
    assert_eq!(request.rules, Some(BTreeSet::from(["target-missing".to_owned(), "target-stale".to_owned()])));
    assert_eq!((request.mode, request.format), (Some(Mode::Observe), ReportFormat::Text));
}

#[test]
fn everything_wrong_with_a_request_is_told_at_once() {
    let elsewhere = "arn:aws:ecs:eu-central-1:444455556666:service/prod/web";
    let requests = [
        json!({"scoop": {}}),
        json!({"scope": {"service": ["web"]}}),
        json!({"scope": {"services": "prod/web"}}),
        json!({"scope": []}),
        json!({"mode": "destroy"}),
        json!({"format": "pdf"}),
        json!({"rules": "target-*"}),
        json!({
            "scope": {
                "clusters": ["", "prod-[", format!("{ECS}:service/prod/web")],
                "services": ["web", elsewhere, format!("{ECS}:service/web"), "prod/"],
                "tasks": ["0a1b", format!("{ECS}:task/0a1b")],
                "target_groups": ["arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/50dc6c495c0c9188"],
            },
            "rules": ["target-mising", "target-*", "("],
        }),
    ];
    let errors: Vec<String> =
        requests.iter().map(|value| request(value).expect_err("an error").replace("; ", ";\n  ")).collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    the request can't be read at scoop: unknown field `scoop`, expected one of `scope`, `rules`, `mode`, `remembered`, `format` at line 1 column 8
    invalid request: scope.service: a scope has clusters, services, tasks and target_groups
    the request can't be read at scope.services: invalid type: string "prod/web", expected a sequence at line 1 column 31
    the request can't be read at scope: invalid type: sequence, expected a map at line 1 column 9
    the request can't be read at mode: unknown variant `destroy`, expected `observe` or `repair` at line 1 column 17
    the request can't be read at format: unknown variant `pdf`, expected one of `json`, `text`, `html` at line 1 column 15
    the request can't be read at rules: invalid type: string "target-*", expected a sequence at line 1 column 19
    invalid request: scope.clusters[0]: "" is no glob: write a name, or * for any;
      scope.clusters[1]: "prod-[" is no glob: unclosed character class;
      missing ']';
      scope.clusters[2]: "arn:aws:ecs:eu-central-1:111122223333:service/prod/web" is not a cluster ARN: its resource part has another form;
      scope.services[0]: "web" doesn't say in which cluster: write CLUSTER/SERVICE, or */SERVICE for any;
      scope.services[1]: arn:aws:ecs:eu-central-1:444455556666:service/prod/web belongs to account 444455556666 in eu-central-1, but this function works in account 111122223333 in eu-central-1;
      scope.services[2]: "arn:aws:ecs:eu-central-1:111122223333:service/web" is of the old form, which doesn't say in which cluster: write CLUSTER/web;
      scope.services[3]: "" is no glob: write a name, or * for any;
      scope.target_groups[0]: arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/50dc6c495c0c9188 belongs to account 111122223333 in eu-west-1, but this function works in account 111122223333 in eu-central-1;
      scope.tasks[0]: "0a1b" doesn't say in which cluster: write CLUSTER/TASK-ID, or */TASK-ID for any;
      scope.tasks[1]: "arn:aws:ecs:eu-central-1:111122223333:task/0a1b" is of the old form, which doesn't say in which cluster: write CLUSTER/0a1b;
      rules[0]: there is no rule "target-mising";
      did you mean "target-missing"?;
      rules[2]: there is no rule "(";
      there are target-missing, target-stale, port-mismatch
    "#);
}

/// An account with two clusters, three services, one task and two target groups.
fn account() -> Observation {
    let at = Timestamp::from_second(1_772_366_400).unwrap();
    let mut account = Observation::new(at, "111122223333".parse().unwrap(), "eu-central-1".parse().unwrap());
    let clusters = [cluster("prod"), cluster("dev")];
    account.aws.clusters.insert(All, Answer::Known(clusters.to_vec().into()));
    for (cluster, names) in clusters.iter().zip([vec!["web", "api"], vec!["web"]]) {
        let services: Vec<ServiceId> = names.iter().map(|name| ServiceId::new(cluster, name)).collect();
        account.aws.services.insert(cluster.clone(), Answer::Known(services));
        for name in ["web", "api", "gone"] {
            let answer = if names.contains(&name) { Answer::Known(service(cluster, name)) } else { Answer::Absent };
            account.aws.service.insert(ServiceId::new(cluster, name), answer);
        }
        let list = TaskList { cluster: cluster.clone(), service: None, desired: Desired::Running };
        account.aws.tasks.insert(list, Answer::Known(vec![task_arn(cluster.name(), "0a1b")]));
    }
    account.aws.cluster.insert(cluster("gone"), Answer::Absent);
    account.aws.task.insert(task_arn("prod", "0a1b"), Answer::Known(task()));
    account.aws.task.insert(task_arn("prod", "ffff"), Answer::Absent);
    account.aws.target_groups.insert(All, Answer::Known(vec![group("web"), group("api")]));
    account
}

fn cluster(name: &str) -> ClusterArn {
    format!("{ECS}:cluster/{name}").parse().unwrap()
}

fn group(name: &str) -> TargetGroupArn {
    format!("{ELB}:targetgroup/{name}/50dc6c495c0c9188").parse().unwrap()
}

fn task_arn(cluster: &str, id: &str) -> TaskArn {
    format!("{ECS}:task/{cluster}/{id}").parse().unwrap()
}

fn service(cluster: &ClusterArn, name: &str) -> Service {
    Service { desired_count: 1, running_count: 1, ..fixtures::service(cluster, name) }
}

fn task() -> Task {
    fixtures::task(&task_arn("prod", "0a1b"), &cluster("prod"))
}

fn resolved(scope: Value, account: &Observation) -> Result<Scope, UnmatchedError> {
    let request = request(&json!({ "scope": scope })).expect("a request");
    resolve(&request.scope, &Lookup::new(account)).expect("nothing left to read")
}

fn names(scope: &Scope) -> Vec<String> {
    let clusters = scope.clusters.iter().map(|cluster| cluster.name().to_owned());
    let services = scope.services.iter().map(ToString::to_string);
    let tasks = scope.tasks.keys().map(|task| format!("{}/{}", task.cluster_name().unwrap(), task.id()));
    let groups = scope.target_groups.iter().map(|group| group.name().to_owned());
    clusters.chain(services).chain(tasks).chain(groups).collect()
}

#[test]
fn names_globs_and_arns_find_what_there_is() {
    let account = account();
    let cases = [
        (json!({"clusters": ["p*"]}), vec!["prod"]),
        (json!({"services": ["prod/web"]}), vec!["prod/web"]),
        (json!({"services": ["*/web"]}), vec!["dev/web", "prod/web"]),
        (json!({"services": ["prod/*", "dev/w?b"]}), vec!["dev/web", "prod/api", "prod/web"]),
        (json!({"services": [format!("{ECS}:service/prod/api")]}), vec!["prod/api"]),
        (json!({"tasks": [format!("{ECS}:task/prod/0a1b")]}), vec!["prod/0a1b"]),
        (json!({"tasks": ["prod/0a1b"]}), vec!["prod/0a1b"]),
        (json!({"tasks": ["*/0a*"]}), vec!["dev/0a1b", "prod/0a1b"]),
        (json!({"target_groups": ["*"]}), vec!["api", "web"]),
        (json!({"clusters": ["dev"], "target_groups": ["web"]}), vec!["dev", "web"]),
    ];
    for (scope, expected) in cases {
        assert_eq!(names(&resolved(scope.clone(), &account).expect("a scope")), expected, "{scope}");
    }
    assert!(resolved(json!({}), &account).expect("a scope").everything);
}

#[test]
fn every_name_that_matches_nothing_is_told() {
    let scope = json!({
        "clusters": ["prod", "staging-*", format!("{ECS}:cluster/gone")],
        "services": ["prod/web", "prod/gone", "nowhere/web"],
        "tasks": ["prod/ffff"],
        "target_groups": ["wbe"],
    });
    insta::assert_snapshot!(resolved(scope, &account()).expect_err("an error"), @r#"the request matches nothing: no cluster "staging-*"; no cluster "arn:aws:ecs:eu-central-1:111122223333:cluster/gone"; no service "prod/gone"; no service "nowhere/web"; no task "prod/ffff"; no target group "wbe"; did you mean "web"?"#);
}

#[test]
fn all_that_is_needed_is_asked_at_once() {
    let mut empty = Observation::new(account().at, account().account, account().region);
    empty.aws.clusters = account().aws.clusters;
    let scope = json!({
        "services": ["*/web", "prod/a*"], "target_groups": ["web"], "tasks": [format!("{ECS}:task/prod/0a1b")],
    });
    let lookup = Lookup::new(&empty);
    assert_eq!(resolve(&request(&json!({ "scope": scope })).unwrap().scope, &lookup), Err(Gap::Pending));
    assert_eq!(
        lookup.into_questions(),
        BTreeSet::from([
            Question::Service(ServiceId::new(&cluster("prod"), "web")),
            Question::Service(ServiceId::new(&cluster("dev"), "web")),
            Question::Services(cluster("prod")),
            Question::TargetGroups,
            Question::Task { cluster: cluster("prod"), task: task_arn("prod", "0a1b") },
        ])
    );
}

#[test]
fn what_could_not_be_read_is_not_taken_for_nothing() {
    let mut account = account();
    let unread = Unread {
        resource: "prod".to_owned(),
        operation: "ecs:ListServices".to_owned(),
        error: "AccessDenied".to_owned(),
        kind: UnreadKind::Denied,
        code: None,
    };
    account.aws.services.insert(cluster("prod"), Answer::Unread(unread.clone()));
    let request = request(&json!({"scope": {"services": ["*/w*", "*/gone"]}})).unwrap();
    assert_eq!(resolve(&request.scope, &Lookup::new(&account)), Err(Gap::Unread(&unread)));
    account.forget(&Question::TargetGroups);
    let request =
        super::Request { scope: super::Patterns { target_groups: request_groups(), ..request.scope }, ..request };
    assert_eq!(resolve(&request.scope, &Lookup::new(&account)), Err(Gap::Pending));
}

fn request_groups() -> Vec<super::ArnOrName<TargetGroupArn>> {
    request(&json!({"scope": {"target_groups": ["web"]}})).unwrap().scope.target_groups
}
