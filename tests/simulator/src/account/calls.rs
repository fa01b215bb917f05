//! One call, from being sent to being answered; and what the record keeps of it.

use std::future::pending;

use futures::FutureExt as _;
use model::call::{CallError, CallErrorKind};
use model::ec2::NetworkInterface;
use model::elb::Target;
use model::id::{NetworkInterfaceId, SubnetId, TargetGroupArn, TaskArn};
use model::observation::Answer;

use super::fate::{CLIENT_TIMEOUT, Fate, Outcome};
use super::{SimAccount, failure};
use crate::invariants;
use crate::record::Change;
use crate::time::{Moment, until_moment};

impl SimAccount {
    /// Sends a call that reads. `note` is told once AWS has read.
    pub(super) async fn read<T>(
        &self,
        operation: &'static str,
        read: impl FnOnce() -> Result<T, CallError>,
        note: impl FnOnce(),
    ) -> Result<T, CallError> {
        self.send(operation, || {
            note();
            read()
        })
        .await
    }

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
        let answer = || ask().now_or_never().unwrap_or_else(|| Err(failure(operation, CallErrorKind::Passing)));
        self.send(operation, answer).await
    }

    async fn send<T>(
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
                Err(failure(operation, CallErrorKind::Passing))
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
        Err(failure(operation, if is_late { CallErrorKind::OutOfTime } else { CallErrorKind::Passing }))
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
    pub(super) fn without_hidden(
        &self,
        mut all: Vec<(SubnetId, Vec<NetworkInterface>)>,
    ) -> Vec<(SubnetId, Vec<NetworkInterface>)> {
        let sim = self.world.sim();
        all.iter_mut().for_each(|(_, interfaces)| interfaces.retain(|one| !sim.is_hidden(&one.id)));
        all
    }

    pub(super) fn thin_interfaces(
        &self,
        mut all: Vec<(NetworkInterfaceId, Answer<NetworkInterface>)>,
    ) -> Vec<(NetworkInterfaceId, Answer<NetworkInterface>)> {
        {
            let sim = self.world.sim();
            for (id, answer) in &mut all {
                if sim.is_hidden(id) {
                    *answer = Answer::Absent;
                }
            }
        }
        self.thin(all)
    }

    pub(super) fn note_tasks(&self, tasks: &[TaskArn]) {
        let mut sim = self.world.sim();
        let now = sim.now;
        let reads = sim.record.reads.entry(self.actor).or_default();
        reads.tasks.extend(tasks.iter().map(|arn| (arn.clone(), now)));
    }

    pub(super) fn note_health(&self, group: &TargetGroupArn) {
        let mut sim = self.world.sim();
        let now = sim.now;
        let reads = sim.record.reads.entry(self.actor).or_default();
        reads.health.insert(group.clone(), now);
        let pass = reads.pass;
        if let Some(pass) = sim.record.passes.get_mut(pass) {
            pass.health.insert(group.clone(), now);
        }
    }

    pub(super) fn note_interfaces(&self, subnets: &[SubnetId]) {
        let mut sim = self.world.sim();
        let now = sim.now;
        let reads = sim.record.reads.entry(self.actor).or_default();
        reads.interfaces.extend(subnets.iter().map(|subnet| (subnet.clone(), now)));
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
