//! A service that leaves its tasks' security groups to the VPC.

use model::finding::Severity;
use model::observation::Lookup;
use model::policy::{Policy, PolicySubject, SecurityGroupRef};

use crate::configuration::subject::Subject;
use crate::finding::start;
use crate::fix::{block, fix, label};
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "service-without-security-groups",
    severity: Severity::Medium,
    title: "Tasks get the VPC's default security group: their service declares none",
    explanation: "Every task in awsvpc mode has a network interface, and a security group decides what reaches it. Where the \
        service's network configuration names none, ECS gives each task the default group of the VPC. As AWS makes it, that \
        group lets in only what has the same group: a Network Load Balancer's traffic and health checks don't get through, \
        and everything else in the VPC that has it does. It isn't reported where the policy itself requires the default \
        group.",
    remedy: "Make a security group that lets in the port the tasks serve, from the balancer's security group (or from its \
        subnets and the clients, if it has none), and name it in the service's network configuration (securityGroups of \
        awsvpcConfiguration). That starts a deployment, whose tasks have it.",
    repair: "none",
};

pub(crate) fn judge(_: &Lookup<'_>, policy: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    let declares_none = subject.sources.iter().filter_map(|source| source.network);
    let declares_none = declares_none.filter(|network| network.security_groups.is_empty()).count() > 0;
    let id = &subject.id;
    let place = PolicySubject { cluster: Some(id.cluster.name()), service: Some(&id.name), ..PolicySubject::default() };
    if !declares_none || policy.security_groups(&place).required.contains(&SecurityGroupRef::vpc_default()) {
        return;
    }
    let summary = format!("Tasks of {id} get the VPC's default security group: the service declares none");
    let text = block(
        "# in the aws_ecs_service, beside its subnets\nnetwork_configuration",
        &[("security_groups", format!("[aws_security_group.{}.id]", label(&id.name)))],
    );
    let naming = fix(
        format!("Give {id} a security group of its own"),
        "First the group with a rule for the port the tasks serve, then the service: that starts a deployment, whose tasks have \
         it. Named the other way round, the new tasks get no traffic.",
    );
    let draft = start(&RULE, summary).service(id, subject.service);
    judgement.findings.push(draft.fixes(vec![naming.terraform(text).at_service(id).done()]).done());
}
