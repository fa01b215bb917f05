//! `target-unused`.

use insta::assert_snapshot;

use model::ecs::{DeploymentController, DeploymentStatus, ServiceStatus, Strategy, TaskSetStatus};

use super::removals::healthy;
use crate::entities;
use crate::story::{Story, story};

fn told(judged: &Story) -> bool {
    judged.found().contains("target-unused")
}

/// Tasks 1 in blue, 2 in green, which is on no listener. Revision r7 is the one that serves at rest.
fn native(resolved: &[&str]) -> Story {
    let judged = story().group("blue").group("green").which(|group| group.load_balancers.clear());
    let judged = judged.service("web").on("blue", 8080).shifting(Strategy::BlueGreen, "green").revision("r7", resolved);
    let judged = judged.task(1).registered_in("blue", 8080).task(2).registered_in("green", 8080);
    judged.state("unused", Some("Target.NotInUse"))
}

#[test]
fn a_group_that_hangs_on_no_balancer() {
    let judged = story().group("web").service("web").on("web", 8080);
    let judged = judged.task(1).registered().state("unused", Some("Target.NotInUse"));
    let judged = judged.task(2).registered().state("unused", Some("Target.NotInUse"));
    assert_snapshot!(judged.which(|group| group.load_balancers.clear()).found(), @r#"
    high target-unused: 2 registered targets of target group web get no traffic: no listener forwards to the target group
      about service web, group web; under the policy for prod/web
      reason: Target.NotInUse
      targets: ["10.0.1.1:8080","10.0.1.2:8080"]
    "#);
}

#[test]
fn a_zone_that_is_not_enabled() {
    assert_snapshot!(healthy().task(3).registered().state("unused", Some("Target.NotInUse")).found(), @r#"
    high target-unused: 1 registered target of target group web gets no traffic: their Availability Zone may not be enabled, or the listener gives the target group weight 0
      about service web, group web; under the policy for prod/web
      reason: Target.NotInUse
      targets: ["10.0.1.3:8080"]
    "#);
}

#[test]
fn the_zone_that_aws_names() {
    let story = |description: Option<&str>| {
        let mut story = healthy().task(3).registered().state("unused", Some("Target.NotInUse"));
        let one = story.account.health.values_mut().flatten().last().expect("a target");
        (one.unused_in, one.description) = (Some("eu-central-1b".into()), description.map(Into::into));
        story.found()
    };
    let of_zone = "Target is in an Availability Zone that is not enabled for the load balancer";
    assert!(story(Some(of_zone)).contains("the load balancer isn't enabled in eu-central-1b, their Availability Zone"));
    assert!(
        story(None).contains("may not be enabled in eu-central-1b, or its listener gives the target group weight 0")
    );
}

#[test]
fn before_and_after_the_shift_of_a_native_deployment_a_group_is_on_no_listener() {
    for strategy in [Strategy::BlueGreen, Strategy::Linear, Strategy::Canary] {
        let at_rest = native(&["green"]).whose(|service| service.strategy = strategy);
        assert!(told(&at_rest), "the near miss: at rest in green, which is on no listener");
        let two_revisions = at_rest.clone().revision("r6", &["blue"]);
        assert!(!told(&two_revisions), "before the shift, or while the old side bakes");
        let one_deployment = at_rest.clone().whose(|service| service.has_current_deployment = true);
        assert!(!told(&one_deployment), "a hook waits for a person");
        assert!(!told(&at_rest.rolling()), "two deployments are listed");
    }
}

#[test]
fn the_group_of_a_pair_that_waits_for_the_next_shift_is_not_judged() {
    assert!(!told(&native(&["blue"])));
    assert!(!told(&native(&[])), "nobody can say which of them serves");
}

#[test]
fn until_codedeploy_terminates_the_original_task_set_its_group_is_on_no_listener() {
    let judged = story().group("blue").group("green").service("web").on("green", 8080);
    let judged = judged.deployed_by(DeploymentController::CodeDeploy);
    let judged = judged.task_set("ecs-svc/g", TaskSetStatus::Primary, &[("green", 8080)]);
    let judged = judged.task(2).started_by("ecs-svc/g").registered_in("green", 8080);
    let judged = judged.state("unused", Some("Target.NotInUse"));
    assert!(told(&judged), "the near miss: one task set, at rest");
    for status in [TaskSetStatus::Active, TaskSetStatus::Draining] {
        let original = judged.clone().task_set("ecs-svc/b", status, &[("blue", 8080)]);
        assert!(!told(&original), "the replacement isn't, or is no longer, alone");
    }
}

#[test]
fn a_deployment_of_another_service_that_shares_the_group_counts_too() {
    let judged = healthy().task(3).registered().state("unused", Some("Target.NotInUse")).look_at_service("prod/web");
    assert!(told(&judged));
    let old = entities::a_deployment("ecs-svc/shop-old", DeploymentStatus::Active);
    let shop = judged.service("shop").on("web", 8080);
    assert!(told(&shop), "the near miss: it is at rest");
    assert!(!told(&shop.whose(|service| service.deployments.push(old))));
}

#[test]
fn a_service_that_is_being_deleted_leaves_its_group() {
    let judged = healthy().task(3).registered().state("unused", Some("Target.NotInUse"));
    assert!(!told(&judged.whose(|service| service.status = ServiceStatus::Draining)));
}

#[test]
fn not_registered_is_absence() {
    let judged = healthy().task(3).registered().state("unused", Some("Target.NotRegistered"));
    assert!(!judged.found().contains("target-unused"));
}

#[test]
fn a_group_without_a_balancer_is_judged_by_its_protocol() {
    let judged = healthy().task(3).registered().state("unused", None);
    let judged = judged.which(|group| group.load_balancers.clear());
    assert_eq!(judged.clone().of_http().found(), "nothing");
    assert!(judged.of_http().policy("registration.balancers = [\"application\"]").found().contains("target-unused"));
}

impl crate::story::Story {
    fn of_http(self) -> Self {
        self.of_protocol("HTTP")
    }
}
