//! What is told after a pass: alerts, and metrics.

mod events;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::time::SystemTime;

use alert::metrics::{self, PassMetrics};
use alert::{
    AlertContext, AlertCoverage, AlertUpdate, AwsChannels, BusEvent, Channels as _, FindingStage, Notified, Origin,
    SeenFinding, notify, send_events, sightings, taken_back,
};
use aws_config::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use ledger::{AlertLedger as _, DynamoDbLedger};
use model::alert::{KeptAlert, RepairNote};
use model::call::CallError;
use model::finding::{Finding, Severity};
use model::observation::{Observation, Question, Unread};
use model::policy::Policy;
use model::repair::RepairStatus;
use model::scope::{Scope, ServiceId, Unit};
use pipeline::ports::{Clock as _, JudgedAccount};
use pipeline::{Concluded, Conclusion, PassOutcome};
use report::Coverage;
use serde_json::{Map, Value, json};

use self::events::SweepNumbers;
use crate::blind;
use crate::chain::chain;
use crate::clock::WallClock;
use crate::home::Home;
use crate::settings::Settings;

/// Who is told after a pass, and from where.
#[derive(Debug)]
pub struct Alerts {
    ledger: Option<DynamoDbLedger>,
    channels: AwsChannels,
    function: String,
    remind_after: Option<SignedDuration>,
    account_name: Option<String>,
    rules_url: Option<String>,
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
    /// Sets up the channels, with the ledger that knows what was sent before; nothing is sent yet. Warns once if nothing will
    /// be.
    #[must_use]
    pub fn open(config: &SdkConfig, settings: &Settings, ledger: Option<DynamoDbLedger>) -> Self {
        let alerts = Self::of(config, settings, ledger);
        match (alerts.channels.names().is_empty(), &settings.ledger_table) {
            (true, Some(_)) => {
                tracing::warn!("no topic is set (GUARD_TOPIC_ARN), nor another channel: alerts are only logged")
            }
            (true, None) => tracing::warn!(
                "no topic is set (GUARD_TOPIC_ARN), nor another channel, and no ledger (GUARD_LEDGER_TABLE): there are no alerts"
            ),
            (false, None) => tracing::warn!(
                "a topic or another channel is set, but no ledger (GUARD_LEDGER_TABLE) to know by what was sent: no alert \
                 is sent"
            ),
            _ => {}
        }
        alerts
    }

    /// The same without a warning.
    #[must_use]
    pub fn of(config: &SdkConfig, settings: &Settings, ledger: Option<DynamoDbLedger>) -> Self {
        Self {
            ledger,
            channels: AwsChannels::new(config, &settings.alerts.channels, || SystemTime::from(WallClock.now())),
            function: settings.function_name.clone(),
            remind_after: settings.alerts.remind_after,
            account_name: settings.alerts.account_name.clone(),
            rules_url: settings.alerts.rules_url.clone(),
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
        let mut notified = match &self.ledger {
            Some(ledger) => self.compare(ledger, outcome, judged, now).await,
            None => Notified::default(),
        };
        let origin = self.origin(judged.home);
        let mut events = events::repairs(&origin, outcome, now);
        let numbers = self.numbers(outcome, judged, &notified);
        events.extend(numbers.sweep.clone().map(|findings| {
            let PassMetrics { open_alerts, unread, .. } = numbers;
            events::sweep(&origin, &SweepNumbers { findings, open_alerts, unread }, now)
        }));
        notified.failures.extend(self.send(events, numbers.sweep.is_some(), now).await);
        log_changes(&notified.changes);
        log_failures(&notified.failures);
        let numbers = PassMetrics { alerts_failed: count(notified.failures.len()), ..numbers };
        write_metrics(&metrics::lines(&numbers, now));
    }

    /// Sends a test through every channel, and says of each whether it was taken.
    pub async fn test(&self, home: &Home, now: Timestamp) -> Vec<(&'static str, Result<(), CallError>)> {
        self.channels.test(&self.origin(home), now).await
    }

    /// The same as the answer of a function: `{"test_alert": {"topic": {"taken": true}}}`.
    pub async fn answer_test(&self, home: &Home, now: Timestamp) -> Value {
        let told = |result: Result<(), CallError>| match result {
            Ok(()) => json!({"taken": true}),
            Err(error) => json!({"taken": false, "error": chain(&error)}),
        };
        let results =
            self.test(home, now).await.into_iter().map(|(channel, result)| (channel.to_owned(), told(result)));
        json!({"test_alert": results.collect::<Map<String, Value>>()})
    }

    /// Puts events on the bus, if there is one.
    async fn send(&self, events: Vec<BusEvent>, is_sweep: bool, now: Timestamp) -> Vec<CallError> {
        match self.channels.event_bus() {
            Some(bus) if is_sweep || !events.is_empty() => {
                send_events(self.ledger.as_ref(), bus, events, is_sweep, now).await
            }
            _ => Vec::new(),
        }
    }

    /// Tells the numbers of a sweep that was made in parts, none of which looked everywhere, and of a permission that one of them
    /// lacked, if its alert is of at least the severity given; none is given where the sweep says nothing of that.
    pub async fn note_divided_sweep(
        &self,
        home: &Home,
        findings: impl IntoIterator<Item = Severity>,
        (looked, began): (&Coverage, Timestamp),
        min_severity: Option<Severity>,
        now: Timestamp,
    ) {
        let mut by_severity: BTreeMap<Severity, u64> = BTreeMap::new();
        for severity in findings {
            *by_severity.entry(severity).or_default() += 1;
        }
        let notified = match (&self.ledger, min_severity) {
            (Some(ledger), Some(min_severity)) => {
                self.compare_unread(ledger, home, (looked, began), min_severity, now).await
            }
            _ => Notified::default(),
        };
        log_changes(&notified.changes);
        let numbers =
            SweepNumbers { findings: by_severity.clone(), open_alerts: None, unread: count(looked.unread.len()) };
        let event = events::sweep(&self.origin(home), &numbers, now);
        let mut failures = notified.failures;
        failures.extend(self.send(vec![event], true, now).await);
        log_failures(&failures);
        let numbers = PassMetrics {
            function: self.function.clone(),
            sweep: Some(by_severity),
            whole: looked.unread.is_empty(),
            alerts_failed: count(failures.len()),
            ..PassMetrics::default()
        };
        write_metrics(&metrics::lines(&numbers, now));
    }

    /// Opens or resolves the alert on a permission that is missing, and no other.
    async fn compare_unread(
        &self,
        ledger: &DynamoDbLedger,
        home: &Home,
        (looked, began): (&Coverage, Timestamp),
        min_severity: Severity,
        now: Timestamp,
    ) -> Notified {
        let blind = blind::finding(&looked.unread, &self.function);
        let sightings = sightings(blind.iter().map(of_itself), min_severity);
        // What would have been denied where something else failed first, was remembered, or a part hasn't ended, isn't known.
        let is_whole = looked.remembered.is_none() && !looked.unread.iter().any(|one| one.kind.is_of_a_call());
        let unjudged = if is_whole { BTreeSet::new() } else { BTreeSet::from([Unit::Everything]) };
        let everything = Scope { everything: true, ..Scope::default() };
        let coverage = AlertCoverage::of(&everything, BTreeSet::from([blind::RULE.to_owned()]), unjudged, began);
        let origin = self.origin(home);
        let context = AlertContext { ledger, channels: &self.channels, remind_after: self.remind_after, origin };
        notify(context, &sightings, &coverage, now).await
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
            repairs: concluded.conclusions.iter().map(note).collect(),
            tasks: tasks(&outcome.observation, &concluded.finding),
        });
        let blind = self.blind(&outcome.observation, judged);
        let sightings = sightings(seen.chain(blind.iter().map(of_itself)), judged.policy.alerts().min_severity);
        let coverage = coverage(judged, &outcome.abstentions, at);
        let origin = self.origin(judged.home);
        notify(
            AlertContext { ledger, channels: &self.channels, remind_after: self.remind_after, origin },
            &sightings,
            &coverage,
            now,
        )
        .await
    }

    /// What a pass could not see for want of a permission. A look at a part comes up too often for an alert each time; the next
    /// sweep sees the same.
    fn blind(&self, observation: &Observation, judged: JudgedPass<'_>) -> Option<Finding> {
        judged.scope.everything.then(|| blind::finding(observation.unread(), &self.function)).flatten()
    }

    /// The remembered facts on which an alert would be taken back, if what a pass came to stood. If that can't be known, all.
    pub async fn doubted(&self, account: JudgedAccount<'_>, judged: JudgedPass<'_>) -> BTreeSet<Question> {
        let JudgedAccount { observation, findings, abstentions } = account;
        let Some(ledger) = &self.ledger else { return BTreeSet::new() };
        let everything = || observation.remembered.keys().cloned().collect();
        let coverage = coverage(judged, abstentions, observation.at);
        let Ok(kept) = ledger.alerts().await else {
            return if coverage.is_any() { everything() } else { BTreeSet::new() };
        };
        // Of a part nobody knows what of the whole was denied: all parts find out while there is an alert on it.
        let is_blind = |kept: &KeptAlert| kept.alert.open && kept.alert.key.rule == blind::RULE;
        if !judged.scope.everything && kept.iter().any(is_blind) {
            return everything();
        }
        let standing = findings.iter().map(|one| &one.finding);
        let standing = standing.filter(|one| judged.policy.accepts(one, observation.at).is_none());
        let blind = self.blind(observation, judged);
        let seen = sightings(standing.chain(&blind).map(of_itself), judged.policy.alerts().min_severity);
        let mut doubted = BTreeSet::new();
        for alert in taken_back(&kept, &seen, &coverage) {
            let service = alert.key.service.as_ref().or(alert.service.as_ref()).and_then(ServiceId::of);
            let group = alert.key.target_group.as_ref();
            if service.is_none() && group.is_none() {
                return everything();
            }
            doubted.extend(observation.remembered_near(&service, group));
        }
        doubted
    }

    fn origin(&self, home: &Home) -> Origin {
        Origin {
            partition: home.partition.clone(),
            account: home.account.clone(),
            account_name: self.account_name.clone(),
            region: home.region.clone(),
            function: self.function.clone(),
            rules_url: self.rules_url.clone(),
        }
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
            whole: outcome.observation.unread().is_empty(),
            open_alerts: notified.open.map(count),
            unread: count(outcome.observation.unread().len()),
            repairs_done: came_to(&[RepairStatus::Done]),
            repairs_failed: came_to(&[RepairStatus::Failed, RepairStatus::Refused]),
            alerts_failed: count(notified.failures.len()),
        }
    }
}

/// What the guard finds about itself.
fn of_itself(finding: &Finding) -> SeenFinding<'_> {
    SeenFinding { finding, stage: FindingStage::Standing, fleeting: false, repairs: Vec::new(), tasks: None }
}

/// What a pass would have seen, by what it could not judge.
fn coverage(judged: JudgedPass<'_>, abstentions: &BTreeSet<(Unit, Unread)>, began: Timestamp) -> AlertCoverage {
    let rules = judged.rules.iter().filter(|slug| judged.policy.rule_enabled(slug)).map(|slug| (*slug).to_owned());
    let unjudged = abstentions.iter().map(|(unit, _)| unit.clone()).collect();
    AlertCoverage::of(judged.scope, rules.chain([blind::RULE.to_owned()]).collect(), unjudged, began)
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

fn log_changes(changes: &[AlertUpdate]) {
    for AlertUpdate { change, severity, rule, findings, summary, service, target_group, .. } in changes {
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
}

fn log_failures(failures: &[CallError]) {
    for error in failures {
        tracing::warn!(
            error = error as &dyn std::error::Error,
            "an alert or event could not be kept or sent; a later pass sends it"
        );
    }
}

/// What came of a repair, in words.
fn note(conclusion: &Conclusion) -> RepairNote {
    RepairNote {
        action: conclusion.repair.action().to_owned(),
        summary: conclusion.repair.to_string(),
        status: conclusion.status.as_str().to_owned(),
        reason: conclusion.reason.clone(),
    }
}

/// The tasks of the finding's service that run, and that should, if the service was read.
fn tasks(observation: &Observation, finding: &Finding) -> Option<(u32, u32)> {
    let named = finding.resources.service.as_ref().and_then(ServiceId::of);
    let only = || <&[ServiceId; 1]>::try_from(finding.users.as_slice()).ok().map(|[user]| user.clone());
    let service = observation.aws.service.known(&named.or_else(only)?)?;
    Some((service.running_count, service.desired_count))
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
