//! The way traffic takes to each service, as it was read, with the faults at the spots where they are.
//!
//! A [`Topology`] is plain data, made from an observation and the findings by [`Topology::of`]; a picture is drawn from it.
//! It is no part of the report's JSON. Members of a target group that are alike are one [`Lane`] with a count, so that a
//! service of a thousand tasks is drawn as well as one of three; whatever has a fault is told by name, up to a limit.

mod blame;
mod known;
mod lanes;
mod member;
mod paths;
mod spot;
#[cfg(test)]
mod tests;

use model::finding::{Fingerprint, Severity};
use serde::{Deserialize, Serialize};

/// The ways to all services that were looked at, and to groups of no one service that have findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topology {
    /// One for each place, by name.
    pub paths: Vec<Path>,
}

/// The way to one service, or to one target group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// The place's name, as [`crate::place::place`] tells it.
    pub place: String,
    /// The service; absent for a target group of several services or none.
    pub service: Option<Node>,
    /// Its target groups, by name.
    pub groups: Vec<PathGroup>,
    /// The security groups that its tasks have, or should, by id.
    pub security_groups: Vec<Node>,
    /// Live tasks that belong to no group drawn here.
    pub tasks_elsewhere: usize,
}

/// A target group, what is before it and what is behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathGroup {
    /// The group.
    pub node: Node,
    /// The listeners that forward to it, each with its balancer. A balancer whose listener isn't known has none.
    pub entries: Vec<PathEntry>,
    /// Its members, those with the gravest faults first.
    pub lanes: Vec<Lane>,
}

/// A balancer and, if it is known, the listener on it that forwards to the group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PathEntry {
    /// The balancer.
    pub balancer: Node,
    /// `TCP :443`.
    pub listener: Option<Node>,
}

/// One member of a group, or several that are alike: target, task, interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// How many members it stands for.
    pub count: usize,
    /// The target.
    pub target: Option<Node>,
    /// The task that has, or should have, the target's address.
    pub task: Option<Node>,
    /// The interface with the address.
    pub interface: Option<Node>,
    /// Ids of the security groups the interface has, sorted.
    pub security_groups: Vec<String>,
    /// Ids of those it should have, and hasn't, sorted.
    pub lacks: Vec<String>,
    /// What the load balancer sends doesn't get to the task.
    #[serde(default)]
    pub stop: Option<Stop>,
}

/// A gate that is shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stop {
    /// How much it matters.
    pub severity: Severity,
    /// Only health checks don't pass.
    pub checks_only: bool,
}

/// One thing in a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Node {
    /// Its name or id.
    pub name: String,
    /// Its state in a few words; may be empty.
    pub detail: String,
    /// It isn't there, and should be.
    pub missing: bool,
    /// What is wrong with it, worst first.
    pub faults: Vec<DrawnFault>,
}

/// A finding, where it is drawn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DrawnFault {
    /// How much it matters.
    pub severity: Severity,
    /// The rule's slug.
    pub rule: String,
    /// The finding.
    pub fingerprint: Fingerprint,
    /// How many findings of the rule this stands for.
    pub count: usize,
    /// Nothing gets past where it is drawn.
    #[serde(default)]
    pub stops: bool,
}

impl Node {
    fn new(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), detail: detail.into(), ..Self::default() }
    }

    fn missing(self) -> Self {
        Self { missing: true, ..self }
    }

    /// The gravest of its faults.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.faults.iter().map(|fault| fault.severity).max()
    }

    fn blame(&mut self, fault: DrawnFault) {
        match self.faults.iter_mut().find(|other| other.rule == fault.rule && other.severity == fault.severity) {
            Some(other) if other.fingerprint == fault.fingerprint => {}
            Some(other) => other.count += fault.count,
            None => self.faults.push(fault),
        }
        self.faults.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.rule.cmp(&b.rule)));
    }
}

impl Lane {
    /// Everything on it.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.target.iter().chain(&self.task).chain(&self.interface)
    }

    /// The gravest fault on it.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.nodes().filter_map(Node::worst).max()
    }
}

impl PathGroup {
    fn nodes(&self) -> impl Iterator<Item = &Node> {
        let entries = self.entries.iter().flat_map(|entry| std::iter::once(&entry.balancer).chain(&entry.listener));
        std::iter::once(&self.node).chain(entries).chain(self.lanes.iter().flat_map(Lane::nodes))
    }
}

impl Path {
    /// Everything in the picture.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.service.iter().chain(self.groups.iter().flat_map(PathGroup::nodes)).chain(&self.security_groups)
    }
}
