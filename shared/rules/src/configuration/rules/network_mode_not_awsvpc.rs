//! Tasks without an address of their own behind a group of addresses.

use model::ecs::NetworkMode;
use model::elb::TargetType;
use model::finding::Severity;
use model::observation::{Gap, Lookup};
use model::policy::Policy;

use crate::configuration::subject::{NamedGroup, Subject};
use crate::finding::start;
use crate::fix::fix;
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "network-mode-not-awsvpc",
    severity: Severity::High,
    title: "ECS can't register the tasks: they have no address of their own, and the target group takes addresses",
    explanation: "The target group's targets are addresses (target type ip), but the service's task definition isn't in awsvpc \
        mode: its tasks have no network interface and no address of their own that could be registered. In bridge and host \
        mode tasks are reached through their EC2 instance, by a group of target type instance. With this pair ECS can't \
        register a single task.",
    remedy: "Register a revision of the task definition with networkMode awsvpc, give the service a network configuration \
        (subnets and security groups), and update it; or, to stay with bridge or host mode, make a target group of target type \
        instance and name that one. A service's target type can't be changed in place.",
    repair: "none",
};

pub(crate) fn judge(lookup: &Lookup<'_>, _: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    for (named, _) in subject.network_groups().filter(|(_, group)| group.target_type == TargetType::Ip) {
        let found = judgement.keep(|| subject.unit(), modes(lookup, named));
        let has_none = |mode: &NetworkMode| matches!(mode, NetworkMode::Bridge | NetworkMode::Host | NetworkMode::None);
        let Some((definition, mode)) = found.into_iter().flatten().find(|(_, mode)| has_none(mode)) else { continue };
        let name = named.arn.name();
        let summary = format!(
            "ECS can't register tasks of {} in target group {name}: its targets are IP addresses, but task definition \
                     {definition} uses network mode {mode}, in which tasks have none of their own",
            subject.id
        );
        let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
        let awsvpc = fix(
            "Give the tasks an address of their own: network mode awsvpc",
            "It needs a new revision of the task definition, and subnets and security groups in the service; the deployment \
             replaces every task.",
        );
        let text = "# in the aws_ecs_task_definition\nnetwork_mode = \"awsvpc\"\n".to_owned();
        let draft = draft.loses_traffic(0).fixes(vec![awsvpc.terraform(text).at_service(&subject.id).done()]);
        judgement.findings.push(draft.evidence("network_mode", Some(mode.to_string())).done());
    }
}

/// The task definitions that serve the group, each with its network mode.
pub(super) fn modes<'a>(lookup: &Lookup<'a>, named: &NamedGroup<'a>) -> Result<Vec<(String, NetworkMode)>, Gap<'a>> {
    let definitions = named.entries.iter().filter_map(|entry| entry.source.task_definition);
    let answers: Vec<_> = definitions.map(|arn| lookup.task_definition(arn)).collect();
    let mut modes = Vec::new();
    for answer in answers {
        modes.extend(answer?.map(|definition| {
            let (family, revision) = definition.arn.family_and_revision();
            (format!("{family}:{revision}"), definition.network_mode.clone())
        }));
    }
    Ok(modes)
}
