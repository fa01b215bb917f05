//! What a person reads of every rule, in one file that reads like prose: `snapshots/stories__prose__….snap`.

use std::fmt::Write as _;

use model::ecs::{DeploymentController, NetworkMode, ServiceEvent, TaskSetStatus};
use model::elb::{CrossZone, Forward, TargetType};
use model::finding::Finding;

use crate::configuration::{mapping, sound};
use crate::names;
use crate::path::{acl, between, peering};
use crate::registration::removals;
use crate::security_group::{rule, scene, with_groups};
use crate::story::{Story, story};

/// A story in which the rule finds something.
fn broken(slug: &str) -> Story {
    let empty = || story().group("web").service("web").on("web", 8080);
    match slug {
        "target-missing" => removals::healthy().task(3),
        "target-stale" => removals::stale_by_ledger(),
        "target-hijacked" => removals::hijacked_by_ledger(),
        "target-foreign" => removals::healthy().target("web", "172.16.0.5:8080"),
        "target-wrong-port" => removals::wrong_port_by_definition(),
        "target-wrong-group" => story()
            .group("blue")
            .group("green")
            .service("web")
            .deployed_by(DeploymentController::CodeDeploy)
            .task_set("ecs-svc/blue", TaskSetStatus::Primary, &[("blue", 8080)])
            .task_set("ecs-svc/green", TaskSetStatus::Active, &[("green", 8080)])
            .task(1)
            .started_by("ecs-svc/blue")
            .registered_in("green", 8080),
        "target-stuck-initial" => {
            let judged = empty().task(1).registered().state("initial", Some("Elb.InitialHealthChecking"));
            judged.recorded("web", "10.0.1.1:8080", 1).remembering(|record| record.seen_at = names::minutes_ago(60))
        }
        "target-unused" => empty().task(1).registered().state("unused", Some("Target.NotInUse")).which(|group| {
            group.load_balancers.clear();
        }),
        "target-group-empty" => empty().task(1).task(2),
        "security-group-missing" => with_groups().policy("security_groups.required = [\"sg-base\"]"),
        "security-group-forbidden" => {
            with_groups().task(1).having(&["web", "base"]).policy("security_groups.forbidden = [\"sg-base\"]")
        }
        "security-group-drift" => with_groups().task(1).having(&["web", "base"]),
        "security-group-default" => {
            with_groups().declares(&[]).task(1).having(&["default"]).task(2).having(&["default"])
        }
        "security-group-unresolved" => with_groups().policy("security_groups.required = [\"name:nobody\"]"),
        "ingress-traffic-blocked" => scene("TCP 8080; lb sg-lb"),
        "ingress-health-check-blocked" => scene("TCP 8080; check 9090; lb sg-lb; in web: tcp 8080 sg-lb"),
        "ingress-world-open" => scene("TCP 8080; in web: tcp 0-65535 0.0.0.0/0"),
        "balancer-not-network" => {
            sound().of_protocol("HTTP").which(|group| group.load_balancers = vec![names::balancer("app")])
        }
        "port-mismatch" => sound().mapping(vec![mapping(9090, None, "tcp")]),
        "network-mode-not-awsvpc" => sound().defined(|definition| definition.network_mode = NetworkMode::Bridge),
        "service-without-load-balancer" => sound().service("api").declares(&["web"]).task(5).registered_in("web", 8080),
        "target-type-not-ip" => sound().of_type(TargetType::Instance),
        "service-without-security-groups" => sound().declares(&[]),
        "target-group-not-found" => sound().without_group("web"),
        "protocol-mismatch" => sound().of_protocol("UDP"),
        "zone-not-enabled" => sound().and_in_zone("b", "eu-central-1b"),
        "scaling-floor-zero" => sound().scaled(0, 10),
        "subnet-addresses-low" => sound().scaled(1, 30).free_addresses(27),
        "target-quota-near" => sound().scaled(1, 1001),
        "target-unhealthy" => sound().task(3).registered().state("unhealthy", Some("Target.FailedHealthChecks")),
        "balancer-not-serving" => sound().balancer_that(|balancer| balancer.state = Some("failed".into())),
        "balancer-ingress-blocked" => {
            let ingress = vec![rule("tcp", Some((443, 443)), &["0.0.0.0/0"])];
            let judged = sound().security_group("edge").security_group_that("edge", |group| group.ingress = ingress);
            judged.balancer_that(|balancer| balancer.security_groups = Some(vec![names::security_group("edge")]))
        }
        "network-acl-blocked" => {
            let open = ["in 100 allow -1 all 0.0.0.0/0", "out 100 allow -1 all 0.0.0.0/0"];
            let shut = ["in 90 deny tcp 8080 10.0.2.0/24", open[0], open[1]];
            let mut judged = scene("TCP 8080; lb sg-lb; in web: tcp 8080 sg-lb").cross_zone("web", CrossZone::On);
            judged.account.network.acls = vec![acl("a", &["a"], &shut), acl("b", &["b"], &open)];
            judged
        }
        "target-outside-vpc" => between(&[], &[("10.0.2.0/24", peering())]),
        "listener-forwards-nothing" => sound().listeners_that(|listeners| {
            listeners[0].forwards = vec![Forward { target_group: names::group("web"), weight: Some(0) }];
        }),
        "zone-without-targets" => {
            sound().balancer_in(&["eu-central-1a", "eu-central-1b"]).and_in_zone("b", "eu-central-1b")
        }
        "no-health-check-grace" => {
            let message =
                "(service web) (port 8080) is unhealthy in (target-group web) due to (reason Health checks failed)";
            let event = ServiceEvent { at: Some(names::minutes_ago(9)), message: message.to_owned() };
            sound().whose(|service| service.events.extend([event.clone(), event]))
        }
        "health-check-mismatch" => sound().of_protocol("UDP").mapping(vec![mapping(8080, None, "udp")]),
        "client-ip-loopback" => {
            let name = "net-0f.elb.eu-central-1.amazonaws.com".to_owned();
            let judged = sound().balancer_that(|balancer| balancer.dns_name = Some(name.clone()));
            let judged = judged.with_attributes("web", |attributes| attributes.preserve_client_ip = Some(true));
            judged.defined(|definition| definition.containers[0].balancer_names = vec![name])
        }
        "drain-too-short-for-nlb" => {
            sound().with_attributes("web", |attributes| attributes.deregistration_delay_seconds = Some(5))
        }
        "deployment-headroom" => sound().free_addresses(1),
        slug => panic!("no story breaks {slug}: tell one here"),
    }
}

fn prose(finding: &Finding) -> String {
    let mut text = format!(
        "## {} ({}, {})\n\n{}.\n\nWhat to do: {}\n",
        finding.title, finding.rule, finding.severity, finding.summary, finding.remedy
    );
    for fix in &finding.fixes {
        writeln!(text, "\n* {}. {}", fix.title, fix.note).expect("a string takes all");
        for command in &fix.commands {
            writeln!(text, "\n      {command}").expect("a string takes all");
        }
        for line in fix.terraform.iter().flat_map(|terraform| terraform.lines()) {
            writeln!(text, "      {line}").expect("a string takes all");
        }
        if let Some(console) = &fix.console {
            writeln!(text, "\n  See {console}").expect("a string takes all");
        }
    }
    text
}

#[test]
fn every_rule_reads_like_prose() {
    let mut text = String::new();
    for rule in rules::rules() {
        let findings = broken(rule.slug).judged_by(&[rule.slug]).look().judgement.findings;
        let Some(finding) = findings.iter().find(|finding| finding.rule == rule.slug) else {
            panic!("{} finds nothing in its story", rule.slug);
        };
        let reason = rule.explanation;
        text.push_str(&format!("{}\nWhy: {reason}\n\n", prose(finding)));
    }
    insta::assert_snapshot!("every_rule", text);
}
