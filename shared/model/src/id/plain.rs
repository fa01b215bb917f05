//! Ids that are not ARNs: accounts, Regions, and EC2's `eni-…`, `subnet-…`, `vpc-…`, `sg-…`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Why a text is not the id it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct IdError {
    /// What was given.
    pub text: String,
    /// What it should look like.
    pub expected: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(SmolStr);

        impl $name {
            /// The id as AWS writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(IdError { text: text.to_owned(), expected: $expected })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A twelve-digit AWS account id.
    AccountId,
    "an account id of twelve digits",
    is_account_id
);
id!(
    /// An AWS Region such as `eu-central-1`.
    Region,
    "a Region such as eu-central-1",
    is_region
);
id!(
    /// An elastic network interface.
    NetworkInterfaceId,
    "a network interface id such as eni-0abc",
    |text| suffixed(text, "eni-")
);
id!(
    /// A subnet.
    SubnetId,
    "a subnet id such as subnet-0abc",
    |text| suffixed(text, "subnet-")
);
id!(
    /// A VPC.
    VpcId,
    "a VPC id such as vpc-0abc",
    |text| suffixed(text, "vpc-")
);
id!(
    /// A security group.
    SecurityGroupId,
    "a security group id such as sg-0abc",
    |text| suffixed(text, "sg-")
);
id!(
    /// A prefix list, the account's own or one that AWS manages.
    PrefixListId,
    "a prefix list id such as pl-0abc",
    |text| suffixed(text, "pl-")
);
id!(
    /// What started a service's task: a deployment (`ecs-svc/…`) or a task set (`ecs-svc/…` or its own id). A task's `startedBy`.
    DeploymentId,
    "a deployment or task set id",
    |text| !text.is_empty()
);
id!(
    /// The id of a task's attachment; the network interface ECS made for it names it in its description.
    AttachmentId,
    "an attachment id",
    |text| !text.is_empty() && !text.contains(['/', ':'])
);

pub(super) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_region(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 64 && text.contains('-') && text.bytes().all(allowed)
}

fn suffixed(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}
