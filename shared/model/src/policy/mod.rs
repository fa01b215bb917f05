//! What the owner of the account allows: modes, waits, limits, exceptions.
//!
//! A [`Policy`] is parsed from TOML or JSON, with every problem reported at once. What it says differs from place to
//! place, so it has no public settings: it is asked for a [`PolicySubject`], and where several services meet in one target group
//! ([`Policy::registration_shared`]) it answers with what all of them allow.
//!
//! It doesn't decide anything: rules and planner do. It knows the rules' slugs only as the list it is given,
//! and those of rules that were given up.

mod accept;
mod amount;
mod choice;
mod document;
mod duration;
mod error;
mod explain;
mod glob;
mod overrides;
mod registration;
mod rules;
mod section;
mod security_group_ref;
mod security_groups;
#[cfg(test)]
mod tests;

pub use accept::Acceptance;
pub use amount::Amount;
pub use choice::{BalancerKind, Managed, Mode, RepairOption};
pub use error::{PolicyErrors, PolicyProblem};
pub use explain::{Explained, PolicySource};
pub use glob::{Glob, GlobError};
pub use overrides::PolicySubject;
pub use registration::RegistrationPolicy;
pub use rules::AlertPolicy;
pub use security_group_ref::{SecurityGroupRef, SecurityGroupRefError};
pub use security_groups::SecurityGroupPolicy;

use crate::finding::{Finding, Severity};
use document::Document;
use error::located;
use jiff::Timestamp;
use overrides::Override;
use registration::RegistrationChanges;
use rules::RulesPolicy;
use section::{PolicyProblems, TableReader};
use security_groups::SecurityGroupChanges;

/// What may be done, and where. The default changes nothing anywhere.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    registration: RegistrationPolicy,
    security_groups: SecurityGroupPolicy,
    alerts: AlertPolicy,
    rules: RulesPolicy,
    overrides: Vec<Override>,
    acceptances: Vec<Acceptance>,
    warnings: Vec<PolicyProblem>,
}

/// In which sections a repair is allowed anywhere at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MayRepair {
    /// Targets somewhere.
    pub registration: bool,
    /// Security groups somewhere.
    pub security_groups: bool,
}

impl Policy {
    /// Parses a policy: JSON if its first character that isn't blank is `{`, else TOML. An empty text is the default.
    ///
    /// `known_rules` are the slugs that `rules.disable` and `rules.severity` may name. A rule that was given up may be named
    /// too: that is a warning.
    ///
    /// # Errors
    ///
    /// Every problem that can be found, each with its line. Around a syntax error in TOML the rest is still checked; JSON
    /// is checked once its syntax is right.
    pub fn parse(text: &str, known_rules: &[&str]) -> Result<Self, PolicyErrors> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Document { root, broken } = Document::read(text);
        let problems = PolicyProblems::default();
        let mut policy = TableReader::root(&root, &problems, |root| Self::read(root, known_rules));
        let (wrong, warnings) = problems.into_found();
        policy.warnings = located(text, warnings);
        PolicyErrors::collect(text, broken, wrong).map_or(Ok(policy), Err)
    }

    /// What is written in it and has no effect any more, by line.
    #[must_use]
    pub fn warnings(&self) -> &[PolicyProblem] {
        &self.warnings
    }

    /// What may be done about targets at `place`.
    #[must_use]
    pub fn registration(&self, place: &PolicySubject<'_>) -> RegistrationPolicy {
        let mut policy = self.registration.clone();
        self.overrides_at(place).for_each(|over| over.registration.apply(&mut policy));
        policy
    }

    /// What may be done about the targets of a group that all these services (cluster and service name) use: only what
    /// every one of them allows. Without any, what is said of the group itself.
    #[must_use]
    pub fn registration_shared(&self, target_group: &str, services: &[(&str, &str)]) -> RegistrationPolicy {
        let group = PolicySubject { target_group: Some(target_group), ..PolicySubject::default() };
        let place = |&(cluster, service)| PolicySubject { cluster: Some(cluster), service: Some(service), ..group };
        let policies = services.iter().map(|service| self.registration(&place(service)));
        policies.reduce(RegistrationPolicy::most_cautious).unwrap_or_else(|| self.registration(&group))
    }

    /// Can services that share this group be under different policies for it?
    #[must_use]
    pub fn tells_sharers_apart(&self, target_group: &str) -> bool {
        self.overrides.iter().any(|over| over.tells_sharers_apart(target_group))
    }

    /// What may be done about security groups at `place`. A group that several overrides together would both require and
    /// forbid is required.
    #[must_use]
    pub fn security_groups(&self, place: &PolicySubject<'_>) -> SecurityGroupPolicy {
        self.security_groups_where(|over| over.applies_to(place))
    }

    /// What may be done about the security groups of a task in this cluster, of this service if it has one. An override
    /// that names target groups applies if it names one of those that the service uses.
    #[must_use]
    pub fn security_groups_of(
        &self,
        cluster: &str,
        service: Option<&str>,
        target_groups: &[&str],
    ) -> SecurityGroupPolicy {
        let place = PolicySubject { cluster: Some(cluster), service, target_group: None };
        self.security_groups_where(|over| {
            let applies_with = |group: &str| over.applies_to(&PolicySubject { target_group: Some(group), ..place });
            over.applies_to(&place) || target_groups.iter().any(|group| applies_with(group))
        })
    }

    fn security_groups_where(&self, applies: impl Fn(&Override) -> bool) -> SecurityGroupPolicy {
        let mut policy = self.security_groups.clone();
        let applying = self.overrides.iter().filter(|over| applies(over));
        applying.for_each(|over| over.security_groups.apply(&mut policy));
        policy.forbidden.retain(|group| !policy.required.contains(group));
        policy
    }

    /// Who is told about what.
    #[must_use]
    pub fn alerts(&self) -> &AlertPolicy {
        &self.alerts
    }

    /// Why this finding is accepted now, if it is.
    #[must_use]
    pub fn accepts(&self, finding: &Finding, now: Timestamp) -> Option<&Acceptance> {
        accept::accepts(&self.acceptances, finding, now)
    }

    /// Whether the rule is run.
    #[must_use]
    pub fn rule_enabled(&self, slug: &str) -> bool {
        !self.rules.disabled.contains(slug)
    }

    /// How severe the rule's findings are; `default` is its own opinion.
    #[must_use]
    pub fn severity(&self, slug: &str, default: Severity) -> Severity {
        self.rules.severity.get(slug).copied().unwrap_or(default)
    }

    /// The same policy, with no mode above `most` anywhere.
    #[must_use]
    pub fn capped(mut self, most: Mode) -> Self {
        self.registration.mode = self.registration.mode.min(most);
        self.security_groups.mode = self.security_groups.mode.min(most);
        self.overrides.iter_mut().for_each(|over| over.cap(most));
        self
    }

    /// In which sections there is a place where repairs are made.
    #[must_use]
    pub fn may_repair(&self) -> MayRepair {
        let repairs = |mode| mode == Some(Mode::Repair);
        let registration = self.overrides.iter().any(|over| repairs(over.registration.mode));
        let security_groups = self.overrides.iter().any(|over| repairs(over.security_groups.mode));
        let names_groups = self.security_groups.names_groups()
            || self.overrides.iter().any(|over| over.security_groups.names_groups());
        MayRepair {
            registration: registration || self.registration.mode == Mode::Repair,
            // Without a group that is required or forbidden there is nothing to repair.
            security_groups: names_groups && (security_groups || self.security_groups.mode == Mode::Repair),
        }
    }

    fn overrides_at<'a>(&'a self, place: &'a PolicySubject<'_>) -> impl Iterator<Item = &'a Override> {
        self.overrides.iter().filter(|over| over.applies_to(place))
    }

    fn read(root: &mut TableReader<'_>, known_rules: &[&str]) -> Self {
        let Self { mut registration, mut security_groups, .. } = Self::default();
        root.section("registration", |section| RegistrationChanges::read(section, &registration))
            .apply(&mut registration);
        root.section("security_groups", |section| SecurityGroupChanges::read(section, &security_groups))
            .apply(&mut security_groups);
        let alerts = root.section("alerts", AlertPolicy::read);
        let rules = root.section("rules", |section| RulesPolicy::read(section, known_rules));
        let overrides = root.sections("override", |section| Override::read(section, &registration, &security_groups));
        let acceptances = root.sections("accept", |section| Acceptance::read(section, known_rules));
        let warnings = Vec::new();
        Self { registration, security_groups, alerts, rules, overrides, acceptances, warnings }
    }
}
