//! What may be done about the security groups of tasks.

use std::collections::BTreeSet;
use std::time::Duration;

use super::amount::limit;
use super::choice::{Mode, RepairOption, one_of};
use super::document::{DocumentNode, Value};
use super::duration::{check_confirmation, duration, window};
use super::section::TableReader;
use super::security_group_ref::{SecurityGroupRef, forbidden_group, required_group};

/// The security group section as it applies in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct SecurityGroupPolicy {
    /// Whether security groups are repaired, or only reported.
    pub mode: Mode,
    /// Groups every task has to have.
    pub required: BTreeSet<SecurityGroupRef>,
    /// Groups no task may have. The last group of an interface is never taken off.
    pub forbidden: BTreeSet<SecurityGroupRef>,
    /// How far apart two looks are at least for the second to confirm the first.
    pub confirm_after: Duration,
    /// How far apart they are at most. Where overrides make it less than `confirm_after`, nothing is ever confirmed.
    pub confirm_within: Duration,
    /// The ways of repair that are allowed, in the order in which they are tried.
    pub repair_with: BTreeSet<RepairOption>,
    /// How many interfaces may be changed in one window.
    pub max_interface_changes: u32,
    /// How many services may be updated in one window.
    pub max_updates: u32,
    /// How many tasks of one service may be stopped in one window.
    pub max_stops: u32,
    /// Whether a task that no service would start again may be stopped.
    pub stop_standalone: bool,
    /// How long a window is; it opens with the first change.
    pub window: Duration,
}

impl Default for SecurityGroupPolicy {
    fn default() -> Self {
        Self {
            mode: Mode::Observe,
            required: BTreeSet::new(),
            forbidden: BTreeSet::new(),
            confirm_after: Duration::from_secs(30),
            confirm_within: Duration::from_mins(15),
            repair_with: BTreeSet::from([RepairOption::ModifyNetworkInterface]),
            max_interface_changes: 50,
            max_updates: 1,
            max_stops: 1,
            stop_standalone: false,
            window: Duration::from_mins(10),
        }
    }
}

impl SecurityGroupPolicy {
    /// Is there a group that it requires or forbids?
    pub(super) fn names_groups(&self) -> bool {
        !self.required.is_empty() || !self.forbidden.is_empty()
    }
}

/// The keys a section or an override gives; each replaces what applied before.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SecurityGroupChanges {
    pub mode: Option<Mode>,
    required: Option<BTreeSet<SecurityGroupRef>>,
    forbidden: Option<BTreeSet<SecurityGroupRef>>,
    confirm_after: Option<Duration>,
    confirm_within: Option<Duration>,
    repair_with: Option<BTreeSet<RepairOption>>,
    max_interface_changes: Option<u32>,
    max_updates: Option<u32>,
    max_stops: Option<u32>,
    stop_standalone: Option<bool>,
    window: Option<Duration>,
}

impl SecurityGroupChanges {
    /// Reads the section; `base` is what applies without it.
    pub(super) fn read(section: &mut TableReader<'_>, base: &SecurityGroupPolicy) -> Self {
        let changes = Self {
            mode: section.get("mode", one_of),
            required: section.list("required", required_group),
            forbidden: section.list("forbidden", forbidden_group),
            confirm_after: section.get("confirm_after", duration),
            confirm_within: section.get("confirm_within", duration),
            repair_with: section.list("repair_with", one_of),
            max_interface_changes: section.get("max_interface_changes", limit),
            max_updates: section.get("max_updates", limit),
            max_stops: section.get("max_stops", limit),
            stop_standalone: section.get("stop_standalone", yes_or_no),
            window: section.get("window", window),
        };
        let confirmation = (changes.confirm_after, changes.confirm_within);
        check_confirmation(section, confirmation, (base.confirm_after, base.confirm_within));
        changes.check_contradiction(section, base);
        changes
    }

    pub(super) fn apply(&self, to: &mut SecurityGroupPolicy) {
        let Self { mode, confirm_after, confirm_within, max_interface_changes, max_updates, .. } = *self;
        let Self { max_stops, stop_standalone, window, .. } = *self;
        to.mode = mode.unwrap_or(to.mode);
        to.confirm_after = confirm_after.unwrap_or(to.confirm_after);
        to.confirm_within = confirm_within.unwrap_or(to.confirm_within);
        to.max_interface_changes = max_interface_changes.unwrap_or(to.max_interface_changes);
        to.max_updates = max_updates.unwrap_or(to.max_updates);
        to.max_stops = max_stops.unwrap_or(to.max_stops);
        to.stop_standalone = stop_standalone.unwrap_or(to.stop_standalone);
        to.window = window.unwrap_or(to.window);
        if let Some(required) = &self.required {
            to.required.clone_from(required);
        }
        if let Some(forbidden) = &self.forbidden {
            to.forbidden.clone_from(forbidden);
        }
        if let Some(repair_with) = &self.repair_with {
            to.repair_with.clone_from(repair_with);
        }
    }

    pub(super) fn names_groups(&self) -> bool {
        [&self.required, &self.forbidden].into_iter().flatten().any(|groups| !groups.is_empty())
    }

    fn check_contradiction(&self, section: &TableReader<'_>, base: &SecurityGroupPolicy) {
        let Some(key) = ["forbidden", "required"].into_iter().find(|key| section.has(key)) else { return };
        let required = self.required.as_ref().unwrap_or(&base.required);
        let forbidden = self.forbidden.as_ref().unwrap_or(&base.forbidden);
        for group in required & forbidden {
            section.reject(key, &format!("{group} is both required and forbidden: take it off one of the lists"));
        }
    }
}

fn yes_or_no(node: &DocumentNode) -> Result<bool, String> {
    match node.value {
        Value::Boolean(value) => Ok(value),
        ref other => Err(format!("{} stands where true or false belongs: write it unquoted", other.kind())),
    }
}
