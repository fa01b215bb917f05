//! What becomes of one repair, and how that is said.

use std::fmt;

use model::Timestamp;

/// What becomes of one repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is to be made now.
    DoNow,
    /// It would be made, but only observing is allowed.
    Planned,
    /// A second look must confirm it first.
    Waiting {
        /// When a second look may confirm it. The look that was planned may come later.
        until: Timestamp,
    },
    /// It is not made.
    Withheld {
        /// Why.
        reason: String,
    },
    /// AWS refused it before, and it isn't tried again.
    Refused {
        /// AWS's error code, if it gave one.
        code: Option<String>,
        /// When, and what AWS said.
        reason: String,
    },
}

impl Decision {
    pub(crate) const fn is_withheld(&self) -> bool {
        matches!(self, Self::Withheld { .. } | Self::Refused { .. })
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DoNow => f.write_str("now"),
            Self::Planned => f.write_str("planned, in observe mode"),
            Self::Waiting { until } => write!(f, "waiting for a second look, not before {until}"),
            Self::Withheld { reason } => write!(f, "withheld: {reason}"),
            Self::Refused { code, reason } => {
                let code = code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
                write!(f, "refused{code}: {reason}")
            }
        }
    }
}
