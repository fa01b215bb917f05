//! What a person can do about a finding, ready to be pasted.

use serde::{Deserialize, Serialize};

/// One way to mend a finding. Keys that don't apply are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, as an instruction.
    pub title: String,
    /// Commands for a shell, in order, with real ids; every value is quoted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// The Terraform that holds the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terraform: Option<String>,
    /// Where the AWS console shows what is to be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console: Option<String>,
    /// What it changes, and whether it is safe to do now.
    pub note: String,
}
