//! What the guard asks of AWS, in the model's words.
//!
//! A list is read to its last page, and fails as a whole rather than leave out what it can't read; a list of clusters says beside
//! it that one of them can't be. A call that describes takes
//! at most one batch and answers for each key: a failure of the call itself is the error, a failure on one key is that key's
//! answer. A key without an answer was not mentioned by AWS, which says nothing about it: [`crate::observe`] takes it as unread.
//!
//! A call that names one thing, or many things in one cluster, fails with [`CallErrorKind::NotFound`] if that thing or
//! cluster doesn't exist.
//!
//! [`CallErrorKind::NotFound`]: model::call::CallErrorKind::NotFound

mod fact;

pub use fact::{AwsFact, Besides, Found};

use std::collections::BTreeSet;
use std::future::Future;

use model::call::CallError;
use model::ecs::AwsvpcConfiguration;
use model::elb::Target;
use model::id::{ClusterArn, NetworkInterfaceId, SecurityGroupId, TargetGroupArn, TaskArn};
use model::observation::Answer;
use model::scope::ServiceId;

/// An AWS account in one Region, as far as the guard looks and acts.
pub trait Account: Sync {
    /// Reads one batch: at most [`AwsFact::AT_MOST`], all of the same [`AwsFact::cluster`].
    fn read<T: AwsFact>(&self, asked: &[T::Asked]) -> impl Reply<Found<T>>;

    /// Registers targets, each by address and port; at most [`TARGETS`](crate::batch::TARGETS). One that is registered
    /// already stays as it is.
    fn register_targets(&self, group: &TargetGroupArn, targets: &[Target], zone: Zone) -> impl Reply<()>;

    /// Deregisters targets, each by address and port; at most [`TARGETS`](crate::batch::TARGETS). One that is absent
    /// already is no error. Success says only that AWS took the request: read back what became of it.
    fn deregister_targets(&self, group: &TargetGroupArn, targets: &[Target], zone: Zone) -> impl Reply<()>;

    /// Sets the security groups of an interface: the whole set, at least one. AWS refuses it for interfaces that it
    /// manages, by [`Permanent`](model::call::CallErrorKind::Permanent) or [`Denied`](model::call::CallErrorKind::Denied).
    fn modify_network_interface_groups(
        &self,
        interface: &NetworkInterfaceId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> impl Reply<()>;

    /// Gives a service another network configuration, and changes nothing else of it. That starts a deployment.
    fn update_service_network(&self, service: &ServiceId, network: &AwsvpcConfiguration) -> impl Reply<()>;

    /// Has all tasks of a service replaced by others with the same configuration, and changes nothing of it.
    fn force_new_deployment(&self, service: &ServiceId) -> impl Reply<()>;

    /// Stops a task; its service, if it has one, starts another. The reason is shown to whoever looks at the task.
    fn stop_task(&self, cluster: &ClusterArn, task: &TaskArn, reason: &str) -> impl Reply<()>;
}

/// Where a target's address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zone {
    /// In a subnet of the group's VPC; Elastic Load Balancing finds the zone by itself.
    Own,
    /// Outside the VPC: Elastic Load Balancing wants to be told `all` with each such target.
    All,
}

/// Each key with its answer.
pub type Answers<K, V> = Vec<(K, Answer<V>)>;

/// The outcome of a call, on its way.
pub trait Reply<T>: Future<Output = Result<T, CallError>> + Send {}

impl<T, F: Future<Output = Result<T, CallError>> + Send> Reply<T> for F {}
