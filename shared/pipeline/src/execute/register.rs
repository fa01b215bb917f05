//! Registering targets. Registering a target that is registered already changes nothing, so it can be done any number of
//! times.
//!
//! A pass over many groups takes its time, and a task may stop meanwhile. A target registered after that would be nobody's.
//! So its task, that one's service, and the group's targets are read once more right before the request, and task and targets once
//! more after it: what came too late after all gets a look of its own, and the ledger remembers at once whose the targets are.

use std::collections::BTreeSet;

use aws::Account as _;
use ledger::Ledger as _;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::ledger::OwnershipChange;
use model::observation::{Answer, Question};

use super::batch::change;
use super::group::{DesiredState, targets};
use super::zone::zones;
use super::{Execution, Steps};
use crate::environment::Environment;
use crate::look::Judged;

impl<E: Environment> Execution<'_, E> {
    /// Registers the steps' targets in `group` as far as they still are to be registered.
    pub(super) async fn register(&mut self, group: &TargetGroupArn, steps: &Steps<'_>) {
        let again = self.stale_around_registering(group, steps);
        let mut before = self.may_stop(group, steps);
        before.extend(again.iter().cloned());
        let before = self.look_at_group(group, &before).await;
        let still = self.still_wanted(steps, &before.plan);
        if still.is_empty() {
            return;
        }
        let (targets, account) = (targets(&still), self.environment.account());
        let send = |batch: Vec<Target>, zone| async move { account.register_targets(group, &batch, zone).await };
        let errors = change(zones(&self.known, group, &targets), send).await;
        let after = self.look_at_group(group, &again).await;
        self.done.look_again(&still, &after.plan);
        let owned = owned(group, &targets, &after);
        if let Some(ledger) = self.environment.ledger().filter(|_| !owned.is_empty()) {
            let unrecorded = ledger.record(&owned).await.err();
            self.done.unrecorded = self.done.unrecorded.take().or(unrecorded);
        }
        self.conclude(group, &still, DesiredState::Registered, &errors);
    }

    /// What must be read again right before a registration and after it: the group's targets, and the tasks whose addresses they
    /// are to be.
    fn stale_around_registering(&self, group: &TargetGroupArn, steps: &Steps<'_>) -> BTreeSet<Question> {
        let tasks =
            steps.iter().filter_map(|(_, step)| self.known.aws.task.get(step.repair.task()?)).filter_map(Answer::known);
        let tasks = tasks.map(|task| Question::Task { cluster: task.cluster.clone(), task: task.arn.clone() });
        tasks.chain([Question::TargetHealth(group.clone())]).collect()
    }
}

/// What the ledger is to remember of the new targets.
fn owned(group: &TargetGroupArn, targets: &[Target], after: &Judged) -> Vec<OwnershipChange> {
    let is_new = |change: &&OwnershipChange| match change {
        OwnershipChange::Record(of, record) => of == group && targets.contains(&record.target),
        OwnershipChange::End(..) => false,
    };
    after.judgement.ownership.iter().filter(is_new).cloned().collect()
}
