//! How the changes of a window are counted.
//!
//! Pure: it tells what the next state of the window would be. That nobody else changed it meanwhile is for the ledger to
//! make sure of, by writing only over the state that this was computed from.

use std::time::Duration;

use jiff::SignedDuration;
use model::Timestamp;
use model::ledger::{Limited, Window};

/// Changes that a pass wants to make.
#[derive(Debug, Clone, Copy)]
pub struct Reservation<'a> {
    /// What they count as.
    pub what: &'a Limited,
    /// How many it wants to make.
    pub wanted: u32,
    /// What a percentage is of, if this opens a window: the targets in the group now. 0 where the limit is a count.
    pub whole: u32,
    /// How long a window lasts.
    pub window: Duration,
    /// The time of the request, not that of the look before it: a window opened in the past would end too soon.
    pub now: Timestamp,
}

/// Changes granted, once the window is written as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grant {
    /// How many.
    pub(crate) changes: u32,
    /// The window with them counted.
    pub(crate) window: Window,
}

impl Grant {
    /// What can be granted on top of what was counted so far; `None` if nothing can.
    pub(crate) fn of(counted: Option<Window>, request: &Reservation<'_>, limit: impl Fn(u32) -> u32) -> Option<Self> {
        let fresh = Window { opened_at: request.now, whole: request.whole, changes: 0 };
        let window = counted.filter(|window| !is_over(window, request)).unwrap_or(fresh);
        let changes = request.wanted.min(limit(window.whole).saturating_sub(window.changes));
        let grown = Window { changes: window.changes.saturating_add(changes), ..window };
        (changes > 0).then_some(Self { changes, window: grown })
    }
}

/// A window is as long as the one who asks says. One that seems to be opened in the future isn't over.
fn is_over(window: &Window, request: &Reservation<'_>) -> bool {
    let length = SignedDuration::try_from(request.window).unwrap_or(SignedDuration::MAX);
    request.now.duration_since(window.opened_at) >= length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{at, group};

    /// What is granted, of `wanted` at `second`, with a limit of a tenth and windows of ten seconds.
    fn grant(counted: Option<(i64, u32, u32)>, wanted: u32, second: i64) -> Option<(u32, Window)> {
        let what = Limited::Removals(group());
        let request = Reservation { what: &what, wanted, whole: 50, window: Duration::from_secs(10), now: at(second) };
        let grant = Grant::of(counted.map(window), &request, |targets| targets / 10)?;
        Some((grant.changes, grant.window))
    }

    fn window((opened, whole, changes): (i64, u32, u32)) -> Window {
        Window { opened_at: at(opened), whole, changes }
    }

    #[test]
    fn a_window_opens_with_its_first_change() {
        assert_eq!(grant(None, 3, 100), Some((3, window((100, 50, 3)))));
        assert_eq!(grant(None, 9, 100), Some((5, window((100, 50, 5)))));
        assert_eq!(grant(None, 0, 100), None);
    }

    #[test]
    fn an_open_window_goes_by_the_targets_it_opened_with() {
        assert_eq!(grant(Some((100, 90, 7)), 9, 109), Some((2, window((100, 90, 9)))));
        assert_eq!(grant(Some((100, 90, 9)), 9, 109), None);
    }

    #[test]
    fn what_was_counted_above_a_limit_lowered_since_grants_nothing() {
        assert_eq!(grant(Some((100, 90, 30)), 1, 109), None);
        assert_eq!(grant(Some((100, 90, u32::MAX)), 1, 109), None);
    }

    #[test]
    fn a_window_that_is_over_is_replaced_by_one_opened_now() {
        assert_eq!(grant(Some((100, 90, 9)), 9, 110), Some((5, window((110, 50, 5)))));
    }

    #[test]
    fn a_window_opened_by_a_clock_ahead_still_counts() {
        assert_eq!(grant(Some((100, 90, 8)), 9, 40), Some((1, window((100, 90, 9)))));
    }
}
