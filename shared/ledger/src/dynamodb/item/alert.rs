//! An alert as an item. It is one JSON text: nothing in DynamoDB looks into it.

use aws_sdk_dynamodb::types::AttributeValue;
use model::alert::{Alert, AlertWrite, KeptAlert};

use super::{Item, ItemError, count, key, string, text, time_to_live};

/// The item of a write, at the revision after the one it is written over.
pub(in crate::dynamodb) fn write(write: &AlertWrite) -> Result<Item, serde_json::Error> {
    let mut item = key::alert(&write.alert.key);
    let revision = write.over.map_or(1, |over| over.saturating_add(1));
    item.insert("alert".to_owned(), string(&serde_json::to_string(&write.alert)?));
    item.insert("revision".to_owned(), AttributeValue::N(revision.to_string()));
    if let Some(expires_at) = write.expires_at {
        item.insert("expires_at".to_owned(), time_to_live(expires_at));
    }
    Ok(item)
}

/// The alert in an item.
pub(in crate::dynamodb) fn read(item: &Item) -> Result<KeptAlert, ItemError> {
    let alert: Alert =
        serde_json::from_str(text(item, "alert")?).map_err(|why| ItemError::malformed(item, "alert", &why))?;
    Ok(KeptAlert { alert, revision: count(item, "revision")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn what_is_written_is_read_at_the_next_revision() {
        let alert = fixtures::alert("target-stale");
        for (over, revision) in [(None, 1), (Some(1), 2), (Some(u64::MAX), u64::MAX)] {
            let item = write(&AlertWrite { alert: alert.clone(), over, expires_at: None }).unwrap();
            assert_eq!(read(&item), Ok(KeptAlert { alert: alert.clone(), revision }));
        }
    }

    #[test]
    fn nonsense_is_an_error_that_names_item_and_attribute() {
        let mut item = write(&AlertWrite { alert: fixtures::alert("x"), over: None, expires_at: None }).unwrap();
        item.insert("alert".to_owned(), string(&"{}"));
        let error = read(&item).unwrap_err().to_string();
        assert!(error.contains(r#"(pk "alerts", sk "x#"#) && error.contains("malformed alert"), "{error}");
    }
}
