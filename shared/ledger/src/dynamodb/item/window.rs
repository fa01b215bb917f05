//! A window in which changes are counted, as an item.

use jiff::SignedDuration;
use model::ledger::Window;

use super::{Item, ItemError, attributes, count, number, parsed, time, time_to_live};

/// How long a window is kept. Whether it is over is for its readers to say, none of which takes it to last over a day.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// The window's attributes, without its key.
pub(in crate::dynamodb) fn write(window: &Window) -> Item {
    attributes([
        ("opened_at", time(window.opened_at)),
        ("whole", number(window.whole)),
        ("changes", number(window.changes)),
        ("expires_at", time_to_live(window.opened_at.saturating_add(KEPT).unwrap_or(window.opened_at))),
    ])
}

/// The window in an item.
pub(in crate::dynamodb) fn read(item: &Item) -> Result<Window, ItemError> {
    Ok(Window { opened_at: parsed(item, "opened_at")?, whole: count(item, "whole")?, changes: count(item, "changes")? })
}
