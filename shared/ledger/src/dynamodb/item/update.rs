//! A service's update as an item.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use aws_sdk_dynamodb::types::AttributeValue;
use model::id::SecurityGroupId;
use model::ledger::ServiceUpdate;
use model::scope::ServiceId;

use super::{Item, ItemError, attributes, optional, parsed, string, text, time};

/// The item of an update under this key.
pub(in crate::dynamodb) fn write(mut key: Item, update: &ServiceUpdate) -> Item {
    key.extend(attributes([
        ("cluster_arn", string(&update.service.cluster)),
        ("service_name", string(&update.service.name)),
        ("noted_at", time(update.at)),
        ("added", groups(&update.added)),
        ("removed", groups(&update.removed)),
        ("confirmed", AttributeValue::Bool(update.confirmed)),
    ]));
    if let Some(deployment) = &update.deployment {
        key.insert("deployment".to_owned(), string(deployment));
    }
    key
}

/// The update in an item.
pub(in crate::dynamodb) fn read(item: &Item) -> Result<ServiceUpdate, ItemError> {
    let confirmed = item.get("confirmed").and_then(|value| value.as_bool().ok());
    Ok(ServiceUpdate {
        service: ServiceId::new(&parsed(item, "cluster_arn")?, text(item, "service_name")?),
        at: parsed(item, "noted_at")?,
        added: read_groups(item, "added")?,
        removed: read_groups(item, "removed")?,
        deployment: optional(item, "deployment")?,
        confirmed: *confirmed.ok_or_else(|| ItemError::missing(item, "confirmed"))?,
    })
}

/// As one text: a set of strings can't be empty in DynamoDB.
fn groups(groups: &BTreeSet<SecurityGroupId>) -> AttributeValue {
    string(&groups.iter().map(SecurityGroupId::as_str).collect::<Vec<_>>().join(" "))
}

fn read_groups(item: &Item, attribute: &'static str) -> Result<BTreeSet<SecurityGroupId>, ItemError> {
    let ids = text(item, attribute)?.split_whitespace().map(SecurityGroupId::from_str);
    ids.collect::<Result<_, _>>().map_err(|why| ItemError::malformed(item, attribute, &why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamodb::item::key;
    use crate::fixtures::at;

    #[test]
    fn what_is_written_is_read() {
        let cluster = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().unwrap();
        let groups = |ids: &[&str]| ids.iter().map(|id| id.parse().unwrap()).collect();
        let update = ServiceUpdate {
            service: ServiceId::new(&cluster, "web"),
            at: at(3),
            added: groups(&["sg-1", "sg-2"]),
            removed: groups(&[]),
            deployment: Some("ecs-svc/1".parse().unwrap()),
            confirmed: true,
        };
        let bare = ServiceUpdate { deployment: None, confirmed: false, removed: groups(&["sg-3"]), ..update.clone() };
        for update in [update, bare] {
            assert_eq!(read(&write(key::latest_update(), &update)), Ok(update));
        }
    }
}
