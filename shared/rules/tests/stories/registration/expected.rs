//! Where a task belongs, by controller and strategy.

use model::ecs::{DeploymentController, Strategy, TaskSetStatus};

use crate::entities;
use crate::story::{Story, story};

/// The groups in which task 1 is missed, with the port it is missed on.
fn missed(judged: &Story) -> Vec<String> {
    let look = judged.look();
    let findings = look.judgement.findings.iter().filter(|finding| finding.rule == "target-missing");
    let mut missed: Vec<String> = findings
        .filter_map(|finding| {
            let of = &finding.resources;
            Some(format!("{} {}", of.target_group.as_ref()?.name(), of.target?.port))
        })
        .collect();
    missed.sort();
    missed
}

fn two_groups() -> Story {
    story().group("blue").group("green")
}

#[test]
fn rolling_at_rest_is_every_group_named() {
    let judged = two_groups().service("web").on("blue", 8080).on("green", 9090).task(1);
    assert_eq!(missed(&judged), ["blue 8080", "green 9090"]);
    let of_another = judged.started_by("ecs-svc/who-knows");
    assert_eq!(missed(&of_another), [""; 0], "the deployment listed may have succeeded early, with older tasks left");
}

#[test]
fn rolling_in_flight_is_known_for_the_primarys_tasks_only() {
    let judged = two_groups().service("web").on("blue", 8080).rolling().task(1);
    assert_eq!(missed(&judged), ["blue 8080"]);
    assert_eq!(missed(&judged.started_by("ecs-svc/web-old")), [""; 0]);
}

#[test]
fn an_entry_without_a_port_leaves_all_open() {
    let judged = two_groups().service("web").on("blue", 8080).on("green", 9090).task(1);
    let judged = judged.whose(|service| service.load_balancers[1].container_port = None);
    assert_eq!(missed(&judged), [""; 0]);
}

#[test]
fn an_entry_of_a_classic_balancer_is_passed_over() {
    let judged = two_groups().service("web").on("blue", 8080).on("green", 9090).task(1);
    let judged = judged.whose(|service| service.load_balancers[1].target_group = None);
    assert_eq!(missed(&judged), ["blue 8080"]);
}

#[test]
fn with_task_sets_it_is_the_one_that_started_the_task() {
    for controller in [DeploymentController::CodeDeploy, DeploymentController::External] {
        let judged = two_groups().service("web").on("blue", 8080).deployed_by(controller);
        let judged = judged.task_set("ecs-svc/b", TaskSetStatus::Active, &[("blue", 8080)]);
        let judged = judged.task_set("ecs-svc/g", TaskSetStatus::Primary, &[("green", 9090)]).task(1);
        assert_eq!(missed(&judged.clone().started_by("ecs-svc/b")), ["blue 8080"]);
        assert_eq!(missed(&judged.clone().started_by("ecs-svc/g")), ["green 9090"]);
        assert_eq!(missed(&judged.started_by("ecs-svc/gone")), [""; 0]);
    }
}

#[test]
fn a_task_set_may_have_none_and_a_draining_one_misses_none() {
    let judged = two_groups().service("web").on("blue", 8080).deployed_by(DeploymentController::External);
    let judged = judged.task_set("ecs-svc/none", TaskSetStatus::Primary, &[]);
    let judged = judged.task_set("ecs-svc/out", TaskSetStatus::Draining, &[("green", 9090)]).task(1);
    assert_eq!(missed(&judged.clone().started_by("ecs-svc/none")), [""; 0]);
    assert_eq!(missed(&judged.started_by("ecs-svc/out")), [""; 0]);
}

fn native() -> Story {
    two_groups().service("web").on("blue", 8080).shifting(Strategy::BlueGreen, "green")
}

#[test]
fn a_native_strategy_at_rest_is_what_its_revision_resolves_to() {
    // Changed back to rolling, it serves where it did until its next deployment.
    for strategy in [Strategy::BlueGreen, Strategy::Linear, Strategy::Canary, Strategy::Rolling] {
        let judged = native().whose(|service| service.strategy = strategy);
        assert_eq!(missed(&judged.clone().revision("r7", &["blue"]).task(1)), ["blue 8080"]);
        assert_eq!(missed(&judged.revision("r7", &["green"]).task(1)), ["green 8080"], "perhaps the alternate");
    }
}

#[test]
fn a_native_strategy_on_two_ports_of_one_group_is_both() {
    let judged = two_groups().service("web").on("blue", 8080).on("blue", 9090).shifting(Strategy::Canary, "green");
    let judged = judged.revision("r7", &["green"]).task(1);
    assert_eq!(missed(&judged), ["green 8080", "green 9090"]);
    let judged = judged.registered_in("green", 8080).registered_in("green", 9090);
    assert_eq!(judged.found(), "nothing");
}

#[test]
fn a_native_strategy_that_does_not_rest_leaves_all_open() {
    let rests = native().revision("r7", &["blue"]).task(1);
    assert_eq!(missed(&rests.clone().revision("r6", &["green"])), [""; 0], "two revisions");
    assert_eq!(missed(&rests.clone().rolling()), [""; 0], "two deployments");
    let shifting = rests.clone().whose(|service| service.has_current_deployment = true);
    assert_eq!(missed(&shifting), [""; 0]);
    assert_eq!(missed(&native().task(1)), [""; 0], "no revision");
    let rolling = native().whose(|service| service.strategy = Strategy::Rolling).task(1);
    assert_eq!(missed(&rolling), [""; 0], "no revision, and rolling");
    assert_eq!(missed(&native().revision("r7", &[]).task(1)), [""; 0], "one that resolves to nothing");
    let mut gone = rests;
    gone.account.revisions.clear();
    assert_eq!(missed(&gone), [""; 0], "one that is gone");
}

#[test]
fn a_native_strategys_unknown_group_or_port_leaves_all_open() {
    let judged = story().group("red").group("blue").group("green").service("web").on("blue", 8080);
    let judged = judged.shifting(Strategy::BlueGreen, "green").revision("r7", &["red", "blue"]).task(1);
    assert_eq!(missed(&judged), [""; 0]);
    let judged = native().whose(|service| service.load_balancers[0].container_port = None).revision("r7", &["blue"]);
    assert_eq!(missed(&judged.task(1)), [""; 0]);
}

#[test]
fn what_this_program_does_not_know_it_leaves_open() {
    let judged = two_groups().service("web").on("blue", 8080).task(1);
    let strategy = judged.clone().whose(|service| service.strategy = Strategy::Other("WAVE".to_owned()));
    assert_eq!(missed(&strategy), [""; 0]);
    let controller = judged.whose(|service| service.controller = DeploymentController::Other("SKY".to_owned()));
    assert_eq!(missed(&controller), [""; 0]);
}

#[test]
fn services_that_share_a_group_each_have_their_port() {
    let judged = story().group("web").service("web").on("web", 8080).task(1);
    let judged = judged.cluster("dr").service("web").on("web", 9090).task(2);
    assert_eq!(missed(&judged), ["web 8080", "web 9090"]);
}

#[test]
fn a_service_without_a_primary_deployment_says_nothing_of_its_tasks() {
    let judged = two_groups().service("web").on("blue", 8080).task(1).whose(|service| service.deployments.clear());
    assert_eq!(missed(&judged), [""; 0]);
    let only_active = judged.whose(|service| {
        service.deployments.push(entities::a_deployment("ecs-svc/x", model::ecs::DeploymentStatus::Active));
    });
    assert_eq!(missed(&only_active), [""; 0]);
}
