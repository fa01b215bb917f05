//! An event as an item.

use jiff::SignedDuration;
use model::alert::KeptEvent;

use super::{Item, ItemError, attributes, key, parsed, string, text, time, time_to_live};

/// An event that no bus took for so long is no news.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The item of an event.
pub(in crate::dynamodb) fn write(kept: &KeptEvent) -> Item {
    let mut item = key::event(&kept.id);
    let expires_at = kept.at.saturating_add(KEPT).unwrap_or(kept.at);
    item.extend(attributes([
        ("event", string(&kept.event)),
        ("kept_at", time(kept.at)),
        ("expires_at", time_to_live(expires_at)),
    ]));
    item
}

/// The event in an item.
pub(in crate::dynamodb) fn read(item: &Item) -> Result<KeptEvent, ItemError> {
    let (id, event) = (text(item, "sk")?.to_owned(), text(item, "event")?.to_owned());
    Ok(KeptEvent { id, event, at: parsed(item, "kept_at")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::at;

    #[test]
    fn what_is_written_is_read() {
        let kept = KeptEvent { id: "2026#1".to_owned(), event: "{}".to_owned(), at: at(7) };
        assert_eq!(read(&write(&kept)), Ok(kept));
    }
}
