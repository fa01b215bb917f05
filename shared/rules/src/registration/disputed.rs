//! A target that is no live task's of a service that uses the group.

use model::elb::Target;
use model::scope::ServiceId;

use super::owner::Owner;
use super::proof::Proof;

/// A target under suspicion, with all that is known about it.
pub(crate) struct DisputedTarget<'a> {
    /// The target.
    pub(crate) target: Target,
    /// Who has its address now.
    pub(crate) owner: Owner<'a>,
    /// Whose task the ledger saw there, even if its service has left the group since.
    pub(crate) remembered: Option<Proof>,
    /// Why it was once a task's of a service that uses the group, if that is proved.
    pub(crate) proof: Option<Proof>,
    /// Every service of the account that uses the group, if the target may have to go.
    pub(crate) users: Vec<ServiceId>,
}
