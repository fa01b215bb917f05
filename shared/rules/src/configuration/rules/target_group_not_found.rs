//! A group that doesn't exist.

use model::finding::Severity;
use model::observation::Lookup;
use model::policy::Policy;

use crate::configuration::subject::Subject;
use crate::finding::start;
use crate::fix::{AwsCommand, fix};
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-group-not-found",
    severity: Severity::Critical,
    title: "New tasks get no traffic: their service names a target group that doesn't exist",
    explanation: "Elastic Load Balancing says that it has no such target group: it was deleted while the service, or a task set \
        of it, still names it. ECS can register no task there, so every new task of the service gets no traffic, and \
        deployments fail or never end. A new group with the same name has another ARN, and the service goes on naming \
        the old one.",
    remedy: "Make the group (or find the one that took its place), put it behind the balancer's listener, and update the \
        service's load balancers to its ARN. With CodeDeploy or an external deployment controller a new deployment has to \
        name it.",
    repair: "none",
};

pub(crate) fn judge(_: &Lookup<'_>, _: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    for named in subject.groups.iter().filter(|named| named.group.is_none()) {
        let alternate = named.entries.iter().all(|entry| entry.entry.target_group.as_ref() != Some(named.arn));
        let part = if alternate { "alternate target group" } else { "target group" };
        let summary =
            format!("New tasks of {} get no traffic: its {part} {} doesn't exist", subject.id, named.arn.name());
        let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
        let arn = named.arn;
        let finding_it = fix(
            format!("See whether another target group is called {}", arn.name()),
            "It only reads: safe at any time. The ARN it prints is the one to name in the service's load balancers.",
        );
        let command = AwsCommand::new(arn.region(), "elbv2", "describe-target-groups").args("names", [arn.name()]);
        let draft = draft.loses_traffic(0).fixes(vec![finding_it.command(command).at_service(&subject.id).done()]);
        judgement.findings.push(draft.done());
    }
}
