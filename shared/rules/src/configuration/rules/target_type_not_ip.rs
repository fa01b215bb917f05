//! Tasks with an address of their own behind a group of something else.

use model::ecs::NetworkMode;
use model::elb::TargetType;
use model::finding::Severity;
use model::observation::Lookup;
use model::policy::Policy;

use crate::configuration::rules::network_mode_not_awsvpc::modes;
use crate::configuration::subject::Subject;
use crate::finding::start;
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-type-not-ip",
    severity: Severity::High,
    title: "An awsvpc service names a target group whose targets aren't addresses",
    explanation: "Tasks in awsvpc mode, all tasks on Fargate among them, have a network interface and an address of their own \
        and are registered by that address. This group takes other targets: instances, an Application Load Balancer or a \
        function. ECS can't register the tasks in it. A group's target type is fixed when it is made.",
    remedy: "Make a target group of target type ip with the same protocol and port, put it behind the listener, and name it in \
        the service's load balancers instead of this one.",
    repair: "none",
};

pub(crate) fn judge(lookup: &Lookup<'_>, _: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    for (named, group) in subject.network_groups().filter(|(_, group)| group.target_type != TargetType::Ip) {
        let found = judgement.keep(|| subject.unit(), modes(lookup, named));
        let Some((definition, _)) = found.into_iter().flatten().find(|(_, mode)| *mode == NetworkMode::Awsvpc) else {
            continue;
        };
        let kind = &group.target_type;
        let name = named.arn.name();
        let summary = format!("{} runs {definition} in awsvpc mode, but {name} has targets of type {kind}", subject.id);
        let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
        judgement.findings.push(draft.evidence("target_type", Some(kind.to_string())).done());
    }
}
