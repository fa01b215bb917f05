//! Tasks with an address of their own behind a group of something else.

use model::ecs::NetworkMode;
use model::elb::{TargetGroup, TargetType};
use model::finding::Severity;
use model::fix::Fix;
use model::observation::Lookup;
use model::policy::Policy;

use crate::configuration::rules::network_mode_not_awsvpc::modes;
use crate::configuration::subject::Subject;
use crate::finding::start;
use crate::fix::{AwsCommand, block, fix, label, string};
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-type-not-ip",
    severity: Severity::High,
    title: "ECS can't register the tasks: the target group doesn't take IP addresses",
    explanation: "Tasks in awsvpc mode, all tasks on Fargate among them, have a network interface and an address of their own \
        and are registered by that address. This group takes other targets: instances, an Application Load Balancer or a \
        function. ECS can't register the tasks in it. A group's target type is fixed when it is made.",
    remedy: "Make a target group of target type ip with the same protocol and port, put it behind the listener, and name it in \
        the service's load balancers instead of this one.",
    repair: "none",
};

pub(crate) fn judge(lookup: &Lookup<'_>, _: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    // A type that isn't known may well take addresses.
    let takes_others = |kind: &TargetType| matches!(kind, TargetType::Instance | TargetType::Lambda | TargetType::Alb);
    for (named, group) in subject.network_groups().filter(|(_, group)| takes_others(&group.target_type)) {
        let found = judgement.keep(|| subject.unit(), modes(lookup, named));
        let Some((definition, _)) = found.into_iter().flatten().find(|(_, mode)| *mode == NetworkMode::Awsvpc) else {
            continue;
        };
        let kind = &group.target_type;
        let name = named.arn.name();
        let summary = format!(
            "ECS can't register tasks of {} in target group {name}: its targets are of type {kind}, and task definition {definition} uses network mode awsvpc, whose tasks are registered by IP address",
            subject.id
        );
        let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
        let draft = draft.loses_traffic(0).fixes(fixes(group));
        judgement.findings.push(draft.evidence("target_type", Some(kind.to_string())).done());
    }
}

fn fixes(group: &TargetGroup) -> Vec<Fix> {
    let arn = &group.arn;
    // A name has 32 characters at most.
    let name: String = arn.name().chars().take(29).chain("-ip".chars()).collect();
    let making = fix(
        format!("Make target group {name}, which takes IP addresses"),
        "Safe now: nothing sends to it yet. Then a listener has to forward to it, and the service to name it.",
    );
    let mut command =
        AwsCommand::new(arn.region(), "elbv2", "create-target-group").arg("name", &name).arg("target-type", "ip");
    let mut arguments = vec![("name", string(&name)), ("target_type", string("ip"))];
    if let Some(protocol) = &group.protocol {
        command = command.arg("protocol", protocol);
        arguments.push(("protocol", string(protocol)));
    }
    if let Some(port) = group.port {
        command = command.arg("port", port);
        arguments.push(("port", port.to_string()));
    }
    if let Some(vpc) = &group.vpc {
        command = command.arg("vpc-id", vpc);
        arguments.push(("vpc_id", string(vpc.as_str())));
    }
    let text = block(&format!("resource \"aws_lb_target_group\" \"{}\"", label(&name)), &arguments);
    vec![making.command(command).terraform(text).at_target_group(arn).done()]
}
