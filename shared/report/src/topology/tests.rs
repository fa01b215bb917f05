use model::elb::TargetState;
use model::finding::{Impact, Resources, Severity};
use model::id::SecurityGroupId;
use model::observation::Table;

use super::{Node, Topology};
use crate::finding_report::FindingReport;
use crate::scene::{AccountSummary, at, group_arn, task_arn};

fn topology(scene: &AccountSummary) -> Topology {
    let findings: Vec<FindingReport> =
        scene.findings.iter().map(|finding| FindingReport::new(finding.clone(), Vec::new())).collect();
    Topology::of(&scene.observation, &findings)
}

fn group(id: &str) -> Vec<SecurityGroupId> {
    vec![id.parse().expect("a security group")]
}

fn node(node: &Node) -> String {
    let faults: Vec<String> =
        node.faults.iter().map(|fault| format!(" !{} {} x{}", fault.severity, fault.rule, fault.count)).collect();
    let missing = if node.missing { " MISSING" } else { "" };
    // Ids of tasks are long and say nothing here.
    let name = if node.name.len() == 32 { "a task" } else { &node.name };
    format!("[{name}: {}{missing}{}]", node.detail, faults.concat())
}

fn render(topology: &Topology) -> String {
    let mut text = String::new();
    for path in &topology.paths {
        text += &format!("{} {}\n", path.place, path.service.as_ref().map(node).unwrap_or_default());
        for group in &path.groups {
            let entries = group.entries.iter().map(|entry| {
                let listener = entry.listener.as_ref().map(node).unwrap_or_default();
                node(&entry.balancer) + &listener
            });
            text += &format!("  {} -> {}\n", entries.collect::<String>(), node(&group.node));
            for lane in &group.lanes {
                let nodes: Vec<String> = lane.nodes().map(node).collect();
                let lacks =
                    if lane.lacks.is_empty() { String::new() } else { format!(" lacks {}", lane.lacks.join(" ")) };
                text +=
                    &format!("    {}x {} {}{lacks}\n", lane.count, nodes.join(" - "), lane.security_groups.join(" "));
            }
        }
        text += &format!("  {}\n", path.security_groups.iter().map(node).collect::<String>());
    }
    text
}

#[test]
fn every_fault_is_at_its_spot_and_what_is_alike_is_counted() {
    let mut scene = AccountSummary::new();
    let first = scene.service("web", 9, "edge");
    scene.missing("web", first);
    scene.stale("web", 60_200);
    scene.hijacked("web", 60_201, "api");
    scene.target("web", at(60_202, 8080), TargetState::Draining);
    let of = || Resources::default();
    let actual_groups = Resources {
        task: Some(task_arn(first + 3)),
        network_interface: format!("eni-{:017x}", first + 3).parse().ok(),
        security_groups: group("sg-0required"),
        ..of()
    };
    scene.find("security-group-missing", Severity::High, "web", "lacks a group", actual_groups);
    let blocked = Resources { security_groups: group("sg-0base"), ..of() };
    scene.find("ingress-traffic-blocked", Severity::High, "web", "no rule lets it in", blocked);
    let of_group = Resources { target_group: Some(group_arn("web")), ..of() };
    scene.find("zone-not-enabled", Severity::Medium, "web", "a zone is off", of_group.clone());
    scene.find("protocol-mismatch", Severity::Low, "web", "maps another protocol", of_group);
    scene.find("scaling-floor-zero", Severity::Low, "web", "may scale to zero", of());
    insta::assert_snapshot!(render(&topology(&scene)), @"
    prod/web [web: 9 of 9 running !low scaling-floor-zero x1]
      [edge: network !medium zone-not-enabled x1][TCP :443: ] -> [web: TCP :80, ip !low protocol-mismatch x1]
        1x [10.0.236.41:8080: healthy !critical target-hijacked x1] - [a task: of prod/api] - [eni-0000000000000eb29: subnet-0a] sg-0base
        1x [10.0.1.10:8080: not registered MISSING !high target-missing x1] - [a task: RUNNING] - [eni-0000000000000000a: subnet-0a] sg-0base
        1x [10.0.1.13:8080: healthy] - [a task: RUNNING] - [eni-0000000000000000d: subnet-0a !high security-group-missing x1] sg-0base lacks sg-0required
        1x [10.0.236.40:8080: unhealthy !high target-stale x1] - [no task: nothing has this address MISSING] 
        1x [10.0.236.42:8080: draining] 
        7x [7 targets: healthy] - [7 tasks: RUNNING] - [7 interfaces: ] sg-0base
      [sg-0base:  !high ingress-traffic-blocked x1][sg-0required:  MISSING]
    ");
}

#[test]
fn a_thousand_tasks_are_as_many_lines_as_there_are_kinds_of_them() {
    let mut scene = AccountSummary::new();
    let first = scene.service("web", 1000, "edge");
    (0..40).for_each(|n| scene.missing("web", first + n));
    insta::assert_snapshot!(render(&topology(&scene)), @"
    prod/web [web: 1000 of 1000 running]
      [edge: network][TCP :443: ] -> [web: TCP :80, ip]
        1x [10.0.1.10:8080: not registered MISSING !high target-missing x1] - [a task: RUNNING] - [eni-0000000000000000a: subnet-0a] sg-0base
        1x [10.0.1.11:8080: not registered MISSING !high target-missing x1] - [a task: RUNNING] - [eni-0000000000000000b: subnet-0a] sg-0base
        1x [10.0.1.12:8080: not registered MISSING !high target-missing x1] - [a task: RUNNING] - [eni-0000000000000000c: subnet-0a] sg-0base
        1x [10.0.1.13:8080: not registered MISSING !high target-missing x1] - [a task: RUNNING] - [eni-0000000000000000d: subnet-0a] sg-0base
        1x [10.0.1.14:8080: not registered MISSING !high target-missing x1] - [a task: RUNNING] - [eni-0000000000000000e: subnet-0a] sg-0base
        1x [10.0.1.15:8080: not registered MISSING !high target-missing x1] - [a task: RUNNING] - [eni-0000000000000000f: subnet-0a] sg-0base
        34x [34 targets: not registered MISSING !high target-missing x34] - [34 tasks: RUNNING] - [34 interfaces: ] sg-0base
        960x [960 targets: healthy] - [960 tasks: RUNNING] - [960 interfaces: ] sg-0base
      [sg-0base: ]
    ");
}

#[test]
fn a_group_of_no_one_service_is_a_place_of_its_own_and_its_faults_show_on_the_paths_of_its_users_too() {
    let mut scene = AccountSummary::new();
    scene.service("web", 1, "edge");
    scene.stale("web", 60_200);
    scene.findings[0].resources.service = None;
    scene.findings[0].resources.cluster = None;
    insta::assert_snapshot!(render(&topology(&scene)), @"
    prod/web [web: 1 of 1 running]
      [edge: network][TCP :443: ] -> [web: TCP :80, ip]
        1x [10.0.236.40:8080: unhealthy !high target-stale x1] - [no task: nothing has this address MISSING] 
        1x [10.0.1.10:8080: healthy] - [a task: RUNNING] - [eni-0000000000000000a: subnet-0a] sg-0base
      [sg-0base: ]
    target group web 
      [edge: network][TCP :443: ] -> [web: TCP :80, ip]
        1x [10.0.236.40:8080: unhealthy !high target-stale x1] - [no task: nothing has this address MISSING] 
        1x [10.0.1.10:8080: healthy] - [a task: of prod/web] - [eni-0000000000000000a: subnet-0a] sg-0base
      [sg-0base: ]
    ");
}

#[test]
fn what_was_not_read_is_said_to_be_so_and_a_group_that_is_gone_is_missing() {
    let mut scene = AccountSummary::new();
    scene.service("web", 1, "edge");
    scene.observation.aws.target_group = Table::default();
    scene.observation.aws.target_health = Table::default();
    insta::assert_snapshot!(render(&topology(&scene)), @"
    prod/web [web: 1 of 1 running]
       -> [web: not read]
        1x [a task: RUNNING] - [eni-0000000000000000a: subnet-0a] sg-0base
      [sg-0base: ]
    ");
    let of = Resources { target_group: Some(group_arn("web")), ..Resources::default() };
    scene.find("target-group-not-found", Severity::Critical, "web", "web is gone", of);
    insta::assert_snapshot!(render(&topology(&scene)), @"
    prod/web [web: 1 of 1 running]
       -> [web: not found MISSING !critical target-group-not-found x1]
        1x [a task: RUNNING] - [eni-0000000000000000a: subnet-0a] sg-0base
      [sg-0base: ]
    ");
}

/// The line breaks where traffic stops: at the gate before the tasks, or at the balancer.
#[test]
fn the_way_is_shut_where_nothing_passes() {
    let blocked = |tasks: usize, rule: &str| {
        let mut scene = AccountSummary::new();
        scene.service("web", 2, "edge");
        let of = Resources {
            target_group: Some(group_arn("web")),
            security_groups: group("sg-0base"),
            ..Resources::default()
        };
        scene.find(rule, Severity::High, "web", "no rule lets it in", of);
        scene.findings[0].impact = Some(Impact { tasks });
        let topology = topology(&scene);
        topology.paths[0].groups[0].lanes.iter().map(|lane| lane.stop.map(|stop| stop.checks_only)).collect::<Vec<_>>()
    };
    assert_eq!(blocked(2, "ingress-traffic-blocked"), [Some(false), Some(false)]);
    assert_eq!(blocked(2, "ingress-health-check-blocked"), [Some(true), Some(true)]);
    assert_eq!(blocked(1, "ingress-traffic-blocked"), [None, None], "which of the two isn't known here");
    assert_eq!(blocked(2, "target-unhealthy"), [None, None], "what is sent gets there");
    let shut = |impact| {
        let mut scene = AccountSummary::new();
        scene.service("web", 2, "edge");
        let balancer = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/50dc6c495c0c9188";
        let of = Resources { load_balancer: balancer.parse().ok(), ..Resources::default() };
        scene.find("balancer-ingress-blocked", Severity::High, "web", "nobody gets in", of);
        scene.findings[0].impact = impact;
        let topology = topology(&scene);
        topology.paths[0].groups[0].entries[0].balancer.faults.iter().map(|fault| fault.stops).collect::<Vec<_>>()
    };
    assert_eq!(shut(Some(Impact { tasks: 0 })), [true]);
    assert_eq!(shut(None), [false], "on one port of two");
}
