//! Deregistering targets.
//!
//! The one race that no reader of AWS can close: the address is given to a new task, and registered for it, between the
//! last read and the request. So the last read stands right before the request, with nothing in between, and the removals are
//! counted in the ledger before it: counted and not made is harmless, made and not counted is not.

use std::collections::BTreeSet;

use aws::Account as _;
use model::elb::Target;
use model::id::{SubnetId, TargetGroupArn};
use model::ledger::Limited;
use model::observation::{Answer, Question};
use model::scope::ServiceId;

use super::batch::change;
use super::group::{DesiredState, targets};
use super::zone::zones;
use super::{Execution, Steps};
use crate::environment::Environment;

impl<E: Environment> Execution<'_, E> {
    /// Removes the steps' targets from `group` as far as the limit allows and they are still to be removed.
    pub(super) async fn remove(&mut self, group: &TargetGroupArn, steps: &Steps<'_>) {
        let granted = match self.reserve(&Limited::Removals(group.clone()), steps.len()).await {
            Ok(granted) => granted,
            Err(why) => return self.done.stopped(steps, &why),
        };
        let (allowed, over) = steps.split_at(granted.min(steps.len()));
        self.done.stopped(over, &"the limit on removals in this group was reached by other passes".into());
        if allowed.is_empty() {
            return;
        }
        let mut again = self.stale_before_removing(group, allowed);
        again.extend(self.may_stop(group, allowed));
        let last = self.look_at_group(group, &again).await;
        let still = self.still_wanted(allowed, &last.plan);
        if still.is_empty() {
            return;
        }
        let account = self.environment.account();
        let send = |batch: Vec<Target>, zone| async move { account.deregister_targets(group, &batch, zone).await };
        let errors = change(zones(&self.known, group, &targets(&still)), send).await;
        self.read_again(&BTreeSet::from([Question::TargetHealth(group.clone())])).await;
        self.conclude(group, &still, DesiredState::Gone, &errors);
    }

    /// What must be read again right before a removal: the group's targets, the interfaces at the addresses, and if something
    /// has one, its task and that task's service. The account-wide part may be as old as the second look.
    fn stale_before_removing(&self, group: &TargetGroupArn, steps: &Steps<'_>) -> BTreeSet<Question> {
        let known = &self.known;
        let addresses: BTreeSet<_> = targets(steps).into_iter().map(|target| target.ip).collect();
        let vpc = known.aws.target_group.get(group).and_then(Answer::known).and_then(|group| group.vpc.as_ref());
        let subnets = vpc.and_then(|vpc| known.aws.subnets.get(vpc)).and_then(Answer::known).into_iter().flatten();
        let subnets = subnets.filter(|subnet| addresses.iter().any(|address| subnet.contains(*address)));
        let subnets: BTreeSet<&SubnetId> = subnets.map(|subnet| &subnet.id).collect();
        let mut again: BTreeSet<Question> = subnets.iter().map(|id| Question::Interfaces((*id).clone())).collect();
        again.insert(Question::TargetHealth(group.clone()));
        let at_addresses = addresses.iter().flat_map(|address| self.index.at(*address)).copied();
        for task in at_addresses.filter_map(|arn| known.aws.task.get(arn)).filter_map(Answer::known) {
            if task.is_live() {
                again.insert(Question::Task { cluster: task.cluster.clone(), task: task.arn.clone() });
                let service = task.service_name().map(|name| ServiceId::new(&task.cluster, name));
                again.extend(service.map(Question::Service));
            }
        }
        again
    }
}
