//! What tasks run on, and how they come and go.

use model::ecs::{Container, LaunchType, TaskStatus};
use model::elb::BalancerZone;

use super::{HealthyAccount, empty_web, web};
use crate::names;
use crate::story::Story;

pub(super) const ACCOUNTS: &[HealthyAccount] = &[
    ("Fargate", "AmazonECS/latest/developerguide/fargate-task-networking.html", web),
    ("EC2 instances", "AmazonECS/latest/developerguide/task-networking-awsvpc.html", on_ec2),
    ("Managed Instances", "AmazonECS/latest/developerguide/ManagedInstances.html", on_managed_instances),
    ("Fargate Spot interrupts a task", "AmazonECS/latest/developerguide/fargate-capacity-providers.html", spot),
    ("availability zone rebalancing", "AmazonECS/latest/developerguide/service-rebalancing.html", rebalancing),
    ("a task waits for its EBS volume", "AmazonECS/latest/developerguide/ebs-volumes.html", with_volumes),
    ("Service Connect beside the balancer", "AmazonECS/latest/developerguide/service-connect.html", service_connect),
    ("scaled to zero", "AmazonECS/latest/developerguide/service-auto-scaling.html", scaled_to_zero),
    ("slow starters", "AmazonECS/latest/developerguide/load-balancer-healthcheck.html", slow_start),
];

fn on_ec2() -> Story {
    let mut judged = web().whose(|service| service.launch_type = Some("EC2".to_owned()));
    judged.account.tasks.values_mut().for_each(|task| task.launch_type = Some(LaunchType::Ec2));
    judged
}

fn on_managed_instances() -> Story {
    let judged = web().whose(|service| {
        service.launch_type = None;
        service.capacity_providers = vec!["managed".to_owned()];
    });
    // The instances are in the tasks' subnets too.
    judged.other_interface("interface", "10.0.1.100")
}

/// The interrupted task is deregistered first; its successor is there already.
fn spot() -> Story {
    let judged = web().whose(|service| {
        service.launch_type = None;
        service.capacity_providers = vec!["FARGATE_SPOT".to_owned()];
    });
    let judged = judged.task(3).is(TaskStatus::Deactivating, TaskStatus::Stopped).registered().state("draining", None);
    judged.task(4).for_minutes(1).registered().state("initial", Some("Elb.RegistrationInProgress"))
}

/// One task more than wanted, until the one in the fuller zone is gone.
fn rebalancing() -> Story {
    let mut judged = web().and_in_zone("b", "eu-central-1b");
    let balancer = judged.account.network.balancers.get_mut(&names::balancer("net")).expect("a balancer");
    let (name, subnet) = ("eu-central-1b".to_owned(), Some(names::subnet("b")));
    balancer.zones.push(BalancerZone { name, subnet, addresses: vec![], public_addresses: vec![] });
    let judged = judged.task(3).at("10.0.2.3").in_subnet("b").for_minutes(3).registered().state("initial", None);
    judged.wants(2)
}

fn with_volumes() -> Story {
    web().wants(3).task(3).is(TaskStatus::Pending, TaskStatus::Running)
}

/// The proxy's container maps no port.
fn service_connect() -> Story {
    web().defined(|definition| {
        let name = "ecs-service-connect-x7Kp2".to_owned();
        definition.containers.push(Container {
            name,
            ports: vec![],
            port_ranges: vec![],
            stop_timeout_seconds: None,
            balancer_names: vec![],
        });
    })
}

fn scaled_to_zero() -> Story {
    empty_web().wants(0).scaled(0, 10)
}

/// Eight minutes old, a quarter of an hour may pass until they answer.
fn slow_start() -> Story {
    let judged = empty_web().whose(|service| service.health_check_grace_seconds = Some(900));
    let judged = judged.task(1).for_minutes(8).registered().state("unhealthy", Some("Target.FailedHealthChecks"));
    judged.task(2).for_minutes(8).registered().state("unhealthy", Some("Target.FailedHealthChecks"))
}
