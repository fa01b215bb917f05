//! What the ledger remembers between passes.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::ecs::Service;
use crate::elb::Target;
use crate::id::{DeploymentId, NetworkInterfaceId, SecurityGroupId, ServiceArn, TargetGroupArn, TaskArn};
use crate::scope::ServiceId;

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

    /// Was the target registered for this task when it was last looked at?
    #[must_use]
    pub fn is_current_for(&self, task: &TaskArn) -> bool {
        self.ended_at.is_none() && self.task == *task
    }
}

/// What is limited: so many changes in one window, over all passes and functions together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limited {
    /// Targets removed from one target group.
    Removals(TargetGroupArn),
    /// Network interfaces given other security groups, in the whole account.
    InterfaceChanges,
    /// Services given other security groups, in the whole account.
    ServiceUpdates,
    /// Tasks of one service stopped; without one, tasks that belong to no service.
    TaskStops(Option<ServiceId>),
}

/// Changes of one kind counted since the window opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When the first change of the window was counted.
    pub opened_at: Timestamp,
    /// What a percentage is of: the targets a group had then. 0 where the limit is a count.
    pub whole: u32,
    /// Changes since.
    pub changes: u32,
}

/// How long a refusal is remembered where AWS itself said no. The thing refused seldom lives as long.
pub const REFUSAL_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a refusal is remembered that may be the account's own doing, such as a missing permission.
pub const DENIAL_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// What AWS's refusals are remembered for, each kind on its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusable {
    /// Interfaces of tasks of one launch type, to be given other groups; the type as AWS calls it, absent with a capacity
    /// provider.
    Interfaces(Option<String>),
    /// Services, to be given other groups.
    Services,
    /// Tasks, to be stopped.
    Tasks,
}

/// AWS said no for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The interface's id, the service's cluster and name, or the task's ARN.
    pub resource: String,
    /// AWS's error code; empty if it gave none.
    pub code: String,
    /// AWS's message.
    pub message: String,
    /// When.
    pub at: Timestamp,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// A service that was given other security groups, once or several times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUpdate {
    /// The service.
    pub service: ServiceId,
    /// When it was about to be.
    pub at: Timestamp,
    /// Groups it was given, by this update and those before.
    pub added: BTreeSet<SecurityGroupId>,
    /// Groups it was to have no longer, from this update on or since one before.
    pub removed: BTreeSet<SecurityGroupId>,
    /// The deployment it was at before: another one now means that something was deployed since.
    pub deployment: Option<DeploymentId>,
    /// The service was seen with these groups afterwards.
    pub confirmed: bool,
}

impl ServiceUpdate {
    /// Was it made? One that was never seen counts only if something was deployed since: it may have been cut off before it
    /// was sent.
    #[must_use]
    pub fn was_made(&self, service: &Service) -> bool {
        self.confirmed || service.primary_deployment().map(|primary| &primary.id) != self.deployment.as_ref()
    }

    /// This update and what an earlier one changed, so far as this one doesn't change it back.
    #[must_use]
    pub fn on_top_of(mut self, earlier: &Self) -> Self {
        let added = &earlier.added - &self.removed;
        let removed = &earlier.removed - &self.added;
        self.added.extend(added);
        self.removed.extend(removed);
        self
    }
}

/// A service's task that was stopped for its security groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStop {
    /// The service.
    pub service: ServiceId,
    /// The task.
    pub task: TaskArn,
    /// When it was about to be.
    pub at: Timestamp,
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

/// What AWS says where the account itself doesn't allow a call: IAM by a policy of whoever asks, or for want of one.
const DENIALS: [&str; 3] = ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"];

impl Refusal {
    /// Was it IAM that said no? That may be mended, and says nothing of what AWS would do.
    #[must_use]
    pub fn is_denial(&self) -> bool {
        DENIALS.contains(&self.code.as_str())
    }

    /// Does it still count at `now`?
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(ids: &[&str]) -> BTreeSet<SecurityGroupId> {
        ids.iter().map(|id| id.parse().expect("an id")).collect()
    }

    fn update(added: &[&str], removed: &[&str]) -> ServiceUpdate {
        let cluster = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().expect("an ARN");
        ServiceUpdate {
            service: ServiceId::new(&cluster, "web"),
            at: Timestamp::UNIX_EPOCH,
            added: groups(added),
            removed: groups(removed),
            deployment: None,
            confirmed: true,
        }
    }

    #[test]
    fn an_update_keeps_what_earlier_ones_changed() {
        let both = update(&["sg-0a"], &["sg-0b"]).on_top_of(&update(&["sg-0c"], &["sg-0d"]));
        assert_eq!((both.added, both.removed), (groups(&["sg-0a", "sg-0c"]), groups(&["sg-0b", "sg-0d"])));
    }

    #[test]
    fn an_update_that_takes_back_what_an_earlier_one_changed_is_what_counts() {
        let both = update(&["sg-0d"], &["sg-0c"]).on_top_of(&update(&["sg-0c"], &["sg-0d"]));
        assert_eq!((both.added, both.removed), (groups(&["sg-0d"]), groups(&["sg-0c"])));
    }
}
