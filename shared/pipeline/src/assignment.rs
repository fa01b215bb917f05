//! What a pass is to do.

use std::collections::BTreeSet;

use model::Timestamp;
use model::id::{AccountId, Region};
use model::policy::Policy;
use model::scope::Scope;
use planner::LookHistory;

/// What a pass is to look at, and what it may do.
#[derive(Debug, Clone)]
pub struct Assignment<'a> {
    /// The account the function works in.
    pub account: AccountId,
    /// The Region it works in.
    pub region: Region,
    /// Where to look.
    pub scope: Scope,
    /// What may be done.
    pub policy: &'a Policy,
    /// The rules to judge by.
    pub rules: BTreeSet<&'a str>,
    /// What look-again messages carried.
    pub looks: LookHistory,
    /// When the function is cut off; absent where nothing cuts it off.
    pub deadline: Option<Timestamp>,
}
