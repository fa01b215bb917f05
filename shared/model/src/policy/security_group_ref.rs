//! How a policy names a security group.

use std::fmt;
use std::str::FromStr;

use super::document::{DocumentNode, Value};
use super::section::quoted;
use crate::id::SecurityGroupId;

/// A security group by id, or by what to look for in each VPC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecurityGroupRef {
    /// This group, in the VPC it belongs to: `sg-0abc`.
    Id(SecurityGroupId),
    /// The group of this `GroupName` in each VPC: `name:base-egress`.
    ///
    /// `default` is the VPC's default group, and no other: AWS reserves the name.
    Name(String),
    /// The group with this tag in each VPC: `tag:role=task-base`.
    Tag {
        /// The tag's key, up to the first `=`.
        key: String,
        /// The tag's value, exactly.
        value: String,
    },
}

/// Why a text names no security group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} names no security group: write \"sg-0abc\", \"name:NAME\" or \"tag:KEY=VALUE\"", quoted(text))]
pub struct SecurityGroupRefError {
    /// What was given.
    pub text: String,
}

impl SecurityGroupRef {
    /// The default group of each VPC.
    #[must_use]
    pub fn vpc_default() -> Self {
        Self::Name("default".to_owned())
    }
}

impl FromStr for SecurityGroupRef {
    type Err = SecurityGroupRefError;

    fn from_str(text: &str) -> Result<Self, SecurityGroupRefError> {
        let parsed = if let Some(name) = text.strip_prefix("name:") {
            (!name.trim().is_empty()).then(|| Self::Name(name.to_owned()))
        } else if let Some(tag) = text.strip_prefix("tag:") {
            let (key, value) = tag.split_once('=').unwrap_or_default();
            (!key.trim().is_empty()).then(|| Self::Tag { key: key.to_owned(), value: value.to_owned() })
        } else {
            text.parse().ok().map(Self::Id)
        };
        parsed.ok_or_else(|| SecurityGroupRefError { text: text.to_owned() })
    }
}

impl fmt::Display for SecurityGroupRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => write!(f, "name:{name}"),
            Self::Tag { key, value } => write!(f, "tag:{key}={value}"),
        }
    }
}

/// Reads a group that tasks must have.
pub(super) fn required_group(node: &DocumentNode) -> Result<SecurityGroupRef, String> {
    if text(node)? == "default" {
        return Err(
            "the VPC's default group is meant to be forbidden: if it really is required, write \"name:default\""
                .to_owned(),
        );
    }
    group(node)
}

/// Reads a group that tasks must not have; plain `default` is the VPC's default group.
pub(super) fn forbidden_group(node: &DocumentNode) -> Result<SecurityGroupRef, String> {
    if text(node)? == "default" { Ok(SecurityGroupRef::vpc_default()) } else { group(node) }
}

fn group(node: &DocumentNode) -> Result<SecurityGroupRef, String> {
    text(node)?.parse().map_err(|error: SecurityGroupRefError| error.to_string())
}

fn text(node: &DocumentNode) -> Result<&str, String> {
    match &node.value {
        Value::Text(text) => Ok(text),
        other => Err(format!("{} names no security group: write a string like \"sg-0abc\"", other.kind())),
    }
}
