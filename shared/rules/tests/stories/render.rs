//! A judgement, printed.

use std::fmt::Write as _;

use model::finding::Finding;
use model::id::SecurityGroupId;
use model::observation::Question;
use model::scope::Unit;
use rules::Judgement;

/// Findings with their repairs, then what is in grace, then what could not be judged.
pub(crate) fn render(judgement: &Judgement) -> String {
    let mut text: String = judgement.findings.iter().map(finding).collect();
    for (group, at) in &judgement.in_grace {
        writeln!(text, "in grace until {at} in {}", group.name()).expect("a string takes all");
    }
    for (unit, unread) in &judgement.abstentions {
        writeln!(text, "can't judge {}: {} {}", name(unit), unread.resource, unread.error).expect("a string takes all");
    }
    if text.is_empty() { "nothing".to_owned() } else { text }
}

fn finding(finding: &Finding) -> String {
    let mut text = format!("{} {}: {}\n", finding.severity, finding.rule, finding.summary);
    let of = &finding.resources;
    let about: Vec<String> = [
        of.service.as_ref().map(|arn| format!("service {}", arn.name())),
        of.task.as_ref().map(|arn| format!("task {}", arn.id())),
        of.target_group.as_ref().map(|arn| format!("group {}", arn.name())),
        of.load_balancer.as_ref().map(|arn| format!("balancer {}", arn.name())),
        of.zone.as_ref().map(|zone| format!("zone {zone}")),
        of.target.map(|target| target.to_string()),
        of.network_interface.as_ref().map(ToString::to_string),
        (!of.security_groups.is_empty()).then(|| list(&of.security_groups)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let users: Vec<String> = finding.users.iter().map(ToString::to_string).collect();
    writeln!(text, "  about {}; under the policy for {}", about.join(", "), users.join(", "))
        .expect("a string takes all");
    for (key, value) in &finding.evidence {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        writeln!(text, "  {key}: {value}").expect("a string takes all");
    }
    for proposal in &finding.repairs {
        match &proposal.objection {
            None => writeln!(text, "  -> {}", proposal.repair),
            Some(why) => writeln!(text, "  withheld: {}: {why}", proposal.repair),
        }
        .expect("a string takes all");
    }
    text
}

fn list(ids: &[SecurityGroupId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn name(unit: &Unit) -> String {
    match unit {
        Unit::Task(arn) => format!("task {}", arn.id()),
        Unit::Service(id) => format!("service {id}"),
        Unit::TargetGroup(arn) => format!("group {}", arn.name()),
        Unit::Cluster(arn) => format!("cluster {}", arn.name()),
        Unit::Everything => "everything".to_owned(),
    }
}

/// A question, printed.
pub(crate) fn label(question: &Question) -> String {
    match question {
        Question::Clusters => "clusters: all".to_owned(),
        Question::Cluster(arn) => format!("cluster: {}", arn.name()),
        Question::Services(arn) => format!("services of: {}", arn.name()),
        Question::Service(id) => format!("service: {id}"),
        Question::Tasks(list) => format!("list of: {list}"),
        Question::Task { cluster, task } => format!("task: {}/{}", cluster.name(), task.id()),
        Question::TaskProtection { task, .. } => format!("protection of: {}", task.id()),
        Question::TaskDefinition(arn) => {
            let (family, revision) = arn.family_and_revision();
            format!("task definition: {family}:{revision}")
        }
        Question::ServiceRevision(arn) => format!("service revision: {arn}"),
        Question::TargetGroups => "target groups: all".to_owned(),
        Question::TargetGroup(arn) => format!("target group: {}", arn.name()),
        Question::TargetHealth(arn) => format!("targets of: {}", arn.name()),
        Question::Subnets(vpc) => format!("subnets of: {vpc}"),
        Question::Interfaces(subnet) => format!("interfaces in: {subnet}"),
        Question::Owners(arn) => format!("owners in: {}", arn.name()),
        Question::Interface { id, .. } => format!("interface: {id}"),
        Question::SecurityGroups(vpc) => format!("security groups of: {vpc}"),
        Question::SecurityGroup(id) => format!("security group: {id}"),
        Question::RouteTables(vpc) => format!("route tables of: {vpc}"),
        Question::NetworkAcls(vpc) => format!("network ACLs of: {vpc}"),
        Question::EndpointServices => "endpoint services: all".to_owned(),
        Question::PrefixList(id) => format!("prefix list: {id}"),
        Question::LoadBalancer(arn) => format!("balancer: {}", arn.name()),
        Question::Listeners(arn) => format!("listeners of: {}", arn.name()),
        Question::TargetGroupAttributes(arn) => format!("attributes of: {}", arn.name()),
        Question::LoadBalancerAttributes(arn) => format!("balancer attributes of: {}", arn.name()),
        Question::AccountLimits => "limits: the account's".to_owned(),
        Question::ScalableTarget(id) => format!("scaling of: {id}"),
        Question::ListenerRules(arn) => format!("rules of: {arn}"),
        Question::AssociatedSecurityGroups(vpc) => format!("security groups associated with: {vpc}"),
        other => panic!("the rules don't ask {other:?}"),
    }
}
