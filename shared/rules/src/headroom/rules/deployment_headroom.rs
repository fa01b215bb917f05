//! No room for the tasks that the next deployment starts beside those there are.

use model::ecs::{DeploymentController, Service, Strategy};
use model::finding::{Finding, Severity};
use model::observation::{Gap, Lookup};

use crate::finding::start;
use crate::headroom::growth::Growing;
use crate::headroom::rules::target_quota_near::{PER_GROUP, registered};
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "deployment-headroom",
    severity: Severity::Medium,
    title: "The next deployment needs more room than there is",
    explanation: "A rolling deployment may run up to maximumPercent of the wanted tasks at once, and a blue/green, linear or canary \
        one (CodeDeploy's too) twice as many (\"Amazon ECS service deployment controllers and strategies\" in the Amazon ECS \
        guide). Each takes an address of its own in the service's subnets, and one in its target group. With fewer free \
        addresses new tasks fail to start (\"insufficient free IP addresses\"), and the deployment stalls or is rolled back; \
        targets beyond 1,000 in a group (unless AWS raised that quota) can't be registered, so tasks of the new version run \
        without traffic. What the service may be scaled to besides is subnet-addresses-low's and target-quota-near's matter.",
    remedy: "Give the service more or larger subnets, or lower maximumPercent (with a minimumHealthyPercent below 100, so that a \
        deployment can still move); have the quota raised where targets are what runs out.",
    repair: "none",
};

pub(crate) fn judge(lookup: &Lookup<'_>, growing: &Growing<'_>, judgement: &mut Judgement) {
    let more = at_deployment(growing.subject.service).saturating_sub(growing.tasks());
    if more == 0 || growing.subject.service.in_flight() {
        return;
    }
    let found = judgement.keep(|| growing.subject.unit(), finding(lookup, growing, more));
    judgement.findings.extend(found.flatten());
}

/// As many tasks run at once at the most, while it is deployed.
fn at_deployment(service: &Service) -> u32 {
    let wanted = service.desired_count;
    match (&service.controller, &service.strategy) {
        (DeploymentController::Ecs, Strategy::Rolling) => {
            let most = u64::from(wanted) * u64::from(service.percents.maximum) / 100;
            u32::try_from(most).unwrap_or(u32::MAX)
        }
        (DeploymentController::Ecs, Strategy::BlueGreen | Strategy::Linear | Strategy::Canary)
        | (DeploymentController::CodeDeploy, _) => wanted.saturating_mul(2),
        _ => wanted,
    }
}

fn finding<'a>(lookup: &Lookup<'a>, growing: &Growing<'a>, more: u32) -> Result<Option<Finding>, Gap<'a>> {
    let (id, service) = (&growing.subject.id, growing.subject.service);
    let short = match growing.free_addresses(lookup)? {
        Some(free) if free < more => Some(format!("its subnets have {free} free addresses")),
        _ => full_group(lookup, growing, more)?,
    };
    let Some(short) = short else { return Ok(None) };
    let summary = format!(
        "The next deployment of {id} may stall: it starts up to {more} tasks beside those there are, and {short}"
    );
    let draft = start(&RULE, summary).service(id, service).evidence("more_tasks", Some(more));
    Ok(Some(draft.evidence("maximum_percent", Some(service.percents.maximum)).done()))
}

/// A group that can't hold them all. With two groups the new ones go to the other.
fn full_group<'a>(lookup: &Lookup<'a>, growing: &Growing<'a>, more: u32) -> Result<Option<String>, Gap<'a>> {
    let service = growing.subject.service;
    if service.controller != DeploymentController::Ecs || service.strategy != Strategy::Rolling {
        return Ok(None);
    }
    for group in growing.groups() {
        let there = registered(lookup, &group.arn)? + u64::from(more);
        if there > PER_GROUP {
            let name = group.arn.name();
            return Ok(Some(format!(
                "{name} would have {there} targets of {PER_GROUP} allowed, unless AWS raised the quota"
            )));
        }
    }
    Ok(None)
}
