//! The audit as a Lambda function.

use std::collections::BTreeSet;

use aws::calls::Calls;
use jiff::{SignedDuration, Timestamp};
use ledger::DynamoDbLedger;
use model::observation::{Question, UnreadKind};
use model::policy::Policy;
use model::scope::{Scope, ServiceId, SweepPart};
use pipeline::ports::{Clock as _, DelayedLook};
use report::{Modes, Report, Topology};
use runtime::alerts::Alerts;
use runtime::bucket::S3Bucket;
use runtime::clock::WallClock;
use runtime::home::Home;
use runtime::incoming::IncomingError;
use runtime::lambda::{Backend, HandlerError, PassRequest, PassResult, RequestTerms};
use runtime::request::{Patterns, ReportFormat, ScopeError};
use runtime::settings::Settings;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use crate::auditor::{Audit, Audited, Auditor, SweepMemory};
use crate::fan_out::{self, Division, FanOut, Part, PartMessage, PartWork, census};
use crate::sweep_log::SweepLog;

/// What a divided audit was denied longer ago says nothing of now: a later sweep does.
const SPEAKS_OF_NOW: SignedDuration = SignedDuration::from_mins(30);

/// Where audits are made that a schedule, a person or a message asks the function for.
#[derive(Debug)]
pub struct AuditBackend {
    policy: Policy,
    auditor: Auditor,
    /// Where sweeps are noted; without a ledger they aren't.
    sweeps: Option<SweepLog>,
    rules: BTreeSet<&'static str>,
    bucket: Option<S3Bucket>,
    /// How a large account is divided; without a bucket and a queue of its own it isn't.
    fan_out: Option<FanOut>,
}

impl AuditBackend {
    /// Sets up clients; nothing is sent yet.
    #[must_use]
    pub fn open(settings: Settings) -> Self {
        let calls = Calls::default();
        let Settings { quota_share, trust, .. } = settings;
        let client = aws::client::ClientSettings { quota_share, trust, calls: calls.clone() };
        let config = aws::client::function_config(&client);
        let queues = (settings.registrar_queue_url.as_deref(), settings.guard_queue_url.as_deref());
        let ledger = settings.ledger_table.as_deref().map(|table| DynamoDbLedger::new(&config, table));
        let auditor = Auditor::new(&config, calls)
            .with_ledger(ledger.clone())
            .with_queues(&config, queues.0, queues.1)
            .with_alerts(Alerts::open(&config, &settings, ledger.clone()));
        let sweeps = ledger.map(|ledger| SweepLog::new(ledger, &settings));
        let bucket = settings.report_bucket.as_deref();
        let fan_out = bucket.zip(settings.queue_url.as_deref());
        Self {
            policy: settings.policy,
            auditor,
            sweeps,
            rules: rules::rules().map(|rule| rule.slug).collect(),
            bucket: bucket.map(|bucket| S3Bucket::new(&config, bucket)),
            fan_out: fan_out.map(|(bucket, url)| FanOut::new(&config, bucket, url, settings.quota_share.get())),
        }
    }

    async fn audit(&self, scope: &Scope, terms: &RequestTerms, home: &Home, deadline: Timestamp) -> PassResult {
        let policy = match terms.mode {
            Some(most) => self.policy.clone().capped(most),
            None => self.policy.clone(),
        };
        let wanted = |slug: &&str| terms.rules.as_ref().is_none_or(|rules| rules.contains(*slug));
        let rules = self.rules.iter().copied().filter(wanted).collect();
        let audit = Audit {
            home,
            scope,
            policy: &policy,
            rules: &rules,
            deadline: Some(deadline),
            memory: if terms.remembered == Some(true) { SweepMemory::Asked } else { SweepMemory::Refreshed },
        };
        let Audited { mut report, outcome } = self.auditor.survey(audit, &|_| ()).await;
        report.scope.rules = terms.rules.as_ref().map(|all| all.iter().cloned().collect());
        PassResult { report, outcome }
    }

    /// Makes a part of a divided audit; returns the report of the whole, if that is its end, and whether it is by every rule.
    async fn take(
        &self,
        message: &PartMessage,
        home: &Home,
        deadline: Timestamp,
    ) -> Result<Option<(Report, bool)>, HandlerError> {
        let Some(fan_out) = &self.fan_out else { return Err(nowhere_to_leave().into()) };
        let plan = fan_out.plan(message).await?;
        let part = match message.task {
            PartWork::CloseBy(until) => {
                let whole = fan_out.close(&plan, until, self.now()).await?;
                return Ok(self.noted(whole, plan.rules.is_none()).await);
            }
            PartWork::Part(part) => part,
        };
        let Some(what) = plan.parts.get(part) else {
            return Err(unreadable(format!("its plan has no part {part}")).into());
        };
        let scope = match what {
            Part::Cluster(cluster) => Scope { clusters: [cluster.clone()].into(), ..Scope::default() },
            Part::Services { cluster, names } => Scope {
                services: names.iter().map(|name| ServiceId::new(cluster, name)).collect(),
                part_of_sweep: Some(SweepPart::Services),
                ..Scope::default()
            },
            Part::Rest => {
                let (divided, alerted) = (plan.divided_clusters(), self.auditor.alerted_groups().await);
                match self.auditor.ask(home, deadline, |lookup| census::rest(lookup, &divided, &alerted)).await {
                    Ok(scope) => scope,
                    // Asked again it would be denied again: the next sweep is its retry.
                    Err(unread) if unread.kind == UnreadKind::Denied => {
                        let (account, region) = (home.account.clone(), home.region.clone());
                        let report = Report::unread(account, region, self.now(), unread, Modes::of(&self.policy));
                        let whole = fan_out.finish(&plan, part, &report).await?;
                        return Ok(self.noted(whole, plan.rules.is_none()).await);
                    }
                    Err(unread) => return Err(ScopeError::Unread(unread).into()),
                }
            }
        };
        let terms = RequestTerms { rules: plan.rules.clone(), mode: plan.mode, remembered: Some(plan.remembered) };
        let PassResult { mut report, outcome } = self.audit(&scope, &terms, home, deadline).await;
        census::count_own(what, &scope, &outcome.observation, &mut report.coverage);
        let whole = fan_out.finish(&plan, part, &report).await?;
        Ok(self.noted(whole, plan.rules.is_none()).await)
    }

    /// The report of an audit of everything, noted as a sweep if it was judged by every rule.
    async fn noted(&self, whole: Option<Report>, by_every_rule: bool) -> Option<(Report, bool)> {
        if let (Some(report), Some(sweeps), true) = (&whole, &self.sweeps, by_every_rule) {
            sweeps.note(report).await;
        }
        whole.map(|report| (report, by_every_rule))
    }
}

/// What comes through the queue and asks for everything is a sweep; an audit that somebody waits for reports the present state.
fn may_remember(order: &PassRequest) -> bool {
    order.terms.remembered.unwrap_or(order.scope.everything && !order.messages.is_empty())
}

fn unreadable(why: String) -> IncomingError {
    IncomingError::Malformed { what: "the part of an audit".to_owned(), path: String::new(), source: why.into() }
}

fn nowhere_to_leave() -> IncomingError {
    unreadable("there is nowhere to leave its report: set GUARD_REPORT_BUCKET and GUARD_QUEUE_URL".to_owned())
}

impl Backend for AuditBackend {
    fn rules(&self) -> Vec<&str> {
        self.rules.iter().copied().collect()
    }

    fn now(&self) -> Timestamp {
        WallClock.now()
    }

    async fn resolve(&self, patterns: &Patterns, home: &Home, deadline: Timestamp) -> Result<Scope, HandlerError> {
        Ok(self.auditor.look_up(patterns, home, Some(deadline)).await?)
    }

    async fn leave_again(&self, looks: Vec<DelayedLook>) -> Vec<(DelayedLook, String)> {
        let reason = "the audit takes no second looks: they belong in the queue of a function that repairs";
        looks.into_iter().map(|look| (look, reason.to_owned())).collect()
    }

    async fn pass(&self, order: &PassRequest, home: &Home, deadline: Timestamp) -> PassResult {
        let terms = RequestTerms { remembered: Some(may_remember(order)), ..order.terms.clone() };
        let passed = self.audit(&order.scope, &terms, home, deadline).await;
        if let (Some(sweeps), true) = (&self.sweeps, order.scope.everything && terms.rules.is_none()) {
            sweeps.note(&passed.report).await;
        }
        passed
    }

    async fn forget(&self, changed: &BTreeSet<Question>) -> Result<(), HandlerError> {
        Ok(self.auditor.forget(changed).await?)
    }

    async fn hand_out(
        &self,
        order: &PassRequest,
        _: ReportFormat,
        home: &Home,
        deadline: Timestamp,
    ) -> Result<Option<Box<RawValue>>, HandlerError> {
        let Some(fan_out) = self.fan_out.as_ref().filter(|_| order.scope.everything) else { return Ok(None) };
        // What can't be read is told by an audit that isn't divided.
        let Ok(services) = self.auditor.ask(home, deadline, census::services).await else { return Ok(None) };
        let now = self.now();
        let parts = fan_out.parts(&services, deadline.duration_since(now));
        if parts.is_empty() {
            return Ok(None);
        }
        let plan = Division {
            id: fan_out::id_of(now),
            began: now,
            parts,
            rules: order.terms.rules.clone(),
            mode: order.terms.mode,
            remembered: may_remember(order),
        };
        Ok(Some(to_raw_value(&fan_out.begin(&plan, now).await?)?))
    }

    async fn part(&self, body: &str, home: &Home, deadline: Timestamp) -> Result<(), HandlerError> {
        let message = PartMessage::read(body).map_err(unreadable)?;
        if let Some((report, by_every_rule)) = Box::pin(self.take(&message, home, deadline)).await? {
            runtime::log::report(&report);
            let is_new = self.now().duration_since(report.generated_at) < SPEAKS_OF_NOW;
            let says_all = by_every_rule && is_new;
            let min_severity = says_all.then(|| self.policy.alerts().min_severity);
            self.auditor.note_divided_sweep(home, &report, min_severity).await;
        }
        Ok(())
    }

    async fn test_alert(&self, home: &Home) -> serde_json::Value {
        self.auditor.test_alert(home).await
    }

    fn page(&self, passed: &PassResult) -> Result<String, HandlerError> {
        let PassResult { report, outcome } = passed;
        Ok(report.to_html(&Topology::of(&outcome.observation, &report.findings), &crate::texts::texts(&report.rules)))
    }

    async fn answer_elsewhere(
        &self,
        report: &Report,
        format: ReportFormat,
        body: &str,
    ) -> Result<Box<RawValue>, HandlerError> {
        let Some(bucket) = &self.bucket else { return Err(HandlerError::TooLarge(body.len())) };
        let (extension, content_type) = match format {
            ReportFormat::Json => ("json", "application/json"),
            ReportFormat::Text => ("txt", "text/plain; charset=utf-8"),
            ReportFormat::Html => ("html", "text/html; charset=utf-8"),
        };
        let key = format!("audits/{}/report.{extension}", fan_out::id_of(self.now()));
        bucket.put(&key, body, content_type).await?;
        let answer = json!({"location": bucket.location(&key), "summary": report.summary()});
        Ok(to_raw_value(&answer)?)
    }
}
