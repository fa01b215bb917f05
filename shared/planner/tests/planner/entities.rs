//! Services, tasks and target groups as AWS tells them, nothing special about them.

use model::ec2::{InterfaceType, NetworkInterface, SecurityGroup};
use model::ecs::{DeploymentController, DeploymentPercents, Service, ServiceStatus, Strategy, Tags, Task, TaskStatus};
use model::elb::{HealthCheck, IpVersion, TargetGroup, TargetType};

use crate::names::{balancer, cluster, group, task};

pub(crate) fn a_service(name: &str) -> Service {
    Service {
        arn: cluster().service(name).expect("a name"),
        cluster: cluster(),
        status: ServiceStatus::Active,
        controller: DeploymentController::Ecs,
        strategy: Strategy::Rolling,
        desired_count: 10,
        running_count: 10,
        pending_count: 0,
        task_definition: None,
        load_balancers: vec![],
        deployments: vec![],
        task_sets: vec![],
        current_revisions: vec![],
        has_current_deployment: false,
        network: None,
        percents: DeploymentPercents::default(),
        launch_type: None,
        capacity_providers: vec![],
        health_check_grace_seconds: None,
        events: vec![],
        tags: Tags::new(),
    }
}

pub(crate) fn a_task(n: u8) -> Task {
    Task {
        arn: task(n),
        cluster: cluster(),
        group: None,
        started_by: None,
        task_definition: None,
        last_status: TaskStatus::Running,
        desired_status: TaskStatus::Running,
        version: None,
        started_at: None,
        stopped_at: None,
        stopped_reason: None,
        launch_type: None,
        interfaces: vec![],
        tags: Tags::new(),
    }
}

pub(crate) fn a_group(name: &str) -> TargetGroup {
    TargetGroup {
        arn: group(name),
        target_type: TargetType::Ip,
        protocol: Some("TCP".to_owned()),
        port: None,
        vpc: None,
        ip_version: IpVersion::Ipv4,
        load_balancers: vec![balancer()],
        health_check: HealthCheck::default(),
    }
}

pub(crate) fn a_security_group(id: &str) -> SecurityGroup {
    SecurityGroup {
        id: id.parse().expect("an id"),
        vpc: "vpc-1".parse().expect("an id"),
        name: id.to_owned(),
        owner: "111122223333".parse().ok(),
        tags: Tags::new(),
        ingress: vec![],
        egress: vec![],
    }
}

pub(crate) fn an_interface(id: &str) -> NetworkInterface {
    NetworkInterface {
        id: id.parse().expect("an id"),
        vpc: "vpc-1".parse().expect("an id"),
        subnet: None,
        description: String::new(),
        interface_type: InterfaceType::Interface,
        addresses: vec![],
        prefixes: vec![],
        security_groups: vec![],
        tags: Tags::new(),
    }
}
