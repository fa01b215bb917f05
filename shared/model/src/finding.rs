//! A rule's judgement on one resource.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::Hasher as _;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;

use crate::elb::Target;
use crate::fix::Fix;
use crate::id::{
    ClusterArn, LoadBalancerArn, NetworkInterfaceId, SecurityGroupId, ServiceArn, TargetGroupArn, TaskArn,
};
use crate::repair::Proposal;
use crate::scope::ServiceId;

/// How much a finding matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Will matter sooner or later.
    Medium,
    /// Capacity or protection is lost now.
    High,
    /// An outage, or traffic that reaches a stranger.
    Critical,
}

impl Severity {
    /// All of them, least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that isn't a severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a severity: use low, medium, high or critical")]
pub struct SeverityError(pub String);

impl FromStr for Severity {
    type Err = SeverityError;
    fn from_str(text: &str) -> Result<Self, SeverityError> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or_else(|| SeverityError(text.to_owned()))
    }
}

/// What a finding is about, as the report names it. Keys that don't apply are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Resources {
    /// Cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterArn>,
    /// Service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceArn>,
    /// Task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskArn>,
    /// Target group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_group: Option<TargetGroupArn>,
    /// Load balancer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<LoadBalancerArn>,
    /// Availability Zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Arc<str>>,
    /// Target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Network interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_interface: Option<NetworkInterfaceId>,
    /// Security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<SecurityGroupId>,
}

/// A short, stable hash of what a finding is: the same for the same fault on the same resource every time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The hash of some texts, in order; their boundaries count.
    #[must_use]
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        // SipHash 1-3 with a fixed key: stable over builds and machines, unlike the standard library's hasher.
        let mut hasher = SipHasher13::new_with_keys(0, 0);
        for text in texts {
            hasher.write(text.as_bytes());
            hasher.write_u8(0xff);
        }
        Self(hasher.finish())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that isn't a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a fingerprint of sixteen hexadecimal digits")]
pub struct FingerprintError(pub String);

impl FromStr for Fingerprint {
    type Err = FingerprintError;
    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let valid = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = valid.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or_else(|| FingerprintError(text.chars().take(40).collect()))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a finding means for traffic: its services lose some, or it goes where it shouldn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// How many tasks get no traffic because of it.
    pub tasks: usize,
}

/// What a finding has in common with others of its rule: those of one cause are told as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grouping {
    /// What has to be changed, where that is no resource of one service, such as a security group's id; empty where they are
    /// alike because they are about the same service and target group.
    pub cause: String,
    /// What is said of several, after their number: `running tasks of prod/web get no traffic`.
    pub what: String,
    /// How many there are, faulty or not, if that is known.
    pub of: Option<usize>,
}

/// A rule's judgement on one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule's slug.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// The rule in one line.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// What a person can do.
    pub remedy: String,
    /// How exactly, best first: commands to paste, and what holds the same as code.
    pub fixes: Vec<Fix>,
    /// The finding that this one follows from: once that is mended, so is this.
    pub caused_by: Option<Fingerprint>,
    /// What it means for traffic, if it means anything.
    pub impact: Option<Impact>,
    /// The findings of its rule that it is one entry with.
    pub grouping: Option<Grouping>,
    /// What it is about.
    pub resources: Resources,
    /// What exactly was seen, beyond the resources: two looks confirm each other only if this is the same.
    pub subject: String,
    /// What the judgement rests on, for a person to check.
    pub evidence: BTreeMap<String, serde_json::Value>,
    /// What would mend it, in the order it must be done.
    pub repairs: Vec<Proposal>,
    /// The services whose policy and holds apply: the task's service, or every service that uses the group.
    pub users: Vec<ServiceId>,
    /// Services beside them that use its target group: a repair goes by the most cautious of all their policies.
    pub sharers: Vec<ServiceId>,
}

impl Finding {
    /// The same for the same fault on the same resource every time, whatever its details.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.identity().iter().map(String::as_str))
    }

    /// The fingerprint with the subject: what a second look must find again.
    #[must_use]
    pub fn suspicion(&self) -> Fingerprint {
        let identity = self.identity();
        Fingerprint::of(identity.iter().map(String::as_str).chain([self.subject.as_str()]))
    }

    /// The services it concerns, as `CLUSTER/SERVICE`: the one it names, or all that use what it is about.
    pub fn services(&self) -> impl Iterator<Item = String> {
        let own = self.resources.service.as_ref().map(|service| {
            let cluster = service.cluster_name().or_else(|| self.resources.cluster.as_ref().map(ClusterArn::name));
            format!("{}/{}", cluster.unwrap_or_default(), service.name())
        });
        let users: &[ServiceId] = if own.is_some() { &[] } else { &self.users };
        own.into_iter().chain(users.iter().map(ToString::to_string))
    }

    /// A target is identified by its group, address and port alone, however much a look found out about its owner;
    /// anything else by everything that is named.
    fn identity(&self) -> Vec<String> {
        fn text(value: Option<&impl fmt::Display>) -> String {
            value.map(ToString::to_string).unwrap_or_default()
        }
        let of = &self.resources;
        let mut identity = vec![self.rule.clone(), text(of.target_group.as_ref()), text(of.target.as_ref())];
        if of.target.is_none() {
            identity.extend([
                text(of.cluster.as_ref()),
                text(of.service.as_ref()),
                text(of.task.as_ref()),
                text(of.network_interface.as_ref()),
            ]);
        }
        // Appended only where they are named: what rules found before there were these keeps its identity.
        identity.extend(of.load_balancer.as_ref().map(ToString::to_string));
        identity.extend(of.zone.as_ref().map(ToString::to_string));
        identity
    }
}

/// What decides where a finding stands among others.
#[derive(Debug, Clone, Copy)]
pub struct Rank {
    /// How much it matters.
    pub severity: Severity,
    /// What it is.
    pub fingerprint: Fingerprint,
    /// What it follows from.
    pub caused_by: Option<Fingerprint>,
}

/// Sorts findings by how grave each is with all that follows from it, every consequence behind its cause.
pub fn roots_first<T>(found: &mut [T], rank: impl Fn(&T) -> Rank) {
    let root = |rank: Rank| rank.caused_by.unwrap_or(rank.fingerprint);
    let mut gravest: BTreeMap<Fingerprint, Severity> = BTreeMap::new();
    for one in found.iter().map(&rank) {
        let severity = gravest.entry(root(one)).or_insert(one.severity);
        *severity = one.severity.max(*severity);
    }
    found.sort_by_cached_key(|one| {
        let one = rank(one);
        let of_root = gravest.get(&root(one)).copied().unwrap_or(one.severity);
        (Reverse(of_root), root(one), one.caused_by.is_some(), Reverse(one.severity), one.fingerprint)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_stable_over_builds() {
        assert_eq!(Fingerprint::of(["target-stale", "10.0.0.1:80"]).to_string(), "1d94d637a9609416");
        assert_ne!(Fingerprint::of(["ab", "c"]), Fingerprint::of(["a", "bc"]));
        let one = Fingerprint::of(["x"]);
        assert_eq!(one.to_string().parse(), Ok(one));
        assert!("+000000000000001".parse::<Fingerprint>().is_err());
    }

    #[test]
    fn a_consequence_stands_behind_its_cause_however_grave_it_is() {
        let fingerprint = |text: &str| Fingerprint::of([text]);
        let one = |name, severity, cause: Option<&str>| {
            (name, Rank { severity, fingerprint: fingerprint(name), caused_by: cause.map(fingerprint) })
        };
        let mut found = [
            one("other", Severity::High, None),
            one("outage", Severity::Critical, Some("shut")),
            one("note", Severity::Low, None),
            one("shut", Severity::High, None),
        ];
        roots_first(&mut found, |(_, rank)| *rank);
        assert_eq!(found.map(|(name, _)| name), ["shut", "outage", "other", "note"]);
    }
}
