//! How a proposal stands after the gates.

use model::Timestamp;

use crate::moment::{after, until};

/// How a proposal stands so far. The limits may still withhold the first two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GateVerdict {
    DoNow,
    Planned,
    Waiting(Suspicion),
    Withheld(String),
    /// Out of the question here, whatever else: of several repair options, the next may be tried.
    Closed(String),
    /// So is what AWS has refused.
    Refused {
        code: Option<String>,
        reason: String,
    },
}

/// A first look that stands, and when a second one may confirm it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Suspicion {
    pub(crate) first_seen: Timestamp,
    /// Before this, a look is too soon.
    pub(crate) due: Timestamp,
    /// After this, the first look is too old.
    pub(crate) expires: Timestamp,
    /// This isn't the first look, but it is too soon.
    pub(crate) early: bool,
}

impl Suspicion {
    /// The latest that a look should be planned for: halfway through the time in which it confirms, as messages come
    /// late and reading takes time.
    pub(crate) fn latest(&self) -> Timestamp {
        after(self.due, until(self.due, self.expires) / 2)
    }
}
