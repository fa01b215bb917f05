//! What the ledger is to remember.

use insta::assert_snapshot;
use model::ecs::TaskStatus;
use model::ledger::OwnershipChange;

use super::removals::{healthy, hijacked_by_ledger, on_two_ports, stale_by_ledger};
use crate::names;
use crate::story::{Story, story};

fn changes(judged: &Story) -> String {
    let change = |change: &OwnershipChange| match change {
        OwnershipChange::Record(group, record) => format!(
            "{} {} is task {}'s of {} at {:?} until {}",
            group.name(),
            record.target,
            record.task.id(),
            record.service.name(),
            record.network_interface,
            record.expires_at
        ),
        OwnershipChange::End(group, target, at) => format!("{} {target} ended at {at}", group.name()),
    };
    judged.look().judgement.ownership.iter().map(change).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_live_task_seen_registered_is_recorded() {
    assert_snapshot!(changes(&healthy()), @r"
    web 10.0.1.1:8080 is task t1's of web at Some(eni-t1) until 2026-03-31T12:00:00Z
    web 10.0.1.2:8080 is task t2's of web at Some(eni-t2) until 2026-03-31T12:00:00Z
    ");
}

#[test]
fn once_recorded_nothing_is_written() {
    let judged = healthy().recorded("web", "10.0.1.1:8080", 1).recorded("web", "10.0.1.2:8080", 2);
    assert_eq!(changes(&judged), "");
}

#[test]
fn before_a_record_expires_it_is_refreshed() {
    let judged = healthy().recorded("web", "10.0.1.1:8080", 1).recorded("web", "10.0.1.2:8080", 2);
    let days = |days: i64| names::minutes_ago(-days * 24 * 60);
    let fresh = judged.clone().remembering(|record| record.expires_at = days(21));
    assert_eq!(changes(&fresh), "");
    let due = judged.remembering(|record| record.expires_at = days(20));
    assert_snapshot!(changes(&due), @"web 10.0.1.2:8080 is task t2's of web at Some(eni-t2) until 2026-03-31T12:00:00Z");
}

#[test]
fn another_task_at_the_address_is_a_new_owner() {
    let judged = healthy().recorded("web", "10.0.1.1:8080", 8).recorded("web", "10.0.1.2:8080", 2);
    assert_snapshot!(changes(&judged), @"web 10.0.1.1:8080 is task t1's of web at Some(eni-t1) until 2026-03-31T12:00:00Z");
}

#[test]
fn what_ended_begins_anew() {
    let judged = healthy().recorded("web", "10.0.1.2:8080", 2).recorded("web", "10.0.1.1:8080", 1).ended(30);
    assert_snapshot!(changes(&judged), @"web 10.0.1.1:8080 is task t1's of web at Some(eni-t1) until 2026-03-31T12:00:00Z");
}

#[test]
fn what_is_absent_or_draining_ends() {
    let judged = story().group("web").service("web").on("web", 8080);
    let judged = judged.recorded("web", "10.0.1.8:8080", 8).recorded("web", "10.0.1.9:8080", 9);
    let judged = judged.target("web", "10.0.1.9:8080").state("draining", None);
    assert_snapshot!(changes(&judged), @r"
    web 10.0.1.8:8080 ended at 2026-03-01T12:00:00Z
    web 10.0.1.9:8080 ended at 2026-03-01T12:00:00Z
    ");
    let gone = judged.state("unused", Some("Target.NotRegistered"));
    assert_eq!(changes(&gone).lines().count(), 2);
}

#[test]
fn what_ended_before_does_not_end_again() {
    let judged = story().group("web").service("web").on("web", 8080).recorded("web", "10.0.1.8:8080", 8).ended(30);
    assert_eq!(changes(&judged), "");
}

#[test]
fn what_an_excluded_address_had_goes_on() {
    let judged = stale_by_ledger().policy("registration.exclude_targets = [\"10.0.1.9/32\"]");
    assert!(!changes(&judged).contains("10.0.1.9"));
}

#[test]
fn a_dead_or_inherited_address_keeps_its_record() {
    assert!(!changes(&stale_by_ledger()).contains("10.0.1.9"));
    assert!(!changes(&hijacked_by_ledger()).contains("web 10.0.1.9"));
}

#[test]
fn a_wrong_port_is_nobodys() {
    assert!(!changes(&on_two_ports()).contains("9090"));
}

#[test]
fn a_registration_by_somebody_else_is_not_recorded() {
    let judged = healthy().service("batch").task(5).registered_in("web", 8080);
    assert!(!changes(&judged).contains("10.0.1.5"));
}

#[test]
fn a_task_on_its_way_out_is_not_recorded() {
    let judged = healthy().task(3).registered().is(TaskStatus::Deactivating, TaskStatus::Stopped);
    assert!(!changes(&judged).contains("10.0.1.3"));
}

#[test]
fn without_a_ledger_nothing_is() {
    assert_eq!(changes(&healthy().without_ledger()), "");
}

/// The old form of a service's ARN doesn't say in which cluster it is; a record that says nothing proves nothing.
#[test]
fn a_service_with_an_old_arn_is_recorded_with_its_cluster() {
    let old = "arn:aws:ecs:eu-central-1:111122223333:service/web";
    let judged = healthy().whose(|service| service.arn = old.parse().expect("an old ARN"));
    let services: Vec<_> = judged.look().judgement.ownership.into_iter().collect();
    for change in services {
        let OwnershipChange::Record(_, record) = change else { panic!("nothing ended") };
        assert_eq!(record.service.cluster(), Some(names::cluster("prod")));
    }
}
