//! A change that would mend a finding.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::elb::Target;
use crate::id::{TargetGroupArn, TaskArn};

/// A change that would mend a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Repair {
    /// RegisterTargets with one target.
    RegisterTarget {
        /// Into this group.
        target_group: TargetGroupArn,
        /// This target.
        target: Target,
        /// The live task whose address it is.
        task: TaskArn,
    },
    /// DeregisterTargets with one target, by address and port.
    DeregisterTarget {
        /// From this group.
        target_group: TargetGroupArn,
        /// This target.
        target: Target,
    },
}

impl Repair {
    /// The action's name in reports.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::RegisterTarget { .. } => "register-target",
            Self::DeregisterTarget { .. } => "deregister-target",
        }
    }

    /// Does it take something away? Removals are limited and checked once more right before they are done.
    #[must_use]
    pub const fn is_removal(&self) -> bool {
        matches!(self, Self::DeregisterTarget { .. })
    }

    /// The group it changes.
    #[must_use]
    pub const fn target_group(&self) -> &TargetGroupArn {
        match self {
            Self::RegisterTarget { target_group, .. } | Self::DeregisterTarget { target_group, .. } => target_group,
        }
    }

    /// The target it adds or removes.
    #[must_use]
    pub const fn target(&self) -> Target {
        match self {
            Self::RegisterTarget { target, .. } | Self::DeregisterTarget { target, .. } => *target,
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RegisterTarget { target_group, target, .. } => {
                write!(f, "register {target} in {}", target_group.name())
            }
            Self::DeregisterTarget { target_group, target } => {
                write!(f, "deregister {target} from {}", target_group.name())
            }
        }
    }
}

/// A repair as a rule proposes it: with the rule's own objection, if it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The repair.
    pub repair: Repair,
    /// Why it must not be done, however the policy stands; absent if nothing speaks against it.
    pub objection: Option<String>,
}

impl Proposal {
    /// A repair nothing speaks against.
    #[must_use]
    pub const fn sound(repair: Repair) -> Self {
        Self { repair, objection: None }
    }

    /// A repair that would mend the finding, but must not be done.
    #[must_use]
    pub fn withheld(repair: Repair, why: impl Into<String>) -> Self {
        Self { repair, objection: Some(why.into()) }
    }
}
