//! One call, from being sent to being answered; and what the record keeps of it.

use std::any::Any;
use std::future::pending;

use futures::FutureExt as _;
use model::call::{CallError, CallErrorKind};
use model::ec2::NetworkInterface;
use model::elb::Target;
use model::id::{NetworkInterfaceId, SubnetId, TargetGroupArn};
use model::observation::{Answer, Question};

use super::fate::{CLIENT_TIMEOUT, Fate, Outcome};
use super::{SimAccount, failure};
use crate::invariants;
use crate::record::Change;
use crate::time::{Moment, until_moment};

impl SimAccount {
    /// Sends a call that changes something.
    pub(super) async fn write(
        &self,
        operation: &'static str,
        change: impl FnOnce() -> Result<(), CallError>,
    ) -> Result<(), CallError> {
        self.send(operation, change).await
    }

    /// Sends a call to another service, whose answer is there at once.
    pub(crate) async fn through<T, F: Future<Output = Result<T, CallError>>>(
        &self,
        operation: &'static str,
        ask: impl FnOnce() -> F,
    ) -> Result<T, CallError> {
        let answer = || ask().now_or_never().unwrap_or_else(|| Err(failure(operation, CallErrorKind::Transient)));
        self.send(operation, answer).await
    }

    /// Sends a call.
    pub(super) async fn send<T>(
        &self,
        operation: &'static str,
        act: impl FnOnce() -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let (sent, fate) = {
            let mut sim = self.world.sim();
            (sim.now, sim.fate(operation))
        };
        let Fate { before, after, outcome } = fate;
        let given_up = self.deadline().min(sent + CLIENT_TIMEOUT);
        if outcome != Outcome::Fine {
            self.world.sim().tell(|| format!("function {}: {operation} {outcome:?}", self.actor));
        }
        if sent + before > given_up {
            // It may still be done, by an AWS that is late.
            return self.give_up(operation, given_up).await;
        }
        until_moment(&self.world, sent + before).await;
        match outcome {
            Outcome::Fails(kind) => {
                if kind == CallErrorKind::Denied {
                    self.world.sim().denied_once.insert(operation);
                }
                until_moment(&self.world, (sent + before + after).min(given_up)).await;
                return Err(failure(operation, kind));
            }
            Outcome::DiesBefore => return self.die().await,
            _ => {}
        }
        let answer = act();
        match outcome {
            Outcome::DiesAfter => self.die().await,
            Outcome::AnswerLost => {
                drop(answer);
                let lost = (sent + before + after).min(given_up);
                until_moment(&self.world, lost).await;
                Err(failure(operation, CallErrorKind::Transient))
            }
            _ if sent + before + after > given_up => self.give_up(operation, given_up).await,
            _ => {
                until_moment(&self.world, sent + before + after).await;
                answer
            }
        }
    }

    async fn give_up<T>(&self, operation: &'static str, at: Moment) -> Result<T, CallError> {
        until_moment(&self.world, at).await;
        let is_late = at >= self.deadline();
        Err(failure(operation, if is_late { CallErrorKind::OutOfTime } else { CallErrorKind::Transient }))
    }

    async fn die<T>(&self) -> T {
        self.world.sim().dead.push(self.actor);
        pending().await
    }

    /// Leaves out some of what was asked for.
    pub(crate) fn thin<K, V>(&self, mut all: Vec<(K, V)>) -> Vec<(K, V)> {
        let mut sim = self.world.sim();
        if sim.is_partial() {
            let drop = sim.luck() as usize % all.len().max(1);
            if !all.is_empty() {
                all.remove(drop);
            }
            sim.tell(|| "an answer leaves something out".to_owned());
        }
        all
    }

    /// EC2's answer may be older than an interface.
    pub(super) fn hide(&self, answers: &mut dyn Any) {
        let sim = self.world.sim();
        if let Some(lists) = answers.downcast_mut::<Vec<(SubnetId, Answer<Vec<NetworkInterface>>)>>() {
            for (_, answer) in lists {
                if let Answer::Known(list) = answer {
                    list.retain(|one| !sim.is_hidden(&one.id));
                }
            }
        } else if let Some(interfaces) = answers.downcast_mut::<Vec<(NetworkInterfaceId, Answer<NetworkInterface>)>>() {
            let hidden = interfaces.iter_mut().filter(|(id, _)| sim.is_hidden(id));
            hidden.for_each(|(_, answer)| *answer = Answer::Absent);
        }
    }

    /// What AWS was asked goes into the record, where an invariant asks for it.
    pub(super) fn note(&self, question: &Question) {
        let mut sim = self.world.sim();
        let now = sim.now;
        let reads = sim.record.reads.entry(self.actor).or_default();
        match question {
            Question::Task { task, .. } => drop(reads.tasks.insert(task.clone(), now)),
            Question::Interfaces(subnet) => drop(reads.interfaces.insert(subnet.clone(), now)),
            Question::TargetHealth(group) => {
                reads.health.insert(group.clone(), now);
                let pass = reads.pass;
                if let Some(pass) = sim.record.passes.get_mut(pass) {
                    pass.health.insert(group.clone(), now);
                }
            }
            _ => {}
        }
    }

    /// A change goes into the record, and before the invariants.
    pub(crate) fn changed(&self, group: &TargetGroupArn, target: Target, removes: bool) {
        self.world.stage(|stage| {
            let at = stage.sim.now;
            let change = Change { at, actor: self.actor, group: group.clone(), target, removes };
            invariants::on_change(stage, &change);
            let reads = stage.sim.record.reads.entry(self.actor).or_default();
            reads.changes.push(change.clone());
            stage.sim.record.changes.push(change);
        });
    }
}
