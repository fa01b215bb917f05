//! Surveying an account.

use std::collections::BTreeSet;

use aws::calls::Calls;
use aws::deadline::Deadline;
use aws::sdk::Clients;
use aws_config::SdkConfig;
use jiff::Timestamp;
use ledger::{AlertLedger as _, DynamoDbLedger};
use model::call::CallError;
use model::finding::Severity;
use model::id::{LoadBalancerArn, TargetGroupArn};
use model::observation::{Gap, Lookup, Observation, Question, Unread};
use model::policy::Policy;
use model::scope::{Scope, ServiceId};
use pipeline::ports::Clock as _;
use pipeline::{Assignment, EnvironmentParts, HandOn, PassOutcome, Progress};
use report::{Report, Topology};
use runtime::alerts::{Alerts, JudgedPass};
use runtime::clock::WallClock;
use runtime::home::Home;
use runtime::looks::SqsLookQueue;
use runtime::request::{Patterns, ScopeError, look_up};

use crate::facts::SweepFacts;

/// Looks at an account. It has no means of changing it.
#[derive(Debug)]
pub struct Auditor {
    clients: Clients,
    calls: Calls,
    ledger: Option<DynamoDbLedger>,
    registrar: Option<SqsLookQueue>,
    guard: Option<SqsLookQueue>,
    alerts: Option<Alerts>,
}

/// What an audit is to look at, and how.
#[derive(Debug, Clone, Copy)]
pub struct Audit<'a> {
    /// The account and Region.
    pub home: &'a Home,
    /// Where to look in it.
    pub scope: &'a Scope,
    /// What the functions that repair may do.
    pub policy: &'a Policy,
    /// Slugs of the rules to judge by.
    pub rules: &'a BTreeSet<&'a str>,
    /// When it must be done; absent where nothing cuts it off.
    pub deadline: Option<Timestamp>,
    /// What the ledger remembers of what was read before. No finding rests on it.
    pub memory: SweepMemory,
}

/// What becomes of what the ledger remembers of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweepMemory {
    /// It is left alone.
    Unused,
    /// It is brought up to date, and answers nothing.
    Refreshed,
    /// It answers before AWS is asked.
    Asked,
}

/// What an audit saw, and what is told of it.
#[derive(Debug)]
pub struct Audited {
    /// What is told of it.
    pub report: Report,
    /// What it saw.
    pub outcome: PassOutcome,
}

impl Auditor {
    /// Sets up clients; nothing is sent yet. `calls` counts what the clients of `config` send.
    #[must_use]
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        Self { clients: Clients::new(config), calls, ledger: None, registrar: None, guard: None, alerts: None }
    }

    /// It knows what this ledger remembers.
    #[must_use]
    pub fn with_ledger(self, ledger: Option<DynamoDbLedger>) -> Self {
        Self { ledger, ..self }
    }

    /// It leaves suspicions in these queues: about targets in the registrar's, about security groups in the guard's.
    #[must_use]
    pub fn with_queues(self, config: &SdkConfig, registrar_url: Option<&str>, guard_url: Option<&str>) -> Self {
        let queue = |url: Option<&str>| url.map(|url| SqsLookQueue::new(config, url));
        Self { registrar: queue(registrar_url), guard: queue(guard_url), ..self }
    }

    /// What it sees opens and resolves alerts.
    #[must_use]
    pub fn with_alerts(self, alerts: Alerts) -> Self {
        Self { alerts: Some(alerts), ..self }
    }

    /// Sends the numbers of an audit of everything that was made in parts.
    pub async fn note_divided_sweep(&self, home: &Home, report: &Report, min_severity: Option<Severity>) {
        if let Some(alerts) = &self.alerts {
            let severities = report.counted().map(|finding| finding.severity);
            alerts
                .note_divided_sweep(
                    home,
                    severities,
                    (&report.coverage, report.generated_at),
                    min_severity,
                    WallClock.now(),
                )
                .await;
        }
    }

    /// Sends a test through every channel that alerts go through, and says of each whether it was taken.
    pub async fn test_alert(&self, home: &Home) -> serde_json::Value {
        match &self.alerts {
            Some(alerts) => alerts.answer_test(home, WallClock.now()).await,
            None => serde_json::json!({"test_alert": {}}),
        }
    }

    /// The scope that `patterns` stand for.
    ///
    /// # Errors
    /// When a name matches nothing, or what it may match can't be read.
    pub async fn look_up(
        &self,
        patterns: &Patterns,
        home: &Home,
        deadline: Option<Timestamp>,
    ) -> Result<Scope, ScopeError> {
        look_up(patterns, &self.clients_until(deadline), home, WallClock.now()).await
    }

    /// Asks until `question` has an answer.
    ///
    /// # Errors
    /// When something it needs can't be read.
    pub(crate) async fn ask<T>(
        &self,
        home: &Home,
        deadline: Timestamp,
        question: impl for<'a> Fn(&Lookup<'a>) -> Result<T, Gap<'a>>,
    ) -> Result<T, Unread> {
        let account = self.clients_until(Some(deadline));
        let mut observation = Observation::new(WallClock.now(), home.account.clone(), home.region.clone());
        aws::observe::ask(&account, &mut observation, question).await
    }

    /// The target groups that alerts are about, each with the service that it was last seen in, if it was one. None where the
    /// alerts can't be read: then none of them ends.
    pub(crate) async fn alerted_groups(&self) -> BTreeSet<(TargetGroupArn, Option<ServiceId>)> {
        let Some(ledger) = &self.ledger else { return BTreeSet::new() };
        let kept = ledger.alerts().await.inspect_err(|error| {
            tracing::warn!(error = error as &dyn std::error::Error, "the alerts can't be read: no alert ends for it");
        });
        let alerts = kept.unwrap_or_default().into_iter().map(|kept| kept.alert);
        alerts.filter_map(|alert| Some((alert.key.target_group.clone()?, alert.service_id()))).collect()
    }

    /// Forgets what the ledger remembers as answers to these questions.
    ///
    /// # Errors
    /// When it can't be known to be forgotten.
    pub(crate) async fn forget(&self, changed: &BTreeSet<Question>) -> Result<(), CallError> {
        match self.ledger.as_ref().filter(|_| !changed.is_empty()) {
            Some(ledger) => ledger.forget_facts(changed).await,
            None => Ok(()),
        }
    }

    /// Looks at what the audit is to look at. `watch` is told how far it is.
    ///
    /// Never fails as a whole: what could not be read is in the report.
    pub async fn survey(&self, audit: Audit<'_>, watch: &(impl Fn(Progress<'_>) + Sync)) -> Audited {
        let Audit { home, scope, policy, rules, deadline, memory } = audit;
        let began = WallClock.now();
        let assignment = Assignment {
            account: home.account.clone(),
            region: home.region.clone(),
            scope: scope.clone(),
            policy,
            rules: rules.clone(),
            looks: pipeline::LookHistory::default(),
            deadline,
        };
        let clients = self.clients_until(deadline);
        let world = EnvironmentParts {
            account: &clients,
            ledger: self.ledger.as_ref(),
            queue: None::<&SqsLookQueue>,
            clock: &WallClock,
        };
        let hand_on = HandOn { registrar: self.registrar.as_ref(), guard: self.guard.as_ref() };
        let judged = JudgedPass { scope, rules, policy, home };
        let facts = self.ledger.as_ref().filter(|_| memory != SweepMemory::Unused);
        let may_answer = memory == SweepMemory::Asked;
        let facts = facts.map(|ledger| SweepFacts { ledger, alerts: self.alerts.as_ref(), judged, may_answer });
        // Boxed: its type is deeper nested than the compiler likes to look at from here.
        let outcome = Box::pin(pipeline::survey(&world, &assignment, hand_on, facts.as_ref(), watch)).await;
        if let Some(alerts) = &self.alerts {
            alerts.notify(&outcome, judged, WallClock.now()).await;
        }
        if let Some(error) = &outcome.unrecorded {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "the ledger could not be written; the next sweep will"
            );
        }
        if let Some(facts) = &facts {
            facts.keep(&outcome.news, deadline).await;
        }
        let mut report = runtime::lambda::report(&outcome, scope, policy, self.calls.take(), (began, WallClock.now()));
        report.rules = rules.iter().filter(|slug| policy.rule_enabled(slug)).map(|slug| (*slug).to_owned()).collect();
        Audited { report, outcome }
    }

    /// What the pictures of an audit are drawn from. Which listener leads to a group is no rule's business, so it is read
    /// here, one call for each balancer; where it can't be, the picture goes without.
    pub async fn topology(&self, audited: &Audited, deadline: Option<Timestamp>) -> Topology {
        let mut observation = audited.outcome.observation.clone();
        let groups = observation.aws.target_group.all_known().map(|(_, group)| group);
        let balancers: BTreeSet<_> = groups.flat_map(|group| &group.load_balancers).cloned().collect();
        let known = |balancer: &LoadBalancerArn| observation.aws.listeners.contains_key(balancer);
        let open: BTreeSet<Question> =
            balancers.into_iter().filter(|balancer| !known(balancer)).map(Question::Listeners).collect();
        aws::observe::answer(&self.clients_until(deadline), &open, &mut observation.aws).await;
        Topology::of(&observation, &audited.report.findings)
    }

    fn clients_until(&self, deadline: Option<Timestamp>) -> Clients {
        let Some(deadline) = deadline else { return self.clients.clone() };
        self.clients.until(Deadline::at(deadline, WallClock.now()))
    }
}
