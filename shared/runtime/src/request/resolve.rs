//! From what a request names to what there is.
//!
//! Like a rule, it asks what it needs and is asked again once that was read. What is named by ARN or by plain names is
//! looked up, not searched for.

use model::id::{ClusterArn, TargetGroupArn, TaskArn};
use model::near::{did_you_mean, nearest};
use model::observation::{Desired, Gap, Lookup, TaskList};
use model::policy::Glob;
use model::scope::{Scope, ServiceId, TaskHint};

use super::pattern::{ArnOrName, InCluster, Patterns, literal};

/// Names in a request that match nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request matches nothing: {}", unmatched.join("; "))]
pub struct UnmatchedError {
    /// Each name, with what it should be the name of.
    pub unmatched: Vec<String>,
}

/// The scope a request asks for.
///
/// # Errors
/// [`UnmatchedError`] when a name matches nothing; a [`Gap`] while something isn't read yet, or could not be.
pub fn resolve<'a>(patterns: &Patterns, lookup: &Lookup<'a>) -> Result<Result<Scope, UnmatchedError>, Gap<'a>> {
    if patterns.is_everything() {
        return Ok(Ok(Scope { everything: true, ..Scope::default() }));
    }
    let mut search = NameSearch { lookup, scope: Scope::default(), unmatched: Vec::new(), gaps: Vec::new() };
    patterns.clusters.iter().for_each(|pattern| search.clusters(pattern));
    patterns.services.iter().for_each(|pattern| search.services(pattern));
    patterns.tasks.iter().for_each(|pattern| search.tasks(pattern));
    patterns.target_groups.iter().for_each(|pattern| search.target_groups(pattern));
    // As long as anything is still to be read, what can't be read is not the last word.
    match search.gaps.iter().find(|gap| **gap == Gap::Pending).or_else(|| search.gaps.first()) {
        Some(gap) => Err(*gap),
        None if search.unmatched.is_empty() => Ok(Ok(search.scope)),
        None => Ok(Err(UnmatchedError { unmatched: search.unmatched })),
    }
}

struct NameSearch<'l, 'a> {
    lookup: &'l Lookup<'a>,
    scope: Scope,
    unmatched: Vec<String>,
    gaps: Vec<Gap<'a>>,
}

impl<'a> NameSearch<'_, 'a> {
    fn clusters(&mut self, pattern: &ArnOrName<ClusterArn>) {
        let found = match pattern {
            ArnOrName::Exact(arn) => {
                self.ask(self.lookup.cluster(arn)).map(|found| found.map(|_| arn.clone()).into_iter().collect())
            }
            ArnOrName::Name(name) => self.clusters_named(name),
        };
        let near = |search: &mut Self| search.near_cluster(&pattern.to_string());
        if let Some(found) = self.some("cluster", pattern, found, near) {
            self.scope.clusters.extend(found);
        }
    }

    fn target_groups(&mut self, pattern: &ArnOrName<TargetGroupArn>) {
        let found = match pattern {
            ArnOrName::Exact(arn) => {
                self.ask(self.lookup.target_group(arn)).map(|found| found.map(|_| arn.clone()).into_iter().collect())
            }
            ArnOrName::Name(name) => self
                .ask(self.lookup.target_groups())
                .map(|groups| groups.iter().filter(|group| name.matches(group.name())).cloned().collect::<Vec<_>>()),
        };
        let near = |search: &mut Self| {
            let groups = search.hint(search.lookup.target_groups());
            did_you_mean(&pattern.to_string(), groups.into_iter().flatten().map(TargetGroupArn::name))
        };
        if let Some(found) = self.some("target group", pattern, found, near) {
            self.scope.target_groups.extend(found);
        }
    }

    fn services(&mut self, pattern: &InCluster<ServiceId>) {
        let (written, found) = match pattern {
            InCluster::Exact(service) => (service.to_string(), self.service(service)),
            InCluster::Name { cluster, name } => {
                let found = self.in_clusters(cluster, |search, cluster| match literal(name) {
                    Some(name) if cluster.service(name).is_ok() => search.service(&ServiceId::new(cluster, name)),
                    _ => search.ask(search.lookup.services(cluster)).map(|services| {
                        services.iter().filter(|service| name.matches(&service.name)).cloned().collect()
                    }),
                });
                (format!("{cluster}/{name}"), found)
            }
        };
        let near = |search: &mut Self| match pattern {
            InCluster::Exact(_) => String::new(),
            InCluster::Name { cluster, name } => search.near_service(cluster, name),
        };
        if let Some(found) = self.some("service", &written, found, near) {
            self.scope.services.extend(found);
        }
    }

    fn tasks(&mut self, pattern: &InCluster<(ClusterArn, TaskArn)>) {
        let (written, found) = match pattern {
            InCluster::Exact((cluster, task)) => (task.to_string(), self.task(cluster, task)),
            InCluster::Name { cluster, name } => {
                let found = self.in_clusters(cluster, |search, cluster| search.tasks_named(cluster, name));
                (format!("{cluster}/{name}"), found)
            }
        };
        for (task, hint) in self.some("task", &written, found, |_| String::new()).into_iter().flatten() {
            self.scope.add_task(task, hint);
        }
    }

    fn tasks_named(&mut self, cluster: &ClusterArn, name: &Glob) -> Option<Vec<(TaskArn, TaskHint)>> {
        if let Some(id) = literal(name) {
            let arn = format!("{}task/{}/{id}", cluster.prefix(), cluster.name()).parse().ok();
            return arn.map_or(Some(Vec::new()), |task| self.task(cluster, &task));
        }
        let list = TaskList { cluster: cluster.clone(), service: None, desired: Desired::Running };
        let tasks = self.ask(self.lookup.tasks(&list))?;
        let hint = || TaskHint { cluster: cluster.clone(), service: None, addresses: Vec::new(), version: 0 };
        Some(tasks.iter().filter(|task| name.matches(task.id())).map(|task| (task.clone(), hint())).collect())
    }

    fn service(&mut self, service: &ServiceId) -> Option<Vec<ServiceId>> {
        self.ask(self.lookup.service(service)).map(|found| found.map(|_| service.clone()).into_iter().collect())
    }

    fn task(&mut self, cluster: &ClusterArn, task: &TaskArn) -> Option<Vec<(TaskArn, TaskHint)>> {
        let found = self.ask(self.lookup.task(cluster, task))?;
        let hint = TaskHint { cluster: cluster.clone(), service: None, addresses: Vec::new(), version: 0 };
        Some(found.map(|_| (task.clone(), hint)).into_iter().collect())
    }

    fn clusters_named(&mut self, name: &Glob) -> Option<Vec<ClusterArn>> {
        let list = self.ask(self.lookup.cluster_list())?;
        Some(list.clusters.iter().filter(|cluster| name.matches(cluster.name())).cloned().collect())
    }

    /// What is found in any of the clusters of this name; nothing while one of them is unknown.
    fn in_clusters<T>(
        &mut self,
        cluster: &Glob,
        mut find: impl FnMut(&mut Self, &ClusterArn) -> Option<Vec<T>>,
    ) -> Option<Vec<T>> {
        let clusters = self.clusters_named(cluster)?;
        // Every cluster is asked before the first gap counts, so that all are read at once.
        let found: Vec<Option<Vec<T>>> = clusters.iter().map(|cluster| find(self, cluster)).collect();
        found.into_iter().collect::<Option<Vec<_>>>().map(|found| found.into_iter().flatten().collect())
    }

    /// The answer, or a note that there is none.
    fn ask<T>(&mut self, answer: Result<T, Gap<'a>>) -> Option<T> {
        answer.map_err(|gap| self.gaps.push(gap)).ok()
    }

    /// The answer, where it only helps to find out what was meant: one that can't be read is none.
    fn hint<T>(&mut self, answer: Result<T, Gap<'a>>) -> Option<T> {
        let gap = match answer {
            Ok(answer) => return Some(answer),
            Err(gap) => gap,
        };
        self.gaps.extend((gap == Gap::Pending).then_some(gap));
        None
    }

    fn near_cluster(&mut self, name: &str) -> String {
        let list = self.hint(self.lookup.cluster_list());
        did_you_mean(name, list.into_iter().flat_map(|list| &list.clusters).map(ClusterArn::name))
    }

    /// The service that is meant, in the clusters of this name or, if there is none, in the one that is meant.
    fn near_service(&mut self, cluster: &Glob, name: &Glob) -> String {
        let clusters = self.clusters_named(cluster).unwrap_or_default();
        if clusters.is_empty() {
            return self.near_cluster(cluster.as_str());
        }
        let lists: Vec<_> = clusters.iter().map(|cluster| self.hint(self.lookup.services(cluster))).collect();
        let names: Vec<String> = lists.into_iter().flatten().flatten().map(ToString::to_string).collect();
        let name = name.as_str();
        let near = nearest(name, names.iter().map(|full| full.rsplit('/').next().unwrap_or(full)));
        let full = near.and_then(|near| names.iter().find(|full| full.ends_with(&format!("/{near}"))));
        full.map(|full| format!("; did you mean {full:?}?")).unwrap_or_default()
    }

    /// What was found, with a note if that is nothing, and what may be meant.
    fn some<T>(
        &mut self,
        what: &str,
        pattern: &impl ToString,
        found: Option<Vec<T>>,
        near: impl FnOnce(&mut Self) -> String,
    ) -> Option<Vec<T>> {
        let found = found?;
        if found.is_empty() {
            let near = near(self);
            self.unmatched.push(format!("no {what} {:?}{near}", pattern.to_string()));
        }
        Some(found)
    }
}
