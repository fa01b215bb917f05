//! `target-wrong-port`.

use insta::assert_snapshot;
use model::ecs::{ServiceStatus, TaskStatus};

use super::removals::{healthy, on_two_ports, wrong_port_by_definition, wrong_port_by_ledger, wrong_port_in_exclusive};
use crate::story::story;
use crate::{entities, names};

#[test]
fn first_the_right_pair_is_registered() {
    assert_snapshot!(healthy().task(9).target("web", "10.0.1.9:9090").maps(6, 9090).found(), @"
    high target-wrong-port: Connections to task t9 of prod/web reach the wrong port: it is registered in target group web as 10.0.1.9:9090, but serves on port 8080
      about service web, task t9, group web, 10.0.1.9:9090, eni-t9; under the policy for prod/web
      -> register 10.0.1.9:8080 in web
      withheld: deregister 10.0.1.9:9090 from web: the task isn't healthy on its right port yet
    ");
}

#[test]
fn then_it_becomes_healthy() {
    let judged = healthy().task(9).registered().state("initial", None).target("web", "10.0.1.9:9090").maps(6, 9090);
    assert_snapshot!(judged.found(), @"
    high target-wrong-port: Connections to task t9 of prod/web reach the wrong port: it is registered in target group web as 10.0.1.9:9090, but serves on port 8080
      about service web, task t9, group web, 10.0.1.9:9090, eni-t9; under the policy for prod/web
      withheld: deregister 10.0.1.9:9090 from web: the task isn't healthy on its right port yet
    ");
}

#[test]
fn then_the_wrong_one_goes_if_an_earlier_revision_mapped_its_port() {
    assert_snapshot!(wrong_port_by_definition().found(), @"
    high target-wrong-port: Connections to task t9 of prod/web reach the wrong port: it is registered in target group web as 10.0.1.9:9090, but serves on port 8080
      about service web, task t9, group web, 10.0.1.9:9090, eni-t9; under the policy for prod/web
      -> deregister 10.0.1.9:9090 from web
    ");
}

/// ECS registers what load balancer entries name, never what is mapped: somebody may have registered what serves there.
#[test]
fn a_port_that_was_only_mapped_and_is_healthy_stays() {
    assert_snapshot!(on_two_ports().maps(6, 9090).found(), @"
    high target-wrong-port: Connections to task t9 of prod/web reach the wrong port: it is registered in target group web as 10.0.1.9:9090, but serves on port 8080
      about service web, task t9, group web, 10.0.1.9:9090, eni-t9; under the policy for prod/web
      withheld: deregister 10.0.1.9:9090 from web: port 9090 is healthy, and nothing shows that prod/web served it through this target
    ");
    assert_eq!(on_two_ports().maps(6, 9090).recorded("web", "10.0.1.9:9090", 9).removals().len(), 1);
}

#[test]
fn or_if_the_ledger_remembers_the_service_on_it() {
    assert_eq!(wrong_port_by_ledger().removals().len(), 1);
    let others = on_two_ports().state("unhealthy", None).service("api").recorded("web", "10.0.1.200:9090", 200);
    assert_eq!(others.removals().len(), 0, "another service's record says nothing");
}

#[test]
fn a_healthy_one_goes_only_if_the_ledger_remembers_that_very_target() {
    assert_eq!(on_two_ports().recorded("web", "10.0.1.9:9090", 9).removals().len(), 1);
    assert_eq!(on_two_ports().recorded("web", "10.0.1.9:9090", 9).ended(30).removals().len(), 0);
    assert_eq!(on_two_ports().recorded("web", "10.0.1.200:9090", 200).removals().len(), 0);
}

#[test]
fn or_if_only_ecs_registers_here() {
    assert_eq!(wrong_port_in_exclusive().removals().len(), 1);
}

#[test]
fn a_port_the_service_never_used_stays() {
    assert_snapshot!(on_two_ports().found(), @"
    high target-wrong-port: Connections to task t9 of prod/web reach the wrong port: it is registered in target group web as 10.0.1.9:9090, but serves on port 8080
      about service web, task t9, group web, 10.0.1.9:9090, eni-t9; under the policy for prod/web
      withheld: deregister 10.0.1.9:9090 from web: nothing shows that prod/web ever used port 9090
    ");
}

#[test]
fn a_port_the_task_still_maps_stays() {
    assert_eq!(wrong_port_by_definition().maps(7, 9090).removals().len(), 0);
}

/// Nothing says what a task definition mapped that is deleted.
#[test]
fn a_task_definition_that_is_gone_says_nothing() {
    let mut judged = wrong_port_by_definition();
    judged.account.definitions.remove(&names::definition("web:7"));
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn the_first_revision_has_none_before_it() {
    let mut judged = on_two_ports();
    judged.the_task().task_definition = Some(names::definition("web:1"));
    let judged = judged.whose(|service| service.task_definition = Some(names::definition("web:1")));
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn a_right_pair_that_is_not_healthy_keeps_the_wrong_one() {
    for state in ["initial", "unhealthy", "unused", "unavailable", "unhealthy.draining", "a state of tomorrow"] {
        let judged = healthy().task(9).registered().state(state, None).target("web", "10.0.1.9:9090").maps(6, 9090);
        assert_eq!(judged.removals().len(), 0, "{state}");
    }
}

#[test]
fn nothing_is_registered_over_a_draining_pair() {
    let judged = healthy().task(9).registered().state("draining", None).target("web", "10.0.1.9:9090").maps(6, 9090);
    assert_snapshot!(judged.found(), @"
    high target-wrong-port: Connections to task t9 of prod/web reach the wrong port: it is registered in target group web as 10.0.1.9:9090, but serves on port 8080
      about service web, task t9, group web, 10.0.1.9:9090, eni-t9; under the policy for prod/web
      withheld: register 10.0.1.9:8080 in web: the address is still draining in the target group
      withheld: deregister 10.0.1.9:9090 from web: the task isn't healthy on its right port yet
    ");
}

#[test]
fn with_two_right_ports_both_must_be_healthy() {
    let judged = story().group("web").service("web").on("web", 8080).on("web", 8081).task(9);
    let judged = judged.registered_in("web", 8080).target("web", "10.0.1.9:9090").state("unhealthy", None);
    let judged = judged.maps(6, 9090);
    assert_eq!(judged.removals().len(), 0);
    assert_eq!(judged.registered_in("web", 8081).removals().len(), 1);
}

#[test]
fn a_port_another_service_uses_in_the_group_stays() {
    let judged = wrong_port_by_definition().cluster("dr").service("web").on("web", 9090);
    assert_snapshot!(judged.look_at_service("prod/web").found(), @"
    high target-wrong-port: Connections to task t9 of prod/web reach the wrong port: it is registered in target group web as 10.0.1.9:9090, but serves on port 8080
      about service web, task t9, group web, 10.0.1.9:9090, eni-t9; under the policy for prod/web, dr/web
      withheld: deregister 10.0.1.9:9090 from web: dr/web uses this port in the target group
    ");
}

/// Its entry names the group and no port: it may be this one.
#[test]
fn a_port_nobody_knows_keeps_them_all() {
    let judged = wrong_port_by_definition().cluster("dr").service("web");
    let judged = judged.whose(|service| {
        let mut entry = entities::an_entry("web", 1);
        entry.container_port = None;
        service.load_balancers.push(entry);
    });
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn while_any_user_of_the_group_is_in_flight_it_stays() {
    assert_snapshot!(wrong_port_by_definition().rolling().found(), @"
    high target-wrong-port: Connections to task t9 of prod/web reach the wrong port: it is registered in target group web as 10.0.1.9:9090, but serves on port 8080
      about service web, task t9, group web, 10.0.1.9:9090, eni-t9; under the policy for prod/web
      withheld: deregister 10.0.1.9:9090 from web: a deployment of prod/web is in flight
    ");
    let other = wrong_port_by_definition().cluster("dr").service("web").on("web", 8080).rolling();
    assert_eq!(other.removals().len(), 0);
}

#[test]
fn while_any_service_is_in_flight_that_may_use_the_group_it_stays() {
    let judged = wrong_port_by_definition().group("api").service("api").on("api", 9090).rolling();
    assert_eq!(judged.removals().len(), 0);
    assert_eq!(judged.revision("r6", &["api"]).revision("r7", &["api"]).removals().len(), 1, "its revisions tell");
}

#[test]
fn a_task_of_an_older_deployment_is_not_judged() {
    let judged = healthy().rolling().task(9).started_by("ecs-svc/web-old").target("web", "10.0.1.9:9090");
    assert_eq!(judged.found(), "nothing");
}

/// Task 1 is leaving and its interface is gone; task 9 got its address.
#[test]
fn a_task_that_is_leaving_does_not_hide_its_heir() {
    let mut judged =
        wrong_port_by_definition().task(1).at("10.0.1.9").is(TaskStatus::Deprovisioning, TaskStatus::Stopped);
    judged.the_task().interfaces[0].network_interface = None;
    assert_eq!(judged.removals().len(), 1);
}

#[test]
fn a_draining_services_task_is_not_judged() {
    let judged = wrong_port_by_definition().whose(|service| service.status = ServiceStatus::Draining);
    assert_eq!(judged.found(), "nothing");
}

#[test]
fn an_excluded_address_is_not_judged() {
    let excluding = "registration.exclude_targets = [\"10.0.1.0/24\"]";
    assert_eq!(wrong_port_by_definition().policy(excluding).found(), "nothing");
}

#[test]
fn a_quic_pair_is_not_registered() {
    let judged = story().group("web").of_protocol("TCP_QUIC").service("web").on("web", 8080).task(9);
    assert_snapshot!(judged.target("web", "10.0.1.9:9090").found(), @"
    high target-wrong-port: Connections to task t9 of prod/web reach the wrong port: it is registered in target group web as 10.0.1.9:9090, but serves on port 8080
      about service web, task t9, group web, 10.0.1.9:9090, eni-t9; under the policy for prod/web
      withheld: register 10.0.1.9:8080 in web: a QUIC target needs the server id of its task, which can't be read from AWS
      withheld: deregister 10.0.1.9:9090 from web: the task isn't healthy on its right port yet
    ");
}

#[test]
fn the_groups_own_port_says_nothing() {
    let judged = healthy().task(9).registered().target("web", "10.0.1.9:80");
    assert_eq!(judged.removals().len(), 0);
    assert!(judged.found().contains("target-wrong-port"));
}
