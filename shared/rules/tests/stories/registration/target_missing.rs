//! `target-missing`.

use insta::assert_snapshot;
use model::ecs::{LaunchType, NetworkMode, ServiceStatus, Strategy, TaskStatus};
use model::observation::Question;

use super::removals::healthy;
use crate::story::story;
use crate::{entities, names};

#[test]
fn a_live_task_that_its_group_does_not_have() {
    assert_snapshot!(healthy().task(3).found(), @"
    high target-missing: Task t3 of prod/web gets no traffic: 10.0.1.3:8080 isn't registered in target group web
      about service web, task t3, group web, 10.0.1.3:8080, eni-t3; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.3:8080 in web
    ");
}

#[test]
fn of_several_groups_only_one_has_it() {
    let judged = story().group("web").group("admin").service("web").on("web", 8080).on("admin", 9090);
    let judged = judged.task(1).registered_in("web", 8080).task(2).registered();
    assert_snapshot!(judged.found(), @"
    high target-missing: Task t1 of prod/web gets no traffic: 10.0.1.1:9090 isn't registered in target group admin
      about service web, task t1, group admin, 10.0.1.1:9090, eni-t1; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.1:9090 in admin
    ");
}

#[test]
fn one_group_on_two_ports() {
    let judged = story().group("web").service("web").on("web", 8080).on("web", 9090);
    let judged = judged.task(1).registered_in("web", 8080).task(2).registered();
    assert_snapshot!(judged.found(), @"
    high target-missing: Task t1 of prod/web gets no traffic: 10.0.1.1:9090 isn't registered in target group web
      about service web, task t1, group web, 10.0.1.1:9090, eni-t1; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.1:9090 in web
    ");
}

#[test]
fn an_ipv6_group_wants_the_ipv6_address() {
    let judged = story().group("web").for_ipv6().service("web").on("web", 8080).task(1).and_at("2001:db8:1::1");
    assert_snapshot!(judged.found(), @"
    high target-missing: Task t1 of prod/web gets no traffic: [2001:db8:1::1]:8080 isn't registered in target group web
      about service web, task t1, group web, [2001:db8:1::1]:8080, eni-t1; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register [2001:db8:1::1]:8080 in web
    critical target-group-empty: prod/web gets no traffic: target group web has no usable target, though 1 task is running
      about service web, group web; under the policy for prod/web
      live_tasks: 1
      registered_targets: 0
    ");
}

#[test]
fn a_task_without_an_address_of_that_kind_is_left_alone() {
    assert_eq!(story().group("web").for_ipv6().service("web").on("web", 8080).task(1).found(), "nothing");
}

/// Elastic Load Balancing has to be told of it; whoever reads the finding, too.
#[test]
fn a_task_in_a_peered_vpc_is_told_with_both_vpcs() {
    let mut judged = healthy().task(3).at("10.8.0.5").in_subnet("peered");
    judged.account.subnets.push(entities::a_subnet("peered", &["10.8.0.0/24"]));
    judged.account.subnets.last_mut().expect("a subnet").vpc = names::vpc("peered");
    assert_snapshot!(judged.found(), @"
    high target-missing: Task t3 of prod/web gets no traffic: 10.8.0.5:8080 isn't registered in target group web (the task is in vpc-peered, the target group in vpc-main)
      about service web, task t3, group web, 10.8.0.5:8080, eni-t3; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.8.0.5:8080 in web
    ");
    let unread = judged.unread(Question::Subnets(names::vpc("main"))).found();
    assert!(unread.contains("-> register 10.8.0.5:8080 in web"), "AWS says no if it has to be told: {unread}");
}

#[test]
fn a_task_in_a_secondary_range_of_the_groups_own_vpc_is_inside() {
    let mut judged = healthy().task(3).at("100.64.1.5").in_subnet("secondary");
    judged.account.subnets.push(entities::a_subnet("secondary", &["100.64.1.0/24"]));
    assert!(
        judged.found().contains("gets no traffic: 100.64.1.5:8080 isn't registered in target group web\n"),
        "{}",
        judged.found()
    );
}

#[test]
fn a_quic_target_can_only_be_reported() {
    let judged = story().group("web").of_protocol("QUIC").service("web").on("web", 8080).task(1).registered().task(2);
    assert_snapshot!(judged.found(), @"
    high target-missing: Task t2 of prod/web gets no traffic: 10.0.1.2:8080 isn't registered in target group web
      about service web, task t2, group web, 10.0.1.2:8080, eni-t2; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      withheld: register 10.0.1.2:8080 in web: a QUIC target needs the server id of its task, which can't be read from AWS
    ");
}

#[test]
fn a_task_in_grace_gets_a_look_when_its_grace_ends() {
    assert_snapshot!(healthy().task(3).for_minutes(1).found(), @"in grace until 2026-03-01T12:01:00Z in web");
}

#[test]
fn at_grace_it_is_old_enough() {
    assert!(healthy().task(3).for_minutes(2).found().contains("target-missing"));
    assert!(healthy().task(3).since_ever().found().contains("target-missing"), "an unknown start is long ago");
}

#[test]
fn grace_is_the_policys() {
    assert!(healthy().task(3).for_minutes(0).policy("registration.grace = \"0s\"").found().contains("target-missing"));
    assert!(healthy().task(3).for_minutes(9).policy("registration.grace = \"10m\"").found().starts_with("in grace"));
}

#[test]
fn only_a_running_task_that_is_to_go_on_running_is_missed() {
    use TaskStatus::{Activating, Deactivating, Pending, Provisioning, Running, Stopped, Stopping};
    let paths = [
        (Provisioning, Running),
        (Pending, Running),
        (Activating, Running),
        (Running, Stopped),
        (Deactivating, Stopped),
        (Stopping, Stopped),
    ];
    for (last, desired) in paths {
        assert_eq!(healthy().task(3).is(last.clone(), desired).found(), "nothing", "{last}");
    }
    assert_eq!(healthy().task(3).stopped().found(), "nothing");
}

#[test]
fn a_draining_service_misses_nothing() {
    for status in [ServiceStatus::Draining, ServiceStatus::Inactive, ServiceStatus::Other("ASLEEP".to_owned())] {
        let judged = healthy().task(3).whose(|service| service.status = status.clone());
        assert_eq!(judged.found(), "nothing", "{status}");
    }
}

#[test]
fn an_address_that_is_draining_in_the_group_is_waited_for() {
    assert_eq!(healthy().task(3).registered().state("draining", None).found(), "nothing");
    let judged = healthy().task(3).target("web", "10.0.1.3:9999").state("draining", None);
    assert_eq!(judged.found(), "nothing", "on whatever port");
}

#[test]
fn what_is_still_initial_is_not_missing() {
    assert_eq!(healthy().task(3).for_minutes(3).registered().state("initial", None).found(), "nothing");
}

#[test]
fn not_registered_is_missing() {
    let judged = healthy().task(3).registered().state("unused", Some("Target.NotRegistered"));
    assert!(judged.found().contains("-> register 10.0.1.3:8080 in web"));
}

#[test]
fn an_excluded_address_is_not_judged() {
    assert_eq!(healthy().task(3).policy("registration.exclude_targets = [\"10.0.1.3/32\"]").found(), "nothing");
}

#[test]
fn a_standalone_task_and_one_not_in_awsvpc_mode_belong_nowhere() {
    let mut judged = healthy().standalone(3).task(4).whose(|service| service.network = None);
    judged.the_task().interfaces.clear();
    judged.the_task().launch_type = Some(LaunchType::Ec2);
    judged.account.definitions.get_mut(&names::definition("web:7")).expect("a definition").network_mode =
        NetworkMode::Bridge;
    assert_eq!(judged.found(), "nothing");
}

/// It has an interface all the same, so that nobody knows whether it is registered.
#[test]
fn a_running_task_that_was_described_without_its_address_is_unread_and_not_absent() {
    let mut judged = healthy().task(3);
    judged.the_task().interfaces[0].addresses.clear();
    assert_snapshot!(judged.found(), @"can't judge service prod/web: arn:aws:ecs:eu-central-1:111122223333:task/prod/t3 the task is RUNNING in awsvpc mode, but was described without its network interface");
    let coming = judged.clone().is(TaskStatus::Pending, TaskStatus::Running);
    assert_eq!(coming.found(), "nothing", "one that isn't RUNNING yet may well have none");
    judged.the_task().interfaces.clear();
    assert!(judged.found().starts_with("can't judge service prod/web"), "{}", judged.found());
}

/// The deployment succeeded early: the service lists it alone, while a task of the one before runs on, in the group and on the
/// port that its service had then.
#[test]
fn a_task_of_a_deployment_that_is_no_longer_listed_belongs_where_nobody_can_say() {
    let judged = story().group("old").group("web").service("web").on("web", 8080).maps(6, 9090);
    let judged = judged.task(1).registered().task(9).started_by("ecs-svc/web-old");
    assert_eq!(judged.found(), "nothing", "it isn't missing in the new group");
    let on_its_port = judged.clone().registered_in("web", 9090);
    assert_eq!(on_its_port.found(), "nothing", "nor on a wrong port in it");
    let in_its_group = judged.registered_in("old", 9090).recorded("old", "10.0.1.9:9090", 9);
    assert_eq!(in_its_group.found(), "nothing", "nor in a wrong group");
    let of_present = in_its_group.started_by("ecs-svc/web").found();
    assert!(of_present.contains("target-missing") && of_present.contains("target-wrong-group"), "{of_present}");
}

#[test]
fn nor_does_one_that_a_native_strategy_left_behind() {
    let judged = story().group("blue").group("green").service("web").on("blue", 8080);
    let judged = judged.shifting(Strategy::BlueGreen, "green").revision("r7", &["green"]);
    let judged = judged.task(1).registered_in("green", 8080).task(2).registered_in("blue", 8080);
    assert!(judged.found().contains("target-wrong-group"));
    assert_eq!(judged.started_by("ecs-svc/web-old").found(), "nothing");
}

#[test]
fn groups_of_other_kinds_are_not_judged() {
    let application = healthy().task(3).of_protocol("HTTP");
    let application = application.which(|group| group.load_balancers = vec![names::balancer("app")]);
    assert_eq!(application.found(), "nothing");
    let listed = application.policy("registration.balancers = [\"network\", \"application\"]");
    assert!(listed.found().contains("target-missing"));
    let instances = healthy().task(3).which(|group| group.target_type = "instance".into());
    assert_eq!(instances.found(), "nothing");
}

#[test]
fn one_group_that_is_gone_does_not_stop_the_others() {
    let mut judged = story().group("gone").group("web").service("web").on("gone", 8080).on("web", 8080).task(1);
    judged.account.groups.remove(&names::group("gone"));
    assert_snapshot!(judged.found(), @"
    high target-missing: Task t1 of prod/web gets no traffic: 10.0.1.1:8080 isn't registered in target group web
      about service web, task t1, group web, 10.0.1.1:8080, eni-t1; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.1:8080 in web
    critical target-group-empty: prod/web gets no traffic: target group web has no usable target, though 1 task is running
      about service web, group web; under the policy for prod/web
      live_tasks: 1
      registered_targets: 0
    ");
}

/// No repair can mend that, and nothing else would say it.
#[test]
fn a_subnet_without_addresses_of_the_groups_version() {
    let dual = || story().group("web").for_ipv6().service("web").on("web", 8080).task(1);
    let story = || {
        let mut story = dual();
        story.account.subnets[0].ranges.retain(|range| range.addr().is_ipv4());
        story
    };
    assert_snapshot!(story().found(), @"
    high target-missing: Task t1 of prod/web gets no traffic: target group web takes IPv6 addresses, and its subnet subnet-a has none
      about service web, task t1, group web, eni-t1; under the policy for prod/web
      subnet: subnet-a
    ");
    assert!(!story().for_minutes(1).found().contains("target-missing"), "it has only begun");
    assert_eq!(dual().found(), "nothing", "its address may simply not be known yet");
}
