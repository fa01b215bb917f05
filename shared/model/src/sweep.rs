//! The last audit of everything, as it is kept between passes: what it came to, and which code and policy it ran with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::finding::Severity;

/// An audit of everything, by every rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    /// When it looked.
    pub at: Timestamp,
    /// The function that made it.
    pub function: String,
    /// The version of its code.
    pub version: String,
    /// SHA-256 of its policy's text in hexadecimal digits; absent where the defaults hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_sha256: Option<String>,
    /// Findings that count, by severity.
    pub findings: BTreeMap<Severity, u64>,
    /// How much could not be read. Where it isn't 0, the sweep wasn't whole.
    pub unread: u64,
}

/// What is remembered of sweeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sweeps {
    /// The last one.
    pub last: Option<Sweep>,
    /// When the last one looked that could read everything.
    pub last_whole_at: Option<Timestamp>,
}
