//! Who is who in the stories.

use std::net::Ipv4Addr;

use model::elb::Target;
use model::id::{ClusterArn, LoadBalancerArn, TargetGroupArn, TaskArn};
use model::observation::Question;
use model::scope::ServiceId;

pub(crate) fn cluster() -> ClusterArn {
    "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().expect("an ARN")
}

pub(crate) fn service(name: &str) -> ServiceId {
    ServiceId::new(&cluster(), name)
}

pub(crate) fn task(n: u8) -> TaskArn {
    format!("arn:aws:ecs:eu-central-1:111122223333:task/prod/task-{n}").parse().expect("an ARN")
}

pub(crate) fn group(name: &str) -> TargetGroupArn {
    format!("arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/{name}/0a1b").parse().expect("an ARN")
}

pub(crate) fn balancer() -> LoadBalancerArn {
    "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0a1b".parse().expect("an ARN")
}

pub(crate) fn target(n: u8, port: u16) -> Target {
    Target { ip: Ipv4Addr::new(10, 0, 1, n).into(), port }
}

/// All that a person can tag about task `n`, which belongs in group `web`.
pub(crate) fn holdables(n: u8) -> Vec<Question> {
    vec![
        Question::Cluster(cluster()),
        Question::Service(service("web")),
        Question::Task { cluster: cluster(), task: task(n) },
        Question::Tags(group("web").into()),
        Question::Tags(balancer().into()),
    ]
}
