//! What the tests of this crate are about: a group, and records of who owned its targets.

use std::collections::BTreeMap;

use model::Timestamp;
use model::alert::{Alert, AlertChange, AlertKey, PendingNotice};
use model::elb::{Target, TargetGroupAttributes};
use model::finding::{Fingerprint, Severity};
use model::id::TargetGroupArn;
use model::ledger::{OWNERSHIP_LIFETIME, Ownership};
use model::observation::{Remembered, SteadyFact};

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

/// What is set on one of many groups, as it was read.
pub(crate) fn remembered(nth: usize) -> Remembered {
    let group = format!("arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/{nth}");
    let fact = SteadyFact::TargetGroupAttributes(group.parse().unwrap(), TargetGroupAttributes::default());
    Remembered { fact, read_at: at(7) }
}

/// An open alert of that rule.
pub(crate) fn alert(rule: &str) -> Alert {
    let service = "arn:aws:ecs:eu-central-1:111122223333:service/prod/web".parse().unwrap();
    Alert {
        key: AlertKey { rule: rule.to_owned(), cluster: None, service: Some(service), target_group: Some(group()) },
        cluster: None,
        service: None,
        title: "targets are gone".to_owned(),
        open: true,
        since: at(7),
        opened_at: Some(at(7)),
        last_sent: Some(at(7)),
        times_opened: 1,
        severity: Severity::High,
        findings: 3,
        summary: "three are gone".to_owned(),
        remedy: "put them back".to_owned(),
        fingerprints: [Fingerprint::of(["x"])].into(),
        commands: vec![],
        repairs: vec![],
        tasks: None,
        suspected: BTreeMap::from([(Fingerprint::of(["x"]), at(6))]),
        untold: Some(PendingNotice {
            change: AlertChange::Opened,
            at: at(7),
            teller_until: at(9),
            delivered: ["topic".to_owned()].into(),
        }),
    }
}
