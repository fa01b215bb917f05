//! For every look-up a removal rests on: if it fails, nothing is removed.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use model::observation::{Question, Unread, UnreadKind};

use super::removals;
use crate::names;
use crate::render::label;
use crate::story::{Story, story};

/// Takes every answer of every removal story away, one at a time. The list is of those that may be missing, and of the
/// stories in which they may:
///
/// * the list of all groups only says where to look, and the service names its group as well;
/// * what is about the heir's own group, or the group at rest, says nothing of this one;
/// * once the heir, or the task on the wrong port, is found in one list, the others don't matter;
/// * of the service's other tasks none is at the address of one that is known;
/// * a revision says where live tasks belong, not who had an address nothing has;
/// * whether a task is in another VPC only says how Elastic Load Balancing is told;
/// * that a group is exclusive is the policy's word, for which no record is needed.
#[test]
fn a_failed_look_up_withholds_every_removal_that_rests_on_it() {
    let mut harmless: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, judged) in removals::all() {
        for question in judged.look().asked() {
            let look = judged.clone().unread(question.clone()).look();
            if !crate::judged::removals(&look.judgement).is_empty() {
                harmless.entry(label(&question)).or_default().push(name);
                continue;
            }
            assert!(!look.judgement.abstentions.is_empty(), "{name}: that {question:?} is unread is told");
        }
    }
    let lines = harmless.iter().map(|(label, names)| format!("{label}\n  {}\n", names.join("\n  ")));
    assert_snapshot!(lines.collect::<String>(), @r"
    list of: RUNNING tasks of prod
      hijacked by a task of another cluster
      hijacked by a task on its way out
      wrong port of a task of another cluster's service
    list of: STOPPED tasks of dr
      hijacked by a task of another cluster
      wrong port of a task of another cluster's service
    list of: STOPPED tasks of prod
      hijacked by a task of another cluster
      wrong port of a task of another cluster's service
    owners in: api
      hijacked by the ledger
      hijacked by an exclusive group
      hijacked by a task set's task
    owners in: blue
      stale in a native strategy's alternate group
    owners in: web
      wrong port in an exclusive group
    service revision: arn:aws:ecs:eu-central-1:111122223333:service-revision/prod/web/r7
      stale in a native strategy's alternate group
    subnets of: vpc-main
      wrong port that the ledger remembers
      wrong port that an earlier revision mapped
      wrong port in an exclusive group
    target groups: all
      stale by the ledger
      stale by a stopped task
      stale by an exclusive group
      stale in an IPv6 group
      stale with no live task at all
      stale of a draining service
      stale with a task set's group
      stale in a native strategy's alternate group
      stale on a port the task mapped and the service left
      stale in a group shared with another cluster
      hijacked by the ledger
      hijacked by a worker without a load balancer
      hijacked by an exclusive group
      hijacked by a task set's task
      wrong port that the ledger remembers
      wrong port that an earlier revision mapped
      wrong port in an exclusive group
    targets of: api
      hijacked by the ledger
      hijacked by an exclusive group
      hijacked by a task set's task
    targets of: blue
      stale in a native strategy's alternate group
    task: prod/t1
      wrong port that the ledger remembers
      wrong port that an earlier revision mapped
      wrong port in an exclusive group
    task: prod/t2
      wrong port that the ledger remembers
      wrong port that an earlier revision mapped
      wrong port in an exclusive group
    ");
}

/// A service that can't be read may be one that holds the group, or doesn't allow anything in it.
#[test]
fn a_user_of_the_group_that_can_not_be_read_keeps_its_targets() {
    let judged = removals::stale_by_ledger().cluster("dr").service("web").on("web", 8080).task(5).registered();
    assert_eq!(judged.clone().look_at_service("prod/web").removals().len(), 1);
    for question in
        [Question::Service(names::service("dr/web")), Question::Services(names::cluster("dr")), Question::Clusters]
    {
        let failing = judged.clone().look_at_service("prod/web").unread(question.clone());
        assert_eq!(failing.removals().len(), 0, "{question:?}");
    }
}

/// What is in a cluster whose name makes no sense isn't known: perhaps a user of the group.
#[test]
fn an_odd_cluster_keeps_nobody_from_being_judged_and_every_target_from_being_removed() {
    let mut judged = removals::stale_by_ledger();
    assert_eq!(judged.removals().len(), 1, "the near miss: all clusters are known");
    judged.account.has_odd_cluster = true;
    assert_eq!(judged.removals().len(), 0);
    let missing = story().group("web").service("web").on("web", 8080).task(1);
    let mut beside_it = missing.clone();
    beside_it.account.has_odd_cluster = true;
    let rules =
        |judged: &Story| judged.look().judgement.findings.iter().map(|one| one.rule.clone()).collect::<Vec<_>>();
    assert!(rules(&missing).contains(&"target-missing".to_owned()));
    assert_eq!(rules(&beside_it), rules(&missing));
    assert!(!beside_it.look().judgement.abstentions.is_empty(), "that one can't be looked at is told");
}

/// A live task has its address even if nobody can say where it belongs, and before its interface is listed.
#[test]
fn a_task_whose_revision_can_not_be_read_keeps_its_address() {
    let judged = removals::stale_of_native();
    let revision = names::revision(&names::service("prod/web"), "r7");
    let mut judged = judged.recorded("web", "10.0.1.1:8080", 1).task(1).unread(Question::ServiceRevision(revision));
    judged.the_task().interfaces[0].network_interface = None;
    assert!(!judged.removals().contains(&(names::group("web"), names::target("10.0.1.1:8080"))));
}

/// A kind of address that AWS may add: whatever else is known of the group, nobody can say which of a task's addresses belongs in it.
#[test]
fn a_group_for_addresses_of_an_unknown_kind_is_known_and_its_registrations_are_not_judged() {
    let unread = Unread {
        resource: names::group("web").to_string(),
        operation: "elasticloadbalancing:DescribeTargetGroups".to_owned(),
        error: "the answer can't be understood: ipAddressType \"ipv7\" is unknown".to_owned(),
        kind: UnreadKind::Permanent,
        code: None,
    };
    for (name, story) in removals::all() {
        let mut story = story;
        story.account.groups.values_mut().for_each(|group| group.ip_version = Err(unread.clone()));
        let look = story.look();
        assert!(crate::judged::removals(&look.judgement).is_empty(), "{name}");
        assert!(!look.judgement.abstentions.is_empty(), "{name}");
    }
    let story = story().group("web").service("web").on("web", 8080).task(1);
    let judged = story.which(|group| group.ip_version = Err(unread));
    assert_snapshot!(judged.found(), @r#"can't judge group web: arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0f the answer can't be understood: ipAddressType "ipv7" is unknown"#);
}
