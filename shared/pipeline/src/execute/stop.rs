//! What a person may have set while a pass is under way, to stop it: the pause, and holds.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use model::elb::Tagged;
use model::id::TargetGroupArn;
use model::observation::{Answer, Question};

use super::{Execution, Steps};
use crate::environment::Environment;
use crate::ports::Clock as _;

/// In a pass that takes no longer, the holds that its look saw are as they are. Those on target groups and load balancers cost
/// requests of the scarcest quota.
const TAKES_LONG: SignedDuration = SignedDuration::from_secs(5);

impl<E: Environment> Execution<'_, E> {
    /// What must be read again right before targets of the group are changed, so that a pause or a hold set since the look still
    /// stops it: the pause and the services concerned, which may have changed besides; in a pass that takes long also what else
    /// may be held.
    pub(super) fn may_stop(&self, group: &TargetGroupArn, steps: &Steps<'_>) -> BTreeSet<Question> {
        let findings = steps.iter().filter_map(|(index, _)| self.seen.plan.findings.get(index.0));
        let users: BTreeSet<_> = findings.flat_map(|planned| &planned.finding.users).collect();
        let mut again: BTreeSet<Question> = users.iter().map(|id| Question::Service((*id).clone())).collect();
        again.insert(Question::Pause);
        if self.environment.clock().now().duration_since(self.seen.observation.at) > TAKES_LONG {
            again.extend(users.iter().map(|id| Question::Cluster(id.cluster.clone())));
            again.insert(Question::Tags(Tagged::TargetGroup(group.clone())));
            let known = self.known.aws.target_group.get(group).and_then(Answer::known);
            let balancers = known.into_iter().flat_map(|group| &group.load_balancers);
            again.extend(balancers.map(|arn| Question::Tags(Tagged::LoadBalancer(arn.clone()))));
        }
        again
    }
}
