//! `target-stale`.

use insta::assert_snapshot;
use model::ecs::{LaunchType, NetworkMode, TaskStatus};

use super::removals::{healthy, stale_by_event, stale_by_exclusive, stale_by_ledger, stale_by_stopped_task};
use crate::names;
use crate::story::{Story, story};

#[test]
fn the_ledger_saw_it() {
    assert_snapshot!(stale_by_ledger().found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      -> deregister 10.0.1.9:8080 from web
    ");
}

#[test]
fn a_task_stopped_there() {
    assert_snapshot!(stale_by_stopped_task().found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      past_owner: task t9 had the address before it stopped
      -> deregister 10.0.1.9:8080 from web
    ");
}

#[test]
fn a_task_stopped_whose_address_only_its_event_tells() {
    assert_snapshot!(stale_by_event().found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      past_owner: task t9 had the address before it stopped
      -> deregister 10.0.1.9:8080 from web
    ");
}

#[test]
fn only_ecs_registers_here() {
    assert_snapshot!(stale_by_exclusive().found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      past_owner: the policy says that only ECS registers targets here, and prod/web serves from this subnet on this port
      -> deregister 10.0.1.9:8080 from web
    ");
}

#[test]
fn without_proof_it_is_reported_and_stays() {
    assert_snapshot!(healthy().target("web", "10.0.1.9:8080").found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      withheld: deregister 10.0.1.9:8080 from web: nothing proves that a task of a service that uses the target group ever had this address
    ");
}

#[test]
fn an_event_of_a_task_aws_has_forgotten_proves_nothing() {
    assert_snapshot!(healthy().task(9).registered().forgotten().event().found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      withheld: deregister 10.0.1.9:8080 from web: nothing proves that a task of a service that uses the target group ever had this address
    ");
}

#[test]
fn a_record_that_ended_proves_nothing() {
    assert_snapshot!(stale_by_ledger().ended(30).found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      withheld: deregister 10.0.1.9:8080 from web: nothing proves that a task of a service that uses the target group ever had this address
    ");
}

#[test]
fn a_record_that_expired_proves_nothing() {
    assert_snapshot!(stale_by_ledger().expired().found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      withheld: deregister 10.0.1.9:8080 from web: nothing proves that a task of a service that uses the target group ever had this address
    ");
}

#[test]
fn a_record_of_another_port_proves_nothing() {
    let judged = healthy().target("web", "10.0.1.9:8081").recorded("web", "10.0.1.9:8080", 9);
    assert_snapshot!(judged.found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8081: no network interface has this address
      about service web, group web, 10.0.1.9:8081; under the policy for prod/web
      withheld: deregister 10.0.1.9:8081 from web: nothing proves that a task of a service that uses the target group ever had this address
    ");
}

#[test]
fn a_record_for_a_service_that_no_longer_uses_the_group_proves_nothing() {
    let judged = healthy().service("old").target("web", "10.0.1.9:8080").recorded("web", "10.0.1.9:8080", 9);
    assert_eq!(judged.removals().len(), 0);
    assert_snapshot!(judged.found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      withheld: deregister 10.0.1.9:8080 from web: nothing proves that a task of a service that uses the target group ever had this address
    ");
}

#[test]
fn a_record_for_a_service_that_is_gone_proves_nothing() {
    let mut judged = healthy().service("old").target("web", "10.0.1.9:8080").recorded("web", "10.0.1.9:8080", 9);
    judged.account.services.remove(&names::service("prod/old"));
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn a_stopped_task_whose_target_was_seen_to_go_proves_nothing_of_one_that_came_later() {
    let judged = stale_by_stopped_task().recorded("web", "10.0.1.9:8080", 9).ended(10);
    assert_eq!(judged.removals().len(), 0);
}

/// Task 8 had the address first, task 9 after it; the ledger saw 9's target and saw it go. Whoever registered the address
/// since then, it wasn't task 8.
#[test]
fn nor_does_a_task_that_had_the_address_even_earlier() {
    let judged = healthy().task(8).at("10.0.1.9").for_minutes(300).registered().stopped();
    let judged = judged.recorded("web", "10.0.1.9:8080", 9).ended(10);
    assert_eq!(judged.removals().len(), 0);
    assert_eq!(judged.clone().task(8).at("10.0.1.9").since_ever().stopped().removals().len(), 0, "for all we know");
}

#[test]
fn but_a_task_that_came_after_what_the_ledger_remembers_does() {
    let judged = healthy().task(8).at("10.0.1.9").for_minutes(60).registered().stopped();
    assert_eq!(judged.recorded("web", "10.0.1.9:8080", 9).ended(50).removals().len(), 1);
}

#[test]
fn a_stopped_task_of_a_service_that_does_not_use_the_group_proves_nothing() {
    let judged = healthy().target("web", "10.0.1.9:8080").service("batch").task(9).stopped();
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn a_stopped_standalone_task_proves_nothing() {
    let judged = healthy().target("web", "10.0.1.9:8080").standalone(9).stopped().event();
    assert_eq!(judged.look_at_group("web").removals().len(), 0);
}

#[test]
fn a_stopped_task_that_never_listened_on_the_port_proves_nothing() {
    assert_eq!(healthy().task(9).stopped().target("web", "10.0.1.9:5432").removals().len(), 0);
}

#[test]
fn an_exclusive_group_says_nothing_of_other_ports_or_subnets() {
    let other_port = stale_by_exclusive().whose(|service| service.load_balancers[0].container_port = Some(8081));
    assert_eq!(other_port.removals().len(), 0);
    let other_subnet = stale_by_exclusive().whose(|service| service.network = None);
    assert_eq!(other_subnet.removals().len(), 0);
}

#[test]
fn in_a_subnet_of_another_account_absence_is_not_proved() {
    let judged = healthy().target("web", "10.0.9.9:8080").recorded("web", "10.0.9.9:8080", 9);
    assert_snapshot!(judged.found(), @"
    low target-foreign: Target 10.0.9.9:8080 in target group web may be intentional: the address lies outside this account's subnets in the target group's VPC
      about service web, group web, 10.0.9.9:8080; under the policy for prod/web
    ");
}

#[test]
fn nor_is_it_outside_the_vpc() {
    let judged = healthy().target("web", "192.168.1.9:8080").recorded("web", "192.168.1.9:8080", 9);
    assert_snapshot!(judged.found(), @"
    low target-foreign: Target 192.168.1.9:8080 in target group web may be intentional: the address lies outside this account's subnets in the target group's VPC
      about service web, group web, 192.168.1.9:8080; under the policy for prod/web
    ");
}

#[test]
fn a_group_of_another_vpc_has_another_address() {
    let judged = stale_by_ledger().group("web").which(|group| group.vpc = Some(names::vpc("other")));
    assert_eq!(judged.removals().len(), 0);
    assert_eq!(judged.which(|group| group.vpc = None).removals().len(), 0);
}

#[test]
fn an_address_inside_a_delegated_prefix_is_somebodys() {
    let judged = stale_by_ledger().other_interface("interface", "10.0.1.77").with_prefix("10.0.1.0/28");
    assert_snapshot!(judged.found(), @"
    critical target-hijacked: Clients of prod/web reach something that isn't an ECS task: target 10.0.1.9:8080 in target group web now belongs to network interface eni-interface
      about service web, group web, 10.0.1.9:8080, eni-interface; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: the address now belongs to a network interface that isn't attached to an ECS task, which may be intentional
    ");
}

#[test]
fn two_spellings_of_an_ipv6_address_are_one() {
    let judged = story().group("web").for_ipv6().service("web").on("web", 8080);
    let judged = judged.task(1).and_at("2001:db8:1::1").target("web", "[2001:0db8:1:0::0001]:8080");
    assert_snapshot!(judged.found(), @"nothing");
}

#[test]
fn what_is_draining_is_going_anyway() {
    let judged = healthy().recorded("web", "10.0.1.9:8080", 9).target("web", "10.0.1.9:8080").state("draining", None);
    assert_snapshot!(judged.found(), @"nothing");
}

#[test]
fn what_is_not_registered_is_not_there() {
    let gone = Some("Target.NotRegistered");
    let judged = healthy().recorded("web", "10.0.1.9:8080", 9).target("web", "10.0.1.9:8080").state("unused", gone);
    assert_snapshot!(judged.found(), @"nothing");
}

#[test]
fn its_state_does_not_matter() {
    for state in ["initial", "unhealthy", "unavailable", "unhealthy.draining", "a state of tomorrow"] {
        let judged = healthy().target("web", "10.0.1.9:8080").state(state, None).recorded("web", "10.0.1.9:8080", 9);
        assert_eq!(judged.removals().len(), 1, "{state}");
    }
}

#[test]
fn a_task_on_its_way_in_or_out_still_has_its_address() {
    use TaskStatus::{Activating, Deactivating, Deprovisioning, Pending, Provisioning, Running, Stopped, Stopping};
    let paths = [
        (Provisioning, Running),
        (Pending, Running),
        (Activating, Running),
        (Running, Stopped),
        (Deactivating, Stopped),
        (Stopping, Stopped),
        (Deprovisioning, Stopped),
        (TaskStatus::Other("HIBERNATING".to_owned()), Running),
    ];
    for (last, desired) in paths {
        let judged = stale_by_ledger().task(9).is(last.clone(), desired);
        assert_eq!(judged.found(), "nothing", "{last}");
    }
}

/// The interface is deleted before the task is STOPPED; until then the task speaks for its address.
#[test]
fn a_leaving_task_without_its_interface_still_counts() {
    let mut judged = stale_by_ledger().task(9).is(TaskStatus::Deprovisioning, TaskStatus::Stopped);
    judged.the_task().interfaces[0].network_interface = None;
    assert_eq!(judged.found(), "nothing");
}

/// Whose subnet it is EC2 needn't say; in another account's subnet nothing of what is there can be seen.
#[test]
fn in_a_subnet_that_does_not_tell_its_owner_absence_is_not_proved() {
    let mut judged = stale_by_ledger();
    assert_eq!(judged.removals().len(), 1);
    judged.account.subnets[0].owner = None;
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn another_user_of_the_group_may_have_the_address() {
    let judged = stale_by_ledger().cluster("dr").service("web").on("web", 8080).task(9);
    assert_eq!(judged.found(), "nothing");
    assert_eq!(judged.look_at_service("prod/web").found(), "nothing");
}

#[test]
fn a_deployment_in_flight_leaves_no_doubt_about_an_address_nothing_has() {
    assert_eq!(stale_by_ledger().rolling().removals().len(), 1);
}

#[test]
fn without_a_ledger_a_stopped_task_is_proof_enough() {
    assert_eq!(stale_by_stopped_task().without_ledger().removals().len(), 1);
    assert_eq!(stale_by_ledger().without_ledger().removals().len(), 0);
}

/// ECS describes an interface by its attachment, and this one is still task 9's own.
fn outliving(judged: Story, attachment: &str) -> Story {
    let mut judged = judged.other_interface("interface", "10.0.1.9");
    let lingering = judged.account.other_interfaces.last_mut().expect("an interface");
    lingering.description = format!("arn:aws:ecs:eu-central-1:111122223333:attachment/{attachment}");
    judged
}

#[test]
fn an_interface_that_outlives_its_stopped_task_is_waited_for() {
    let attachment = |mut judged: Story| judged.the_task().interfaces[0].attachment.to_string();
    let own = attachment(stale_by_stopped_task());
    assert_snapshot!(outliving(stale_by_stopped_task(), &own).found(), @"in grace until 2026-03-01T12:03:00Z in web");
    let recorded = stale_by_stopped_task().recorded("web", "10.0.1.9:8080", 9);
    assert_eq!(outliving(recorded.clone(), &own).found(), outliving(stale_by_stopped_task(), &own).found());
    assert_snapshot!(outliving(recorded, "another").found(), @"
    critical target-hijacked: Clients of prod/web reach something that isn't an ECS task: target 10.0.1.9:8080 in target group web now belongs to network interface eni-interface
      about service web, group web, 10.0.1.9:8080, eni-interface; under the policy for prod/web
      interface_description: arn:aws:ecs:eu-central-1:111122223333:attachment/another
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      withheld: deregister 10.0.1.9:8080 from web: the address now belongs to a network interface that isn't attached to an ECS task, which may be intentional
    ");
}

/// It isn't described by an attachment, as those of container instances may be; its id tells.
#[test]
fn so_is_one_that_only_its_id_tells() {
    let mut judged = stale_by_stopped_task().other_interface("interface", "10.0.1.9");
    judged.account.other_interfaces[0].id = names::interface("t9");
    assert!(judged.found().starts_with("in grace until"), "{}", judged.found());
    let forgotten = healthy().task(9).registered().forgotten().recorded("web", "10.0.1.9:8080", 9);
    let mut judged = forgotten.other_interface("interface", "10.0.1.9");
    judged.account.other_interfaces[0].id = names::interface("t9");
    assert!(judged.found().starts_with("in grace until"), "the ledger remembers it: {}", judged.found());
}

/// EC2's answer lacks the interface that ECS says a live task has: `startedBy` names no deployment, so that no service
/// speaks for it.
#[test]
fn a_task_that_claims_the_address_though_ec2_has_no_such_interface_is_a_contradiction() {
    let claimed = |judged: Story| {
        let mut judged = judged.standalone(5).at("10.0.1.9");
        judged.account.network.vanished.insert(names::interface("t5"));
        judged
    };
    assert_snapshot!(claimed(stale_by_exclusive()).found(), @"can't judge group web: subnet-a no interface has 10.0.1.9, but task t5 is RUNNING there");
    for judged in [stale_by_exclusive(), stale_by_stopped_task().task(9)] {
        assert_eq!(claimed(judged).look_at_service("prod/web").removals().len(), 0, "whoever looks");
    }
    let in_another_subnet = claimed(stale_by_exclusive()).in_subnet("elsewhere");
    assert_eq!(in_another_subnet.removals().len(), 1, "its address is another VPC's");
    let going = claimed(stale_by_exclusive()).is(TaskStatus::Deprovisioning, TaskStatus::Stopped);
    assert_eq!(going.removals().len(), 1, "its interface is being deleted");
}

#[test]
fn so_is_a_task_of_another_service_that_uses_the_group_wherever_the_look_begins() {
    let mut judged = stale_by_ledger().cluster("dr").service("web").on("web", 8080).task(9);
    judged.account.network.vanished.insert(names::interface("t9"));
    let judged = judged.look_at_service("prod/web");
    assert_snapshot!(judged.found(), @"can't judge group web: subnet-a no interface has 10.0.1.9, but task t9 is RUNNING there");
}

#[test]
fn a_running_task_that_was_described_without_its_interface_may_have_any_address() {
    let nowhere = |judged: Story| {
        let mut judged = judged.task(3);
        judged.the_task().interfaces.clear();
        judged
    };
    assert_snapshot!(nowhere(stale_by_ledger()).found(), @"can't judge service prod/web: arn:aws:ecs:eu-central-1:111122223333:task/prod/t3 the task is RUNNING in awsvpc mode, but was described without its network interface");
    let another = nowhere(stale_by_exclusive().service("worker")).look_at_service("prod/web");
    assert_eq!(another.removals().len(), 0, "of whatever service, where the ledger saw nothing");
    let mut bridged = nowhere(stale_by_ledger()).whose(|service| service.network = None);
    bridged.the_task().launch_type = Some(LaunchType::Ec2);
    let definition = bridged.account.definitions.get_mut(&names::definition("web:7")).expect("a definition");
    definition.network_mode = NetworkMode::Bridge;
    assert_eq!(bridged.removals().len(), 1, "it has none in another network mode");
}

/// TargetDescription of DeregisterTargets has a QuicServerId, which no answer of AWS's tells.
#[test]
fn in_a_quic_group_it_is_only_reported() {
    for protocol in ["QUIC", "TCP_QUIC"] {
        let judged = stale_by_ledger().of_protocol(protocol);
        assert_eq!(judged.removals().len(), 0);
        assert!(judged.found().contains("target-stale"), "{protocol}");
    }
}

#[test]
fn a_task_that_never_ran_was_never_registered() {
    let mut judged = stale_by_event();
    judged.the_task().started_at = None;
    assert_eq!(judged.removals().len(), 0);
}

/// AWS may still name a stopped task's IPv4 address, and its IPv6 address no longer.
#[test]
fn the_address_of_the_version_that_aws_lacks_is_the_events() {
    let judged = story().group("web").for_ipv6().service("web").on("web", 8080);
    let judged = judged.task(1).and_at("2001:db8:1::1").registered();
    let mut judged = judged.task(9).and_at("2001:db8:1::9").registered().stopped().event();
    assert_eq!(judged.removals().len(), 1);
    judged.the_task().interfaces[0].addresses.retain(|address| address.is_ipv4());
    assert_eq!(judged.removals().len(), 1);
    judged.scope.tasks.clear();
    assert_eq!(judged.look_at_service("prod/web").removals().len(), 0);
}
