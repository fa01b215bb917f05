//! A target and its health.

use std::cmp::Ordering;
use std::fmt;
use std::net::IpAddr;

use crate::ecs::open_enum;

/// An address and a port in one target group.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Target {
    /// The address, parsed: two spellings of one IPv6 address are one target.
    pub ip: IpAddr,
    /// The port.
    pub port: u16,
}

impl PartialOrd for Target {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Target {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.ip, self.port).cmp(&(other.ip, other.port))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&std::net::SocketAddr::new(self.ip, self.port), f)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What DescribeTargetHealth says of one target. A target that isn't an address is not kept: it can't be a task's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetHealth {
    /// The target.
    pub target: Target,
    /// Its state.
    pub state: TargetState,
    /// Why, as a code: `Target.NotInUse`, `Elb.RegistrationInProgress` …
    pub reason: Option<String>,
    /// Why, in AWS's words.
    pub description: Option<Box<str>>,
    /// The Availability Zone of a target that is `unused`, which may be why; not kept of others.
    pub unused_in: Option<Box<str>>,
    /// A zonal shift (or zonal autoshift) keeps traffic from it: its `AdministrativeOverride` says so, whatever its health.
    pub is_shifted_away: bool,
}

open_enum! {
    /// A target's state.
    TargetState {
        /// Being registered, or its first health checks are running.
        Initial = "initial",
        /// Serving.
        Healthy = "healthy",
        /// Failing its health check.
        Unhealthy = "unhealthy",
        /// Ambiguous: not registered, or registered and not served. See [`TargetHealth::is_registered`].
        Unused = "unused",
        /// Being deregistered.
        Draining = "draining",
        /// Health checks are off.
        Unavailable = "unavailable",
        /// Failing, and being taken out of service.
        UnhealthyDraining = "unhealthy.draining",
    }
}

impl TargetHealth {
    /// A target in this state, and AWS's code why.
    #[must_use]
    pub const fn new(target: Target, state: TargetState, reason: Option<String>) -> Self {
        Self { target, state, reason, description: None, unused_in: None, is_shifted_away: false }
    }

    /// Is it in the group at all? `unused` with `Target.NotRegistered` is absence.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        !(self.state == TargetState::Unused && self.reason.as_deref() == Some("Target.NotRegistered"))
    }

    /// Is it being deregistered? A draining target is neither removed again nor registered over.
    /// `unhealthy.draining` is another thing: a registered target whose connections are being moved off.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.state == TargetState::Draining
    }

    /// Registered, and not on its way out.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        self.is_registered() && !self.is_draining()
    }
}
