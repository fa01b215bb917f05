//! Values chosen from a few words.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::document::{DocumentNode, Value};
use super::section::{did_you_mean, quoted};
use crate::finding::Severity;

/// A type whose values are words of a policy.
pub(super) trait Choice: Copy + 'static {
    /// Every word, and what it stands for.
    const WORDS: &'static [(&'static str, Self)];
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl Choice for $name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];
        }

        impl $name {
            /// The word a policy has for it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

choice!(
    /// Whether repairs are made or only planned. The lesser mode is the more cautious.
    Mode {
        /// Nothing is changed.
        Observe = "observe",
        /// Repairs are made.
        Repair = "repair",
    }
);

choice!(
    /// Who puts targets into a target group. The lesser is the more cautious.
    Managed {
        /// Others may, besides ECS: a target is known to be ECS's only by proof.
        Shared = "shared",
        /// Only ECS does.
        Exclusive = "exclusive",
    }
);

choice!(
    /// The kinds of load balancer whose `ip` target groups the registration rules look at.
    BalancerKind {
        /// Network Load Balancer.
        Network = "network",
        /// Application Load Balancer.
        Application = "application",
    }
);

choice!(
    /// The ways of mending a task's security groups, in the order in which they are tried.
    RepairOption {
        /// Set the groups of the task's interface.
        ModifyNetworkInterface = "modify-network-interface",
        /// Put the groups into the service's network configuration, which starts a deployment; or force a deployment of a service
        /// that declares them, where a task lacks them.
        UpdateService = "update-service",
        /// Stop the task so that its service starts another; only where no target group sends to it, as StopTask doesn't deregister.
        StopTask = "stop-task",
    }
);

impl Choice for Severity {
    const WORDS: &'static [(&'static str, Self)] =
        &[("low", Self::Low), ("medium", Self::Medium), ("high", Self::High), ("critical", Self::Critical)];
}

/// Reads one of the words of `T`.
pub(super) fn one_of<T: Choice>(node: &DocumentNode) -> Result<T, String> {
    let words = || T::WORDS.iter().map(|(word, _)| *word);
    let all = words().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
    let Value::Text(text) = &node.value else {
        return Err(format!("{} stands where one of {all} belongs", node.value.kind()));
    };
    let found = T::WORDS.iter().find(|(word, _)| word == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let hint = did_you_mean(text, words()).unwrap_or_else(|| "write one of them".to_owned());
        format!("{} is not one of {all}; {hint}", quoted(text))
    })
}
