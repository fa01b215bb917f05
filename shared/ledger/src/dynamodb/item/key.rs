//! Where each thing is kept: partition key `pk` and sort key `sk`.

use aws_sdk_dynamodb::types::AttributeValue;
use model::alert::AlertKey;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::ledger::{Limited, Refusable};
use model::observation::Question;
use model::scope::ServiceId;

use super::{Item, attributes, string, text};

/// What the sort key of every ownership record begins with.
pub(in crate::dynamodb) const TARGET_PREFIX: &str = "target#";

/// The partition key of all that concerns a target group.
pub(in crate::dynamodb) fn group(group: &TargetGroupArn) -> AttributeValue {
    AttributeValue::S(format!("group#{group}"))
}

/// The key of an ownership record. The address is written as Rust prints it, which is one way for each address.
pub(in crate::dynamodb) fn ownership(of: &TargetGroupArn, target: Target) -> Item {
    attributes([("pk", group(of)), ("sk", AttributeValue::S(format!("{TARGET_PREFIX}{}#{}", target.ip, target.port)))])
}

/// The key of a window in which changes are counted.
pub(in crate::dynamodb) fn window(of: &Limited) -> Item {
    let (pk, sk) = match of {
        Limited::Removals(arn) => (group(arn), "removals"),
        Limited::InterfaceChanges => (string(&"account"), "interface-changes"),
        Limited::ServiceUpdates => (string(&"account"), "service-updates"),
        Limited::TaskStops(Some(id)) => (service(id), "task-stops"),
        Limited::TaskStops(None) => (string(&"account"), "standalone-task-stops"),
    };
    attributes([("pk", pk), ("sk", string(&sk))])
}

/// What is limited, for a person to read.
pub(in crate::dynamodb) fn limited(of: &Limited) -> String {
    match of {
        Limited::Removals(group) => group.to_string(),
        Limited::InterfaceChanges => "interface changes".to_owned(),
        Limited::ServiceUpdates => "service updates".to_owned(),
        Limited::TaskStops(Some(service)) => format!("task stops of {service}"),
        Limited::TaskStops(None) => "stops of tasks without a service".to_owned(),
    }
}

/// The partition key of all that concerns a service.
fn service(of: &ServiceId) -> AttributeValue {
    AttributeValue::S(format!("service#{}#{}", of.cluster, of.name))
}

/// The partition key of refusals of one kind.
pub(in crate::dynamodb) fn refusals(of: &Refusable) -> AttributeValue {
    AttributeValue::S(match of {
        Refusable::Interfaces(Some(launch_type)) => format!("refusals#modify-network-interface#{launch_type}"),
        Refusable::Interfaces(None) => "refusals#modify-network-interface".to_owned(),
        Refusable::Services => "refusals#update-service".to_owned(),
        Refusable::Tasks => "refusals#stop-task".to_owned(),
    })
}

/// The key of a refusal.
pub(in crate::dynamodb) fn refusal(of: &Refusable, resource: &str) -> Item {
    attributes([("pk", refusals(of)), ("sk", string(&resource))])
}

/// The key of the latest update of any service.
pub(in crate::dynamodb) fn latest_update() -> Item {
    attributes([("pk", string(&"account")), ("sk", string(&"latest-update"))])
}

/// The key of a service's last update.
pub(in crate::dynamodb) fn service_update(of: &ServiceId) -> Item {
    attributes([("pk", service(of)), ("sk", string(&"update"))])
}

/// The key of the last stop of one of a service's tasks.
pub(in crate::dynamodb) fn task_stop(of: &ServiceId) -> Item {
    attributes([("pk", service(of)), ("sk", string(&"stop"))])
}

/// The key of the pause.
pub(in crate::dynamodb) fn pause() -> Item {
    attributes([("pk", string(&"pause")), ("sk", string(&"pause"))])
}

/// The key of the last sweep.
pub(in crate::dynamodb) fn sweep() -> Item {
    attributes([("pk", string(&"sweep")), ("sk", string(&"sweep"))])
}

/// The partition key of all alerts: they are read together.
pub(in crate::dynamodb) fn alerts() -> AttributeValue {
    string(&"alerts")
}

/// The key of an alert.
pub(in crate::dynamodb) fn alert(of: &AlertKey) -> Item {
    attributes([("pk", alerts()), ("sk", string(of))])
}

/// The partition key of all events that are kept.
pub(in crate::dynamodb) fn events() -> AttributeValue {
    string(&"events")
}

/// The key of an event.
pub(in crate::dynamodb) fn event(id: &str) -> Item {
    attributes([("pk", events()), ("sk", string(&id))])
}

/// The key of a fact; `None` if the question has none that is kept.
pub(in crate::dynamodb) fn fact(of: &Question) -> Option<Item> {
    let (table, arn) = of.steady()?;
    Some(attributes([("pk", AttributeValue::S(format!("fact#{table}#{arn}"))), ("sk", string(&"fact"))]))
}

/// The target in the key of an ownership record.
pub(super) fn target(item: &Item) -> Option<Target> {
    let (ip, port) = text(item, "sk").ok()?.strip_prefix(TARGET_PREFIX)?.rsplit_once('#')?;
    Some(Target { ip: ip.parse().ok()?, port: port.parse().ok()? })
}

/// A key for a person to find the item by.
pub(super) fn shown(item: &Item) -> String {
    let part = |name| item.get(name).and_then(|value| value.as_s().ok()).map_or("?", String::as_str);
    format!("(pk {:?}, sk {:?})", part("pk"), part("sk"))
}
