//! `target-hijacked`.

use insta::assert_snapshot;
use model::ecs::{DeploymentController, ServiceStatus, Strategy, TaskSetStatus};
use model::id::TargetGroupArn;

use super::removals::{
    EXCLUSIVE, healthy, hijacked_by_exclusive, hijacked_by_ledger, hijacked_by_worker, new_owner, stale_by_ledger,
    stale_by_stopped_task,
};
use crate::names;
use crate::story::Story;

#[test]
fn a_task_of_a_service_that_does_not_use_the_group_has_inherited_the_address() {
    assert_snapshot!(hijacked_by_ledger().found(), @"
    critical target-hijacked: Clients of prod/web reach a task of prod/api: target 10.0.1.9:8080 in target group web now belongs to task t5
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      -> deregister 10.0.1.9:8080 from web
    ");
}

/// Task 9 had the address, but nobody saw the target registered for it; it may be task 5's.
#[test]
fn a_stopped_task_proves_that_it_had_the_address_and_not_that_it_had_the_target() {
    let judged = new_owner(stale_by_stopped_task());
    assert_snapshot!(judged.found(), @"
    low target-foreign: Target 10.0.1.9:8080 in target group web may be intentional: the address belongs to task t5 of prod/api, which doesn't use the target group
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
    ");
    assert_eq!(judged.event().removals().len(), 0, "whatever its event says");
    assert_eq!(stale_by_stopped_task().removals().len(), 1, "where nothing has the address, it is proof enough");
    let other = stale_by_stopped_task().other_interface("lambda", "10.0.1.9").found();
    assert!(other.starts_with("low target-foreign"), "no critical finding without proof: {other}");
}

/// Both rules, so that nothing of what they say contradicts the other.
fn with_undeclared(judged: Story) -> Story {
    let rules: Vec<_> = rules::registration_rules().into_iter().chain(["service-without-load-balancer"]).collect();
    judged.judged_by(&rules)
}

/// `web` crash-loops: its task 9 was never registered. A script registers the tasks of `api`, which names no load balancer;
/// its task 5 has the address that task 9 had.
fn scripted() -> Story {
    let judged = healthy().task(9).stopped().service("api").task(5).at("10.0.1.9").registered_in("web", 8080);
    judged.task(6).registered_in("web", 8080).task(7).registered_in("web", 8080).look_at_service("prod/web")
}

#[test]
fn a_task_that_a_script_registered_at_the_address_of_one_that_crashed_stays() {
    assert_snapshot!(with_undeclared(scripted()).found(), @r#"
    high service-without-load-balancer: New tasks of prod/api will get no traffic from target group web: the service names no target group, and its 3 tasks were registered by hand
      about service api, group web; under the policy for prod/api
      targets: ["10.0.1.9:8080 of t5","10.0.1.6:8080 of t6","10.0.1.7:8080 of t7"]
    "#);
}

#[test]
fn so_it_does_where_the_ledger_remembers_the_target_but_the_script_registers_the_services_other_tasks_too() {
    let remembered = scripted().service("web").recorded("web", "10.0.1.9:8080", 9);
    assert_eq!(with_undeclared(remembered).found(), with_undeclared(scripted()).found());
    let exclusive = with_undeclared(scripted().policy(EXCLUSIVE));
    assert_eq!(exclusive.found(), with_undeclared(scripted()).found());
}

/// The classic case, and one piece of advice on one target.
#[test]
fn a_worker_that_inherited_a_recorded_target_goes() {
    let judged = with_undeclared(hijacked_by_worker());
    assert_snapshot!(judged.found(), @"
    critical target-hijacked: Clients of prod/web reach a task of prod/worker: target 10.0.1.9:8080 in target group web now belongs to task t5
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      -> deregister 10.0.1.9:8080 from web
    ");
    assert_eq!(judged.task(6).look_at_service("prod/web").removals().len(), 1, "its other tasks are in no group");
}

#[test]
fn where_other_tasks_of_the_new_owners_service_are_in_the_group_it_may_be_intentional() {
    let judged = hijacked_by_ledger().task(6).registered_in("web", 9090).look_at_service("prod/web");
    assert_snapshot!(judged.found(), @"
    critical target-hijacked: Clients of prod/web reach a task of prod/api: target 10.0.1.9:8080 in target group web now belongs to task t5
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: other tasks of the new owner's service are registered in the target group, so this one may be intentional
    low target-foreign: Target 10.0.1.6:9090 in target group web may be intentional: the address belongs to task t6 of prod/api, which doesn't use the target group
      about service web, task t6, group web, 10.0.1.6:9090, eni-t6; under the policy for prod/web
    ");
    let draining = hijacked_by_ledger().task(6).registered_in("web", 8080).state("draining", None);
    assert_eq!(draining.removals().len(), 0, "one that drains was put there too");
    let stopped = hijacked_by_ledger().task(6).registered_in("web", 8080).stopped();
    assert!(
        stopped.removals().contains(&(names::group("web"), names::target("10.0.1.9:8080"))),
        "one that is over isn't"
    );
    let exclusive = hijacked_by_exclusive().task(6).registered_in("web", 8080);
    assert_eq!(exclusive.removals().len(), 0);
}

#[test]
fn while_it_is_initial_it_may_have_been_registered_for_its_new_owner_just_now() {
    let judged = healthy().target("web", "10.0.1.9:8080").state("initial", None).recorded("web", "10.0.1.9:8080", 9);
    assert_snapshot!(new_owner(judged).found(), @"
    critical target-hijacked: Clients of prod/web reach a task of prod/api: target 10.0.1.9:8080 in target group web now belongs to task t5
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: the target is still initial, so it may have been registered for its new owner just now
    in grace until 2026-03-01T12:03:00Z in web
    ");
}

#[test]
fn a_heir_that_is_not_ecs_is_reported_and_stays() {
    assert_snapshot!(stale_by_ledger().other_interface("lambda", "10.0.1.9").found(), @"
    critical target-hijacked: Clients of prod/web reach something that isn't an ECS task: target 10.0.1.9:8080 in target group web now belongs to network interface eni-lambda
      about service web, group web, 10.0.1.9:8080, eni-lambda; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: the address now belongs to a network interface that isn't attached to an ECS task, which may be intentional
    ");
}

#[test]
fn a_plain_interface_that_may_be_a_tasks_and_is_not_stays_too() {
    assert_snapshot!(stale_by_ledger().other_interface("interface", "10.0.1.9").found(), @"
    critical target-hijacked: Clients of prod/web reach something that isn't an ECS task: target 10.0.1.9:8080 in target group web now belongs to network interface eni-interface
      about service web, group web, 10.0.1.9:8080, eni-interface; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: the address now belongs to a network interface that isn't attached to an ECS task, which may be intentional
    ");
}

#[test]
fn a_standalone_heir_stays() {
    assert_snapshot!(stale_by_ledger().standalone(5).at("10.0.1.9").found(), @"
    critical target-hijacked: Clients of prod/web reach a standalone task: target 10.0.1.9:8080 in target group web now belongs to task t5
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: the address now belongs to a standalone task, which may be intentional
    ");
}

/// Its `group` names a service, but no deployment started it.
#[test]
fn a_task_that_only_claims_to_be_of_a_service_is_standalone() {
    let mut judged = new_owner(stale_by_ledger());
    judged.the_task().started_by = None;
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn a_heir_whose_service_is_gone_stays() {
    let mut judged = stale_by_ledger().service("api").task(5).at("10.0.1.9");
    judged.account.services.remove(&names::service("prod/api"));
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn without_proof_it_is_foreign() {
    assert_snapshot!(new_owner(healthy().target("web", "10.0.1.9:8080")).found(), @"
    low target-foreign: Target 10.0.1.9:8080 in target group web may be intentional: the address belongs to task t5 of prod/api, which doesn't use the target group
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
    ");
}

#[test]
fn a_record_that_ended_is_no_proof() {
    assert_eq!(new_owner(stale_by_ledger().ended(30)).removals().len(), 0);
    assert_eq!(new_owner(stale_by_ledger().expired()).removals().len(), 0);
}

#[test]
fn a_heir_that_uses_the_group_is_at_home() {
    let judged = stale_by_ledger().service("api").on("web", 8080).task(5).at("10.0.1.9");
    assert_snapshot!(judged.found(), @"nothing");
    assert_eq!(judged.look_at_service("prod/web").found(), "nothing");
}

#[test]
fn a_heir_that_uses_the_group_as_an_alternate_is_at_home() {
    let judged = stale_by_ledger().group("green").service("api").on("green", 8080);
    let judged = judged.shifting(Strategy::Canary, "web").revision("r7", &["web"]).task(5).at("10.0.1.9");
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn a_heir_that_uses_the_group_in_a_task_set_is_at_home() {
    for status in [TaskSetStatus::Primary, TaskSetStatus::Active, TaskSetStatus::Draining] {
        let judged = stale_by_ledger().service("api").deployed_by(DeploymentController::External);
        let judged = judged.task_set("ecs-svc/set", status.clone(), &[("web", 8080)]);
        assert_eq!(judged.task(5).started_by("ecs-svc/set").at("10.0.1.9").removals().len(), 0, "{status}");
    }
}

/// What the older deployment used, AWS doesn't say in DescribeServices.
#[test]
fn a_heir_whose_service_is_in_flight_stays() {
    assert_snapshot!(hijacked_by_ledger().rolling().found(), @"
    critical target-hijacked: Clients of prod/web reach a task of prod/api: target 10.0.1.9:8080 in target group web now belongs to task t5
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: a deployment of the new owner's service is in flight, or the task is of an older one: it may belong there
    ");
}

#[test]
fn nor_does_a_known_revision_make_it_certain() {
    assert_eq!(hijacked_by_ledger().rolling().revision("r7", &["api"]).removals().len(), 0);
}

#[test]
fn a_revision_in_flight_that_uses_the_group_makes_the_heir_a_user() {
    let judged = hijacked_by_ledger().rolling().revision("r7", &["api", "web"]);
    assert_eq!(judged.removals().len(), 0);
    assert_snapshot!(judged.found(), @"
    medium target-wrong-group: Traffic of target group web reaches the wrong task of prod/api: 10.0.1.9:8080 belongs to task t5, which serves through another target group
      about service api, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/api
    ");
}

#[test]
fn a_heir_of_an_older_deployment_stays() {
    assert_eq!(hijacked_by_ledger().started_by("ecs-svc/api-old").removals().len(), 0);
}

#[test]
fn a_heir_of_a_controller_this_program_does_not_know_stays() {
    let judged =
        hijacked_by_ledger().whose(|service| service.controller = DeploymentController::Other("SKY".to_owned()));
    assert_eq!(judged.removals().len(), 0);
    let judged = hijacked_by_ledger().whose(|service| service.strategy = Strategy::Other("SKY".to_owned()));
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn a_heir_of_a_native_strategy_under_way_stays() {
    let judged = hijacked_by_ledger().whose(|service| {
        service.strategy = Strategy::Linear;
        service.has_current_deployment = true;
    });
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn a_task_of_the_past_owners_service_is_no_heir() {
    assert_eq!(stale_by_ledger().task(5).at("10.0.1.9").found(), "nothing");
}

#[test]
fn a_past_owner_that_no_longer_uses_the_group_is_no_past_owner() {
    let unused = |service: &mut model::ecs::Service| service.load_balancers.clear();
    let judged = new_owner(stale_by_ledger().service("web").whose(unused)).look_at_group("web");
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn an_heir_in_a_subnet_of_another_account_is_seen_all_the_same() {
    let judged = healthy().target("web", "10.0.9.9:8080").recorded("web", "10.0.9.9:8080", 9);
    let judged =
        judged.group("api").service("api").on("api", 8080).task(5).at("10.0.9.9").in_subnet("shared").registered();
    assert_eq!(judged.removals().len(), 1);
}

#[test]
fn what_is_draining_is_left_alone() {
    let judged =
        new_owner(healthy().target("web", "10.0.1.9:8080").state("draining", None).recorded("web", "10.0.1.9:8080", 9));
    assert_eq!(judged.found(), "nothing");
}

#[test]
fn it_stays_registered_in_the_heirs_own_group() {
    let groups: Vec<TargetGroupArn> = hijacked_by_ledger().removals().into_iter().map(|(group, _)| group).collect();
    assert_eq!(groups, [names::group("web")]);
}

#[test]
fn in_a_quic_group_it_is_only_reported() {
    let judged = new_owner(stale_by_ledger().of_protocol("QUIC"));
    assert_eq!(judged.removals().len(), 0);
    assert!(judged.found().contains("target-hijacked"));
}

/// What is registered after a service was deleted is nobody's mistake of ECS's.
#[test]
fn a_deleted_service_has_nothing_to_lose() {
    let deleted = stale_by_ledger().whose(|service| service.status = ServiceStatus::Inactive);
    let judged = new_owner(deleted).look_at_group("web");
    assert_eq!(judged.removals().len(), 0);
    assert!(!judged.found().contains("target-hijacked"));
}
