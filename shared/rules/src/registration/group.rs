//! One target group as the rules see it: its targets, the services known to use it, and their live tasks.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use jiff::SignedDuration;
use model::Timestamp;
use model::ecs::{Service, Task};
use model::elb::{Target, TargetGroup, TargetHealth, TargetType};
use model::id::LoadBalancerKind;
use model::observation::{Gap, Lookup};
use model::policy::{BalancerKind, Managed, Mode, Policy, RegistrationPolicy};
use model::repair::{Proposal, Repair};
use model::scope::ServiceId;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::expected::{Expected, expected};
use super::uses::certain_users;

/// One target group under judgement.
pub(crate) struct JudgedGroup<'a> {
    /// The group.
    pub(crate) group: &'a TargetGroup,
    /// Its targets as DescribeTargetHealth tells them.
    pub(crate) health: &'a [TargetHealth],
    /// The same by address.
    by_address: FxHashMap<IpAddr, Vec<&'a TargetHealth>>,
    /// Services under judgement that use it.
    pub(crate) users: Vec<(ServiceId, &'a Service)>,
    /// Their live tasks, as far as they are read.
    pub(crate) members: Vec<Member<'a>>,
    /// Which of them have an address.
    members_at: FxHashMap<IpAddr, Vec<usize>>,
    /// The policy for it, the most cautious of its known users'.
    pub(crate) policy: RegistrationPolicy,
    /// What the policy says everywhere.
    pub(crate) policies: &'a Policy,
}

/// A live task of a service that uses the group.
pub(crate) struct Member<'a> {
    /// The service.
    pub(crate) id: ServiceId,
    /// The service.
    pub(crate) service: &'a Service,
    /// The task.
    pub(crate) task: &'a Task,
    /// Where it belongs.
    pub(crate) expected: Expected,
}

impl<'a> Member<'a> {
    /// A task of a service, and where it belongs.
    pub(crate) fn new(
        lookup: &Lookup<'a>,
        id: ServiceId,
        service: &'a Service,
        task: &'a Task,
    ) -> Result<Self, Gap<'a>> {
        Ok(Self { id, service, task, expected: expected(lookup, service, task)? })
    }

    /// Has the task been RUNNING for longer than the policy's grace at `now`? An unknown start counts as long ago.
    pub(crate) fn is_past_grace(&self, policy: &RegistrationPolicy, now: Timestamp) -> bool {
        is_past(self.task.started_at, policy.grace, now)
    }

    /// Has it been RUNNING for longer than health checks may fail at `now`?
    pub(crate) fn is_past_health_grace(&self, policy: &RegistrationPolicy, now: Timestamp) -> bool {
        is_past(self.task.started_at, self.health_grace(policy), now)
    }

    /// How long failing health checks of its target say nothing: the policy's grace, or the service's
    /// `healthCheckGracePeriodSeconds` if that is longer, in which ECS ignores them ("Elastic Load Balancing health checks" in
    /// the Amazon ECS guide).
    pub(crate) fn health_grace(&self, policy: &RegistrationPolicy) -> Duration {
        let of_service = Duration::from_secs(self.service.health_check_grace_seconds.unwrap_or(0).into());
        policy.grace.max(of_service)
    }

    /// The targets it should have in this group; none if it doesn't belong there, has no address of the group's IP
    /// version yet, or nobody can say.
    pub(crate) fn targets(&self, group: &TargetGroup) -> impl Iterator<Item = Target> + use<'_> {
        let ports = match &self.expected {
            Expected::In(groups) => groups.get(&group.arn),
            Expected::Unclear => None,
        };
        let address = group.ip_version().ok().and_then(|version| self.task.address(version));
        ports.into_iter().flatten().filter_map(move |port| Some(Target { ip: address?, port: *port }))
    }

    /// Is it certain that it doesn't belong in this group?
    pub(crate) fn belongs_elsewhere(&self, group: &TargetGroup) -> bool {
        matches!(&self.expected, Expected::In(groups) if !groups.contains_key(&group.arn))
    }
}

/// Is `since` longer ago than `grace`? What is unknown counts as long ago.
fn is_past(since: Option<Timestamp>, grace: Duration, now: Timestamp) -> bool {
    let grace = SignedDuration::try_from(grace).unwrap_or(SignedDuration::MAX);
    since.is_none_or(|since| since.checked_add(grace).is_ok_and(|over| over <= now))
}

impl<'a> JudgedGroup<'a> {
    /// A group whose members aren't known yet.
    pub(crate) fn new(
        group: &'a TargetGroup,
        health: &'a [TargetHealth],
        users: Vec<(ServiceId, &'a Service)>,
        policy: RegistrationPolicy,
        policies: &'a Policy,
    ) -> Self {
        let mut by_address: FxHashMap<IpAddr, Vec<_>> =
            FxHashMap::with_capacity_and_hasher(health.len(), FxBuildHasher);
        health.iter().for_each(|one| by_address.entry(one.target.ip).or_default().push(one));
        Self {
            group,
            health,
            by_address,
            users,
            members: Vec::new(),
            members_at: FxHashMap::default(),
            policy,
            policies,
        }
    }

    /// The same with its members.
    pub(crate) fn with_members(self, members: Vec<Member<'a>>) -> Self {
        let mut members_at: FxHashMap<IpAddr, Vec<_>> =
            FxHashMap::with_capacity_and_hasher(members.len(), FxBuildHasher);
        for (place, member) in members.iter().enumerate() {
            member.task.addresses().for_each(|address| members_at.entry(address).or_default().push(place));
        }
        Self { members, members_at, ..self }
    }

    /// Its targets at an address, on whatever port.
    pub(crate) fn at(&self, ip: IpAddr) -> impl Iterator<Item = &'a TargetHealth> + '_ {
        self.by_address.get(&ip).into_iter().flatten().copied()
    }

    /// Targets that are registered and not on their way out, and that the policy doesn't exclude.
    pub(crate) fn in_place(&self) -> impl Iterator<Item = &'a TargetHealth> + '_ {
        self.health.iter().filter(|one| one.is_in_place() && !self.policy.excludes(one.target.ip))
    }

    /// Is exactly this pair registered, and not on its way out?
    pub(crate) fn has(&self, target: Target) -> bool {
        self.at(target.ip).any(|one| one.target == target && one.is_in_place())
    }

    /// Is this address draining, on any port?
    pub(crate) fn is_draining(&self, ip: IpAddr) -> bool {
        self.at(ip).any(|one| one.is_registered() && one.is_draining())
    }

    /// Does the policy say of everybody who uses the group, known here or not, that only ECS puts targets in it?
    pub(crate) fn is_exclusive(&self, lookup: &Lookup<'a>) -> Result<bool, Gap<'a>> {
        if self.policy.managed != Managed::Exclusive {
            return Ok(false);
        }
        let everybody = certain_users(lookup, &self.group.arn)?;
        Ok(policy_for(self.policies, self.group, &everybody).managed == Managed::Exclusive)
    }

    /// The policy for registrations in the group, and the services it is that of. Who else uses the group is asked only where that
    /// can matter: where the policy repairs here, and tells services apart.
    pub(crate) fn policy_of_all(
        &self,
        lookup: &Lookup<'a>,
    ) -> Result<(Cow<'_, RegistrationPolicy>, Vec<ServiceId>), Gap<'a>> {
        let is_known = self.policy.mode == Mode::Observe || !self.policies.tells_sharers_apart(self.group.arn.name());
        if is_known {
            return Ok((Cow::Borrowed(&self.policy), self.users.iter().map(|(id, _)| id.clone()).collect()));
        }
        let everybody = certain_users(lookup, &self.group.arn)?;
        let policy = policy_for(self.policies, self.group, &everybody);
        Ok((Cow::Owned(policy), everybody.into_iter().map(|(id, _)| id).collect()))
    }

    /// The deregistration of a target.
    pub(crate) fn removal(&self, target: Target) -> Repair {
        Repair::DeregisterTarget { target_group: self.group.arn.clone(), target }
    }

    /// The same as a proposal that nothing speaks against but what the group is.
    pub(crate) fn deregister(&self, target: Target) -> Proposal {
        let removal = self.removal(target);
        if self.group.is_quic() {
            // TargetDescription of DeregisterTargets has a QuicServerId, and no answer of AWS's tells which a target has.
            Proposal::withheld(removal, "a QUIC target has a server id, which can't be read from AWS")
        } else {
            Proposal::sound(removal)
        }
    }

    /// The live task of a known user that has this address. One that is leaving keeps it in name until it is STOPPED, when
    /// its interface may be gone and another serve there.
    pub(crate) fn member_at(&self, ip: IpAddr) -> Option<&Member<'a>> {
        let there = self.members_at.get(&ip).into_iter().flatten().filter_map(|place| self.members.get(*place));
        there.min_by_key(|member| !member.task.is_serving())
    }
}

/// Is this a group the registration rules judge? An `ip` group of a Network Load Balancer, or of another kind the policy
/// lists. The protocol tells which kind of balancer a group can hang on, whether it hangs on one yet or not.
pub(crate) fn is_judged(group: &TargetGroup, policy: &RegistrationPolicy) -> bool {
    group.target_type == TargetType::Ip && kind_of(group).is_some_and(|kind| policy.balancers.contains(&kind))
}

/// The kind of balancer that a group can hang on; `None` if it is one that no policy lists.
pub(crate) fn kind_of(group: &TargetGroup) -> Option<BalancerKind> {
    match group.protocol.as_deref() {
        Some("TCP" | "UDP" | "TLS" | "TCP_UDP" | "QUIC" | "TCP_QUIC") => Some(BalancerKind::Network),
        Some("HTTP" | "HTTPS") => Some(BalancerKind::Application),
        _ if group.is_behind(LoadBalancerKind::Network) => Some(BalancerKind::Network),
        _ if group.is_behind(LoadBalancerKind::Application) => Some(BalancerKind::Application),
        _ => None,
    }
}

/// The policy for a group with these users.
pub(crate) fn policy_for(policy: &Policy, group: &TargetGroup, users: &[(ServiceId, &Service)]) -> RegistrationPolicy {
    let users: Vec<(&str, &str)> = users.iter().map(|(id, _)| (id.cluster.name(), id.name.as_ref())).collect();
    policy.registration_shared(group.arn.name(), &users)
}
