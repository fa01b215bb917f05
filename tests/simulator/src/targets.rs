//! Elastic Load Balancing: what is being registered is served after some minutes, what is deregistered drains as long.

use std::net::IpAddr;

use model::elb::{Target, TargetHealth, TargetState};
use model::id::TargetGroupArn;

use crate::record::{EVER, Episode, Span, Writer};
use crate::time::{MINUTE, SECOND};
use crate::world::{Due, Stage};

const NONE: Span = Span { from: EVER, to: EVER };

impl Stage<'_> {
    /// Registers a target. One that is in place already stays as it is.
    pub(crate) fn register(&mut self, group: &TargetGroupArn, target: Target, by: Writer) {
        if !self.aws.target_groups.contains_key(group) {
            return;
        }
        let now = self.sim.now;
        let there = self.aws.targets.entry(group.clone()).or_default();
        if there.get(&target).is_some_and(TargetHealth::is_in_place) {
            return;
        }
        let (state, reason) = match self.sim.record.off.contains_key(group) {
            true => (TargetState::Unused, "Target.NotInUse"),
            false => (TargetState::Initial, "Elb.RegistrationInProgress"),
        };
        there.insert(target, TargetHealth::new(target, state, Some(reason.to_owned())));
        let episodes = self.sim.record.episodes.entry((group.clone(), target)).or_default();
        if let Some(last) = episodes.last_mut() {
            last.draining.to = last.draining.to.min(now);
        }
        episodes.push(Episode { in_place: Span::since(now), draining: NONE, by });
        self.sim.tell(|| format!("{by:?} registers {target} in {}", group.name()));
        let wait = self.sim.wait(30 * SECOND, 4 * MINUTE);
        self.sim.after(wait, Due::Health(group.clone(), target, now));
    }

    /// Deregisters a target. One that is absent or draining already stays as it is.
    pub(crate) fn deregister(&mut self, group: &TargetGroupArn, target: Target, by: Writer) {
        let now = self.sim.now;
        let there = self.aws.targets.get_mut(group).and_then(|targets| targets.get_mut(&target));
        let Some(health) = there.filter(|health| health.is_in_place()) else { return };
        health.state = TargetState::Draining;
        health.reason = Some("Target.DeregistrationInProgress".to_owned());
        let episodes = self.sim.record.episodes.get_mut(&(group.clone(), target));
        if let Some(last) = episodes.and_then(|episodes| episodes.last_mut()) {
            last.in_place.to = now;
            last.draining = Span::since(now);
        }
        self.sim.tell(|| format!("{by:?} deregisters {target} from {}", group.name()));
        let wait = self.sim.wait(20 * SECOND, 5 * MINUTE);
        self.sim.after(wait, Due::Health(group.clone(), target, now));
    }

    /// A target that is `initial` or `draining` since `since` is no longer.
    pub(crate) fn settle_health(&mut self, group: &TargetGroupArn, target: Target, since: i64) {
        let key = (group.clone(), target);
        let now = self.sim.now;
        let Some(last) = self.sim.record.episodes.get_mut(&key).and_then(|all| all.last_mut()) else { return };
        let is_draining = last.in_place.to != EVER;
        if (if is_draining { last.draining.from } else { last.in_place.from }) != since {
            return;
        }
        if is_draining {
            last.draining.to = last.draining.to.min(now);
            self.aws.targets.get_mut(group).map(|targets| targets.remove(&target));
            return;
        }
        if self.sim.record.off.contains_key(group) {
            return;
        }
        let serves = self.serves(group, target);
        if let Some(health) = self.aws.targets.get_mut(group).and_then(|targets| targets.get_mut(&target)) {
            health.state = if serves { TargetState::Healthy } else { TargetState::Unhealthy };
            health.reason = None;
        }
    }

    /// Does a task that has the address listen on the port?
    fn serves(&self, group: &TargetGroupArn, target: Target) -> bool {
        let task = self.sim.record.task_at(target.ip, self.sim.now);
        task.and_then(|arn| self.sim.ecs.tasks.get(arn))
            .is_some_and(|plan| plan.uses.iter().any(|(used, port)| used == group && *port == target.port))
    }

    /// Nothing answers at an address any more.
    pub(crate) fn address_left(&mut self, ip: IpAddr) {
        for targets in self.aws.targets.values_mut() {
            for health in targets.values_mut() {
                if health.target.ip == ip && health.state == TargetState::Healthy {
                    health.state = TargetState::Unhealthy;
                }
            }
        }
    }

    /// A group is deleted, with its targets.
    pub(crate) fn delete_group(&mut self, group: &TargetGroupArn) {
        let now = self.sim.now;
        self.aws.target_groups.remove(group);
        self.aws.targets.remove(group);
        for ((one, _), episodes) in &mut self.sim.record.episodes {
            if let Some(last) = episodes.last_mut().filter(|_| one == group) {
                last.in_place.to = last.in_place.to.min(now);
                last.draining.to = last.draining.to.min(now);
            }
        }
    }
}
