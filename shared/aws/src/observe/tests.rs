//! Every question gets its own answer, in the fewest calls.

mod networks;
mod stopped;

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use model::call::CallErrorKind;
use model::ecs::{Cluster, Task};
use model::elb::TargetGroup;
use model::id::{ClusterArn, LoadBalancerArn, TargetGroupArn, TaskArn};
use model::observation::{All, Answer, Desired, LedgerFacts, Observation, Question, TaskList, UnreadKind};
use model::scope::ServiceId;

use super::answer;
use crate::memory::{MemoryAccount, World};
use crate::sdk::Clients;

fn cluster(name: &str) -> ClusterArn {
    format!("arn:aws:ecs:eu-central-1:111122223333:cluster/{name}").parse().unwrap()
}

fn task(cluster: &str, n: usize) -> TaskArn {
    format!("arn:aws:ecs:eu-central-1:111122223333:task/{cluster}/{n:04}").parse().unwrap()
}

fn group(name: &str) -> TargetGroupArn {
    format!("arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/{name}/0a1b").parse().unwrap()
}

fn balancer() -> LoadBalancerArn {
    "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/50dc".parse().unwrap()
}

fn observation() -> Observation {
    let at = "2026-03-01T12:00:00Z".parse().unwrap();
    Observation::new(at, "111122223333".parse().unwrap(), "eu-central-1".parse().unwrap())
}

/// One cluster, 250 tasks, two groups behind one balancer.
fn account() -> MemoryAccount {
    let mut world = World::default();
    let prod = Cluster { arn: cluster("prod"), status: "ACTIVE".to_owned(), tasks: 0, tags: BTreeMap::new() };
    world.clusters.insert(prod.arn.clone(), prod);
    for n in 0..250 {
        let arn = task("prod", n);
        let running = Task {
            group: Some("service:web".to_owned()),
            started_by: "ecs-svc/1".parse().ok(),
            ..fixtures::task(&arn, &cluster("prod"))
        };
        world.tasks.insert(arn, running);
    }
    for name in ["web", "api"] {
        let arn = group(name);
        let group = TargetGroup { port: Some(80), load_balancers: vec![balancer()], ..fixtures::target_group(&arn) };
        world.target_groups.insert(arn, group);
    }
    MemoryAccount::new(world)
}

fn ask_task(n: usize) -> Question {
    Question::Task { cluster: cluster("prod"), task: task("prod", n) }
}

#[tokio::test]
async fn questions_are_answered_in_the_fewest_calls() {
    let (account, mut observation) = (account(), observation());
    let mut questions: Vec<Question> = (0..250).map(ask_task).collect();
    questions.extend(["web", "api"].map(|name| Question::TargetHealth(group(name))));
    questions.extend(["web", "api"].map(|name| Question::Tags(group(name).into())));
    questions.push(Question::Tags(balancer().into()));
    questions.push(Question::Cluster(cluster("prod")));
    answer(&account, &questions.into_iter().collect(), &mut observation.aws).await;

    assert_eq!(observation.aws.task.values().filter_map(Answer::known).count(), 250);
    assert!(observation.aws.tags[&balancer().into()].known().is_some());
    insta::assert_debug_snapshot!(account.calls().take(), @r#"
    {
        "ecs:DescribeClusters": 1,
        "ecs:DescribeTasks": 3,
        "elasticloadbalancing:DescribeTags": 1,
        "elasticloadbalancing:DescribeTargetHealth": 2,
    }
    "#);
}

#[tokio::test]
async fn listing_the_groups_describes_them_too() {
    let (account, mut observation) = (account(), observation());
    answer(&account, &[Question::TargetGroups].into(), &mut observation.aws).await;
    assert_eq!(observation.aws.target_groups.known(&All).unwrap().len(), 2);
    assert!(observation.aws.target_group[&group("web")].known().is_some());
    assert_eq!(account.calls().take().values().sum::<u64>(), 1);
}

#[tokio::test]
async fn what_is_gone_is_absent_and_its_neighbours_are_known() {
    let (account, mut observation) = (account(), observation());
    let gone = cluster("gone");
    let list = TaskList { cluster: gone.clone(), service: None, desired: Desired::Running };
    let questions = [
        Question::Cluster(gone.clone()),
        Question::Cluster(cluster("prod")),
        Question::Services(gone.clone()),
        Question::Service(ServiceId::new(&gone, "web")),
        Question::Tasks(list.clone()),
        Question::Task { cluster: gone.clone(), task: task("gone", 1) },
        ask_task(1),
        ask_task(999),
        Question::TargetHealth(group("gone")),
        Question::TargetHealth(group("web")),
    ];
    answer(&account, &questions.into(), &mut observation.aws).await;

    assert_eq!(observation.aws.cluster[&gone], Answer::Absent);
    assert!(observation.aws.cluster[&cluster("prod")].known().is_some());
    assert_eq!(observation.aws.services[&gone], Answer::Absent);
    assert_eq!(observation.aws.service[&ServiceId::new(&gone, "web")], Answer::Absent);
    assert_eq!(observation.aws.tasks[&list], Answer::Absent);
    assert_eq!(observation.aws.task[&task("gone", 1)], Answer::Absent);
    assert!(observation.aws.task[&task("prod", 1)].known().is_some());
    assert_eq!(observation.aws.task[&task("prod", 999)], Answer::Absent);
    assert_eq!(observation.aws.target_health[&group("gone")], Answer::Absent);
    assert_eq!(observation.aws.target_health[&group("web")], Answer::Known(Vec::new()));
}

#[tokio::test]
async fn a_failed_call_is_unread_for_its_own_batch_only() {
    let (account, mut observation) = (account(), observation());
    account.world().faults.push(("ecs:DescribeTasks", "/0000".to_owned(), CallErrorKind::Throttled));
    account.world().faults.push(("elasticloadbalancing:DescribeTargetHealth", "web".to_owned(), CallErrorKind::Denied));
    let mut questions: Vec<Question> = (0..250).map(ask_task).collect();
    questions.extend(["web", "api"].map(|name| Question::TargetHealth(group(name))));
    answer(&account, &questions.into_iter().collect(), &mut observation.aws).await;

    let unread = observation.aws.task.values().filter_map(Answer::unread);
    assert_eq!(unread.filter(|unread| unread.kind == UnreadKind::Throttled).count(), 100);
    assert_eq!(observation.aws.task.values().filter_map(Answer::known).count(), 150);
    assert_eq!(
        observation.aws.target_health[&group("web")].unread().map(|unread| unread.kind),
        Some(UnreadKind::Denied)
    );
    assert_eq!(observation.aws.target_health[&group("api")], Answer::Known(Vec::new()));
}

#[tokio::test]
async fn not_found_of_several_is_not_the_absence_of_each() {
    let (account, mut observation) = (account(), observation());
    let fault = ("ecs:DescribeClusters", "gone".to_owned(), CallErrorKind::NotFound);
    account.world().faults.push(fault);
    let questions = ["prod", "gone"].map(|name| Question::Cluster(cluster(name)));
    answer(&account, &questions.into(), &mut observation.aws).await;
    assert!(observation.aws.cluster.values().all(|answer| answer.unread().is_some()));
}

#[tokio::test]
async fn the_ledgers_questions_are_left_to_it() {
    let (account, mut observation) = (account(), observation());
    answer(&account, &[Question::Pause, Question::Owners(group("web"))].into(), &mut observation.aws).await;
    assert_eq!(observation.ledger, LedgerFacts::default());
    assert!(account.calls().take().is_empty());
}

#[test]
fn answering_can_move_between_threads() {
    const fn is_send(_: &impl Send) {}
    let (clients, mut observation) = (Clients::new(&SdkConfig::builder().build()), observation());
    is_send(&answer(&clients, &[].into(), &mut observation.aws));
}
