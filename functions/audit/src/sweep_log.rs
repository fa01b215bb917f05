//! What a sweep, an audit of everything by every rule, leaves in the ledger: `ecs-nlb-guard status` tells it.

use std::collections::BTreeMap;

use ledger::DynamoDbLedger;
use model::finding::Severity;
use model::sweep::Sweep;
use report::Report;
use runtime::settings::Settings;

/// The version of this code, and the commit it was built from where that is known.
pub const VERSION: &str = env!("ECS_NLB_GUARD_VERSION");

/// Where sweeps are noted.
#[derive(Debug)]
pub(crate) struct SweepLog {
    ledger: DynamoDbLedger,
    function: String,
    policy_sha256: Option<String>,
}

impl SweepLog {
    /// Sweeps of the function with these settings go to this ledger.
    pub(crate) fn new(ledger: DynamoDbLedger, settings: &Settings) -> Self {
        Self { ledger, function: settings.function_name.clone(), policy_sha256: settings.policy_sha256.clone() }
    }

    /// Notes a sweep. One that can't be noted is logged; the next one is noted again.
    pub(crate) async fn note(&self, report: &Report) {
        let mut findings: BTreeMap<Severity, u64> = BTreeMap::new();
        for finding in report.counted() {
            *findings.entry(finding.severity).or_default() += 1;
        }
        let sweep = Sweep {
            at: report.generated_at,
            function: self.function.clone(),
            version: VERSION.to_owned(),
            policy_sha256: self.policy_sha256.clone(),
            findings,
            unread: u64::try_from(report.coverage.unread.len()).unwrap_or(u64::MAX),
        };
        if let Err(error) = self.ledger.note_sweep(&sweep).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the sweep can't be noted in the ledger");
        }
    }
}
