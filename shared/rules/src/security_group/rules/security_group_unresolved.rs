//! A group that the policy names and that can't be resolved.

use std::collections::BTreeMap;

use model::ec2::SecurityGroup;
use model::finding::Severity;
use model::id::VpcId;
use model::observation::{Gap, Lookup};
use model::policy::SecurityGroupRef;

use crate::finding::start;
use crate::fix::{AwsCommand, fix};
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::security_group::checked_interfaces::ServiceTasks;
use crate::security_group::resolve::resolve_all;

pub(crate) const RULE: Rule = Rule {
    slug: "security-group-unresolved",
    severity: Severity::High,
    title: "Part of the policy has no effect: it names a security group that can't be resolved",
    explanation: "The policy requires or forbids a security group by id, name or tag, and in the VPC where these tasks run \
        that matches no group, or several. Nothing is guessed: nothing is required or forbidden by that \
        name until it matches exactly one group. An id counts in the VPC its group belongs to and in those the group is \
        associated with, and asks nothing of other VPCs; \
        it is reported where no such group exists at all. `name:` compares with the group's name (GroupName), not with a \
        tag called Name.",
    remedy: "Make the group in this VPC, correct the name, id or tag in the policy, or, where several groups match, name the \
        one that is meant by its id.",
    repair: "none",
};

/// One finding for all names of a service that can't be resolved.
pub(crate) fn judge(lookup: &Lookup<'_>, service_tasks: &ServiceTasks<'_>, judgement: &mut Judgement) {
    let unresolved = match unresolved(lookup, service_tasks) {
        Ok(unresolved) => unresolved,
        Err(gap) => return judgement.abstain(service_tasks.unit(), gap),
    };
    let Some(((vpc, name), (list, groups))) = unresolved.first_key_value() else { return };
    let more = match unresolved.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let summary = format!(
        "The policy has no effect on {}: {list} security group {name} matches {} in {vpc}{more}",
        service_tasks.in_words(),
        count(groups)
    );
    let lines: Vec<String> = unresolved.iter().map(line).collect();
    let matching = unresolved.values().flat_map(|(_, groups)| groups).map(|group| &group.id);
    let draft = start(&RULE, summary).service_tasks(service_tasks).security_groups(matching).subject(lines.join("; "));
    let looking = fix(
        format!("See which security groups there are in {vpc}"),
        "It only reads: safe at any time. Name one by its id in the policy.",
    );
    let command = AwsCommand::new(lookup.observation().region.as_str(), "ec2", "describe-security-groups")
        .arg("filters", format!("Name=vpc-id,Values={vpc}"))
        .arg("query", "SecurityGroups[].[GroupId,GroupName]")
        .arg("output", "table");
    let draft = draft.fixes(vec![looking.command(command).done()]);
    judgement.findings.push(draft.evidence("unresolved", Some(lines)).done());
}

type Unresolved<'a> = BTreeMap<(&'a VpcId, SecurityGroupRef), (&'static str, Vec<&'a SecurityGroup>)>;

fn unresolved<'a, 'p: 'a>(lookup: &Lookup<'a>, service_tasks: &'p ServiceTasks<'a>) -> Result<Unresolved<'a>, Gap<'a>> {
    let lists = [("required", &service_tasks.policy.required), ("forbidden", &service_tasks.policy.forbidden)];
    let vpcs = service_tasks.vpcs();
    let answers = lists
        .into_iter()
        .flat_map(|(list, names)| vpcs.iter().map(move |vpc| (list, *vpc, resolve_all(lookup, names, vpc))));
    let mut unresolved = Unresolved::new();
    for (list, vpc, resolved) in answers.collect::<Vec<_>>() {
        let named = resolved?.unresolved.into_iter();
        unresolved.extend(named.map(|(name, groups)| ((vpc, name), (list, groups))));
    }
    Ok(unresolved)
}

fn line(((vpc, name), (list, groups)): (&(&VpcId, SecurityGroupRef), &(&'static str, Vec<&SecurityGroup>))) -> String {
    let ids: Vec<&str> = groups.iter().map(|group| group.id.as_str()).collect();
    let ids = if ids.is_empty() { String::new() } else { format!(": {}", ids.join(", ")) };
    format!("{list} {name} matches {} in {vpc}{ids}", count(groups))
}

fn count(groups: &[&SecurityGroup]) -> String {
    match groups.len() {
        0 => "no group".to_owned(),
        count => format!("{count} groups"),
    }
}
