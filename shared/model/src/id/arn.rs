//! Amazon Resource Names of the things the guard watches, each with its own resource grammar.
//!
//! `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`, see "Amazon Resource Names" in the AWS IAM guide.

mod parts;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use parts::{ArnParts, is_partition, last, middle};

/// Why a text is not the ARN it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}: {why}")]
pub struct ArnError {
    /// What was given.
    pub text: String,
    /// What it should look like.
    pub expected: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Longer than any name or id in an ARN.
const MAX_SEGMENT: usize = 512;

macro_rules! arn {
    ($(#[$doc:meta])* $name:ident, $service:literal, $expected:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(ArnParts);

        impl $name {
            /// The whole ARN.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0.text
            }

            /// The partition it is in: `aws`, `aws-cn`, `aws-us-gov` …
            #[must_use]
            pub fn partition(&self) -> &str {
                self.0.partition()
            }

            /// The account that owns it.
            #[must_use]
            pub fn account(&self) -> &str {
                self.0.account()
            }

            /// The Region it is in.
            #[must_use]
            pub fn region(&self) -> &str {
                self.0.region()
            }

            /// `arn:PARTITION:SERVICE:REGION:ACCOUNT:`, what its neighbours of the same AWS service begin with.
            #[must_use]
            pub fn prefix(&self) -> &str {
                self.0.prefix()
            }
        }

        impl FromStr for $name {
            type Err = ArnError;
            fn from_str(text: &str) -> Result<Self, ArnError> {
                let fail = |why| ArnError { text: text.chars().take(300).collect(), expected: $expected, why };
                let parts = ArnParts::parse(text, $service).map_err(fail)?;
                let check: fn(&[&str]) -> bool = $check;
                // One more than any of these ARNs has: what has more than that is none.
                let mut segments = [""; 6];
                let places = segments.iter_mut().zip(parts.resource().split('/'));
                let count = places.map(|(place, segment)| *place = segment).count();
                let segments = &segments[..count];
                if check(segments) && segments.iter().all(|segment| (1..=MAX_SEGMENT).contains(&segment.len())) {
                    Ok(Self(parts))
                } else {
                    Err(fail("its resource part has another form"))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = ArnError;
            fn try_from(text: String) -> Result<Self, ArnError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(arn: $name) -> String {
                arn.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

arn!(
    /// An ECS cluster: `cluster/NAME`.
    ClusterArn, "ecs", "a cluster ARN", |s| matches!(s, ["cluster", _])
);
arn!(
    /// An ECS service: `service/CLUSTER/NAME`, or `service/NAME` from before 2018.
    ServiceArn, "ecs", "a service ARN", |s| matches!(s, ["service", _] | ["service", _, _])
);
arn!(
    /// An ECS task: `task/CLUSTER/ID`, or `task/ID` from before 2018.
    TaskArn, "ecs", "a task ARN", |s| matches!(s, ["task", _] | ["task", _, _])
);
arn!(
    /// A revision of an ECS task definition: `task-definition/FAMILY:REVISION`.
    TaskDefinitionArn, "ecs", "a task definition ARN", |s| {
        matches!(s, ["task-definition", name] if name.rsplit_once(':').is_some_and(|(family, n)| !family.is_empty() && n.parse::<u32>().is_ok()))
    }
);
arn!(
    /// A revision of an ECS service: `service-revision/CLUSTER/SERVICE/ID`.
    ServiceRevisionArn, "ecs", "a service revision ARN", |s| matches!(s, ["service-revision", _, _, _])
);
arn!(
    /// A Lambda function: `function:NAME`, with a version or alias behind it perhaps.
    FunctionArn, "lambda", "the ARN of a Lambda function", |s| {
        matches!(s, [one] if one.strip_prefix("function:").is_some_and(|name| !name.is_empty()))
    }
);
arn!(
    /// An SNS topic: its name alone.
    TopicArn, "sns", "a topic's ARN", |s| matches!(s, [name] if !name.contains(':'))
);
arn!(
    /// A bus of EventBridge: `event-bus/NAME`.
    EventBusArn, "events", "an event bus's ARN", |s| matches!(s, ["event-bus", _, ..])
);
arn!(
    /// A target group: `targetgroup/NAME/ID`.
    TargetGroupArn, "elasticloadbalancing", "a target group ARN", |s| matches!(s, ["targetgroup", _, _])
);
arn!(
    /// A load balancer: `loadbalancer/net/NAME/ID`, `app` or `gwy`, or a classic one's `loadbalancer/NAME`.
    LoadBalancerArn, "elasticloadbalancing", "a load balancer ARN", |s| {
        matches!(s, ["loadbalancer", _, _, _] | ["loadbalancer", _])
    }
);

arn!(
    /// A listener: `listener/net/NAME/BALANCER_ID/ID`, `app` or `gwy`.
    ListenerArn, "elasticloadbalancing", "a listener ARN", |s| matches!(s, ["listener", _, _, _, _])
);

impl ListenerArn {
    /// The load balancer it listens for: `loadbalancer/net/NAME/ID` of `listener/net/NAME/ID/LISTENER_ID`.
    #[must_use]
    pub fn load_balancer(&self) -> Option<LoadBalancerArn> {
        let (balancer, _) = self.0.resource().strip_prefix("listener/")?.rsplit_once('/')?;
        format!("{}loadbalancer/{balancer}", self.prefix()).parse().ok()
    }
}

impl ClusterArn {
    /// The cluster's name.
    #[must_use]
    pub fn name(&self) -> &str {
        last(&self.0)
    }

    /// The service of that name in this cluster, in the ARN form AWS gives new services.
    ///
    /// # Errors
    /// When `name` can't be a service's name.
    pub fn service(&self, name: &str) -> Result<ServiceArn, ArnError> {
        format!("{}service/{}/{name}", self.prefix(), self.name()).parse()
    }
}

impl ServiceArn {
    /// The service's name.
    #[must_use]
    pub fn name(&self) -> &str {
        last(&self.0)
    }

    /// The cluster's name, absent from ARNs of the old form.
    #[must_use]
    pub fn cluster_name(&self) -> Option<&str> {
        middle(&self.0)
    }
}

/// The partition of any ARN: `aws`, `aws-cn` …
#[must_use]
pub fn partition_of(arn: &str) -> Option<&str> {
    let (partition, _) = arn.strip_prefix("arn:")?.split_once(':')?;
    Some(partition).filter(|partition| is_partition(partition))
}

impl TaskArn {
    /// The first eight characters of its id, for sentences.
    #[must_use]
    pub fn short_id(&self) -> &str {
        self.id().get(..8).unwrap_or(self.id())
    }

    /// The task's id.
    #[must_use]
    pub fn id(&self) -> &str {
        last(&self.0)
    }

    /// The cluster's name, absent from ARNs of the old form.
    #[must_use]
    pub fn cluster_name(&self) -> Option<&str> {
        middle(&self.0)
    }
}

impl TaskArn {
    /// The cluster it is in, unless the ARN is of the old form.
    #[must_use]
    pub fn cluster(&self) -> Option<ClusterArn> {
        format!("{}cluster/{}", self.prefix(), self.cluster_name()?).parse().ok()
    }
}

impl ServiceArn {
    /// The cluster it is in, unless the ARN is of the old form.
    #[must_use]
    pub fn cluster(&self) -> Option<ClusterArn> {
        format!("{}cluster/{}", self.prefix(), self.cluster_name()?).parse().ok()
    }
}

impl TaskDefinitionArn {
    /// Family and revision.
    #[must_use]
    pub fn family_and_revision(&self) -> (&str, u32) {
        let (family, revision) = last(&self.0).rsplit_once(':').unwrap_or((last(&self.0), "0"));
        (family, revision.parse().unwrap_or(0))
    }

    /// The revision before this one, if this isn't the first.
    #[must_use]
    pub fn previous(&self) -> Option<Self> {
        let (family, revision) = self.family_and_revision();
        let before = revision.checked_sub(1).filter(|n| *n > 0)?;
        format!("{}task-definition/{family}:{before}", self.prefix()).parse().ok()
    }
}

impl TargetGroupArn {
    /// The target group's name.
    #[must_use]
    pub fn name(&self) -> &str {
        middle(&self.0).unwrap_or_else(|| last(&self.0))
    }
}

/// Which kind of Elastic Load Balancing balancer an ARN names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoadBalancerKind {
    /// `loadbalancer/net/…`
    Network,
    /// `loadbalancer/app/…`
    Application,
    /// `loadbalancer/gwy/…`
    Gateway,
    /// A classic balancer, or a kind this program doesn't know.
    Other,
}

impl LoadBalancerArn {
    /// The balancer's name.
    #[must_use]
    pub fn name(&self) -> &str {
        let mut segments = self.0.resource().rsplit('/');
        let id = segments.next().unwrap_or_default();
        match self.kind() {
            LoadBalancerKind::Other => id,
            _ => segments.next().unwrap_or(id),
        }
    }

    /// `net/NAME/ID`: what descriptions of its interfaces, metrics and quotas know it by.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.resource().strip_prefix("loadbalancer/").unwrap_or_default()
    }

    /// The balancer's kind; the ARN tells it, so no look-up is needed.
    #[must_use]
    pub fn kind(&self) -> LoadBalancerKind {
        // A classic balancer has nothing behind its name, which may well be `net`.
        match self.path().split_once('/') {
            Some(("net", _)) => LoadBalancerKind::Network,
            Some(("app", _)) => LoadBalancerKind::Application,
            Some(("gwy", _)) => LoadBalancerKind::Gateway,
            _ => LoadBalancerKind::Other,
        }
    }
}
