//! The pause as an item.

use model::Timestamp;
use model::ledger::Pause;

use super::{Item, ItemError, attributes, key, optional, parsed, string, text, time};

/// The item of a pause.
pub(in crate::dynamodb) fn write(pause: &Pause) -> Item {
    let mut item = key::pause();
    item.extend(attributes([("since", time(pause.since)), ("by", string(&pause.by))]));
    if let Some(reason) = &pause.reason {
        item.insert("reason".to_owned(), string(reason));
    }
    item
}

/// The pause in an item.
pub(in crate::dynamodb) fn read(item: &Item) -> Result<Pause, ItemError> {
    Ok(Pause { since: parsed(item, "since")?, by: text(item, "by")?.to_owned(), reason: optional(item, "reason")? })
}

/// What to take an item for that is no pause as [`write`] writes it: whoever put it there meant one.
pub(in crate::dynamodb) fn unreadable(item: &Item) -> Pause {
    Pause {
        since: parsed(item, "since").unwrap_or(Timestamp::UNIX_EPOCH),
        by: text(item, "by").unwrap_or("unknown").to_owned(),
        reason: text(item, "reason").ok().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let pause = |reason| Pause { since: "2026-03-01T12:00:00Z".parse().unwrap(), by: "ann".to_owned(), reason };
        for pause in [pause(None), pause(Some("migration".to_owned()))] {
            assert_eq!(read(&write(&pause)), Ok(pause));
        }
    }

    #[test]
    fn what_can_be_made_out_of_a_malformed_one_is() {
        let mut item = key::pause();
        assert_eq!(unreadable(&item), Pause { since: Timestamp::UNIX_EPOCH, by: "unknown".to_owned(), reason: None });
        item.insert("since".to_owned(), AttributeValue::N("5".to_owned()));
        item.insert("reason".to_owned(), string(&"stop it"));
        assert!(read(&item).is_err());
        assert_eq!(unreadable(&item).reason.as_deref(), Some("stop it"));
    }
}
