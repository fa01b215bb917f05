//! `target-hijacked`.

use insta::assert_snapshot;
use model::ecs::{DeploymentController, Strategy, TaskSetStatus};
use model::id::TargetGroupArn;

use super::removals::{healthy, hijacked_by_ledger, hijacked_by_stopped_task, new_owner, stale_by_ledger};
use crate::names;

#[test]
fn a_task_of_a_service_that_does_not_use_the_group_has_inherited_the_address() {
    assert_snapshot!(hijacked_by_ledger().found(), @r"
    critical target-hijacked: 10.0.1.9:8080 in web was a task's of prod/web, but now belongs to task t5 (of prod/api)
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      -> deregister 10.0.1.9:8080 from web
    ");
}

#[test]
fn the_past_owner_stopped_within_the_hour() {
    assert_snapshot!(hijacked_by_stopped_task().found(), @r"
    critical target-hijacked: 10.0.1.9:8080 in web was a task's of prod/web, but now belongs to task t5 (of prod/api)
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
      past_owner: task t9 had the address before it stopped
      -> deregister 10.0.1.9:8080 from web
    ");
}

#[test]
fn a_heir_that_is_not_ecs_is_reported_and_stays() {
    assert_snapshot!(stale_by_ledger().other_interface("lambda", "10.0.1.9").found(), @r"
    critical target-hijacked: 10.0.1.9:8080 in web was a task's of prod/web, but now belongs to eni-lambda, which is no task's
      about service web, group web, 10.0.1.9:8080, eni-lambda; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: its new owner isn't a task of another service
    ");
}

#[test]
fn a_plain_interface_that_may_be_a_tasks_and_is_not_stays_too() {
    assert_snapshot!(stale_by_ledger().other_interface("interface", "10.0.1.9").found(), @r"
    critical target-hijacked: 10.0.1.9:8080 in web was a task's of prod/web, but now belongs to eni-interface, which is no task's
      about service web, group web, 10.0.1.9:8080, eni-interface; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: its new owner isn't a task of another service
    ");
}

#[test]
fn a_standalone_heir_stays() {
    assert_snapshot!(stale_by_ledger().standalone(5).at("10.0.1.9").found(), @r"
    critical target-hijacked: 10.0.1.9:8080 in web was a task's of prod/web, but now belongs to task t5 (standalone)
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: its new owner is a task of no service, and may have been put there on purpose
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
    assert_snapshot!(new_owner(healthy().target("web", "10.0.1.9:8080")).found(), @r"
    low target-foreign: 10.0.1.9:8080 in web belongs to task t5 of prod/api, which doesn't use the group
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
    assert_snapshot!(hijacked_by_ledger().rolling().found(), @r"
    critical target-hijacked: 10.0.1.9:8080 in web was a task's of prod/web, but now belongs to task t5 (of prod/api)
      about service web, task t5, group web, 10.0.1.9:8080, eni-t5; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: a deployment of its new owner's service is in flight, or the task is of an older one: it may belong there
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
    assert_snapshot!(judged.found(), @r"
    medium target-wrong-group: 10.0.1.9:8080 in web belongs to task t5 of prod/api, which serves through another group
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
