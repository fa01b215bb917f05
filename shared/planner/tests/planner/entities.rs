//! Services, tasks and target groups as AWS tells them, nothing special about them.

use model::ec2::{NetworkInterface, SecurityGroup};
use model::ecs::{Service, Task};
use model::elb::TargetGroup;

use crate::names::{balancer, cluster, group, task};

pub(crate) fn a_service(name: &str) -> Service {
    Service { desired_count: 10, running_count: 10, ..fixtures::service(&cluster(), name) }
}

pub(crate) fn a_task(n: u8) -> Task {
    fixtures::task(&task(n), &cluster())
}

pub(crate) fn a_group(name: &str) -> TargetGroup {
    TargetGroup { load_balancers: vec![balancer()], ..fixtures::target_group(&group(name)) }
}

pub(crate) fn a_security_group(id: &str) -> SecurityGroup {
    SecurityGroup {
        name: id.to_owned(),
        ..fixtures::security_group(&id.parse().expect("an id"), &"vpc-1".parse().expect("an id"))
    }
}

pub(crate) fn an_interface(id: &str) -> NetworkInterface {
    fixtures::network_interface(&id.parse().expect("an id"), &"vpc-1".parse().expect("an id"))
}
