//! Tasks that are served, but not by their service's doing.

use std::collections::BTreeMap;

use model::ecs::{Service, ServiceStatus};
use model::elb::{Target, TargetGroup};
use model::finding::Severity;
use model::id::{TargetGroupArn, TaskArn};
use model::scope::ServiceId;

use crate::configuration::subject::is_behind_network;
use crate::finding::start;
use crate::judgement::Judgement;
use crate::registration::owner::ForeignTask;
use crate::rule::Rule;

/// How many tasks a finding lists.
const LISTED: usize = 20;

pub(crate) const RULE: Rule = Rule {
    slug: "service-without-load-balancer",
    severity: Severity::High,
    title: "Tasks are behind a Network Load Balancer, but their service declares none",
    explanation: "Live tasks of the service are registered in a Network Load Balancer's target group, and the service declares \
        no load balancer at all. So somebody registered them by hand or by a script, and ECS knows nothing of it: it won't \
        register the tasks that take their place, nor deregister these when they stop, and their addresses will be \
        inherited by strangers while the balancer still sends there.",
    remedy: "Declare the target group in the service's load balancers, with the container and the port that serve it; ECS then \
        registers and deregisters by itself (a service with the ECS deployment controller can be updated in place). Or take \
        these targets out of the group.",
    repair: "none",
};

/// Targets of tasks whose services declare no load balancer, by group and service.
#[derive(Default)]
pub(crate) struct UndeclaredTargets<'a>(BTreeMap<(TargetGroupArn, ServiceId), OfService<'a>>);

/// The service, and its tasks with the targets they have.
type OfService<'a> = (&'a Service, BTreeMap<TaskArn, Target>);

impl<'a> UndeclaredTargets<'a> {
    /// Notes the target in `group` of a task that no service using the group has, if its service declares nothing. Did it?
    pub(crate) fn note(&mut self, group: &TargetGroup, target: Target, foreign_task: &ForeignTask<'a>) -> bool {
        let Some((id, service)) = foreign_task.service.as_ref().filter(|_| is_behind_network(group)) else {
            return false;
        };
        // A deployment in flight may be what takes the tasks out.
        let declares_none = service.status == ServiceStatus::Active
            && service.named_target_groups().next().is_none()
            && !service.in_flight();
        let is_noted = declares_none && foreign_task.task.is_serving();
        if is_noted {
            let (_, tasks) =
                self.0.entry((group.arn.clone(), id.clone())).or_insert_with(|| (service, BTreeMap::new()));
            tasks.insert(foreign_task.task.arn.clone(), target);
        }
        is_noted
    }

    /// One finding for each service in each group.
    pub(crate) fn judge(self, judgement: &mut Judgement) {
        for ((group, id), (service, tasks)) in self.0 {
            let count = tasks.len();
            let name = group.name();
            let summary = format!("{id} declares no load balancer, but its tasks are registered in {name} ({count})");
            let listed: Vec<String> =
                tasks.iter().take(LISTED).map(|(task, target)| format!("{target} of {}", task.id())).collect();
            let draft = start(&RULE, summary).service(&id, service).target_group(&group);
            judgement.findings.push(draft.evidence("targets", Some(listed)).done());
        }
    }
}
