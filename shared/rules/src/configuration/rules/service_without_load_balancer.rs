//! Tasks that are registered, but not because their service names the target group.

use std::collections::BTreeMap;

use model::ecs::{Service, ServiceStatus};
use model::elb::{Target, TargetGroup};
use model::finding::Severity;
use model::fix::Fix;
use model::id::{TargetGroupArn, TaskArn};
use model::scope::ServiceId;

use crate::configuration::subject::is_behind_network;
use crate::finding::start;
use crate::fix::{AwsCommand, block, fix, string, targets};
use crate::judgement::Judgement;
use crate::registration::owner::ForeignTask;
use crate::rule::Rule;

/// How many tasks a finding lists.
const LISTED: usize = 20;

pub(crate) const RULE: Rule = Rule {
    slug: "service-without-load-balancer",
    severity: Severity::High,
    title: "New tasks will get no traffic: they are registered by hand, and their service names no target group",
    explanation: "Live tasks of the service are registered in a Network Load Balancer's target group, and the service declares \
        no load balancer at all. So somebody registered them by hand or by a script, and ECS knows nothing of it: it won't \
        register the tasks that take their place, nor deregister these when they stop. Then their addresses go to other \
        network interfaces while the balancer still sends there.",
    remedy: "Declare the target group in the service's load balancers, with the container and the port that serve it; ECS then \
        registers and deregisters by itself (a service with the ECS deployment controller can be updated in place). Or deregister these targets.",
    repair: "none",
};

/// Targets of tasks whose services declare no load balancer, by group and service.
#[derive(Default)]
pub(crate) struct UndeclaredTargets<'a>(BTreeMap<(TargetGroupArn, ServiceId), ServiceWithTargets<'a>>);

/// The service, and its tasks with the targets they have.
type ServiceWithTargets<'a> = (&'a Service, BTreeMap<TaskArn, Target>);

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
            let summary = match count {
                1 => format!(
                    "New tasks of {id} will get no traffic from target group {name}: the service names no target group, and its 1 task was registered by hand"
                ),
                _ => format!(
                    "New tasks of {id} will get no traffic from target group {name}: the service names no target group, and its {count} tasks were registered by hand"
                ),
            };
            let listed: Vec<String> =
                tasks.iter().take(LISTED).map(|(task, target)| format!("{target} of {}", task.id())).collect();
            let draft = start(&RULE, summary).service(&id, service).target_group(&group);
            let draft = draft.fixes(fixes(&group, &id, tasks.values().copied()));
            judgement.findings.push(draft.evidence("targets", Some(listed)).done());
        }
    }
}

fn fixes(group: &TargetGroupArn, id: &ServiceId, targets: impl Iterator<Item = Target> + Clone) -> Vec<Fix> {
    let port = targets.clone().map(|target| target.port).min().unwrap_or_default();
    let text = block(
        "# in the aws_ecs_service, with the container that serves the port\nload_balancer",
        &[("target_group_arn", string(group.as_str())), ("container_port", port.to_string())],
    );
    let naming = fix(
        format!("Name target group {} in the load balancers of {id}", group.name()),
        format!(
            "It starts a deployment that replaces every task of {id}; from then on ECS registers and deregisters them."
        ),
    );
    let removing = fix(
        format!("Or, if {id} isn't meant to be served, deregister its tasks"),
        "Not safe while clients use them: connections end after the deregistration delay.",
    );
    let each = targets.take(LISTED).map(self::targets);
    let command = AwsCommand::new(group.region(), "elbv2", "deregister-targets").arg("target-group-arn", group);
    let removing = removing.command(command.args("targets", each)).at_target_group(group);
    vec![naming.terraform(text).at_service(id).done(), removing.done()]
}
