//! An alert: what somebody is told about a fault, as it is kept between passes.
//!
//! One alert stands for one rule's fault in one service and target group, however many tasks have it. What follows from
//! what is kept here is decided elsewhere.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::finding::{Fingerprint, Severity};
use crate::id::{ClusterArn, ServiceArn, TargetGroupArn};

/// What an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertKey {
    /// The rule's slug.
    pub rule: String,
    /// The cluster, if that is all that is known of where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterArn>,
    /// The service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceArn>,
    /// The target group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_group: Option<TargetGroupArn>,
}

impl fmt::Display for AlertKey {
    /// The same text for the same key, and another for another.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |arn: Option<&str>| arn.unwrap_or_default().to_owned();
        write!(
            f,
            "{}#{}#{}#{}",
            self.rule,
            text(self.cluster.as_ref().map(ClusterArn::as_str)),
            text(self.service.as_ref().map(ServiceArn::as_str)),
            text(self.target_group.as_ref().map(TargetGroupArn::as_str)),
        )
    }
}

/// An alert as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What it is about.
    pub key: AlertKey,
    /// The cluster it was last seen in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterArn>,
    /// The service it was last seen in, where the key doesn't name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceArn>,
    /// Whether it stands.
    pub open: bool,
    /// Since when it stands, or doesn't.
    pub since: Timestamp,
    /// How often it was opened.
    pub times_opened: u32,
    /// The worst of its findings.
    pub severity: Severity,
    /// How many findings there were when it opened, or changed last.
    pub findings: u32,
    /// The summary of the worst of them.
    pub summary: String,
    /// What a person can do.
    pub remedy: String,
    /// Findings seen once, and when: one that is seen again opens the alert.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub suspected: BTreeMap<Fingerprint, Timestamp>,
    /// What is still to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold: Option<PendingNotice>,
}

/// A change that is still to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingNotice {
    /// What happened.
    pub change: AlertChange,
    /// When it happened.
    pub at: Timestamp,
    /// Until then whoever is telling it is left alone; after that another pass tells it.
    pub teller_until: Timestamp,
}

/// What happens to an alert that somebody is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertChange {
    /// It stands.
    Opened,
    /// It stands, and is more severe than before.
    Worsened,
    /// It stands no more.
    Resolved,
}

impl AlertChange {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Worsened => "worsened",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for AlertChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An alert with the number of times it was written, so that nobody writes over what they haven't read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAlert {
    /// The alert.
    pub alert: Alert,
    /// How often it was written.
    pub revision: u64,
}

/// An alert to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertWrite {
    /// The alert.
    pub alert: Alert,
    /// The revision it was made from; `None` if there was no such alert.
    pub over: Option<u64>,
    /// When it may be forgotten; an open one isn't.
    pub expires_at: Option<Timestamp>,
}
