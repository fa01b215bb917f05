//! What sweeps remember of the account, in the ledger.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ledger::DynamoDbLedger;
use model::call::CallError;
use model::observation::{Question, Remembered};
use pipeline::ports::{Clock as _, FactStore, JudgedAccount};
use runtime::alerts::{Alerts, JudgedPass};
use runtime::clock::WallClock;
use tokio::time::timeout;

use crate::sweep_log::VERSION;

/// Time that is left for answering when facts aren't kept any more.
const TIME_TO_ANSWER: SignedDuration = SignedDuration::from_secs(5);

/// Keeping facts takes no longer.
const TIME_TO_KEEP: SignedDuration = SignedDuration::from_secs(30);

/// What one sweep remembers.
#[derive(Debug)]
pub(crate) struct SweepFacts<'a> {
    pub(crate) ledger: &'a DynamoDbLedger,
    pub(crate) alerts: Option<&'a Alerts>,
    pub(crate) judged: JudgedPass<'a>,
    pub(crate) may_answer: bool,
}

impl SweepFacts<'_> {
    /// Keeps facts, as far as there is time. What isn't kept is read from AWS the next time.
    pub(crate) async fn keep(&self, facts: &[Remembered], deadline: Option<Timestamp>) {
        let left = deadline.map(|deadline| deadline.duration_since(WallClock.now()) - TIME_TO_ANSWER);
        let left = left.map_or(TIME_TO_KEEP, |left| left.min(TIME_TO_KEEP));
        let Ok(left) = Duration::try_from(left) else { return };
        match timeout(left, self.ledger.keep_facts(facts, VERSION)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn(&error, "what was read can't be kept: the next sweep asks AWS"),
            Err(_) => tracing::warn!("there is no time left to keep what was read: the next sweep asks AWS"),
        }
    }
}

impl FactStore for SweepFacts<'_> {
    fn may_answer(&self) -> bool {
        self.may_answer
    }

    async fn recall(&self, questions: &[Question]) -> Option<Vec<Remembered>> {
        let recalled = self.ledger.recall_facts(questions, VERSION).await;
        recalled.inspect_err(|error| warn(error, "what was read before can't be read: AWS is asked")).ok()
    }

    async fn doubted(&self, judged: JudgedAccount<'_>) -> BTreeSet<Question> {
        match self.alerts {
            Some(alerts) => alerts.doubted(judged, self.judged).await,
            None => BTreeSet::new(),
        }
    }
}

fn warn(error: &CallError, what: &str) {
    tracing::warn!(error = error as &dyn std::error::Error, "{what}");
}
