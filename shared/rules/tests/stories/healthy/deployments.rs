//! Deployments, at every stage of them.

use model::ecs::{DeploymentController, Strategy, TaskSetStatus, TaskStatus};

use super::{HealthyAccount, empty_web, web};
use crate::story::Story;

pub(super) const ACCOUNTS: &[HealthyAccount] = &[
    ("a rolling deployment halfway", "AmazonECS/latest/developerguide/deployment-type-ecs.html", rolling),
    ("blue/green at rest", BLUE_GREEN, at_rest),
    ("blue/green before the shift", BLUE_GREEN, before_the_shift),
    ("blue/green while test traffic is shifted", NLB, test_traffic),
    ("blue/green while the old side bakes", BLUE_GREEN, baking),
    ("blue/green at rest in the alternate group", BLUE_GREEN, at_rest_in_green),
    ("blue/green rolled back", BLUE_GREEN, rolled_back),
    ("rolling again, at rest in the alternate group", BACK_TO_ROLLING, rolling_in_green),
    ("linear at half of the traffic", "AmazonECS/latest/developerguide/linear-deployment.html", linear),
    ("canary before its last step", "AmazonECS/latest/developerguide/canary-deployment.html", canary),
    ("CodeDeploy at rest", CODE_DEPLOY, code_deploy),
    ("CodeDeploy before traffic is rerouted", CODE_DEPLOY, code_deploy_before),
    ("CodeDeploy until the original is terminated", CODE_DEPLOY, code_deploy_after),
    ("an external deployment controller", "AmazonECS/latest/developerguide/deployment-type-external.html", external),
];

const BLUE_GREEN: &str = "AmazonECS/latest/developerguide/deployment-type-blue-green.html";
const BACK_TO_ROLLING: &str = "AmazonECS/latest/developerguide/update-bluegreen-to-rolling.html";
const NLB: &str = "AmazonECS/latest/developerguide/nlb-resources-for-blue-green.html";
const CODE_DEPLOY: &str = "AmazonECS/latest/developerguide/deployment-type-bluegreen.html";

const NOT_IN_USE: Option<&str> = Some("Target.NotInUse");

/// The older deployment was made with the same network settings.
fn and_older(judged: Story) -> Story {
    judged.rolling().whose(|service| {
        let network = service.network.clone();
        service.deployments.last_mut().expect("the older one").network = network;
    })
}

/// A second task set, of the same task definition and network settings.
fn and_task_set(judged: Story, id: &str, status: TaskSetStatus, group: &str) -> Story {
    judged.task_set(id, status, &[(group, 8080)]).whose(|service| {
        let first = service.task_sets.first().expect("the first").clone();
        let second = service.task_sets.last_mut().expect("the second");
        (second.task_definition, second.network) = (first.task_definition, first.network);
    })
}

fn rolling() -> Story {
    let judged = and_older(web()).task(3).for_minutes(3).registered().state("initial", None);
    let judged = judged.task(4).started_by("ecs-svc/web-old").registered();
    let judged = judged.task(5).started_by("ecs-svc/web-old").is(TaskStatus::Deactivating, TaskStatus::Stopped);
    judged.registered().state("draining", Some("Target.DeregistrationInProgress"))
}

/// Groups web and green, no task. Green is on no listener.
fn pair() -> Story {
    let judged = empty_web().shifting(Strategy::BlueGreen, "green").group("green");
    judged.which(|group| group.load_balancers.clear())
}

/// Which of the two groups is on no listener.
fn off_the_listener(mut judged: Story, group: &str) -> Story {
    for (name, group) in [("web", group == "web"), ("green", group == "green")] {
        let of = judged.account.groups.get_mut(&crate::names::group(name)).expect("a group");
        of.load_balancers = if group { vec![] } else { vec![crate::names::balancer("net")] };
    }
    judged
}

fn at_rest() -> Story {
    pair().revision("r1", &["web"]).task(1).registered().task(2).registered()
}

/// Both revisions have tasks; `production` is what serves.
fn both(state_of_blue: &str, state_of_green: &str) -> Story {
    let reason = |state| if state == "unused" { NOT_IN_USE } else { None };
    let judged = and_older(pair().revision("r1", &["web"]).revision("r2", &["green"]));
    let judged = judged.whose(|service| service.has_current_deployment = true);
    let judged = judged.task(1).started_by("ecs-svc/web-old").registered().state(state_of_blue, reason(state_of_blue));
    judged.task(2).registered_in("green", 8080).state(state_of_green, reason(state_of_green))
}

fn before_the_shift() -> Story {
    both("healthy", "unused")
}

/// Green is on the test listener, and still being put into service.
fn test_traffic() -> Story {
    off_the_listener(both("healthy", "initial"), "none")
}

fn baking() -> Story {
    off_the_listener(both("unused", "healthy"), "web")
}

fn at_rest_in_green() -> Story {
    let judged = off_the_listener(pair(), "web").revision("r2", &["green"]);
    judged.task(2).registered_in("green", 8080).task(3).registered_in("green", 8080)
}

/// The strategy counts from the next deployment on.
fn rolling_in_green() -> Story {
    at_rest_in_green().whose(|service| service.strategy = Strategy::Rolling)
}

/// Production is blue's again; green's tasks are on their way out.
fn rolled_back() -> Story {
    let judged = and_older(pair().revision("r1", &["web"])).task(1).started_by("ecs-svc/web-old").registered();
    let judged = judged.task(2).is(TaskStatus::Deactivating, TaskStatus::Stopped);
    judged.registered_in("green", 8080).state("unused", NOT_IN_USE)
}

fn linear() -> Story {
    off_the_listener(both("healthy", "healthy"), "none").whose(|service| service.strategy = Strategy::Linear)
}

fn canary() -> Story {
    off_the_listener(both("healthy", "healthy"), "none").whose(|service| service.strategy = Strategy::Canary)
}

/// Two groups; the first task set serves through `web`.
fn code_deploy() -> Story {
    let judged = empty_web().by_task_set(TaskSetStatus::Primary, &[("web", 8080)]);
    let judged = judged.whose(|service| service.controller = DeploymentController::CodeDeploy);
    let judged = judged.group("green").which(|group| group.load_balancers.clear());
    judged.task(1).started_by("ecs-svc/set").registered_in("web", 8080)
}

fn code_deploy_before() -> Story {
    let judged = and_task_set(code_deploy(), "ecs-svc/new", TaskSetStatus::Active, "green");
    judged.task(2).started_by("ecs-svc/new").registered_in("green", 8080).state("unused", NOT_IN_USE)
}

fn code_deploy_after() -> Story {
    let judged = code_deploy().state("unused", NOT_IN_USE).whose(|service| {
        service.task_sets.iter_mut().for_each(|set| set.status = TaskSetStatus::Active);
    });
    let judged = and_task_set(off_the_listener(judged, "web"), "ecs-svc/new", TaskSetStatus::Primary, "green");
    judged.task(2).started_by("ecs-svc/new").registered_in("green", 8080)
}

/// A canary of a third party: a second task set that serves through the same group.
fn external() -> Story {
    let judged = empty_web().by_task_set(TaskSetStatus::Primary, &[("web", 8080)]);
    let judged = and_task_set(judged, "ecs-svc/canary", TaskSetStatus::Active, "web");
    let judged = judged.task(1).started_by("ecs-svc/set").registered_in("web", 8080);
    judged.task(2).started_by("ecs-svc/canary").registered_in("web", 8080)
}
