//! AWS's things with nothing out of the ordinary. The only place that spells out all their fields.

use std::net::IpAddr;

use ipnet::IpNet;
use model::ec2::{NetworkInterface, SecurityGroup, Subnet};
use model::ecs::{
    AwsvpcConfiguration, Cluster, Container, Deployment, DeploymentController, DeploymentPercents, DeploymentStatus,
    LaunchType, NetworkMode, PortMapping, RolloutState, Service, ServiceLoadBalancer, Tags, Task, TaskDefinition,
    TaskInterface, TaskSet, TaskSetStatus, TaskStatus,
};
use model::elb::{IpVersion, TargetGroup};
use model::id::{
    AccountId, ClusterArn, DeploymentId, LoadBalancerArn, SecurityGroupId, SubnetId, TargetGroupArn, TaskDefinitionArn,
};
use model::scope::ServiceId;

use crate::names;

pub(crate) fn cluster(arn: &ClusterArn) -> Cluster {
    Cluster { arn: arn.clone(), status: "ACTIVE".to_owned(), tasks: 0, tags: Tags::new() }
}

pub(crate) fn subnet(n: usize, owner: AccountId) -> Subnet {
    let ranges = [format!("10.0.{n}.0/28"), format!("2001:db8:0:{n:x}::/64")];
    let ranges: Vec<IpNet> = ranges.iter().filter_map(|range| range.parse().ok()).collect();
    Subnet { id: names::subnet(n), vpc: names::vpc(), owner: Some(owner), ranges, free_addresses: 11, zone: None }
}

pub(crate) fn target_group(arn: TargetGroupArn, ip_version: IpVersion, balancer: LoadBalancerArn) -> TargetGroup {
    TargetGroup {
        port: Some(80),
        vpc: Some(names::vpc()),
        ip_version: Ok(ip_version),
        load_balancers: vec![balancer],
        ..fixtures::target_group(&arn)
    }
}

pub(crate) fn definition(arn: &TaskDefinitionArn, port: u16) -> TaskDefinition {
    let mapping = PortMapping { container_port: port, host_port: None, protocol: "tcp".to_owned(), app_protocol: None };
    let app = Container {
        name: "app".to_owned(),
        ports: vec![mapping],
        port_ranges: vec![],
        stop_timeout_seconds: None,
        balancer_names: vec![],
    };
    TaskDefinition { arn: arn.clone(), network_mode: NetworkMode::Awsvpc, containers: vec![app] }
}

pub(crate) fn balancer_entry((group, port): &(TargetGroupArn, u16)) -> ServiceLoadBalancer {
    ServiceLoadBalancer {
        target_group: Some(group.clone()),
        alternate_target_group: None,
        container_name: Some("app".to_owned()),
        container_port: Some(*port),
    }
}

pub(crate) fn network(security_groups: &[SecurityGroupId]) -> AwsvpcConfiguration {
    AwsvpcConfiguration {
        subnets: vec![names::subnet(0), names::subnet(1)],
        security_groups: security_groups.to_vec(),
        assign_public_ip: None,
    }
}

pub(crate) fn security_group(id: &str) -> SecurityGroup {
    SecurityGroup {
        name: id.trim_start_matches("sg-0").to_owned(),
        ..fixtures::security_group(&names::security_group(id), &names::vpc())
    }
}

pub(crate) fn service(id: &ServiceId, controller: DeploymentController, minimum_healthy: u32) -> Service {
    Service {
        controller,
        percents: DeploymentPercents { minimum_healthy, ..DeploymentPercents::default() },
        launch_type: Some("FARGATE".to_owned()),
        ..fixtures::service(&id.cluster, &id.name)
    }
}

pub(crate) fn deployment(
    id: &DeploymentId,
    definition: &TaskDefinitionArn,
    groups: &[SecurityGroupId],
    primary: bool,
) -> Deployment {
    Deployment {
        status: if primary { DeploymentStatus::Primary } else { DeploymentStatus::Active },
        rollout_state: Some(RolloutState::Completed),
        task_definition: Some(definition.clone()),
        network: Some(network(groups)),
        ..fixtures::deployment(id.clone())
    }
}

pub(crate) fn task_set(
    id: &DeploymentId,
    definition: &TaskDefinitionArn,
    uses: &[(TargetGroupArn, u16)],
    groups: &[SecurityGroupId],
    status: TaskSetStatus,
) -> TaskSet {
    TaskSet {
        id: id.clone(),
        status,
        task_definition: Some(definition.clone()),
        load_balancers: uses.iter().map(balancer_entry).collect(),
        network: Some(network(groups)),
    }
}

/// A task that has an interface already, and nothing else.
pub(crate) fn task(cluster: &ClusterArn, n: u32, subnet: SubnetId, addresses: Vec<IpAddr>) -> Task {
    Task {
        group: Some("family:by-hand".to_owned()),
        last_status: TaskStatus::Provisioning,
        version: Some(1),
        launch_type: Some(LaunchType::Fargate),
        interfaces: vec![TaskInterface {
            attachment: format!("a{n}").parse().unwrap_or_else(|error| unreachable!("{error}")),
            network_interface: Some(names::interface(n)),
            subnet: Some(subnet),
            addresses,
        }],
        ..fixtures::task(&names::task(cluster, n), cluster)
    }
}

pub(crate) fn interface(n: u32, subnet: SubnetId, description: String, addresses: Vec<IpAddr>) -> NetworkInterface {
    NetworkInterface {
        subnet: Some(subnet),
        description,
        addresses,
        ..fixtures::network_interface(&names::interface(n), &names::vpc())
    }
}
