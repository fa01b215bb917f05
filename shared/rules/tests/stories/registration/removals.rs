//! Every kind of removal there is: one story each, in which exactly one target goes.

use std::collections::BTreeSet;

use model::ecs::{DeploymentController, ServiceStatus, Strategy, TaskSetStatus, TaskStatus};

use crate::names;
use crate::story::{Story, story};

/// A story, by name, in which 10.0.1.9 (or its IPv6 sister) is removed from group `web`.
pub(crate) fn all() -> Vec<(&'static str, Story)> {
    vec![
        ("stale by the ledger", stale_by_ledger()),
        ("stale by a stopped task", stale_by_stopped_task()),
        ("stale by a stopped task whose address only its event tells", stale_by_event()),
        ("stale by an exclusive group", stale_by_exclusive()),
        ("stale in an IPv6 group", stale_ipv6()),
        ("stale with no live task at all", stale_of_empty_service()),
        ("stale of a draining service", stale_of_draining_service()),
        ("stale of a deleted service", stale_of_deleted_service()),
        ("stale with a task set's group", stale_of_task_set()),
        ("stale in a native strategy's alternate group", stale_of_native()),
        ("stale on a port the task mapped and the service left", stale_on_former_port()),
        ("stale in a group shared with another cluster", stale_shared()),
        ("hijacked by the ledger", hijacked_by_ledger()),
        ("hijacked by a worker without a load balancer", hijacked_by_worker()),
        ("hijacked by an exclusive group", hijacked_by_exclusive()),
        ("hijacked by a task of another cluster", hijacked_from_another_cluster()),
        ("hijacked by a task on its way out", hijacked_by_leaving_task()),
        ("hijacked by a task set's task", hijacked_by_task_set()),
        ("wrong port that the ledger remembers", wrong_port_by_ledger()),
        ("wrong port that an earlier revision mapped", wrong_port_by_definition()),
        ("wrong port in an exclusive group", wrong_port_in_exclusive()),
        ("wrong port of a task of another cluster's service", wrong_port_of_other_user()),
    ]
}

/// A healthy service with two tasks.
pub(crate) fn healthy() -> Story {
    story().group("web").service("web").on("web", 8080).task(1).registered().task(2).registered()
}

pub(crate) fn stale_by_ledger() -> Story {
    healthy().target("web", "10.0.1.9:8080").recorded("web", "10.0.1.9:8080", 9)
}

pub(crate) fn stale_by_stopped_task() -> Story {
    healthy().task(9).registered().stopped()
}

pub(crate) fn stale_by_event() -> Story {
    let mut judged = stale_by_stopped_task().event();
    judged.the_task().interfaces.clear();
    judged
}

pub(crate) const EXCLUSIVE: &str = "registration.managed = \"exclusive\"";

pub(crate) fn stale_by_exclusive() -> Story {
    healthy().target("web", "10.0.1.9:8080").policy(EXCLUSIVE)
}

fn stale_ipv6() -> Story {
    let judged = story().group("web").for_ipv6().service("web").on("web", 8080);
    let judged = judged.task(1).and_at("2001:db8:1::1").registered();
    judged.task(9).and_at("2001:db8:1::9").registered().stopped()
}

/// Its last targets must not stay because there is "nothing to do".
fn stale_of_empty_service() -> Story {
    let judged = story().group("web").service("web").on("web", 8080).wants(0);
    judged.target("web", "10.0.1.9:8080").recorded("web", "10.0.1.9:8080", 9)
}

fn stale_of_draining_service() -> Story {
    stale_of_empty_service().whose(|service| service.status = ServiceStatus::Draining)
}

/// AWS doesn't list it any more, but still tells what it was.
fn stale_of_deleted_service() -> Story {
    stale_of_empty_service().whose(|service| service.status = ServiceStatus::Inactive)
}

fn stale_of_task_set() -> Story {
    let judged = story().group("web").service("web").deployed_by(DeploymentController::External);
    let judged = judged.task_set("ecs-svc/set", TaskSetStatus::Primary, &[("web", 8080)]);
    let judged = judged.task(1).started_by("ecs-svc/set").registered_in("web", 8080);
    judged.task(9).started_by("ecs-svc/set").registered_in("web", 8080).stopped()
}

pub(crate) fn stale_of_native() -> Story {
    let judged =
        story().group("web").group("blue").service("web").on("blue", 8080).shifting(Strategy::BlueGreen, "web");
    let judged = judged.revision("r7", &["web"]).task(1).registered_in("web", 8080);
    judged.task(9).registered_in("web", 8080).stopped()
}

fn stale_on_former_port() -> Story {
    let judged = story().group("web").service("web").on("web", 8080).task(1).registered();
    judged.maps(7, 9090).task(9).registered_in("web", 9090).stopped()
}

fn stale_shared() -> Story {
    let judged = story().group("web").service("web").on("web", 8080).task(1).registered();
    let judged = judged.cluster("dr").service("web").on("web", 8080).task(2).registered();
    judged.task(9).registered().stopped()
}

/// Service `api` doesn't use group `web`, but its task 5 has the address that task 9 had.
pub(crate) fn new_owner(judged: Story) -> Story {
    judged.group("api").service("api").on("api", 8080).task(5).at("10.0.1.9").registered()
}

pub(crate) fn hijacked_by_ledger() -> Story {
    new_owner(stale_by_ledger())
}

/// Service `worker` declares no load balancer, and its task 5 has the address that task 9 had.
pub(crate) fn hijacked_by_worker() -> Story {
    stale_by_ledger().service("worker").task(5).at("10.0.1.9")
}

pub(crate) fn hijacked_by_exclusive() -> Story {
    new_owner(stale_by_exclusive())
}

fn hijacked_from_another_cluster() -> Story {
    stale_by_ledger().cluster("dr").service("api").task(5).at("10.0.1.9").look_at_service("prod/web")
}

fn hijacked_by_leaving_task() -> Story {
    new_owner(stale_by_ledger()).is(TaskStatus::Deactivating, TaskStatus::Stopped).look_at_service("prod/web")
}

fn hijacked_by_task_set() -> Story {
    let judged = stale_by_ledger().group("api").service("api").deployed_by(DeploymentController::CodeDeploy);
    let judged = judged.task_set("ecs-svc/blue", TaskSetStatus::Primary, &[("api", 8080)]);
    judged.task(5).started_by("ecs-svc/blue").at("10.0.1.9").registered_in("api", 8080)
}

/// Task 9 is registered on its own port 8080 and on 9090 too.
pub(crate) fn on_two_ports() -> Story {
    healthy().task(9).registered().target("web", "10.0.1.9:9090")
}

pub(crate) fn wrong_port_by_ledger() -> Story {
    on_two_ports().state("unhealthy", None).recorded("web", "10.0.1.200:9090", 200).ended(30)
}

pub(crate) fn wrong_port_by_definition() -> Story {
    on_two_ports().state("unhealthy", None).maps(6, 9090)
}

pub(crate) fn wrong_port_in_exclusive() -> Story {
    on_two_ports().policy(EXCLUSIVE)
}

fn wrong_port_of_other_user() -> Story {
    let judged = healthy().cluster("dr").service("web").on("web", 8080).task(9).registered();
    judged.target("web", "10.0.1.9:9090").state("unhealthy", None).maps(6, 9090).look_at_service("prod/web")
}

#[test]
fn each_story_removes_its_target_and_no_other() {
    for (name, judged) in all() {
        let removed: BTreeSet<_> = judged.removals();
        let only = removed.iter().next().map(|(group, target)| (group.clone(), target.ip));
        let ip = if name.contains("IPv6") { names::ip("2001:db8:1::9") } else { names::address(9) };
        assert_eq!((removed.len(), only), (1, Some((names::group("web"), ip))), "{name}: {}", judged.found());
    }
}

#[test]
fn a_removal_is_found_by_a_look_at_the_group_alone_too() {
    for (name, judged) in all() {
        let mut of_group = judged.clone().look_at_group("web");
        of_group.scope.services.clear();
        assert_eq!(of_group.removals(), judged.removals(), "{name}");
    }
}
