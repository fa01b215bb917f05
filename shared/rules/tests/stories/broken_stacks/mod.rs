//! Broken stacks: what people reported in public, rebuilt. The first finding names what turned out to be the cause.
//!
//! Each stack is as its reporter tells it, with the symptoms that AWS shows beside the fault; what is left open is
//! as AWS has it by default. Names and addresses are made up. What comes first was settled by the reporter's cause
//! alone.

use model::ecs::{DeploymentController, RolloutState, ServiceEvent, TaskSetStatus, TaskStatus};
use model::scope::Scope;
use rules::Judgement;

use crate::configuration::mapping;
use crate::names;
use crate::render::render;
use crate::security_group::scene;
use crate::story::Story;

const DRAINING: Option<&str> = Some("Target.DeregistrationInProgress");
const FAILED: Option<&str> = Some("Target.FailedHealthChecks");

/// By every rule.
fn judged(story: Story) -> Judgement {
    let slugs: Vec<&'static str> = rules::rules().map(|rule| rule.slug).collect();
    story.judged_by(&slugs).look().judgement
}

fn has(judgement: &Judgement, slug: &str) -> bool {
    judgement.findings.iter().any(|finding| finding.rule == slug)
}

/// By every rule, the worst there is, before all that follows from it, has this slug.
fn assert_first(story: Story, slug: &str) -> Judgement {
    let judgement = judged(story);
    let first = judgement.findings.first().map(|finding| finding.rule.as_str());
    assert_eq!(first, Some(slug), "{}", render(&judgement));
    judgement
}

/// The account of a scene: a balancer with a node in each of two zones, and task 1 in the first, registered nowhere
/// yet.
fn stack(text: &str) -> Story {
    let mut story = scene(text).in_zone("b", "eu-central-1b");
    story.scope = Scope::default();
    story
}

/// The service may start tasks in both zones.
fn of_both_zones(story: Story) -> Story {
    let subnets = ["a", "b"].map(names::subnet).to_vec();
    story.whose(|service| service.network.as_mut().expect("a network").subnets = subnets)
}

/// It has a task in each, both registered and healthy.
fn in_both_zones(story: Story) -> Story {
    of_both_zones(story).registered().task(2).at("10.0.2.2").in_subnet("b").registered()
}

/// ECS said this so many minutes ago.
fn said(story: Story, message: &str, minutes: i64) -> Story {
    let event = ServiceEvent { at: Some(names::minutes_ago(minutes)), message: message.to_owned() };
    story.whose(|service| service.events.push(event))
}

/// ECS said so of a task on this port, at each of these times.
fn said_unhealthy(story: Story, port: u16, reason: &str, minutes: [i64; 3]) -> Story {
    let message = format!("(service web) (port {port}) is unhealthy in (target-group web) due to (reason {reason})");
    minutes.into_iter().fold(story, |story, minutes| said(story, &message, minutes))
}

/// Task 1 fails its health checks, as task 2 did before it: ECS replaces one after the other.
fn replaced_again_and_again(story: Story, port: u16) -> Story {
    let story = story.for_minutes(4).registered_in("web", port).state("unhealthy", FAILED);
    let story = story.task(2).for_minutes(9).is(TaskStatus::Deactivating, TaskStatus::Stopped);
    let story = story.registered_in("web", port).state("draining", DRAINING);
    said_unhealthy(story, port, "Health checks failed", [1, 6, 11])
}

/// <https://github.com/aws/aws-cdk/issues/4091>
///
/// All targets of a new Fargate service were unhealthy and nothing came through its balancer: the security group
/// that was made for the tasks had no inbound rule.
#[test]
fn no_rule_lets_the_balancer_in() {
    let story = stack("TCP 80; lb none").whose(|service| service.health_check_grace_seconds = Some(60));
    assert_first(replaced_again_and_again(story, 80), "ingress-traffic-blocked");
}

/// <https://github.com/trussworks/terraform-aws-ecs-service/pull/16>
///
/// A balancer that checks tasks on another port than it sends to couldn't reach it: the module opened the
/// container's port to the balancer's subnets, and had no rule for the port that is checked.
#[test]
fn the_checked_port_is_not_opened() {
    let story = stack("TCP 8443; lb none; check 8080; in web: tcp 8443 10.0.1.0/24 10.0.2.0/24");
    let story = story.mapping(vec![mapping(8443, None, "tcp"), mapping(8080, None, "tcp")]);
    assert_first(replaced_again_and_again(story, 8443), "ingress-health-check-blocked");
}

/// <https://github.com/GovWifi/govwifi-terraform/pull/721>
///
/// RADIUS servers on Fargate were healthy and got no request: the tasks' security group let in the elastic
/// addresses of the balancer, whereas what comes over UDP keeps the addresses of the clients.
#[test]
fn elastic_addresses_of_the_balancer_are_no_clients() {
    let text = "UDP 1812; check 3000; lb none; listen UDP 1812; in web: tcp 3000 10.0.1.0/24; in web: tcp 3000 10.0.2.0/24; \
                in web: udp 1812 203.0.113.7/32; in web: udp 1812 203.0.113.8/32";
    let with_elastic = |story: Story| {
        story.balancer_that(|balancer| {
            for (zone, address) in balancer.zones.iter_mut().zip(["203.0.113.7", "203.0.113.8"]) {
                zone.public_addresses.push(address.parse().expect("an address"));
            }
        })
    };
    assert_first(with_elastic(in_both_zones(stack(text))), "ingress-traffic-blocked");
    // A client may well be where the balancer isn't.
    let judgement = judged(in_both_zones(stack(text)));
    assert!(!has(&judgement, "ingress-traffic-blocked"), "{}", render(&judgement));
}

/// <https://github.com/alphagov/prometheus-aws-configuration-beta/pull/375>
///
/// Alertmanagers on Fargate failed the health checks of their balancer: their security group let in the clients'
/// networks and not the balancer's subnets, from which the checks come, and all traffic of a TCP group too.
#[test]
fn over_tcp_the_clients_addresses_are_let_in() {
    let text = "TCP 9093; lb none; listen TLS 443; in web: tcp 9093 198.51.100.0/24 sg-prometheus; \
                in web: tcp 9094 sg-web";
    let story = stack(text).security_group("prometheus");
    let story = story.which(|group| group.health_check.protocol = Some("HTTP".to_owned()));
    let story = story.with_attributes("web", |attributes| attributes.deregistration_delay_seconds = Some(30));
    assert_first(replaced_again_and_again(story, 9093), "ingress-traffic-blocked");
}

/// <https://repost.aws/knowledge-center/fargate-nlb-health-checks>
///
/// ECS called Fargate tasks unhealthy because their Availability Zone wasn't enabled for the balancer: the
/// service's subnets reach into a zone of which the balancer has no subnet.
#[test]
fn tasks_in_a_zone_that_the_balancer_is_not_in() {
    const WHY: &str = "Target is in an Availability Zone that is not enabled for the load balancer";
    let story = in_both_zones(stack("TCP 80; lb none; in web: tcp 80 10.0.0.0/16"));
    let mut story = story.for_minutes(4).state("unused", Some("Target.NotInUse"));
    story.account.health.values_mut().flatten().last().expect("a target").description = Some(WHY.into());
    story.account.other_interfaces.retain(|one| one.id != names::interface("nodeb"));
    let story = story.balancer_that(|balancer| balancer.zones.retain(|zone| zone.name.ends_with('a')));
    let story = said_unhealthy(story, 80, WHY, [1, 6, 11]);
    // No time to start would make a target there serve.
    let judgement = assert_first(story, "zone-not-enabled");
    assert!(!has(&judgement, "no-health-check-grace"), "{}", render(&judgement));
}

/// <https://github.com/thmhoag/arkserver/issues/30>
///
/// A game server couldn't get healthy: it plays over UDP, the balancer checks over TCP, and nothing answers TCP on
/// the port that is played on; the one port that does is for administrators.
#[test]
fn a_udp_server_is_checked_over_tcp() {
    let story = stack("UDP 7777; lb none; in web: udp 7777 0.0.0.0/0; in web: tcp 7777 10.0.0.0/16");
    let story = story.mapping(vec![mapping(7777, None, "udp"), mapping(27020, None, "tcp")]);
    assert_first(replaced_again_and_again(story, 7777), "health-check-mismatch");
}

/// <https://github.com/aws-samples/aws-modern-application-workshop/pull/182>
///
/// A workshop's balancer answered now and then and its only task was stopped again and again: the health check
/// asked for `/`, and the application served `/mysfits`. AWS knows nothing of what is served; that no target is
/// usable, it does.
#[test]
fn the_checked_path_is_not_served() {
    let story = stack("TCP 8080; lb none; in web: tcp 8080 10.0.0.0/16");
    let story = story.which(|group| group.health_check.protocol = Some("HTTP".to_owned()));
    assert_first(replaced_again_and_again(story, 8080), "target-group-empty");
}

/// <https://github.com/aws/aws-cdk/issues/16675>
///
/// The targets of a new service went from initial to draining and never served: the grace period was 60 seconds,
/// and the balancer takes minutes to put a target into service.
/// <https://github.com/aws/containers-roadmap/issues/470>
///
/// With CodeDeploy and Fargate, connections still came to tasks that had been taken out of service: the balancer
/// goes on sending for about two minutes, even where the deregistration delay is zero.
#[test]
fn the_balancer_sends_to_tasks_that_are_gone() {
    let story = of_both_zones(stack("TCP 8080; lb none; in web: tcp 8080 10.0.0.0/16"));
    let story = story.by_task_set(TaskSetStatus::Primary, &[("web", 8080)]);
    let story = story.whose(|service| service.controller = DeploymentController::CodeDeploy);
    let story = story.group("green").which(|group| group.load_balancers.clear());
    let story = story.started_by("ecs-svc/set").registered_in("web", 8080);
    let story = story.task(2).at("10.0.2.2").in_subnet("b").started_by("ecs-svc/set").registered_in("web", 8080);
    let story = story.with_attributes("web", |attributes| attributes.deregistration_delay_seconds = Some(0));
    assert_first(story, "drain-too-short-for-nlb");
}

/// <https://github.com/aws/containers-roadmap/issues/1884>
///
/// A deployment never ended: of the target groups that the service names, Terraform had deleted one.
#[test]
fn one_of_its_target_groups_was_deleted() {
    let text = "TCP 8080; lb none; in web: tcp 8080 10.0.0.0/16; in web: tcp 9090 10.0.0.0/16";
    let story = stack(text).on("metrics", 9090).rolling().whose(|service| {
        let network = service.network.clone();
        service.deployments.last_mut().expect("the older one").network = network;
        service.deployments[0].rollout_state = Some(RolloutState::InProgress);
    });
    let story = story.for_minutes(30).registered_in("web", 8080);
    let story = story.task(2).started_by("ecs-svc/web-old").registered_in("web", 8080).wants(1);
    assert_first(story, "target-group-not-found");
}

/// <https://repost.aws/knowledge-center/target-connection-fails-load-balancer>
///
/// Some connections from a target to its own balancer timed out: those that came back to where they were from, with
/// the same source and destination, since clients' addresses are preserved. The article is of any target; here it
/// is a task.
#[test]
fn a_task_is_a_client_of_its_own_balancer() {
    const NAME: &str = "edge-0f.elb.eu-central-1.amazonaws.com";
    let story = in_both_zones(stack("TCP 8080; preserve on; internal; lb none; in web: tcp 8080 10.0.0.0/16"));
    let story = story.balancer_that(|balancer| balancer.dns_name = Some(NAME.to_owned()));
    let story = story.defined(|definition| definition.containers[0].balancer_names = vec![NAME.to_owned()]);
    assert_first(story, "client-ip-loopback");
}
