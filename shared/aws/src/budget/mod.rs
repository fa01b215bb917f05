//! AWS's request quotas, of which this process takes its share.
//!
//! AWS throttles requests per account and Region with token buckets: so many at once, so many a second after that. The
//! guard shares them with deployments, consoles and everyone else in the account, so each process keeps to
//! [`QuotaShare`] of every bucket, counting each attempt, retries too. ECS registers targets from a quota of its own and
//! can't be starved.
//!
//! AWS services without such quotas (DynamoDB, SQS, STS) aren't held back.

mod bucket;
mod requests;
mod share;

pub use bucket::TokenBucket;
pub use requests::{Requests, Unspent};
pub use share::{QuotaShare, QuotaShareError};

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// A bucket per quota.
#[derive(Debug)]
pub struct Budget {
    buckets: Vec<(RequestQuota, Mutex<TokenBucket>)>,
    /// When the first beat was.
    since: Instant,
}

/// One of AWS's quotas: a name, and which requests it is for.
#[derive(Debug, Clone, Copy)]
struct RequestQuota {
    /// The requests, by IAM action; one that ends in `*` stands for all that begin so. The first quota that has a
    /// request is its quota.
    actions: &'static [&'static str],
    /// Requests at once.
    burst: f64,
    /// Requests a second.
    rate: f64,
}

/// From "Request throttling for the Amazon ECS API", "… the Elastic Load Balancing API" and "… the Amazon EC2 API".
const QUOTAS: [RequestQuota; 13] = [
    RequestQuota { actions: &["ecs:DescribeTasks", "ecs:ListTasks"], burst: 100.0, rate: 20.0 },
    RequestQuota { actions: &["ecs:DescribeServices", "ecs:ListServices"], burst: 100.0, rate: 20.0 },
    RequestQuota { actions: &["ecs:DescribeTaskDefinition"], burst: 50.0, rate: 20.0 },
    RequestQuota { actions: &["ecs:DescribeServiceRevisions"], burst: 50.0, rate: 20.0 },
    RequestQuota { actions: &["ecs:DescribeClusters", "ecs:ListClusters"], burst: 50.0, rate: 20.0 },
    RequestQuota { actions: &["elasticloadbalancing:Describe*"], burst: 40.0, rate: 10.0 },
    RequestQuota {
        actions: &["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
        burst: 20.0,
        rate: 4.0,
    },
    RequestQuota { actions: &["ec2:Describe*", "ec2:Get*"], burst: 100.0, rate: 20.0 },
    RequestQuota { actions: &["ec2:ModifyNetworkInterfaceAttribute"], burst: 50.0, rate: 5.0 },
    RequestQuota { actions: &["ecs:UpdateService"], burst: 50.0, rate: 5.0 },
    RequestQuota { actions: &["ecs:StopTask"], burst: 100.0, rate: 40.0 },
    // AWS publishes no numbers for these.
    RequestQuota { actions: &["ecs:GetTaskProtection"], burst: 40.0, rate: 10.0 },
    RequestQuota { actions: &["application-autoscaling:Describe*"], burst: 20.0, rate: 5.0 },
];

/// The quota of the requests for this IAM action, if it has one that is known: its place among them.
pub(crate) fn quota_of(action: &str) -> Option<usize> {
    QUOTAS.iter().position(|quota| quota.has(action))
}

/// So many seconds' worth of requests is kept back of what may be sent at once: requests that were let go one after the
/// other may arrive together.
const JITTER: f64 = 0.3;

/// Requests that must wait go together, whatever their quotas, at beats of this length: a process that wakes for each finds
/// nothing of itself in the processor's caches, each time anew. AWS's bucket is the fuller meanwhile; what then goes together
/// must fit into it.
const BEAT: Duration = Duration::from_millis(250);

impl Budget {
    /// This share of every quota, all of it unspent.
    #[must_use]
    pub fn new(share: QuotaShare) -> Self {
        let bucket = |quota: RequestQuota| TokenBucket::new(quota.at_once() * share.get(), quota.rate * share.get());
        let buckets = QUOTAS.into_iter().map(|quota| (quota, Mutex::new(bucket(quota)))).collect();
        Self { buckets, since: Instant::now() }
    }

    /// Waits until a request for this IAM action may be sent. Those that must wait go at the first beat at which they may.
    pub async fn take(&self, action: &str) {
        let Some((_, bucket)) = quota_of(action).and_then(|quota| self.buckets.get(quota)) else { return };
        let now = Instant::now();
        let wait = bucket.lock().unwrap_or_else(PoisonError::into_inner).take(now);
        if !wait.is_zero() {
            let wait = to_beat(now.saturating_duration_since(self.since), wait);
            tracing::debug!(aws.action = action, wait_ms = u64::try_from(wait.as_millis()).ok(), "request quota spent");
            sleep(wait).await;
        }
    }
}

/// How long it is to the first beat that isn't before `wait` is over. `since` the first beat it has been so long.
fn to_beat(since: Duration, wait: Duration) -> Duration {
    let into_beat = since.saturating_add(wait).as_nanos() % BEAT.as_nanos();
    let rest = u64::try_from(into_beat).map_or(Duration::ZERO, Duration::from_nanos);
    if rest.is_zero() { wait } else { wait.saturating_add(BEAT - rest) }
}

impl RequestQuota {
    /// As many may be sent at once.
    fn at_once(&self) -> f64 {
        self.rate.mul_add(-JITTER, self.burst)
    }

    fn has(&self, action: &str) -> bool {
        self.actions.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => action.starts_with(prefix),
            None => action == *pattern,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota_of(action: &str) -> Option<(f64, f64)> {
        QUOTAS.iter().find(|quota| quota.has(action)).map(|quota| (quota.burst, quota.rate))
    }

    #[test]
    fn requests_know_their_quota() {
        assert_eq!(quota_of("ecs:DescribeTasks"), Some((100.0, 20.0)));
        assert_eq!(quota_of("ecs:DescribeTaskDefinition"), Some((50.0, 20.0)));
        assert_eq!(quota_of("elasticloadbalancing:DescribeTargetHealth"), Some((40.0, 10.0)));
        assert_eq!(quota_of("elasticloadbalancing:DeregisterTargets"), Some((20.0, 4.0)));
        assert_eq!(quota_of("ec2:GetManagedPrefixListEntries"), Some((100.0, 20.0)));
        assert_eq!(quota_of("application-autoscaling:DescribeScalableTargets"), Some((20.0, 5.0)));
        assert_eq!(quota_of("dynamodb:Query"), None);
    }

    #[test]
    fn what_waits_for_one_beat_fits_into_every_quota() {
        for quota in QUOTAS {
            let together = quota.rate.mul_add(BEAT.as_secs_f64() + JITTER, 1.0);
            assert!(together <= quota.burst, "{quota:?}");
        }
    }

    #[test]
    fn those_that_must_wait_go_together() {
        let [since, fifth] = [1_100, 200].map(Duration::from_millis);
        assert_eq!(to_beat(since, fifth), Duration::from_millis(400), "at 1.5 s");
        assert_eq!(to_beat(since, fifth * 2), Duration::from_millis(400), "just on the beat");
        assert_eq!(to_beat(since, fifth * 3), Duration::from_millis(650), "at 1.75 s");
        assert_eq!(to_beat(since, Duration::MAX), Duration::MAX);
    }

    #[test]
    fn a_spent_quota_holds_back_its_own_requests_only() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let budget = Budget::new("1".parse().unwrap());
            let begun = Instant::now();
            for _ in 0..22 {
                budget.take("elasticloadbalancing:RegisterTargets").await;
            }
            // Some twenty at once; those after them at four a second, at the next beat.
            assert!(begun.elapsed().as_millis() >= 450, "{:?}", begun.elapsed());

            let (_, bucket) = budget.buckets.iter().find(|(quota, _)| quota.has("ec2:DescribeSubnets")).unwrap();
            assert!(bucket.lock().unwrap().take(Instant::now()).is_zero());
        });
    }
}
