//! Where passes are made for real: an account, a ledger and a queue through the AWS SDK.

use std::collections::BTreeSet;

use aws::calls::Calls;
use aws::deadline::Deadline;
use aws::sdk::Clients;
use jiff::Timestamp;
use ledger::DynamoDbLedger;
use model::policy::Policy;
use model::scope::Scope;
use pipeline::EnvironmentParts;
use pipeline::ports::{Clock as _, DelayedLook, LookQueue as _};

use super::carry_out::{FunctionContext, carry_out};
use super::error::HandlerError;
use super::handle::{Backend, PassResult};
use super::pass_requests::PassRequest;
use crate::alerts::Alerts;
use crate::clock::WallClock;
use crate::home::Home;
use crate::looks::SqsLookQueue;
use crate::request::{Patterns, look_up};
use crate::settings::Settings;

/// Where passes are made for real.
#[derive(Debug)]
pub(super) struct AwsBackend {
    rules: BTreeSet<&'static str>,
    policy: Policy,
    clients: Clients,
    ledger: Option<DynamoDbLedger>,
    queue: Option<SqsLookQueue>,
    alerts: Alerts,
    calls: Calls,
}

impl AwsBackend {
    /// Sets up clients; nothing is sent yet.
    pub(super) fn open(settings: Settings, rules: &BTreeSet<&'static str>) -> Self {
        let calls = Calls::default();
        let Settings { quota_share, trust, .. } = settings;
        let client = aws::client::ClientSettings { quota_share, trust, calls: calls.clone() };
        let config = aws::client::function_config(&client);
        let ledger = settings.ledger_table.as_deref().map(|table| DynamoDbLedger::new(&config, table));
        let alerts = Alerts::open(&config, &settings, ledger.clone());
        Self {
            rules: rules.clone(),
            policy: settings.policy,
            clients: Clients::new(&config),
            ledger,
            queue: settings.queue_url.map(|url| SqsLookQueue::new(&config, &url)),
            alerts,
            calls,
        }
    }

    /// The account, with answers due before the deadline.
    fn account(&self, deadline: Timestamp) -> Clients {
        self.clients.until(Deadline::at(deadline, self.now()))
    }
}

impl Backend for AwsBackend {
    fn rules(&self) -> Vec<&str> {
        self.rules.iter().copied().collect()
    }

    fn now(&self) -> Timestamp {
        WallClock.now()
    }

    async fn resolve(&self, patterns: &Patterns, home: &Home, deadline: Timestamp) -> Result<Scope, HandlerError> {
        Ok(look_up(patterns, &self.account(deadline), home, self.now()).await?)
    }

    async fn leave_again(&self, looks: Vec<DelayedLook>) -> Vec<(DelayedLook, String)> {
        match &self.queue {
            Some(queue) => {
                let unsent = queue.send(looks, self.now()).await;
                unsent.into_iter().map(|(look, error)| (look, error.to_string())).collect()
            }
            None => {
                let reason = "it is not due yet, and there is no queue to leave it in: set GUARD_QUEUE_URL";
                looks.into_iter().map(|look| (look, reason.to_owned())).collect()
            }
        }
    }

    async fn test_alert(&self, home: &Home) -> serde_json::Value {
        self.alerts.answer_test(home, self.now()).await
    }

    async fn pass(&self, pass_request: &PassRequest, home: &Home, deadline: Timestamp) -> PassResult {
        let account = self.account(deadline);
        let world = EnvironmentParts {
            account: &account,
            ledger: self.ledger.as_ref(),
            queue: self.queue.as_ref(),
            clock: &WallClock,
        };
        let context = FunctionContext { home, rules: &self.rules, policy: &self.policy, alerts: Some(&self.alerts) };
        carry_out(&world, pass_request, &context, deadline, &self.calls).await
    }
}
