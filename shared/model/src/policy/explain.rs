//! What a policy says in one place, key by key, and which part of it says so.

use std::fmt;
use std::time::Duration;

use jiff::fmt::friendly::SpanPrinter;

use super::overrides::{Override, PolicySubject};
use super::{Policy, RegistrationPolicy, SecurityGroupPolicy};

/// A key of a policy, as it applies in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// `registration.mode`
    pub key: String,
    /// As a policy would say it.
    pub value: String,
    /// What says so.
    pub origin: PolicySource,
}

/// What gives a key its value: the last part of the policy that changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// The policy says nothing else.
    Default,
    /// The section itself.
    Section,
    /// An override.
    Override {
        /// Counted from 1, in the order in which they are written.
        number: usize,
        /// What it applies to: `cluster = "prod-*"`.
        applies_to: String,
    },
}

impl Policy {
    /// Every key of the sections `registration` and `security_groups` as it applies at `place`.
    #[must_use]
    pub fn explain(&self, place: &PolicySubject<'_>) -> Vec<Explained> {
        let default = Self::default();
        let mut all = entries(&default.registration, &default.security_groups, &PolicySource::Default);
        let (mut registration, mut security_groups) = (self.registration.clone(), self.security_groups.clone());
        note(&mut all, entries(&registration, &security_groups, &PolicySource::Section));
        for (nth, over) in self.overrides.iter().enumerate().filter(|(_, over)| over.applies_to(place)) {
            over.registration.apply(&mut registration);
            over.security_groups.apply(&mut security_groups);
            let origin = PolicySource::Override { number: nth + 1, applies_to: applies_to(over) };
            note(&mut all, entries(&registration, &security_groups, &origin));
        }
        all
    }

    /// The overrides that apply at `place` only where it is about a target group that they name: which, and to what.
    #[must_use]
    pub fn overrides_by_group(&self, place: &PolicySubject<'_>) -> Vec<PolicySource> {
        let overrides = self.overrides.iter().enumerate();
        let by_group = overrides.filter(|(_, over)| over.names_a_group() && over.applies_but_for_its_group(place));
        by_group.map(|(nth, over)| PolicySource::Override { number: nth + 1, applies_to: applies_to(over) }).collect()
    }
}

/// Keeps the entries whose value is another than before.
fn note(all: &mut [Explained], later: Vec<Explained>) {
    for (entry, later) in all.iter_mut().zip(later) {
        if entry.value != later.value {
            *entry = later;
        }
    }
}

fn entries(registration: &RegistrationPolicy, groups: &SecurityGroupPolicy, origin: &PolicySource) -> Vec<Explained> {
    let of_registration = [
        ("mode", quoted(&registration.mode)),
        ("grace", duration(registration.grace)),
        ("confirm_after", duration(registration.confirm_after)),
        ("confirm_within", duration(registration.confirm_within)),
        ("managed", quoted(&registration.managed)),
        ("max_removals", registration.max_removals.to_string()),
        ("window", duration(registration.window)),
        ("exclude_targets", list(&registration.exclude_targets)),
        ("balancers", list(&registration.balancers)),
    ];
    let of_groups = [
        ("mode", quoted(&groups.mode)),
        ("required", list(&groups.required)),
        ("forbidden", list(&groups.forbidden)),
        ("confirm_after", duration(groups.confirm_after)),
        ("confirm_within", duration(groups.confirm_within)),
        ("repair_with", list(&groups.repair_with)),
        ("max_interface_changes", groups.max_interface_changes.to_string()),
        ("max_updates", groups.max_updates.to_string()),
        ("max_stops", groups.max_stops.to_string()),
        ("stop_standalone", groups.stop_standalone.to_string()),
        ("window", duration(groups.window)),
    ];
    let section = |name: &str, (key, value): (&str, String)| Explained {
        key: format!("{name}.{key}"),
        value,
        origin: origin.clone(),
    };
    let registration = of_registration.into_iter().map(|entry| section("registration", entry));
    registration.chain(of_groups.into_iter().map(|entry| section("security_groups", entry))).collect()
}

fn applies_to(over: &Override) -> String {
    let globs = over.globs().into_iter().filter_map(|(key, glob)| Some(format!("{key} = \"{}\"", glob?)));
    globs.collect::<Vec<_>>().join(", ")
}

fn quoted(value: &impl fmt::Display) -> String {
    format!("\"{value}\"")
}

fn duration(duration: Duration) -> String {
    quoted(&SpanPrinter::new().unsigned_duration_to_string(&duration))
}

fn list<'a, T: fmt::Display + 'a>(values: impl IntoIterator<Item = &'a T>) -> String {
    let values: Vec<String> = values.into_iter().map(quoted).collect();
    format!("[{}]", values.join(", "))
}

impl fmt::Display for PolicySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Section => f.write_str("the section"),
            Self::Override { number, applies_to } => write!(f, "override {number} ({applies_to})"),
        }
    }
}
