//! The last sweep as an item: the sweep in JSON, and when the last whole one looked.

use model::sweep::{Sweep, Sweeps};

use super::{Item, ItemError, key, optional, text};

/// The sweep, as it is written.
pub(in crate::dynamodb) fn write(sweep: &Sweep) -> Result<String, serde_json::Error> {
    serde_json::to_string(sweep)
}

/// The sweeps in an item.
pub(in crate::dynamodb) fn read(item: &Item) -> Result<Sweeps, ItemError> {
    let last = serde_json::from_str(text(item, "sweep")?).map_err(|why| ItemError::Malformed {
        key: key::shown(item),
        attribute: "sweep",
        why: why.to_string(),
    })?;
    Ok(Sweeps { last: Some(last), last_whole_at: optional(item, "whole_at")? })
}

#[cfg(test)]
mod tests {
    use model::finding::Severity;

    use super::super::{string, time};
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let sweep = Sweep {
            at: "2026-03-01T12:00:00Z".parse().unwrap(),
            function: "ecs-nlb-guard-audit".to_owned(),
            version: "0.1.0".to_owned(),
            policy_sha256: None,
            findings: [(Severity::High, 2)].into(),
            unread: 1,
        };
        let mut item = key::sweep();
        item.insert("sweep".to_owned(), string(&write(&sweep).unwrap()));
        assert_eq!(read(&item), Ok(Sweeps { last: Some(sweep.clone()), last_whole_at: None }));
        item.insert("whole_at".to_owned(), time(sweep.at));
        assert_eq!(read(&item), Ok(Sweeps { last: Some(sweep.clone()), last_whole_at: Some(sweep.at) }));
        item.insert("sweep".to_owned(), string(&"{}"));
        assert!(read(&item).is_err());
    }
}
