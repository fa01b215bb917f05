//! Production traffic of native services: one group of their pair serves. The other is on no listener, or at weight 0, before the
//! shift as well as after it, and its targets are `unused`.

use model::elb::TargetState;
use model::id::TargetGroupArn;

use super::{Deployment, Kind, Service};
use crate::record::EVER;
use crate::time::{MINUTE, SECOND};
use crate::world::{Due, Stage};

impl Service {
    /// The deployments that production traffic goes to.
    fn serving(&self) -> &[Deployment] {
        match (self.kind, self.deployments.as_slice()) {
            (Kind::Native, [_, .., newest]) if self.bakes_until.is_some() => std::slice::from_ref(newest),
            (Kind::Native, [first, ..]) => std::slice::from_ref(first),
            (_, all) => all,
        }
    }

    fn is_one_of_pair(&self, group: &TargetGroupArn) -> bool {
        let mut used = self.deployments.iter().flat_map(|one| &one.uses).map(|(group, _)| group);
        self.kind == Kind::Native && (self.alternate.as_ref() == Some(group) || used.any(|one| one == group))
    }
}

impl Stage<'_> {
    /// Does nothing send to the group, because it is one of a pair and the other serves?
    fn is_off_the_listener(&self, group: &TargetGroupArn) -> bool {
        let services = || self.sim.ecs.services.values().filter(|one| !one.deleted);
        let serves = |one: &Service| one.serving().iter().flat_map(|one| &one.uses).any(|(used, _)| used == group);
        services().any(|one| one.is_one_of_pair(group)) && !services().any(serves)
    }

    /// Listeners send to the groups that serve now, and to no others.
    pub(crate) fn shift_traffic(&mut self) {
        let groups: Vec<TargetGroupArn> = self.aws.target_groups.keys().cloned().collect();
        for group in groups {
            let (is_off, was_off) = (self.is_off_the_listener(&group), self.sim.record.off.contains_key(&group));
            if is_off && !was_off {
                self.sim.tell(|| format!("no listener sends to {} any more", group.name()));
                let now = self.sim.now;
                self.sim.record.off.insert(group.clone(), now);
                self.set_states(&group, &TargetState::Unused, "Target.NotInUse");
            } else if was_off && !is_off {
                self.sim.tell(|| format!("a listener sends to {}", group.name()));
                self.sim.record.off.remove(&group);
                self.set_states(&group, &TargetState::Initial, "Elb.InitialHealthChecking");
            }
        }
    }

    fn set_states(&mut self, group: &TargetGroupArn, state: &TargetState, reason: &str) {
        let there = self.aws.targets.entry(group.clone()).or_default();
        let mut in_place = Vec::new();
        for health in there.values_mut().filter(|health| health.is_in_place()) {
            (health.state, health.reason) = (state.clone(), Some(reason.to_owned()));
            in_place.push(health.target);
        }
        for target in in_place {
            let episodes = self.sim.record.episodes.get(&(group.clone(), target));
            let last = episodes.and_then(|all| all.last()).filter(|last| last.in_place.to == EVER);
            let Some(since) = last.map(|last| last.in_place.from) else { continue };
            let wait = self.sim.wait(30 * SECOND, 4 * MINUTE);
            self.sim.after(wait, Due::Health(group.clone(), target, since));
        }
    }
}
