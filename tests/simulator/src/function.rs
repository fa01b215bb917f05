//! A function: the product's own code from message to answer, over the simulated account.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;

use aws::calls::Calls;
use jiff::Timestamp;
use ledger::memory::MemoryLedger;
use model::call::{CallError, CallErrorKind};
use model::scope::Scope;
use pipeline::ports::{Clock as _, DelayedLook, LookQueue};
use pipeline::{Assignment, EnvironmentParts, HandOn, LookHistory, survey};
use runtime::home::Home;
use runtime::incoming::look_again;
use runtime::lambda::{Backend, FunctionContext, HandlerError, PassRequest, PassResult, carry_out, handle};
use runtime::request::{Patterns, look_up};

use crate::account::{SimAccount, failure};
use crate::invariants;
use crate::ledger_side::SimLedger;
use crate::mail::{FUNCTION_TIMEOUT, Message, Role};
use crate::names;
use crate::planted::Bug;
use crate::record::{EVER, PassSeen, Span};
use crate::remembered::SimFacts;
use crate::time::{HOUR, MINUTE, Moment, SECOND, VirtualClock, moment, timestamp};
use crate::world::{Actor, World};

/// What all functions share.
#[derive(Debug, Clone)]
pub(crate) struct Deployed {
    pub(crate) world: Arc<World>,
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) bug: Option<Bug>,
}

/// A function that runs. It ends with the ids of the messages that failed, or with nothing if all of them did.
pub(crate) type Running = Pin<Box<dyn Future<Output = Option<Vec<String>>>>>;

impl Deployed {
    /// Hands a batch to a new invocation.
    pub(crate) fn invoke(&self, role: Role, actor: Actor, batch: &[Message]) -> Running {
        let records: Vec<_> = batch
            .iter()
            .map(|message| serde_json::json!({"messageId": message.id.to_string(), "body": message.body}))
            .collect();
        let input = serde_json::json!({ "Records": records }).to_string();
        let now = self.world.sim().now;
        let deadline = timestamp(now + FUNCTION_TIMEOUT - 2 * SECOND);
        let account =
            SimAccount { world: Arc::clone(&self.world), actor, deadline, bug: SimAccount::bug_of(self.bug, role) };
        let backend = SimulatedBackend {
            rules: rules_of(role),
            ledger: SimLedger { kept: Arc::clone(&self.ledger), calls: account.clone() },
            queue: SimQueue(role, account.clone()),
            clock: VirtualClock(Arc::clone(&self.world)),
            account,
        };
        let home = home_of(role);
        Box::pin(async move {
            let answer = handle(&input, &home, deadline, &backend).await.ok()?;
            let answer: serde_json::Value = serde_json::from_str(answer.get()).ok()?;
            let failures = answer["batchItemFailures"].as_array()?.iter();
            Some(failures.filter_map(|one| Some(one["itemIdentifier"].as_str()?.to_owned())).collect())
        })
    }

    /// Surveys the whole account, by every rule, and from memory where that may be.
    pub(crate) fn audit(&self, actor: Actor, remembers: bool) -> Running {
        let world = Arc::clone(&self.world);
        let deadline = timestamp(world.sim().now + HOUR);
        let account = SimAccount {
            world: Arc::clone(&world),
            actor,
            deadline,
            bug: SimAccount::bug_of(self.bug, Role::Registrar),
        };
        let ledger = SimLedger { kept: Arc::clone(&self.ledger), calls: account.clone() };
        let clock = VirtualClock(Arc::clone(&world));
        let home = home_of(Role::Registrar);
        let policy = world.sim().setting.policy.clone();
        Box::pin(async move {
            let assignment = Assignment {
                account: home.account,
                region: home.region,
                scope: Scope { everything: true, ..Scope::default() },
                policy: &policy,
                rules: rules::rules().map(|rule| rule.slug).collect(),
                looks: LookHistory::default(),
                deadline: Some(deadline),
            };
            let surroundings =
                EnvironmentParts { account: &account, ledger: Some(&ledger), queue: None::<&Noted>, clock: &clock };
            let hand_on = HandOn { registrar: Some(&Noted), guard: Some(&Noted) };
            let facts = remembers.then(|| SimFacts(Arc::clone(&world)));
            let outcome = survey(&surroundings, &assignment, hand_on, facts.as_ref(), &|_| ()).await;
            let mut sim = world.sim();
            *(if remembers { &mut sim.swept } else { &mut sim.audited }) = Some(outcome);
            Some(Vec::new())
        })
    }
}

/// A queue for the audit's suspicions, in which they are lost: what waits there is in its outcome.
struct Noted;

impl LookQueue for Noted {
    async fn send(&self, _: Vec<DelayedLook>, _: Timestamp) -> Vec<(DelayedLook, CallError)> {
        Vec::new()
    }
}

fn rules_of(role: Role) -> BTreeSet<&'static str> {
    match role {
        Role::Registrar => rules::registration_rules(),
        Role::Guard => rules::security_group_rules(),
    }
}

fn home_of(role: Role) -> Home {
    let function = match role {
        Role::Registrar => names::FUNCTION,
        Role::Guard => names::GUARD,
    };
    Home::of_function(function).unwrap_or_else(|error| unreachable!("{error}"))
}

/// Where passes are made over the simulated account.
struct SimulatedBackend {
    rules: BTreeSet<&'static str>,
    account: SimAccount,
    ledger: SimLedger,
    queue: SimQueue,
    clock: VirtualClock,
}

impl SimulatedBackend {
    fn pass_begins(&self) {
        let mut sim = self.account.world.sim();
        let now = sim.now;
        sim.record.passes.push(PassSeen { span: Span { from: now, to: EVER }, health: Default::default() });
        let pass = sim.record.passes.len() - 1;
        let reads = sim.record.reads.entry(self.account.actor).or_default();
        (reads.pass, reads.began) = (pass, now);
        reads.changes.clear();
        reads.group_repairs.clear();
    }

    fn pass_ends(&self, passed: &PassResult) {
        self.account.world.stage(|stage| {
            let now = stage.sim.now;
            let reads = stage.sim.record.reads.get(&self.account.actor).cloned().unwrap_or_default();
            if let Some(pass) = stage.sim.record.passes.get_mut(reads.pass) {
                pass.span.to = now + 1;
            }
            for concluded in &passed.outcome.findings {
                for one in &concluded.conclusions {
                    let why = one.reason.as_deref().unwrap_or_default();
                    let (rule, actor) = (&concluded.finding.rule, self.account.actor);
                    stage.sim.tell(|| format!("function {actor}: {rule}: {}: {:?} {why}", one.repair, one.status));
                }
            }
            for (about, unread) in &passed.outcome.abstentions {
                let actor = self.account.actor;
                stage.sim.tell(|| format!("function {actor} can't judge {about:?}: {}", unread.error));
            }
            invariants::on_pass(stage, self.account.actor, &reads, &passed.outcome);
        });
    }

    async fn once(&self, pass_request: &PassRequest, home: &Home, deadline: Timestamp) -> PassResult {
        let policy = self.account.world.sim().setting.policy.clone();
        let world = EnvironmentParts {
            account: &self.account,
            ledger: Some(&self.ledger),
            queue: Some(&self.queue),
            clock: &self.clock,
        };
        let context = FunctionContext { home, rules: &self.rules, policy: &policy, alerts: None };
        self.pass_begins();
        let passed = carry_out(&world, pass_request, &context, deadline, &Calls::default()).await;
        self.pass_ends(&passed);
        passed
    }

    /// The pass request, as a product with the bug would take it.
    fn planted(&self, pass_request: &PassRequest) -> PassRequest {
        let mut pass_request = pass_request.clone();
        if self.account.bug == Some(Bug::OldFirstLook) {
            let within = self.account.world.sim().setting.confirm_within;
            let recent = self.clock.now() - jiff::SignedDuration::from_millis(within / 2);
            pass_request.looks.first.values_mut().for_each(|seen| *seen = (*seen).max(recent));
        }
        pass_request
    }
}

impl Backend for SimulatedBackend {
    fn rules(&self) -> Vec<&str> {
        self.rules.iter().copied().collect()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn resolve(&self, patterns: &Patterns, home: &Home, _: Timestamp) -> Result<Scope, HandlerError> {
        Ok(look_up(patterns, &self.account, home, self.now()).await?)
    }

    async fn leave_again(&self, looks: Vec<DelayedLook>) -> Vec<(DelayedLook, String)> {
        let unsent = self.queue.send(looks, self.now()).await;
        unsent.into_iter().map(|(look, error)| (look, error.to_string())).collect()
    }

    async fn pass(&self, pass_request: &PassRequest, home: &Home, deadline: Timestamp) -> PassResult {
        let mut pass_request = self.planted(pass_request);
        let passed = self.once(&pass_request, home, deadline).await;
        if self.account.bug != Some(Bug::SkipSecondLook) {
            return passed;
        }
        let long_ago = self.clock.now() - jiff::SignedDuration::from_mins(3);
        let seen = passed.outcome.findings.iter().map(|one| (one.finding.suspicion(), long_ago));
        pass_request.looks.first.extend(seen);
        self.once(&pass_request, home, deadline).await
    }
}

/// The function's own queue.
struct SimQueue(Role, SimAccount);

/// The longest that SQS holds a message back.
const LONGEST_DELAY: Moment = 15 * MINUTE;

impl LookQueue for SimQueue {
    async fn send(&self, looks: Vec<DelayedLook>, now: Timestamp) -> Vec<(DelayedLook, CallError)> {
        let mut unsent = Vec::new();
        for look in looks {
            let wait = moment(look.not_before) - moment(now);
            let wait = (wait.clamp(0, LONGEST_DELAY) + SECOND - 1) / SECOND * SECOND;
            let leave = async || match look_again::write(&look) {
                Ok(body) => {
                    let mut sim = self.1.world.sim();
                    sim.tell(|| {
                        let many = look.suspicions.len();
                        format!("function {}: look at {:?} again in {wait} ms ({many})", self.1.actor, look.site)
                    });
                    let unreliable = sim.setting.unreliable / 4;
                    let late = if sim.bad_luck(unreliable) { sim.wait(MINUTE, HOUR) } else { 0 };
                    sim.send(self.0, body, None, wait + late);
                    Ok(())
                }
                Err(_) => Err(failure("sqs:SendMessage", CallErrorKind::Permanent)),
            };
            if let Err(error) = self.1.through("sqs:SendMessage", leave).await {
                unsent.push((look, error));
            }
        }
        unsent
    }
}
