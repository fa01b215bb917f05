//! What the ledger remembers between passes.

use jiff::{SignedDuration, Timestamp};

use crate::elb::Target;
use crate::id::{NetworkInterfaceId, ServiceArn, TargetGroupArn, TaskArn};

/// How long an ownership record lives without being refreshed.
pub const OWNERSHIP_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A record is refreshed once less than this is left of it, so that a healthy account is written to every ten days.
pub const OWNERSHIP_REFRESH: SignedDuration = SignedDuration::from_hours(20 * 24);

/// Proof that a task of a service once had a target: it was seen live and registered there, on the port its service uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ownership {
    /// The target.
    pub target: Target,
    /// The task that had it.
    pub task: TaskArn,
    /// The task's service.
    pub service: ServiceArn,
    /// The task's interface.
    pub network_interface: Option<NetworkInterfaceId>,
    /// When the look was made that saw it.
    pub seen_at: Timestamp,
    /// When it stops counting, if it isn't refreshed.
    pub expires_at: Timestamp,
    /// When the target was seen absent or draining: it no longer proves anything about a target registered since, but
    /// still tells which port the service used.
    pub ended_at: Option<Timestamp>,
}

impl Ownership {
    /// Does it prove past ownership at `now`?
    #[must_use]
    pub fn proves(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

/// Removals counted in one target group since the window opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovalWindow {
    /// When the first removal of the window was counted.
    pub opened_at: Timestamp,
    /// Targets the group had then: what a percentage is of.
    pub targets: u32,
    /// Removals since.
    pub removals: u32,
}

/// `ecs-nlb-guard pause` was said, and `resume` wasn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// Who said it.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
}

/// A change of one group's ownership records that a look calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnershipChange {
    /// Seen for the first time, by a new owner, or about to expire.
    Record(TargetGroupArn, Ownership),
    /// The target was seen absent or draining at this time.
    End(TargetGroupArn, Target, Timestamp),
}
