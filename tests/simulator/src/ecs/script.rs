//! A script that registers the tasks of a service by its own lights, as people write them where a service names no group.

use model::elb::{IpVersion, Target};
use model::id::{TargetGroupArn, TaskArn};

use super::Plan;
use crate::record::Writer;
use crate::time::{MINUTE, SECOND};
use crate::world::{Due, Stage};

impl Stage<'_> {
    /// The script hears of a task, some time later.
    pub(crate) fn tell_script(&mut self, arn: &TaskArn, plan: &Plan, registers: bool) {
        let script = plan.service.as_ref().and_then(|service| self.sim.ecs.scripts.get(service)).cloned();
        let Some((group, port)) = script else { return };
        let Some(version) = self.aws.target_groups.get(&group).and_then(|group| group.ip_version().ok()) else {
            return;
        };
        let ip = if version == IpVersion::Ipv4 { plan.place.v4() } else { plan.place.v6() };
        let wait = self.sim.wait(0, if registers { 20 * SECOND } else { MINUTE });
        self.sim.after(wait, Due::Script(arn.clone(), group, Target { ip, port }, registers));
    }

    /// The script's request comes through. It registers only what still runs, and takes out only what is nobody else's.
    pub(crate) fn script_changes(&mut self, arn: &TaskArn, group: &TargetGroupArn, target: Target, registers: bool) {
        if !registers && self.may_ecs_remove(arn, target) {
            self.deregister(group, target, Writer::Person);
        } else if registers && self.aws.tasks.get(arn).is_some_and(|task| task.is_serving()) {
            self.register(group, target, Writer::Person);
        }
    }
}
