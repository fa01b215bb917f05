//! The account: two services of tasks that have the groups their deployment declares, or don't.

use std::collections::BTreeSet;

use aws::memory::World;
use model::Timestamp;
use model::ec2::{NetworkInterface, SecurityGroup, Subnet};
use model::ecs::{
    AwsvpcConfiguration, Cluster, Deployment, DeploymentPercents, LaunchType, Service, Tags, Task, TaskInterface,
};
use model::elb::TargetGroup;
use model::id::{ClusterArn, DeploymentId, SecurityGroupId};
use model::scope::ServiceId;

pub(crate) const SERVICES: [&str; 2] = ["web", "api"];
pub(crate) const TASKS: u32 = 4;

pub(crate) fn cluster() -> ClusterArn {
    "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().expect("it parses")
}

pub(crate) fn service(nth: usize) -> ServiceId {
    ServiceId::new(&cluster(), SERVICES[nth])
}

/// What a service declares that is right, and what it declares that isn't.
pub(crate) fn groups(right: bool) -> Vec<SecurityGroupId> {
    let names: &[&str] = if right { &["sg-web", "sg-base"] } else { &["sg-web"] };
    names.iter().map(|name| name.parse().expect("it parses")).collect()
}

pub(crate) fn is_right(groups: &[SecurityGroupId]) -> bool {
    groups.iter().any(|group| group.as_str() == "sg-base")
}

pub(crate) fn network(right: bool) -> AwsvpcConfiguration {
    let subnets = vec!["subnet-a".parse().expect("it parses")];
    AwsvpcConfiguration { subnets, security_groups: groups(right), assign_public_ip: None }
}

/// Both services at rest. Nothing is wrong where they declare what is required.
pub(crate) fn account(percent: u32, interfaces_refused: bool, declared: bool, now: Timestamp) -> World {
    let mut world = World::default();
    let known = Cluster { arn: cluster(), status: "ACTIVE".to_owned(), tasks: 0, tags: Tags::new() };
    world.clusters.insert(cluster(), known);
    world.subnets.push(Subnet {
        id: "subnet-a".parse().expect("it parses"),
        vpc: "vpc-1".parse().expect("it parses"),
        owner: "111122223333".parse().ok(),
        zone: None,
        ranges: vec!["10.0.1.0/24".parse().expect("it parses")],
        free_addresses: 200,
    });
    world.security_groups.extend(["web", "base"].map(a_group));
    for nth in 0..SERVICES.len() {
        let right = declared || nth > 0;
        world.services.insert(service(nth), a_service(nth, percent, right));
        for n in 0..TASKS {
            start(&mut world, nth, &deployment_id(nth, 0), &groups(right), &format!("first{n}"), now);
        }
    }
    if interfaces_refused {
        let refusal = ("ec2:ModifyNetworkInterfaceAttribute", String::new(), "OperationNotPermitted");
        world.refusals.push(refusal);
    }
    world
}

pub(crate) fn deployment_id(nth: usize, number: usize) -> DeploymentId {
    format!("ecs-svc/{}-{number}", SERVICES[nth]).parse().expect("it parses")
}

pub(crate) fn a_deployment(id: DeploymentId, network: AwsvpcConfiguration) -> Deployment {
    Deployment { desired_count: TASKS, running_count: TASKS, network: Some(network), ..fixtures::deployment(id) }
}

fn a_group(name: &str) -> SecurityGroup {
    SecurityGroup {
        name: name.to_owned(),
        ..fixtures::security_group(
            &format!("sg-{name}").parse().expect("it parses"),
            &"vpc-1".parse().expect("it parses"),
        )
    }
}

/// Where somebody registers tasks.
pub(crate) fn a_target_group() -> TargetGroup {
    let arn = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0a1b";
    fixtures::target_group(&arn.parse().expect("it parses"))
}

fn a_service(nth: usize, percent: u32, right: bool) -> Service {
    Service {
        desired_count: TASKS,
        running_count: TASKS,
        deployments: vec![a_deployment(deployment_id(nth, 0), network(right))],
        network: Some(network(right)),
        percents: DeploymentPercents { minimum_healthy: percent, maximum: 200 },
        launch_type: Some("FARGATE".to_owned()),
        ..fixtures::service(&cluster(), SERVICES[nth])
    }
}

/// ECS starts a task, whose interface gets what its deployment declares.
pub(crate) fn start(
    world: &mut World,
    nth: usize,
    deployment: &DeploymentId,
    groups: &[SecurityGroupId],
    name: &str,
    now: Timestamp,
) {
    let id = format!("{}{name}", SERVICES[nth]);
    let interface = format!("eni-{id}").parse().expect("it parses");
    let address =
        std::net::Ipv4Addr::from(0x0a00_0100 + u32::try_from(world.interfaces.len()).expect("a small number")).into();
    world.interfaces.push(NetworkInterface {
        subnet: Some("subnet-a".parse().expect("it parses")),
        description: format!("arn:aws:ecs:eu-central-1:111122223333:attachment/{id}"),
        addresses: vec![address],
        security_groups: groups.to_vec(),
        ..fixtures::network_interface(
            &format!("eni-{id}").parse().expect("it parses"),
            &"vpc-1".parse().expect("it parses"),
        )
    });
    let arn: model::id::TaskArn =
        format!("arn:aws:ecs:eu-central-1:111122223333:task/prod/{id}").parse().expect("it parses");
    let task = Task {
        group: Some(format!("service:{}", SERVICES[nth])),
        started_by: Some(deployment.clone()),
        started_at: Some(now),
        launch_type: Some(LaunchType::Fargate),
        interfaces: vec![TaskInterface {
            attachment: id.parse().expect("it parses"),
            network_interface: Some(interface),
            subnet: Some("subnet-a".parse().expect("it parses")),
            addresses: vec![address],
        }],
        ..fixtures::task(&arn, &cluster())
    };
    world.tasks.insert(arn, task);
}

/// The tasks of a service that run and are meant to.
pub(crate) fn serving(world: &World, nth: usize) -> Vec<&Task> {
    let tasks = world.tasks.values().filter(|task| task.service_name() == Some(SERVICES[nth]));
    tasks.filter(|task| task.is_serving()).collect()
}

/// What a task's interface has.
pub(crate) fn groups_of(world: &World, task: &Task) -> BTreeSet<SecurityGroupId> {
    let id = task.interfaces[0].network_interface.as_ref();
    let interface = world.interfaces.iter().find(|one| Some(&one.id) == id);
    interface.into_iter().flat_map(|one| one.security_groups.iter().cloned()).collect()
}
