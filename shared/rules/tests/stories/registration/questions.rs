//! No more is asked than a judgement needs.

use std::collections::BTreeMap;

use insta::assert_snapshot;

use super::removals::{healthy, hijacked_by_ledger, stale_by_ledger, stale_by_stopped_task, wrong_port_by_definition};
use crate::render::label;
use crate::story::{Story, story};

/// What was asked, a line for each kind of question.
fn asked(judged: &Story) -> String {
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for question in judged.look().asked() {
        let label = label(&question);
        let (kind, what) = label.split_once(": ").expect("a kind, and what it is about");
        lines.entry(kind.to_owned()).or_default().push(what.to_owned());
    }
    lines.iter().map(|(kind, what)| format!("{kind}: {}\n", what.join(", "))).collect()
}

fn three() -> Story {
    healthy().task(3).registered()
}

#[test]
fn one_event_of_a_healthy_service_of_three() {
    assert_snapshot!(asked(&three().event()), @r"
    owners in: web
    service: prod/web
    target group: web
    targets of: web
    task: prod/t3
    ");
}

#[test]
fn an_event_of_each_of_its_tasks() {
    let judged = story().group("web").service("web").on("web", 8080);
    let judged = judged.task(1).registered().event().task(2).registered().event().task(3).registered().event();
    assert_snapshot!(asked(&judged), @r"
    owners in: web
    service: prod/web
    target group: web
    targets of: web
    task: prod/t1, prod/t2, prod/t3
    ");
}

#[test]
fn the_whole_of_a_healthy_service() {
    assert_snapshot!(asked(&three().look_at_service("prod/web")), @r"
    list of: RUNNING tasks of prod/web
    owners in: web
    service: prod/web
    target group: web
    targets of: web
    task: prod/t1, prod/t2, prod/t3
    ");
}

#[test]
fn a_healthy_account() {
    let judged = three().group("api").service("api").on("api", 8080).task(5).registered();
    assert_snapshot!(asked(&judged), @r"
    clusters: all
    list of: RUNNING tasks of prod
    owners in: api, web
    service: prod/api, prod/web
    services of: prod
    target groups: all
    targets of: api, web
    task: prod/t1, prod/t2, prod/t3, prod/t5
    ");
}

#[test]
fn a_healthy_group() {
    assert_snapshot!(asked(&three().service("api").look_at_group("web")), @r"
    clusters: all
    list of: RUNNING tasks of prod/web
    owners in: web
    service: prod/api, prod/web
    services of: prod
    target group: web
    targets of: web
    task: prod/t1, prod/t2, prod/t3
    ");
}

#[test]
fn a_stopped_task_whose_target_is_gone() {
    assert_snapshot!(asked(&three().task(9).stopped().event()), @r"
    owners in: web
    service: prod/web
    target group: web
    targets of: web
    task: prod/t9
    ");
}

#[test]
fn a_stale_target_that_the_ledger_knows() {
    assert_snapshot!(asked(&stale_by_ledger().task(1).event()), @r"
    clusters: all
    interfaces in: subnet-a
    list of: RUNNING tasks of prod/web, STOPPED tasks of prod/web
    owners in: web
    service: prod/web
    services of: prod
    subnets of: vpc-main
    target group: web
    targets of: web
    task: prod/t1, prod/t2
    ");
}

#[test]
fn a_stale_target_whose_task_just_stopped() {
    assert_snapshot!(asked(&stale_by_stopped_task().event()), @r"
    clusters: all
    interfaces in: subnet-a
    list of: RUNNING tasks of prod, STOPPED tasks of prod, RUNNING tasks of prod/web, STOPPED tasks of prod/web
    owners in: web
    service: prod/web
    services of: prod
    subnets of: vpc-main
    target group: web
    targets of: web
    task: prod/t1, prod/t2, prod/t9
    ");
}

#[test]
fn a_target_inherited_by_a_task_elsewhere() {
    assert_snapshot!(asked(&hijacked_by_ledger().look_at_service("prod/web")), @r"
    clusters: all
    interfaces in: subnet-a
    list of: RUNNING tasks of prod, STOPPED tasks of prod, RUNNING tasks of prod/api, STOPPED tasks of prod/api, RUNNING tasks of prod/web, STOPPED tasks of prod/web
    owners in: web
    service: prod/api, prod/web
    services of: prod
    subnets of: vpc-main
    target group: web
    targets of: web
    task: prod/t1, prod/t2, prod/t5
    ");
}

#[test]
fn a_wrong_port() {
    assert_snapshot!(asked(&wrong_port_by_definition().event()), @r"
    clusters: all
    list of: RUNNING tasks of prod/web
    owners in: web
    service: prod/web
    services of: prod
    subnets of: vpc-main
    target group: web
    targets of: web
    task: prod/t1, prod/t2, prod/t9
    task definition: web:6, web:7
    ");
}

#[test]
fn a_group_shared_with_another_cluster() {
    let judged = three().cluster("dr").service("web").on("web", 8080).task(5).registered();
    assert_snapshot!(asked(&judged.clone().event()), @r"
    clusters: all
    interfaces in: subnet-a
    list of: RUNNING tasks of dr, STOPPED tasks of dr, RUNNING tasks of dr/web, STOPPED tasks of dr/web, RUNNING tasks of prod, STOPPED tasks of prod
    owners in: web
    service: dr/web, prod/web
    subnets of: vpc-main
    target group: web
    targets of: web
    task: dr/t5, prod/t1, prod/t2, prod/t3
    ");
    let judged = judged.recorded("web", "10.0.1.5:8080", 5).service("web");
    assert_snapshot!(asked(&judged.look_at_service("prod/web")), @r"
    interfaces in: subnet-a
    list of: RUNNING tasks of prod/web, STOPPED tasks of prod/web
    owners in: web
    service: dr/web, prod/web
    subnets of: vpc-main
    target group: web
    targets of: web
    task: dr/t5, prod/t1, prod/t2, prod/t3
    ");
}

/// With so many tasks behind no balancer that listing them too takes more requests than it saves.
#[test]
fn a_cluster_in_which_most_is_behind_nothing() {
    let mut judged = three();
    for n in 0..4 {
        judged = judged.service(&format!("worker{n}")).wants(100);
    }
    for n in 10..=255 {
        judged = judged.service("worker0").task(n);
    }
    let lists: Vec<String> =
        judged.look().asked().iter().map(label).filter(|label| label.starts_with("list")).collect();
    assert_eq!(lists, ["list of: RUNNING tasks of prod/web"]);
}
