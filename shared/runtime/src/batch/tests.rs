use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use model::call::{CallError, CallErrorKind};
use model::ecs::{Service, Task};
use model::ecs::{ServiceLoadBalancer, ServiceRevision};
use model::elb::{Target, TargetGroup};
use model::finding::{Finding, Resources, Severity};
use model::id::{ClusterArn, LoadBalancerArn, ServiceRevisionArn, TargetGroupArn, TaskArn};
use model::ledger::Limited;
use model::observation::{All, Answer, Desired, Observation, TaskList, Unread, UnreadKind};
use model::repair::{Repair, RepairStatus};
use model::scope::{Scope, ServiceId, Site, TaskHint, Unit};
use pipeline::{Concluded, Conclusion, PassOutcome};

use super::failures;
use super::trouble::trouble;

const ECS: &str = "arn:aws:ecs:eu-central-1:111122223333";

fn cluster(name: &str) -> ClusterArn {
    format!("{ECS}:cluster/{name}").parse().unwrap()
}

fn service(name: &str) -> ServiceId {
    ServiceId::new(&cluster("prod"), name)
}

fn task(id: &str) -> TaskArn {
    format!("{ECS}:task/prod/{id}").parse().unwrap()
}

fn group(name: &str) -> TargetGroupArn {
    format!("arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/{name}/50dc").parse().unwrap()
}

fn revision() -> ServiceRevisionArn {
    format!("{ECS}:service-revision/prod/api/1").parse().unwrap()
}

/// Cluster prod: web (group web, shared) with tasks w1 and w2; api (group shared, by its revision also next) with a1.
fn observation() -> Observation {
    let at = Timestamp::from_second(1_772_366_400).unwrap();
    let mut seen = Observation::new(at, "111122223333".parse().unwrap(), "eu-central-1".parse().unwrap());
    for (name, groups, tasks) in
        [("web", ["web", "shared"], vec!["w1", "w2"]), ("api", ["shared", "shared"], vec!["a1"])]
    {
        seen.aws.service.insert(service(name), Answer::Known(known_service(name, &groups.map(group))));
        let list = TaskList { cluster: cluster("prod"), service: Some(service(name)), desired: Desired::Running };
        seen.aws.tasks.insert(list, Answer::Known(tasks.iter().map(|id| task(id)).collect()));
        for id in tasks {
            seen.aws.task.insert(task(id), Answer::Known(known_task(id, name)));
        }
    }
    seen.aws.services.insert(cluster("prod"), Answer::Known(vec![service("web"), service("api")]));
    let resolved = ServiceRevision {
        arn: revision(),
        load_balancers: vec![],
        resolved_target_groups: vec![group("next")],
        task_definition: None,
    };
    seen.aws.service_revision.insert(revision(), Answer::Known(resolved));
    seen
}

fn known_service(name: &str, groups: &[TargetGroupArn]) -> Service {
    let balancer = |group: &TargetGroupArn| ServiceLoadBalancer {
        target_group: Some(group.clone()),
        alternate_target_group: None,
        container_name: None,
        container_port: None,
    };
    Service {
        desired_count: 1,
        running_count: 1,
        load_balancers: groups.iter().map(balancer).collect(),
        current_revisions: if name == "api" { vec![revision()] } else { vec![] },
        ..fixtures::service(&cluster("prod"), name)
    }
}

fn known_task(id: &str, service: &str) -> Task {
    Task {
        group: Some(format!("service:{service}")),
        started_by: "ecs-svc/1".parse().ok(),
        ..fixtures::task(&task(id), &cluster("prod"))
    }
}

fn task_scope(id: &str, named: Option<&str>) -> Scope {
    let mut scope = Scope::default();
    let hint = TaskHint { cluster: cluster("prod"), service: named.map(service), addresses: vec![], version: 1 };
    scope.add_task(task(id), hint);
    scope
}

/// One message of every kind.
fn messages() -> Vec<(&'static str, Scope)> {
    vec![
        ("task w1", task_scope("w1", Some("web"))),
        ("task a1", task_scope("a1", None)),
        ("gone task of api", task_scope("a9", Some("api"))),
        ("standalone", task_scope("s1", None)),
        ("service web", Scope { services: BTreeSet::from([service("web")]), ..Scope::default() }),
        ("service api", Scope { services: BTreeSet::from([service("api")]), ..Scope::default() }),
        ("group web", Scope { target_groups: BTreeSet::from([group("web")]), ..Scope::default() }),
        ("group other", Scope { target_groups: BTreeSet::from([group("other")]), ..Scope::default() }),
        ("cluster prod", Scope { clusters: BTreeSet::from([cluster("prod")]), ..Scope::default() }),
        ("cluster dev", Scope { clusters: BTreeSet::from([cluster("dev")]), ..Scope::default() }),
        ("everything", Scope { everything: true, ..Scope::default() }),
        ("nothing", Scope::default()),
    ]
}

fn unread(kind: UnreadKind) -> Unread {
    Unread {
        resource: "it".to_owned(),
        operation: "ecs:Describe".to_owned(),
        error: "Oops".to_owned(),
        kind,
        code: None,
    }
}

fn outcome() -> PassOutcome {
    PassOutcome {
        observation: observation(),
        abstentions: BTreeSet::new(),
        findings: Vec::new(),
        unsent: BTreeMap::new(),
        judged_groups: 0,
        unrecorded: None,
        news: Vec::new(),
    }
}

fn abstention(unit: Unit, kind: UnreadKind) -> PassOutcome {
    PassOutcome { abstentions: BTreeSet::from([(unit, unread(kind))]), ..outcome() }
}

fn failed(outcome: &PassOutcome) -> Vec<&'static str> {
    let messages = messages();
    let messages: Vec<(&'static str, &Scope)> = messages.iter().map(|(id, scope)| (*id, scope)).collect();
    let failures = failures(&messages, &outcome.observation, &trouble(outcome));
    messages.iter().map(|(id, _)| *id).filter(|id| failures.contains_key(id)).collect()
}

#[test]
fn exactly_the_messages_that_needed_it_fail() {
    let cases = [
        (Unit::Task(task("w1")), vec!["task w1", "service web", "group web", "cluster prod", "everything"]),
        (Unit::Task(task("w2")), vec!["service web", "group web", "cluster prod", "everything"]),
        (Unit::Task(task("s1")), vec!["standalone", "everything"]),
        (Unit::Service(service("web")), vec!["task w1", "service web", "group web", "cluster prod", "everything"]),
        (
            Unit::Service(service("api")),
            vec!["task a1", "gone task of api", "service api", "cluster prod", "everything"],
        ),
        (Unit::TargetGroup(group("web")), vec!["task w1", "service web", "group web", "cluster prod", "everything"]),
        (
            Unit::TargetGroup(group("shared")),
            vec![
                "task w1",
                "task a1",
                "gone task of api",
                "service web",
                "service api",
                "group web",
                "cluster prod",
                "everything",
            ],
        ),
        (
            Unit::TargetGroup(group("next")),
            vec!["task a1", "gone task of api", "service api", "cluster prod", "everything"],
        ),
        (Unit::TargetGroup(group("other")), vec!["group other", "everything"]),
        (Unit::Cluster(cluster("dev")), vec!["cluster dev", "everything"]),
        (Unit::Everything, vec!["everything"]),
    ];
    for (unit, expected) in cases {
        assert_eq!(failed(&abstention(unit.clone(), UnreadKind::Transient)), expected, "{unit:?}");
    }
}

#[test]
fn only_what_may_come_out_otherwise_the_next_time_fails() {
    let failing = |kind| !failed(&abstention(Unit::Service(service("web")), kind)).is_empty();
    use UnreadKind::{Contradictory, Denied, NoLedger, NotAsked, Permanent, Throttled, Transient, Undecidable};
    for kind in [Throttled, Transient, Denied, NotAsked, Contradictory] {
        assert!(failing(kind), "{kind:?}");
    }
    for kind in [Permanent, NoLedger, Undecidable] {
        assert!(!failing(kind), "{kind:?}");
    }
    assert_eq!(failed(&outcome()), [""; 0]);
}

#[test]
fn a_sweep_does_not_fail_for_a_missing_permission_alone() {
    let mut outcome = abstention(Unit::Service(service("api")), UnreadKind::Denied);
    let failed_without_everything = failed(&outcome);
    assert!(!failed_without_everything.is_empty() && !failed_without_everything.contains(&"everything"));
    // Whatever else is wrong with the same service may be right the next time.
    outcome.abstentions.extend(abstention(Unit::Service(service("api")), UnreadKind::Transient).abstentions);
    assert!(failed(&outcome).contains(&"everything"));
}

const NEEDING_NEXT: [&str; 5] = ["task a1", "gone task of api", "service api", "cluster prod", "everything"];

#[test]
fn a_look_that_could_not_be_sent_fails_whoever_needed_its_group() {
    let error = CallError {
        operation: "sqs:SendMessage",
        resource: "queue".to_owned(),
        kind: CallErrorKind::Transient,
        code: None,
        message: "Oops".to_owned(),
    };
    let unsent =
        |name| PassOutcome { unsent: BTreeMap::from([(Site::TargetGroup(group(name)), error.clone())]), ..outcome() };
    assert_eq!(failed(&unsent("other")), ["group other", "everything"]);
    assert_eq!(failed(&unsent("next")), NEEDING_NEXT);
}

#[test]
fn a_gate_that_could_not_be_read_fails_whoever_needed_it() {
    let balancer: LoadBalancerArn =
        "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/50dc".parse().unwrap();
    let behind = TargetGroup { load_balancers: vec![balancer.clone()], ..fixtures::target_group(&group("next")) };
    let transient = || unread(UnreadKind::Transient);
    let gates: [fn(&mut Observation, Unread); 3] = [
        |seen, unread| seen.aws.tags.insert(group("next").into(), Answer::Unread(unread)),
        |seen, unread| seen.ledger.owners.insert(group("next"), Answer::Unread(unread)),
        |seen, unread| seen.ledger.window.insert(Limited::Removals(group("next")), Answer::Unread(unread)),
    ];
    for gate in gates {
        let mut outcome = outcome();
        gate(&mut outcome.observation, transient());
        assert_eq!(failed(&outcome), NEEDING_NEXT);
    }
    let mut unknown = outcome();
    unknown.observation.aws.target_group.insert(group("next"), Answer::Known(behind));
    unknown.observation.aws.tags.insert(balancer.into(), Answer::Unread(transient()));
    assert_eq!(failed(&unknown), NEEDING_NEXT);

    let mut unknown = outcome();
    unknown.observation.aws.cluster.insert(cluster("dev"), Answer::Unread(transient()));
    assert_eq!(failed(&unknown), ["cluster dev", "everything"]);

    // Whether repairs are paused matters where one is proposed.
    let mut unknown = outcome();
    unknown.observation.ledger.pause.insert(All, Answer::Unread(transient()));
    assert_eq!(failed(&unknown), [""; 0]);
    unknown.findings = vec![concluded(RepairStatus::Withheld)];
    assert_eq!(failed(&unknown), NEEDING_NEXT);
}

#[test]
fn of_all_that_becomes_of_a_repair_only_a_transient_failure_fails() {
    use RepairStatus::{Done, Failed, Planned, Refused, Waiting, Withheld};
    for status in [Planned, Waiting, Withheld, Done, Refused, Failed] {
        let expected = if status == Failed { &NEEDING_NEXT[..] } else { &[] };
        assert_eq!(failed(&PassOutcome { findings: vec![concluded(status)], ..outcome() }), expected, "{status:?}");
    }
}

/// What became of removing a target from the group next.
fn concluded(status: RepairStatus) -> Concluded {
    let target = Target { ip: "10.0.0.1".parse().unwrap(), port: 80 };
    let finding = Finding {
        rule: "target-stale".to_owned(),
        severity: Severity::High,
        summary: String::new(),
        remedy: String::new(),
        title: String::new(),
        fixes: Vec::new(),
        caused_by: None,
        impact: None,
        grouping: None,
        resources: Resources::default(),
        users: Vec::new(),
        sharers: Vec::new(),
        subject: String::new(),
        evidence: BTreeMap::new(),
        repairs: Vec::new(),
    };
    let repair = Repair::DeregisterTarget { target_group: group("next"), target };
    Concluded { finding, conclusions: vec![Conclusion { repair, status, code: None, reason: Some("Oops".to_owned()) }] }
}

#[test]
fn what_no_message_can_be_shown_to_need_fails_all() {
    let (task, nothing) = (task_scope("w1", Some("web")), Scope::default());
    let messages = [("task", &task), ("nothing", &nothing)];
    let outcome = abstention(Unit::Service(service("elsewhere")), UnreadKind::Transient);
    assert_eq!(
        failures(&messages, &outcome.observation, &trouble(&outcome)),
        BTreeMap::from([("task", "ecs:Describe on it: Oops".to_owned())])
    );
}
