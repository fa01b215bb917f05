//! What the tests of this crate are about: a group, and records of who owned its targets.

use model::Timestamp;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::ledger::{OWNERSHIP_LIFETIME, Ownership};

pub(crate) fn group() -> TargetGroupArn {
    "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/1".parse().unwrap()
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn target(ip: &str) -> Target {
    Target { ip: ip.parse().unwrap(), port: 8080 }
}

/// A record of a task that a look at that second saw at that address.
pub(crate) fn record(ip: &str, second: i64) -> Ownership {
    Ownership {
        target: target(ip),
        task: "arn:aws:ecs:eu-central-1:111122223333:task/prod/1".parse().unwrap(),
        service: "arn:aws:ecs:eu-central-1:111122223333:service/prod/web".parse().unwrap(),
        network_interface: Some("eni-1".parse().unwrap()),
        seen_at: at(second),
        expires_at: at(second) + OWNERSHIP_LIFETIME,
        ended_at: None,
    }
}
