//! Where a policy says something else.

use super::choice::Mode;
use super::document::DocumentNode;
use super::glob::{Glob, glob};
use super::registration::{RegistrationChanges, RegistrationPolicy};
use super::section::{TableReader, quoted};
use super::security_groups::{SecurityGroupChanges, SecurityGroupPolicy};

/// What a question to the policy is about, by name (not ARN); what doesn't apply or isn't known is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PolicySubject<'a> {
    /// Name of the cluster.
    pub cluster: Option<&'a str>,
    /// Name of the service.
    pub service: Option<&'a str>,
    /// Name of the target group.
    pub target_group: Option<&'a str>,
}

/// Changes that apply wherever all its globs match.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Override {
    cluster: Option<Glob>,
    service: Option<Glob>,
    target_group: Option<Glob>,
    pub registration: RegistrationChanges,
    pub security_groups: SecurityGroupChanges,
}

fn matches(glob: Option<&Glob>, name: Option<&str>) -> bool {
    glob.is_none_or(|glob| name.is_some_and(|name| glob.matches(name)))
}

/// A glob for a name. Cluster and service have a key each, and no name has a slash or a colon: such a glob matches nothing.
fn name(node: &DocumentNode) -> Result<Glob, String> {
    let glob = glob(node)?;
    match (glob.as_str().contains(':'), glob.as_str().split_once('/')) {
        (true, _) => Err(format!("{} is no name: write the name alone, not an ARN", quoted(glob.as_str()))),
        (false, Some((cluster, service))) if !service.contains('/') => Err(format!(
            "{} is no name and would match nothing: write cluster = {} and service = {}",
            quoted(glob.as_str()),
            quoted(cluster),
            quoted(service)
        )),
        (false, Some(_)) => Err(format!("{} is no name and would match nothing", quoted(glob.as_str()))),
        (false, None) => Ok(glob),
    }
}

impl Override {
    /// Reads one; the policies are what applies without it.
    pub(super) fn read(
        section: &mut TableReader<'_>,
        registration: &RegistrationPolicy,
        security_groups: &SecurityGroupPolicy,
    ) -> Self {
        if !["cluster", "service", "target_group"].into_iter().any(|key| section.has(key)) {
            section.reject_whole("it doesn't say where: add cluster, service or target_group (\"*\" is anywhere)");
        }
        if !["registration", "security_groups"].into_iter().any(|key| section.has(key)) {
            section.reject_whole("it changes nothing: add a key such as registration.mode or security_groups.required");
        }
        Self {
            cluster: section.get("cluster", name),
            service: section.get("service", name),
            target_group: section.get("target_group", name),
            registration: section.section("registration", |section| RegistrationChanges::read(section, registration)),
            security_groups: section
                .section("security_groups", |section| SecurityGroupChanges::read(section, security_groups)),
        }
    }

    /// Whether every glob it has matches; a name that isn't there matches none.
    pub(super) fn applies_to(&self, place: &PolicySubject<'_>) -> bool {
        self.applies_but_for_its_group(place) && matches(self.target_group.as_ref(), place.target_group)
    }

    /// The same with any target group.
    pub(super) fn applies_but_for_its_group(&self, place: &PolicySubject<'_>) -> bool {
        matches(self.cluster.as_ref(), place.cluster) && matches(self.service.as_ref(), place.service)
    }

    pub(super) const fn names_a_group(&self) -> bool {
        self.target_group.is_some()
    }

    /// Does it change what may be done in this group for some of the services that use it?
    pub(super) fn tells_sharers_apart(&self, target_group: &str) -> bool {
        (self.cluster.is_some() || self.service.is_some())
            && self.target_group.as_ref().is_none_or(|glob| glob.matches(target_group))
            && self.registration != RegistrationChanges::default()
    }

    /// Its globs, each with its key.
    pub(super) const fn globs(&self) -> [(&'static str, Option<&Glob>); 3] {
        [
            ("cluster", self.cluster.as_ref()),
            ("service", self.service.as_ref()),
            ("target_group", self.target_group.as_ref()),
        ]
    }

    pub(super) fn cap(&mut self, most: Mode) {
        self.registration.mode = self.registration.mode.map(|mode| mode.min(most));
        self.security_groups.mode = self.security_groups.mode.map(|mode| mode.min(most));
    }
}
