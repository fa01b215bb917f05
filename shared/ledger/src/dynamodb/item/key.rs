//! Where each thing is kept: partition key `pk` and sort key `sk`.

use aws_sdk_dynamodb::types::AttributeValue;
use model::elb::Target;
use model::id::TargetGroupArn;

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

/// The key of a group's window of removals.
pub(in crate::dynamodb) fn removals(of: &TargetGroupArn) -> Item {
    attributes([("pk", group(of)), ("sk", string(&"removals"))])
}

/// The key of the pause.
pub(in crate::dynamodb) fn pause() -> Item {
    attributes([("pk", string(&"pause")), ("sk", string(&"pause"))])
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
