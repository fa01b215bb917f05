//! What the policy says about one repair: the same for every kind of it, read from the section it belongs to.

use std::collections::BTreeSet;
use std::time::Duration;

use model::finding::Finding;
use model::observation::Lookup;
use model::policy::{Amount, Mode, Policy, RegistrationPolicy, RepairOption, SecurityGroupPolicy};
use model::repair::Repair;
use model::scope::Site;

/// What the policy says about one repair.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RepairTerms {
    pub(crate) mode: Mode,
    pub(crate) confirm_after: Duration,
    pub(crate) confirm_within: Duration,
    /// How many of its kind may be made in one window.
    pub(crate) max: Amount,
    pub(crate) window: Duration,
    /// The repair options that may be used.
    pub(crate) options: BTreeSet<RepairOption>,
    pub(crate) stop_standalone: bool,
}

/// Whether the policy lets this repair be made, where it would be made.
#[must_use]
pub fn mode(policy: &Policy, lookup: &Lookup<'_>, finding: &Finding, repair: &Repair) -> Mode {
    RepairTerms::of(policy, lookup, finding, repair).mode
}

impl RepairTerms {
    /// What all services allow that the finding concerns.
    pub(crate) fn of(policy: &Policy, lookup: &Lookup<'_>, finding: &Finding, repair: &Repair) -> Self {
        match repair.site() {
            Site::TargetGroup(group) => {
                let users =
                    finding.users.iter().chain(&finding.sharers).map(|user| (user.cluster.name(), user.name.as_ref()));
                let users: Vec<_> = users.collect();
                Self::of_registration(&policy.registration_shared(group.name(), &users))
            }
            Site::Service(service) => {
                // Overrides may name a service's groups. By now it is read, or nothing is proposed about it.
                let found = lookup.service(&service).ok().flatten();
                let groups: Vec<&str> =
                    found.into_iter().flat_map(|found| found.named_target_groups()).map(|group| group.name()).collect();
                let policy = policy.security_groups_of(service.cluster.name(), Some(&service.name), &groups);
                Self::of_security_groups(policy, repair)
            }
            Site::Task { cluster, .. } => {
                Self::of_security_groups(policy.security_groups_of(cluster.name(), None, &[]), repair)
            }
        }
    }

    fn of_registration(policy: &RegistrationPolicy) -> Self {
        Self {
            mode: policy.mode,
            confirm_after: policy.confirm_after,
            confirm_within: policy.confirm_within,
            max: policy.max_removals,
            window: policy.window,
            options: BTreeSet::new(),
            stop_standalone: false,
        }
    }

    fn of_security_groups(policy: SecurityGroupPolicy, repair: &Repair) -> Self {
        let max = match repair {
            Repair::UpdateService { .. } | Repair::ForceNewDeployment { .. } => policy.max_updates,
            Repair::StopTask { .. } => policy.max_stops,
            _ => policy.max_interface_changes,
        };
        Self {
            mode: policy.mode,
            confirm_after: policy.confirm_after,
            confirm_within: policy.confirm_within,
            max: Amount::Count(max),
            window: policy.window,
            options: policy.repair_with,
            stop_standalone: policy.stop_standalone,
        }
    }
}
