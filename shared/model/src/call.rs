//! How a call to AWS fails, classified once.

use std::fmt;

use crate::observation::{Unread, UnreadKind};

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation} on {resource} failed ({kind}{}): {message}", code.as_ref().map(|code| format!(", {code}")).unwrap_or_default())]
pub struct CallError {
    /// The IAM action: `ecs:DescribeTasks`.
    pub operation: &'static str,
    /// What it was asked about.
    pub resource: String,
    /// What follows from the failure.
    pub kind: CallErrorKind,
    /// AWS's error code, if AWS answered.
    pub code: Option<String>,
    /// AWS's message, or the transport's.
    pub message: String,
}

/// What follows from a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallErrorKind {
    /// What was asked about doesn't exist.
    NotFound,
    /// Too many requests, even after retries.
    Throttled,
    /// A permission is missing.
    Denied,
    /// AWS said no for good: asking again won't help.
    Permanent,
    /// A timeout, a broken connection, a 5xx: it may go through later, and may have been done.
    Transient,
    /// No time was left to ask.
    OutOfTime,
}

impl fmt::Display for CallErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::Throttled => "throttled",
            Self::Denied => "denied",
            Self::Permanent => "permanent",
            Self::Transient => "transient",
            Self::OutOfTime => "out of time",
        })
    }
}

impl From<&CallError> for Unread {
    fn from(error: &CallError) -> Self {
        let code = error.code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default();
        Self {
            resource: error.resource.clone(),
            operation: error.operation.to_owned(),
            error: format!("{code}{}", error.message),
            kind: match error.kind {
                CallErrorKind::Denied => UnreadKind::Denied,
                CallErrorKind::Throttled => UnreadKind::Throttled,
                CallErrorKind::Transient => UnreadKind::Transient,
                CallErrorKind::OutOfTime => UnreadKind::NotAsked,
                CallErrorKind::NotFound | CallErrorKind::Permanent => UnreadKind::Permanent,
            },
            code: error.code.clone(),
        }
    }
}
