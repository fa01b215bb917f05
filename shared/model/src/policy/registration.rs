//! What may be done about targets.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use super::amount::{Amount, amount};
use super::choice::{BalancerKind, Managed, Mode, one_of};
use super::document::{DocumentNode, Value};
use super::duration::{check_confirmation, duration, window};
use super::section::{TableReader, quoted};

/// The registration section as it applies in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct RegistrationPolicy {
    /// Whether targets are registered and removed, or only reported.
    pub mode: Mode,
    /// How long a task has been RUNNING before it is judged; an unknown start counts as long ago.
    pub grace: Duration,
    /// How far apart two looks are at least for the second to confirm the first.
    pub confirm_after: Duration,
    /// How far apart they are at most. Where overrides make it less than `confirm_after`, nothing is ever confirmed.
    pub confirm_within: Duration,
    /// Whether ECS alone puts targets into the group.
    pub managed: Managed,
    /// How many of a group's targets may be removed in one window.
    pub max_removals: Amount,
    /// How long a window is; it opens with the first removal.
    pub window: Duration,
    /// Addresses that are never judged.
    pub exclude_targets: BTreeSet<IpNet>,
    /// The kinds of load balancer whose groups are judged.
    pub balancers: BTreeSet<BalancerKind>,
}

impl RegistrationPolicy {
    /// Whether this address is never judged.
    #[must_use]
    pub fn excludes(&self, address: IpAddr) -> bool {
        self.exclude_targets.iter().any(|range| range.contains(&address))
    }

    /// What both allow.
    pub(super) fn most_cautious(self, other: Self) -> Self {
        Self {
            mode: self.mode.min(other.mode),
            grace: self.grace.max(other.grace),
            confirm_after: self.confirm_after.max(other.confirm_after),
            confirm_within: self.confirm_within.min(other.confirm_within),
            managed: self.managed.min(other.managed),
            max_removals: self.max_removals.least(other.max_removals),
            window: self.window.max(other.window),
            exclude_targets: &self.exclude_targets | &other.exclude_targets,
            balancers: &self.balancers & &other.balancers,
        }
    }
}

impl Default for RegistrationPolicy {
    fn default() -> Self {
        Self {
            mode: Mode::Observe,
            grace: Duration::from_mins(2),
            confirm_after: Duration::from_secs(30),
            confirm_within: Duration::from_mins(15),
            managed: Managed::Shared,
            max_removals: Amount::Percent(20),
            window: Duration::from_mins(10),
            exclude_targets: BTreeSet::new(),
            balancers: BTreeSet::from([BalancerKind::Network]),
        }
    }
}

/// The keys a section or an override gives; each replaces what applied before.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RegistrationChanges {
    pub mode: Option<Mode>,
    grace: Option<Duration>,
    confirm_after: Option<Duration>,
    confirm_within: Option<Duration>,
    managed: Option<Managed>,
    max_removals: Option<Amount>,
    window: Option<Duration>,
    exclude_targets: Option<BTreeSet<IpNet>>,
    balancers: Option<BTreeSet<BalancerKind>>,
}

impl RegistrationChanges {
    /// Reads the section; `base` is what applies without it.
    pub(super) fn read(section: &mut TableReader<'_>, base: &RegistrationPolicy) -> Self {
        let changes = Self {
            mode: section.get("mode", one_of),
            grace: section.get("grace", duration),
            confirm_after: section.get("confirm_after", duration),
            confirm_within: section.get("confirm_within", duration),
            managed: section.get("managed", one_of),
            max_removals: section.get("max_removals", amount),
            window: section.get("window", window),
            exclude_targets: section.list("exclude_targets", range),
            balancers: section.list("balancers", one_of),
        };
        let confirmation = (changes.confirm_after, changes.confirm_within);
        check_confirmation(section, confirmation, (base.confirm_after, base.confirm_within));
        if changes.balancers.as_ref().is_some_and(BTreeSet::is_empty) {
            section.reject(
                "balancers",
                "no kind at all would judge nothing: write [\"network\"], or disable rules under [rules]",
            );
        }
        changes
    }

    pub(super) fn apply(&self, to: &mut RegistrationPolicy) {
        let Self { mode, grace, confirm_after, confirm_within, managed, max_removals, window, .. } = *self;
        to.mode = mode.unwrap_or(to.mode);
        to.grace = grace.unwrap_or(to.grace);
        to.confirm_after = confirm_after.unwrap_or(to.confirm_after);
        to.confirm_within = confirm_within.unwrap_or(to.confirm_within);
        to.managed = managed.unwrap_or(to.managed);
        to.max_removals = max_removals.unwrap_or(to.max_removals);
        to.window = window.unwrap_or(to.window);
        if let Some(exclude_targets) = &self.exclude_targets {
            to.exclude_targets.clone_from(exclude_targets);
        }
        if let Some(balancers) = &self.balancers {
            to.balancers.clone_from(balancers);
        }
    }
}

fn range(node: &DocumentNode) -> Result<IpNet, String> {
    let Value::Text(text) = &node.value else {
        return Err(format!("{} is no address range: write it like \"10.9.0.0/16\"", node.value.kind()));
    };
    if let Ok(address) = text.parse::<IpAddr>() {
        return Err(format!("{text:?} has no prefix length: write \"{}\"", IpNet::from(address)));
    }
    let range: IpNet =
        text.parse().map_err(|_| format!("{} is no address range: write it like \"10.9.0.0/16\"", quoted(text)))?;
    if let IpNet::V6(six) = range
        && six.addr().to_ipv4_mapped().is_some()
    {
        return Err(format!("{text:?} would match nothing: write the range as IPv4, like \"10.9.0.0/16\""));
    }
    if range.addr() != range.network() {
        return Err(format!("{text:?} has bits beyond its prefix: write \"{}\"", range.trunc()));
    }
    Ok(range)
}
