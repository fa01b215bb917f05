//! What an audit was divided into.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use model::id::ClusterArn;
use model::policy::Mode;
use model::scope::ServiceId;
use serde::{Deserialize, Serialize};

/// What an audit was divided into, as it is left in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Division {
    /// The audit's name.
    pub(crate) id: String,
    /// When it began.
    pub(crate) began: Timestamp,
    /// Its parts; each is told by its place.
    pub(crate) parts: Vec<Part>,
    /// The rules it was asked for; all, if none were named.
    pub(crate) rules: Option<BTreeSet<String>>,
    /// The mode at most.
    pub(crate) mode: Option<Mode>,
    /// Whether what was read before may answer.
    #[serde(default)]
    pub(crate) remembered: bool,
}

/// A part of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    /// A cluster, with the target groups its services name.
    Cluster(ClusterArn),
    /// Services of a cluster that has too many for one part.
    Services {
        /// The cluster.
        cluster: ClusterArn,
        /// Their names.
        names: Vec<Arc<str>>,
    },
    /// The target groups that no service names, and of clusters that are looked at service by service the tasks of none.
    #[serde(rename = "other_target_groups")]
    Rest,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster(arn) => arn.fmt(f),
            Self::Services { cluster, names } => match names.as_slice() {
                [first, .., last] => write!(f, "services {first} to {last} of {cluster}"),
                names => write!(f, "service {} of {cluster}", names.concat()),
            },
            Self::Rest => f.write_str("target groups that no service names"),
        }
    }
}

impl Part {
    /// A cluster in as many parts as it takes, of nearly the same size, where one has so many services at most.
    pub(crate) fn of_cluster(cluster: &ClusterArn, services: &[ServiceId], at_most: usize) -> Vec<Self> {
        let parts = services.len().div_ceil(at_most.max(1));
        if parts <= 1 {
            return vec![Self::Cluster(cluster.clone())];
        }
        let mut names: Vec<Arc<str>> = services.iter().map(|id| Arc::clone(&id.name)).collect();
        names.sort();
        let chunks = names.chunks(names.len().div_ceil(parts));
        chunks.map(|names| Self::Services { cluster: cluster.clone(), names: names.to_vec() }).collect()
    }
}

impl Division {
    /// The clusters that are looked at service by service.
    pub(crate) fn divided_clusters(&self) -> BTreeSet<ClusterArn> {
        let of = |part: &Part| match part {
            Part::Services { cluster, .. } => Some(cluster.clone()),
            Part::Cluster(_) | Part::Rest => None,
        };
        self.parts.iter().filter_map(of).collect()
    }

    /// How many clusters its parts look at.
    pub(crate) fn clusters(&self) -> usize {
        let whole = self.parts.iter().filter(|part| matches!(part, Part::Cluster(_))).count();
        whole + self.divided_clusters().len()
    }

    /// What the keys of everything about this audit begin with.
    pub(crate) fn prefix(&self) -> String {
        format!("audits/{}/", self.id)
    }

    /// Where the plan is.
    pub(crate) fn key(&self) -> String {
        Self::key_of(&self.id)
    }

    /// Where the plan of the audit of this name is.
    pub(crate) fn key_of(id: &str) -> String {
        format!("audits/{id}/plan.json")
    }

    /// What the keys of the parts' reports begin with.
    pub(crate) fn parts_prefix(&self) -> String {
        format!("{}parts/", self.prefix())
    }

    /// Where a part's report is.
    pub(crate) fn part_key(&self, part: usize) -> String {
        format!("{}{part:05}.json", self.parts_prefix())
    }

    /// Where the report is.
    pub(crate) fn report_key(&self) -> String {
        format!("{}report.json", self.prefix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_divided_evenly_and_no_more_than_it_must_be() {
        let cluster: ClusterArn = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().unwrap();
        let services: Vec<ServiceId> =
            (0..10).map(|number| ServiceId::new(&cluster, &format!("web-{number}"))).collect();
        for (at_most, sizes) in [(10, vec![]), (9, vec![5, 5]), (4, vec![4, 4, 2]), (1, vec![1; 10]), (0, vec![1; 10])]
        {
            let parts = Part::of_cluster(&cluster, &services, at_most);
            let names = |part: &Part| match part {
                Part::Services { names, .. } => Some(names.clone()),
                Part::Cluster(_) | Part::Rest => None,
            };
            let divided: Vec<_> = parts.iter().filter_map(names).collect();
            assert_eq!(divided.iter().map(Vec::len).collect::<Vec<_>>(), sizes, "{at_most}");
            assert!(!sizes.is_empty() || parts == [Part::Cluster(cluster.clone())]);
            let all: BTreeSet<_> = divided.concat().into_iter().collect();
            assert!(sizes.is_empty() || all.len() == services.len());
        }
    }

    #[test]
    fn plans_of_earlier_versions_are_read() {
        let plan = r#"{"id":"a","began":"2026-03-01T12:00:00Z","parts":[
            {"cluster":"arn:aws:ecs:eu-central-1:111122223333:cluster/prod"},"other_target_groups"],"rules":null,"mode":null}"#;
        let plan: Division = serde_json::from_str(plan).unwrap();
        assert_eq!((plan.parts.len(), plan.clusters(), &plan.parts[1]), (2, 1, &Part::Rest));
    }
}
