//! Entities in which nothing is out of the ordinary.

use model::ec2::{NetworkInterface, Subnet};
use model::ecs::{
    AwsvpcConfiguration, Container, Deployment, DeploymentStatus, LaunchType, NetworkMode, PortMapping, RolloutState,
    Service, ServiceLoadBalancer, Task, TaskDefinition, TaskInterface,
};
use model::elb::TargetGroup;
use model::id::{ClusterArn, TaskDefinitionArn};
use model::scope::ServiceId;

use crate::names;

/// At rest, with one deployment, serving through nothing yet.
pub(crate) fn a_service(id: &ServiceId) -> Service {
    Service {
        task_definition: Some(names::definition(&format!("{}:7", id.name))),
        deployments: vec![a_deployment(&format!("ecs-svc/{}", id.name), DeploymentStatus::Primary)],
        network: Some(a_network()),
        launch_type: Some("FARGATE".to_owned()),
        ..fixtures::service(&id.cluster, &id.name)
    }
}

pub(crate) fn a_deployment(id: &str, status: DeploymentStatus) -> Deployment {
    Deployment { status, rollout_state: Some(RolloutState::Completed), ..fixtures::deployment(names::deployment(id)) }
}

pub(crate) fn a_network() -> AwsvpcConfiguration {
    AwsvpcConfiguration { subnets: vec![names::subnet("a")], security_groups: vec![], assign_public_ip: None }
}

pub(crate) fn an_entry(group: &str, port: u16) -> ServiceLoadBalancer {
    ServiceLoadBalancer {
        target_group: Some(names::group(group)),
        alternate_target_group: None,
        container_name: Some("app".to_owned()),
        container_port: Some(port),
    }
}

/// RUNNING for an hour, with interface and address of its number.
pub(crate) fn a_task(cluster: &ClusterArn, n: u8) -> Task {
    Task {
        group: Some("family:batch".to_owned()),
        task_definition: Some(names::definition("batch:7")),
        version: Some(5),
        started_at: Some(names::minutes_ago(60)),
        launch_type: Some(LaunchType::Fargate),
        interfaces: vec![TaskInterface {
            attachment: format!("a{n}").parse().expect("an attachment id"),
            network_interface: Some(names::interface(&format!("t{n}"))),
            subnet: Some(names::subnet("a")),
            addresses: vec![names::address(n)],
        }],
        ..fixtures::task(&names::task(cluster, n), cluster)
    }
}

pub(crate) fn a_definition(arn: &TaskDefinitionArn) -> TaskDefinition {
    let app = Container {
        name: "app".to_owned(),
        ports: vec![],
        port_ranges: vec![],
        stop_timeout_seconds: None,
        balancer_names: vec![],
    };
    TaskDefinition { arn: arn.clone(), network_mode: NetworkMode::Awsvpc, containers: vec![app] }
}

pub(crate) fn a_mapping(port: u16) -> PortMapping {
    PortMapping { container_port: port, host_port: None, protocol: "tcp".to_owned(), app_protocol: None }
}

/// TCP, for IPv4 addresses, behind a Network Load Balancer.
pub(crate) fn a_group(name: &str) -> TargetGroup {
    TargetGroup {
        port: Some(80),
        vpc: Some(names::vpc("main")),
        load_balancers: vec![names::balancer("net")],
        ..fixtures::target_group(&names::group(name))
    }
}

/// An interface that isn't a task's.
pub(crate) fn an_interface_of_aws(kind: &str, address: &str) -> NetworkInterface {
    NetworkInterface {
        interface_type: kind.into(),
        addresses: vec![names::ip(address)],
        ..fixtures::network_interface(&names::interface(&kind.replace('_', "")), &names::vpc("main"))
    }
}

/// A subnet of this account in the main VPC.
pub(crate) fn a_subnet(name: &str, ranges: &[&str]) -> Subnet {
    Subnet {
        id: names::subnet(name),
        vpc: names::vpc("main"),
        owner: Some(names::account()),
        ranges: ranges.iter().map(|range| range.parse().expect("a range")).collect(),
        zone: Some("eu-central-1a".to_owned()),
        free_addresses: 200,
    }
}
