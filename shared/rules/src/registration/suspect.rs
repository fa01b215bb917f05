//! A target that is no live task's of a service that uses the group.

use model::elb::Target;

use super::owner::Owner;
use super::proof::Proof;

/// A target under suspicion, with all that is known about it.
pub(crate) struct Suspect<'a> {
    /// The target.
    pub(crate) target: Target,
    /// Who has its address now.
    pub(crate) owner: Owner<'a>,
    /// Why it was once a task's, if that is proved.
    pub(crate) proof: Option<Proof>,
}
