//! The audit as a Lambda function.

use std::collections::BTreeSet;

use aws::calls::Calls;
use jiff::Timestamp;
use model::policy::Policy;
use model::scope::Scope;
use pipeline::ports::{Clock as _, Look};
use runtime::clock::WallClock;
use runtime::home::Home;
use runtime::lambda::{Desk, HandlerError, Order, Passed};
use runtime::request::Patterns;
use runtime::settings::Settings;

use crate::auditor::{Audit, Audited, Auditor};

/// Where audits are made that a schedule, a person or a message asks the function for.
#[derive(Debug)]
pub struct AuditDesk {
    policy: Policy,
    auditor: Auditor,
    rules: BTreeSet<&'static str>,
}

impl AuditDesk {
    /// Sets up clients; nothing is sent yet.
    pub async fn open(settings: Settings) -> Self {
        let calls = Calls::default();
        let client = aws::client::Settings { quota_share: settings.quota_share, calls: calls.clone() };
        let config = aws::client::shared_config(&client).await;
        let auditor = Auditor::new(&config, calls).with_ledger(&config, settings.ledger_table.as_deref()).with_queues(
            &config,
            settings.registrar_queue_url.as_deref(),
            settings.guard_queue_url.as_deref(),
        );
        Self { policy: settings.policy, auditor, rules: rules::rules().map(|rule| rule.slug).collect() }
    }
}

impl Desk for AuditDesk {
    fn rules(&self) -> Vec<&str> {
        self.rules.iter().copied().collect()
    }

    fn now(&self) -> Timestamp {
        WallClock.now()
    }

    async fn resolve(&self, patterns: &Patterns, home: &Home, deadline: Timestamp) -> Result<Scope, HandlerError> {
        Ok(self.auditor.look_up(patterns, home, Some(deadline)).await?)
    }

    async fn leave_again(&self, looks: Vec<Look>) -> Vec<(Look, String)> {
        let reason = "the audit takes no second looks: they belong in the queue of a function that repairs";
        looks.into_iter().map(|look| (look, reason.to_owned())).collect()
    }

    async fn pass(&self, order: &Order, home: &Home, deadline: Timestamp) -> Passed {
        let policy = match order.terms.mode {
            Some(most) => self.policy.clone().capped(most),
            None => self.policy.clone(),
        };
        let wanted = |slug: &&str| order.terms.rules.as_ref().is_none_or(|rules| rules.contains(*slug));
        let rules = self.rules.iter().copied().filter(wanted).collect();
        let audit = Audit { home, scope: &order.scope, policy: &policy, rules: &rules, deadline: Some(deadline) };
        let Audited { report, outcome } = self.auditor.survey(audit, &|_| ()).await;
        Passed { report, outcome }
    }
}
