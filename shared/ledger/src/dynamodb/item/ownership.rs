//! An ownership record as an item.

use model::Timestamp;
use model::id::TargetGroupArn;
use model::ledger::Ownership;

use super::{Item, ItemError, attributes, count, key, optional, parsed, string, time, time_to_live};

/// The item of a record.
pub(in crate::dynamodb) fn write(group: &TargetGroupArn, record: &Ownership) -> Item {
    let mut item = key::ownership(group, record.target);
    item.extend(attributes([
        ("task", string(&record.task)),
        ("service", string(&record.service)),
        ("seen_at", time(record.seen_at)),
        ("expires_at", time_to_live(record.expires_at)),
    ]));
    if let Some(interface) = &record.network_interface {
        item.insert("network_interface".to_owned(), string(interface));
    }
    if let Some(ended) = record.ended_at {
        item.insert("ended_at".to_owned(), time(ended));
    }
    item
}

/// The record in an item.
pub(in crate::dynamodb) fn read(item: &Item) -> Result<Ownership, ItemError> {
    let expires_at = Timestamp::from_second(count(item, "expires_at")?);
    Ok(Ownership {
        target: key::target(item).ok_or_else(|| ItemError::malformed(item, "sk", &"it is not a target's"))?,
        task: parsed(item, "task")?,
        service: parsed(item, "service")?,
        network_interface: optional(item, "network_interface")?,
        seen_at: parsed(item, "seen_at")?,
        expires_at: expires_at.map_err(|why| ItemError::malformed(item, "expires_at", &why))?,
        ended_at: optional(item, "ended_at")?,
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::fixtures::{self, group};

    fn record(ip: &str) -> Ownership {
        let seen_at = "2026-03-01T12:00:00.000000001Z".parse().unwrap();
        Ownership { seen_at, ended_at: Some(fixtures::at(5)), ..fixtures::record(ip, 3) }
    }

    #[test]
    fn what_is_written_is_read() {
        for ip in ["10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1"] {
            let full = record(ip);
            assert_eq!(read(&write(&group(), &full)), Ok(full.clone()));
            let bare = Ownership { network_interface: None, ended_at: None, ..full };
            assert_eq!(read(&write(&group(), &bare)), Ok(bare));
        }
    }

    #[test]
    fn two_spellings_of_an_address_are_one_item() {
        let sk = |ip| write(&group(), &record(ip)).remove("sk");
        assert_eq!(sk("2001:db8:0:0::1"), Some(string(&"target#2001:db8::1#8080")));
        assert_eq!(sk("2001:DB8::0001"), sk("2001:db8:0:0::1"));
    }

    #[test]
    fn times_sort_as_they_follow() {
        let times = ["2026-03-01T11:59:59.9Z", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00.5Z"];
        let written = times.map(|at| time(at.parse().unwrap()).as_s().unwrap().clone());
        assert!(written.is_sorted(), "{written:?}");
    }

    #[test]
    fn nonsense_is_an_error_that_names_item_and_attribute() {
        let broken = |attribute: &str, value| {
            let mut item = write(&group(), &record("10.0.0.1"));
            match value {
                Some(value) => drop(item.insert(attribute.to_owned(), value)),
                None => drop(item.remove(attribute)),
            }
            read(&item).unwrap_err().to_string()
        };
        let key = r#"(pk "group#arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/1", sk "target#10.0.0.1#8080")"#;
        assert_eq!(broken("service", None), format!("the item {key} has no service of the right type"));
        assert_eq!(
            broken("ended_at", Some(AttributeValue::Bool(false))),
            format!("the item {key} has no ended_at of the right type")
        );
        assert!(broken("task", Some(string(&"web"))).starts_with(&format!("the item {key} has a malformed task: ")));
        for value in ["9".repeat(30), "1.5".to_owned(), i64::MAX.to_string()] {
            let error = broken("expires_at", Some(AttributeValue::N(value)));
            assert!(error.starts_with(&format!("the item {key} has a malformed expires_at: ")), "{error}");
        }
        for sk in ["target#", "target#10.0.0.1", "target#10.0.0.1#70000", "target#web#80"] {
            assert!(broken("sk", Some(string(&sk))).contains("it is not a target's"));
        }
    }
}
