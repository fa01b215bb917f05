//! What a request names: an ARN, a name, or a glob for names.

use std::fmt;

use model::id::{ArnError, ClusterArn, ServiceArn, TargetGroupArn, TaskArn};
use model::policy::Glob;
use model::scope::ServiceId;

use crate::home::{Home, Located};
use crate::incoming::cut;

/// Everything a request names; nothing at all stands for everything there is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patterns {
    /// Clusters.
    pub clusters: Vec<ArnOrName<ClusterArn>>,
    /// Services.
    pub services: Vec<InCluster<ServiceId>>,
    /// Tasks.
    pub tasks: Vec<InCluster<(ClusterArn, TaskArn)>>,
    /// Target groups.
    pub target_groups: Vec<ArnOrName<TargetGroupArn>>,
}

/// Something by ARN, or by name.
#[derive(Debug, Clone, PartialEq)]
pub enum ArnOrName<A> {
    /// This one.
    Exact(A),
    /// Those of this name.
    Name(Glob),
}

/// Something in a cluster by ARN, or by its cluster's name and its own.
#[derive(Debug, Clone, PartialEq)]
pub enum InCluster<A> {
    /// This one.
    Exact(A),
    /// `CLUSTER/NAME`.
    Name {
        /// The cluster's name.
        cluster: Glob,
        /// Its own name.
        name: Glob,
    },
}

impl Patterns {
    /// Does it stand for everything?
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.clusters.is_empty() && self.services.is_empty() && self.tasks.is_empty() && self.target_groups.is_empty()
    }
}

pub(super) fn cluster(text: &str, home: &Home) -> Result<ArnOrName<ClusterArn>, String> {
    named(text, home)
}

pub(super) fn target_group(text: &str, home: &Home) -> Result<ArnOrName<TargetGroupArn>, String> {
    named(text, home)
}

pub(super) fn service(text: &str, home: &Home) -> Result<InCluster<ServiceId>, String> {
    if is_arn(text) {
        let arn: ServiceArn = at_home(text, home)?;
        return ServiceId::of(&arn).map(InCluster::Exact).ok_or_else(|| without_cluster(text, arn.name()));
    }
    in_cluster(text, "SERVICE")
}

pub(super) fn task(text: &str, home: &Home) -> Result<InCluster<(ClusterArn, TaskArn)>, String> {
    if is_arn(text) {
        let arn: TaskArn = at_home(text, home)?;
        let cluster = arn.cluster().ok_or_else(|| without_cluster(text, arn.id()))?;
        return Ok(InCluster::Exact((cluster, arn)));
    }
    in_cluster(text, "TASK-ID")
}

fn named<A>(text: &str, home: &Home) -> Result<ArnOrName<A>, String>
where
    A: std::str::FromStr<Err = ArnError> + Located,
{
    if is_arn(text) { at_home(text, home).map(ArnOrName::Exact) } else { glob(text).map(ArnOrName::Name) }
}

fn in_cluster<A>(text: &str, name: &str) -> Result<InCluster<A>, String> {
    match text.split_once('/') {
        Some((cluster, name)) => Ok(InCluster::Name { cluster: glob(cluster)?, name: glob(name)? }),
        None => Err(format!("{:?} doesn't say in which cluster: write CLUSTER/{name}, or */{name} for any", cut(text))),
    }
}

fn at_home<A>(text: &str, home: &Home) -> Result<A, String>
where
    A: std::str::FromStr<Err = ArnError> + Located,
{
    let arn: A = text.parse().map_err(|error: ArnError| error.to_string())?;
    arn.at(home).map_err(|error| error.to_string())?;
    Ok(arn)
}

fn glob(text: &str) -> Result<Glob, String> {
    text.parse().map_err(|error| format!("{error}"))
}

fn without_cluster(text: &str, name: &str) -> String {
    format!("{:?} is of the old form, which doesn't say in which cluster: write CLUSTER/{name}", cut(text))
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
}

/// The name a glob stands for, if it stands for one only.
pub(super) fn literal(glob: &Glob) -> Option<&str> {
    Some(glob.as_str()).filter(|text| !text.contains(['*', '?', '[', ']', '{', '}', '\\']))
}

impl<A: fmt::Display> fmt::Display for ArnOrName<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(arn) => arn.fmt(f),
            Self::Name(glob) => glob.fmt(f),
        }
    }
}
