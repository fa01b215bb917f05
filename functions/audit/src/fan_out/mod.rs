//! An audit of a large account, cluster by cluster.
//!
//! What one invocation couldn't look at in a third of its time is sent as messages in the audit's own queue: one for each
//! cluster, several for a cluster that takes longer by itself, and one for the rest, which no service leads to. Each part leaves
//! its report in the bucket; whichever finds that none is missing joins them into one. Nothing is counted and nothing locked:
//!
//! | what happens | what comes of it |
//! |---|---|
//! | a part is done twice, or retried after a crash | it leaves the same report in the same place |
//! | two parts find at once that none is missing | both join them into the same report |
//! | a part never ends | the closing message, which comes last, joins what there is and says what is missing |
//! | a part ends after that | it joins anew, and the report is whole |
//! | the invocation that splits is cut off | its message is retried and begins anew; what was begun expires in the bucket |

pub(crate) mod census;
mod join;
mod message;
mod plan;

pub(crate) use message::{PartMessage, PartWork};
pub(crate) use plan::{Division, Part};

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use model::call::{CallError, CallErrorKind};
use model::id::ClusterArn;
use model::quota::LONGEST_DELAY;
use model::scope::ServiceId;
use report::Report;
use runtime::bucket::S3Bucket;
use runtime::queue::{OutgoingMessage, SqsQueue};
use serde_json::{Value, json};

use join::{join, missing};

/// When a part that hasn't ended by then is given up.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// Requests to Elastic Load Balancing, whose quota is the tightest, that a service takes; and how many there may be in a
/// second, by all who ask.
const REQUESTS: f64 = 2.0;
const REQUESTS_A_SECOND: f64 = 10.0;

/// The queue that parts are sent to, and the bucket their reports are left in.
#[derive(Debug)]
pub struct FanOut {
    bucket: S3Bucket,
    queue: SqsQueue,
    /// This process's share of AWS's request quotas.
    share: f64,
}

impl FanOut {
    /// Parts go through this queue and this bucket.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: &str, queue_url: &str, share: f64) -> Self {
        Self { bucket: S3Bucket::new(config, bucket), queue: SqsQueue::new(config, queue_url), share }
    }

    /// The parts of an account with these services; none, if a third of this time is enough to look at all of it at once.
    pub(crate) fn parts(&self, services: &BTreeMap<ClusterArn, Vec<ServiceId>>, left: SignedDuration) -> Vec<Part> {
        let at_most = self.services_in(left.as_secs_f64() / 3.0);
        if services.values().map(Vec::len).sum::<usize>() <= at_most {
            return Vec::new();
        }
        let parts = services.iter().flat_map(|(cluster, services)| Part::of_cluster(cluster, services, at_most));
        parts.chain([Part::Rest]).collect()
    }

    /// How many services can be looked at in so many seconds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded down, none if it is negative")]
    fn services_in(&self, seconds: f64) -> usize {
        (seconds * REQUESTS_A_SECOND * self.share / REQUESTS) as usize
    }

    /// Hands out the parts, and tells where their report will be.
    pub(crate) async fn begin(&self, plan: &Division, now: Timestamp) -> Result<Value, CallError> {
        let text = serde_json::to_string(plan).map_err(|error| self.unwritable(&error))?;
        self.bucket.put(&plan.key(), &text, JSON).await?;
        let parts = (0..plan.parts.len()).map(|part| (PartMessage::part(plan, part), SignedDuration::ZERO));
        let close = PartMessage::close(plan, now + PATIENCE);
        self.send(parts.chain([(close, LONGEST_DELAY)]).collect()).await?;
        Ok(json!({
            "location": self.bucket.location(&plan.report_key()),
            "summary": {"audit": plan.id, "clusters": plan.clusters(), "parts": plan.parts.len(), "state": "under way"},
        }))
    }

    /// The plan that a message is about.
    pub(crate) async fn plan(&self, message: &PartMessage) -> Result<Division, CallError> {
        let text = self.bucket.get(&Division::key_of(&message.audit)).await?;
        serde_json::from_str(&text).map_err(|error| self.unwritable(&error))
    }

    /// Leaves the report of a part. Returns the report of the whole, if this was the last one missing.
    pub(crate) async fn finish(
        &self,
        plan: &Division,
        part: usize,
        report: &Report,
    ) -> Result<Option<Report>, CallError> {
        let text = report.to_json().map_err(|error| self.unwritable(&error))?;
        self.bucket.put(&plan.part_key(part), &text, JSON).await?;
        if self.bucket.list(&plan.parts_prefix()).await?.len() < plan.parts.len() {
            return Ok(None);
        }
        self.join(plan).await.map(Some)
    }

    /// Ends an audit whose last parts may never end. Returns its report, unless there is one already or time is left.
    pub(crate) async fn close(
        &self,
        plan: &Division,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Report>, CallError> {
        let there = self.bucket.list(&plan.prefix()).await?;
        if there.contains(&plan.report_key()) {
            return Ok(None);
        }
        // Anyone who may send to the queue may have written when.
        let until = until.min(plan.began.checked_add(PATIENCE).unwrap_or(plan.began));
        let complete = (0..plan.parts.len()).all(|part| there.contains(&plan.part_key(part)));
        if !complete && now < until {
            let wait = until.duration_since(now).min(LONGEST_DELAY);
            self.send(vec![(PartMessage::close(plan, until), wait)]).await?;
            return Ok(None);
        }
        self.join(plan).await.map(Some)
    }

    async fn join(&self, plan: &Division) -> Result<Report, CallError> {
        let there = self.bucket.list(&plan.parts_prefix()).await?;
        let mut reports = Vec::new();
        for (part, what) in plan.parts.iter().enumerate() {
            let key = plan.part_key(part);
            if !there.contains(&key) {
                reports.push(Err(missing(what)));
                continue;
            }
            let text = self.bucket.get(&key).await?;
            reports.push(Ok(serde_json::from_str::<Report>(&text).map_err(|error| self.unwritable(&error))?));
        }
        let report = join(plan, reports).ok_or_else(|| self.error("s3:GetObject", "no part of the audit ended"))?;
        let text = report.to_json().map_err(|error| self.unwritable(&error))?;
        self.bucket.put(&plan.report_key(), &text, JSON).await?;
        Ok(report)
    }

    async fn send(&self, messages: Vec<(PartMessage, SignedDuration)>) -> Result<(), CallError> {
        let message = |(message, delay): (PartMessage, SignedDuration)| {
            let body = serde_json::to_string(&message).map_err(|error| self.unwritable(&error))?;
            Ok(OutgoingMessage { body, delay_seconds: i32::try_from(delay.as_secs()).unwrap_or(0) })
        };
        let messages: Vec<OutgoingMessage> = messages.into_iter().map(message).collect::<Result<_, CallError>>()?;
        self.queue.send(&messages).await.into_values().next().map_or(Ok(()), Err)
    }

    fn unwritable(&self, error: &dyn std::error::Error) -> CallError {
        self.error("s3:GetObject", &runtime::chain::chain(error))
    }

    fn error(&self, operation: &'static str, message: &str) -> CallError {
        let resource = self.bucket.location("audits");
        CallError { operation, resource, kind: CallErrorKind::Permanent, code: None, message: message.to_owned() }
    }
}

const JSON: &str = "application/json";

/// A name for an audit that begins now, which sorts by time.
pub(crate) fn id_of(now: Timestamp) -> String {
    let seconds = now.strftime("%Y%m%dT%H%M%S");
    format!("{seconds}-{:09}", now.subsec_nanosecond())
}
