//! What an audit was divided into.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use model::id::ClusterArn;
use model::policy::Mode;
use serde::{Deserialize, Serialize};

/// What an audit was divided into, as it is left in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Division {
    /// The audit's name.
    pub(crate) id: String,
    /// When it began.
    pub(crate) began: Timestamp,
    /// Its parts; each is told by its place.
    pub(crate) parts: Vec<Part>,
    /// The rules it was asked for; all, if none were named.
    pub(crate) rules: Option<BTreeSet<String>>,
    /// The mode at most.
    pub(crate) mode: Option<Mode>,
    /// Whether what was read before may answer.
    #[serde(default)]
    pub(crate) remembered: bool,
}

/// A part of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    /// A cluster, with the target groups its services name.
    Cluster(ClusterArn),
    /// The target groups that no service names.
    OtherTargetGroups,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster(arn) => arn.fmt(f),
            Self::OtherTargetGroups => f.write_str("target groups that no service names"),
        }
    }
}

impl Division {
    /// What the keys of everything about this audit begin with.
    pub(crate) fn prefix(&self) -> String {
        format!("audits/{}/", self.id)
    }

    /// Where the plan is.
    pub(crate) fn key(&self) -> String {
        Self::key_of(&self.id)
    }

    /// Where the plan of the audit of this name is.
    pub(crate) fn key_of(id: &str) -> String {
        format!("audits/{id}/plan.json")
    }

    /// What the keys of the parts' reports begin with.
    pub(crate) fn parts_prefix(&self) -> String {
        format!("{}parts/", self.prefix())
    }

    /// Where a part's report is.
    pub(crate) fn part_key(&self, part: usize) -> String {
        format!("{}{part:05}.json", self.parts_prefix())
    }

    /// Where the report is.
    pub(crate) fn report_key(&self) -> String {
        format!("{}report.json", self.prefix())
    }
}
