//! What is told after a pass: alerts, and metrics.

use model::repair::RepairStatus;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use alert::metrics::{self, PassMetrics};
use alert::{
    AlertContext, AlertCoverage, AlertUpdate, FindingStage, Notified, Origin, SeenFinding, SnsTopic, notify, sightings,
};
use aws_config::SdkConfig;
use jiff::Timestamp;
use ledger::DynamoDbLedger;
use model::finding::Severity;
use model::policy::Policy;
use model::scope::Scope;
use pipeline::{Concluded, PassOutcome};

use crate::home::Home;
use crate::settings::Settings;

/// Who is told after a pass, and from where.
#[derive(Debug)]
pub struct Alerts {
    ledger: Option<DynamoDbLedger>,
    topic: Option<SnsTopic>,
    function: String,
    fleeting: BTreeSet<&'static str>,
}

/// What a pass judged.
#[derive(Debug, Clone, Copy)]
pub struct JudgedPass<'a> {
    /// Where it looked.
    pub scope: &'a Scope,
    /// By which rules.
    pub rules: &'a BTreeSet<&'a str>,
    /// By which policy.
    pub policy: &'a Policy,
    /// In which account and Region.
    pub home: &'a Home,
}

impl Alerts {
    /// Sets up the topic, with the ledger that knows what was told before; nothing is sent yet. Says once if nobody will be
    /// told.
    #[must_use]
    pub fn open(config: &SdkConfig, settings: &Settings, ledger: Option<DynamoDbLedger>) -> Self {
        match (&settings.topic_arn, &settings.ledger_table) {
            (None, _) => tracing::warn!("no topic is set (GUARD_TOPIC_ARN): alerts are logged, and nobody is told"),
            (Some(_), None) => tracing::warn!(
                "a topic is set, but no ledger (GUARD_LEDGER_TABLE) to know by what was told: nobody is told"
            ),
            _ => {}
        }
        Self {
            ledger,
            topic: settings.topic_arn.as_deref().map(|arn| SnsTopic::new(config, arn)),
            function: settings.function_name.clone(),
            fleeting: rules::registration_rules().into_iter().chain(rules::security_group_rules()).collect(),
        }
    }

    /// The function's name.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.function
    }

    /// Opens, worsens and resolves alerts by what a pass came to, and puts its numbers in the log. What goes wrong is logged,
    /// and made up for by a later pass.
    pub async fn notify(&self, outcome: &PassOutcome, judged: JudgedPass<'_>, now: Timestamp) {
        let notified = match &self.ledger {
            Some(ledger) => self.compare(ledger, outcome, judged, now).await,
            None => Notified::default(),
        };
        for AlertUpdate { change, severity, rule, findings, summary, service, target_group, .. } in &notified.changes {
            tracing::info!(
                alert.change = change.as_str(),
                alert.severity = severity.as_str(),
                alert.findings = findings,
                rule,
                service.arn = service,
                target_group.arn = target_group,
                "alert {change}: {summary}"
            );
        }
        for error in &notified.failures {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "an alert could not be kept or told; a later pass will"
            );
        }
        write_metrics(&metrics::lines(&self.numbers(outcome, judged, &notified), now));
    }

    /// Puts the numbers of a sweep in the log that was made in parts: none of them looked everywhere.
    pub fn note_divided_sweep(&self, findings: impl IntoIterator<Item = Severity>, now: Timestamp) {
        let mut by_severity: BTreeMap<Severity, u64> = BTreeMap::new();
        for severity in findings {
            *by_severity.entry(severity).or_default() += 1;
        }
        let numbers =
            PassMetrics { function: self.function.clone(), sweep: Some(by_severity), ..PassMetrics::default() };
        write_metrics(&metrics::lines(&numbers, now));
    }

    async fn compare(
        &self,
        ledger: &DynamoDbLedger,
        outcome: &PassOutcome,
        judged: JudgedPass<'_>,
        now: Timestamp,
    ) -> Notified {
        let at = outcome.observation.at;
        // What the policy accepts opens no alert, and an alert on it is resolved.
        let standing = outcome.findings.iter().filter(|one| judged.policy.accepts(&one.finding, at).is_none());
        let seen = standing.map(|concluded| SeenFinding {
            finding: &concluded.finding,
            stage: stage(concluded),
            fleeting: self.fleeting.contains(concluded.finding.rule.as_str()),
        });
        let sightings = sightings(seen, judged.policy.alerts().min_severity);
        let rules = judged.rules.iter().filter(|slug| judged.policy.rule_enabled(slug)).map(|slug| (*slug).to_owned());
        let unjudged = outcome.abstentions.iter().map(|(unit, _)| unit.clone()).collect();
        let coverage = AlertCoverage::of(judged.scope, rules.collect(), unjudged);
        let Home { account, region, .. } = judged.home;
        let origin = Origin { account: account.clone(), region: region.clone(), function: self.function.clone() };
        notify(AlertContext { ledger, topic: self.topic.as_ref(), origin }, &sightings, &coverage, now).await
    }

    fn numbers(&self, outcome: &PassOutcome, judged: JudgedPass<'_>, notified: &Notified) -> PassMetrics {
        let conclusions = || outcome.findings.iter().flat_map(|concluded| &concluded.conclusions);
        let came_to =
            |statuses: &[RepairStatus]| count(conclusions().filter(|one| statuses.contains(&one.status)).count());
        let mut by_severity: BTreeMap<Severity, u64> = BTreeMap::new();
        let is_accepted = |one: &Concluded| judged.policy.accepts(&one.finding, outcome.observation.at).is_some();
        let standing = outcome.findings.iter().filter(|one| stage(one) != FindingStage::Mended && !is_accepted(one));
        for concluded in standing {
            *by_severity.entry(concluded.finding.severity).or_default() += 1;
        }
        PassMetrics {
            function: self.function.clone(),
            sweep: judged.scope.everything.then_some(by_severity),
            open_alerts: notified.open.map(count),
            unread: count(outcome.observation.unread().len()),
            repairs_done: came_to(&[RepairStatus::Done]),
            repairs_failed: came_to(&[RepairStatus::Failed, RepairStatus::Refused]),
            alerts_failed: count(notified.failures.len()),
        }
    }
}

fn stage(concluded: &Concluded) -> FindingStage {
    let all =
        |status| !concluded.conclusions.is_empty() && concluded.conclusions.iter().all(|one| one.status == status);
    let any = |status| concluded.conclusions.iter().any(|one| one.status == status);
    match () {
        () if all(RepairStatus::Done) => FindingStage::Mended,
        () if any(RepairStatus::Waiting) => FindingStage::Waiting,
        () => FindingStage::Standing,
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Lambda's standard output is its log, and CloudWatch finds the metrics there.
fn write_metrics(lines: &[String]) {
    let mut output = std::io::stdout().lock();
    for line in lines {
        // Without a log there is nobody to tell that there is none.
        let _ = writeln!(output, "{line}");
    }
}
