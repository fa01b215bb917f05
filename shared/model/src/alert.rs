//! An alert: what somebody is told about a fault, as it is kept between passes.
//!
//! One alert stands for one rule's fault in one service and target group, however many tasks have it. What follows from
//! what is kept here is decided elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::finding::{Fingerprint, Severity};
use crate::id::{ClusterArn, ServiceArn, TargetGroupArn};
use crate::scope::ServiceId;

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

/// Stands for a rule in the alert that a sweep was denied a read: it is about the guard itself, and no rule of the account's.
pub const PERMISSION_DENIED: &str = "guard-permission-denied";

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
    /// What is wrong, in a few words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Whether it stands.
    pub open: bool,
    /// Since when it stands, or doesn't.
    pub since: Timestamp,
    /// When it was opened last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// When there was something to tell of it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sent: Option<Timestamp>,
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
    /// Fingerprints of the findings when it opened, or changed last; the first [`FINGERPRINTS`] of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub fingerprints: BTreeSet<Fingerprint>,
    /// Commands that mend the worst finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// What came of the repairs of the worst finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repairs: Vec<RepairNote>,
    /// The tasks of the service at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<TaskCounts>,
    /// Findings seen once, and when: one that is seen again opens the alert.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub suspected: BTreeMap<Fingerprint, Timestamp>,
    /// What is still to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold: Option<PendingNotice>,
}

impl Alert {
    /// The cluster of what it is about, if there is one and it is known.
    #[must_use]
    pub fn cluster(&self) -> Option<ClusterArn> {
        let of_service = || self.service_arn()?.cluster();
        self.key.cluster.clone().or_else(|| self.cluster.clone()).or_else(of_service)
    }

    /// The service of what it is about, if there is one and it is known of which cluster.
    #[must_use]
    pub fn service_id(&self) -> Option<ServiceId> {
        Some(ServiceId::new(&self.cluster()?, self.service_arn()?.name()))
    }

    fn service_arn(&self) -> Option<&ServiceArn> {
        self.key.service.as_ref().or(self.service.as_ref())
    }
}

/// At most so many fingerprints are kept with an alert.
pub const FINGERPRINTS: usize = 50;

/// What came of a repair: what the guard did or will do, or why it doesn't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairNote {
    /// The repair, as `deregister-target`.
    pub action: String,
    /// The same in words, as `deregister 10.0.1.7:8080 from web`.
    pub summary: String,
    /// What came of it, as `withheld`.
    pub status: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The tasks of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCounts {
    /// Those that the findings name.
    pub affected: u32,
    /// Those that run.
    pub running: u32,
    /// Those that should.
    pub desired: u32,
}

/// A change that is still to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingNotice {
    /// What happened.
    pub change: AlertChange,
    /// When it happened.
    pub at: Timestamp,
    /// Until then whoever is telling it is left alone; after that another pass tells it.
    pub teller_until: Timestamp,
    /// The channels it was delivered to, by name, while it isn't to all of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub delivered: BTreeSet<String>,
}

/// What happens to an alert that somebody is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertChange {
    /// It stands.
    Opened,
    /// It stands, and is more severe than before.
    Worsened,
    /// It still stands, a long time after somebody was told so last.
    Reminder,
    /// It stands no more.
    Resolved,
}

impl AlertChange {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Opened, Self::Worsened, Self::Reminder, Self::Resolved];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Worsened => "worsened",
            Self::Reminder => "reminder",
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

/// An event that is to be put on an event bus, kept until it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEvent {
    /// Its name among those that are kept.
    pub id: String,
    /// The event: JSON.
    pub event: String,
    /// When it was kept.
    pub at: Timestamp,
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
