//! A window of removals as an item.

use jiff::SignedDuration;
use model::ledger::RemovalWindow;

use super::{Item, ItemError, attributes, count, number, parsed, time, time_to_live};

/// How long a window is kept. Whether it is over is for its readers to say, none of which takes it to last over a day.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// The window's attributes, without its key.
pub(in crate::dynamodb) fn write(window: &RemovalWindow) -> Item {
    attributes([
        ("opened_at", time(window.opened_at)),
        ("targets", number(window.targets)),
        ("removals", number(window.removals)),
        ("expires_at", time_to_live(window.opened_at.saturating_add(KEPT).unwrap_or(window.opened_at))),
    ])
}

/// The window in an item.
pub(in crate::dynamodb) fn read(item: &Item) -> Result<RemovalWindow, ItemError> {
    Ok(RemovalWindow {
        opened_at: parsed(item, "opened_at")?,
        targets: count(item, "targets")?,
        removals: count(item, "removals")?,
    })
}
