//! What a pass would have seen, had it been there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::alert::{Alert, AlertKey, KeptAlert};
use model::id::{ClusterArn, TargetGroupArn};
use model::scope::{OtherParts, Scope, ServiceId, SweepPart, Unit};

use crate::sighting::Sighting;

/// What a pass would have seen, had it been there: the ground on which an alert may be resolved.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlertCoverage {
    /// Rules it judged by.
    pub rules: BTreeSet<String>,
    /// It looked everywhere in the account and Region.
    pub everything: bool,
    /// Or at every service of these clusters.
    pub clusters: BTreeSet<ClusterArn>,
    /// Or at all that belongs to these services.
    pub services: BTreeSet<ServiceId>,
    /// Or at whatever the other parts of a sweep don't look at, and at these target groups.
    pub rest: Option<(OtherParts, BTreeSet<TargetGroupArn>)>,
    /// What it could not judge, because something could not be read.
    pub unjudged: BTreeSet<Unit>,
    /// When it began to read: of what was told later it knows nothing.
    pub began: Timestamp,
}

impl AlertCoverage {
    /// What a pass over `scope` would have seen. Single services, tasks and groups come up because something happened
    /// to them, while they are in motion: no alert is resolved by a look at them alone, unless it is a part of a sweep.
    #[must_use]
    pub fn of(scope: &Scope, rules: BTreeSet<String>, unjudged: BTreeSet<Unit>, began: Timestamp) -> Self {
        let (everything, clusters) = (scope.everything, scope.clusters.clone());
        let seen = Self { rules, everything, clusters, unjudged, began, ..Self::default() };
        match &scope.part_of_sweep {
            None => seen,
            Some(SweepPart::Services) => Self { services: scope.services.clone(), ..seen },
            Some(SweepPart::Rest(others)) => {
                let rest = Some((others.clone(), scope.target_groups.clone()));
                Self { rest, began: began.min(others.at), ..seen }
            }
        }
    }

    /// Is there any alert it might resolve?
    #[must_use]
    pub fn is_any(&self) -> bool {
        (self.everything || !self.clusters.is_empty() || !self.services.is_empty() || self.rest.is_some())
            && !self.rules.is_empty()
            && !self.unjudged.contains(&Unit::Everything)
    }

    /// Would it have seen what this alert is about? In doubt, no.
    #[must_use]
    pub fn includes(&self, alert: &Alert) -> bool {
        let cluster = alert.cluster();
        let there = self.everything
            || cluster.as_ref().is_some_and(|cluster| self.clusters.contains(cluster))
            || alert.service_id().is_some_and(|service| self.services.contains(&service))
            || self.rest.as_ref().is_some_and(|(others, groups)| is_of_no_other(alert, others, groups));
        there
            && alert.opened_at.is_none_or(|opened| opened <= self.began)
            && self.rules.contains(&alert.key.rule)
            && !self.unjudged.iter().any(|unit| may_concern(unit, alert, cluster.as_ref()))
    }
}

/// The alerts that a pass which covers this, and saw these, would take back: resolve, lower, or suspect no more.
#[must_use]
pub fn taken_back<'a>(kept: &'a [KeptAlert], seen: &[Sighting], coverage: &AlertCoverage) -> Vec<&'a Alert> {
    let seen: BTreeMap<&AlertKey, &Sighting> = seen.iter().map(|sighting| (&sighting.key, sighting)).collect();
    let is_taken_back = |alert: &&Alert| match seen.get(&alert.key) {
        None => alert.open || !alert.suspected.is_empty(),
        Some(sighting) => alert.open && sighting.is_loud() && sighting.severity < alert.severity,
    };
    kept.iter().map(|kept| &kept.alert).filter(|alert| coverage.includes(alert)).filter(is_taken_back).collect()
}

/// Is what the alert is about seen by no other part of a sweep than the rest, which looks at these groups itself?
fn is_of_no_other(alert: &Alert, others: &OtherParts, groups: &BTreeSet<TargetGroupArn>) -> bool {
    let group = alert.key.target_group.as_ref();
    if group.is_some_and(|group| others.target_groups.contains(group) && !groups.contains(group)) {
        return false;
    }
    match (alert.service_id(), alert.cluster()) {
        (Some(service), _) => !others.clusters.contains(&service.cluster) && !others.services.contains(&service),
        (None, Some(cluster)) => !others.clusters.contains(&cluster),
        // In doubt it isn't known of which cluster its service is.
        (None, None) => alert.key.service.is_none() && alert.service.is_none() && group.is_some(),
    }
}

/// Which service a task is of, or which services use a group, isn't known here: what is unread in a cluster may concern
/// everything in it.
fn may_concern(unit: &Unit, alert: &Alert, cluster: Option<&ClusterArn>) -> bool {
    let in_cluster = |of: Option<&ClusterArn>| cluster.is_none() || of.is_none() || cluster == of;
    match unit {
        Unit::Everything => true,
        Unit::Cluster(of) => in_cluster(Some(of)),
        Unit::Task(task) => in_cluster(task.cluster().as_ref()),
        Unit::Service(service) => match &alert.key.service {
            Some(own) if alert.key.target_group.is_none() => {
                own.name() == &*service.name && in_cluster(Some(&service.cluster))
            }
            _ => in_cluster(Some(&service.cluster)),
        },
        Unit::TargetGroup(group) => alert.key.target_group.as_ref().is_none_or(|own| own == group),
    }
}
