//! `target-foreign`.

use insta::assert_snapshot;

use super::removals::healthy;

#[test]
fn an_interface_nobody_ever_knew() {
    assert_snapshot!(healthy().target("web", "10.0.1.50:8080").other_interface("nat_gateway", "10.0.1.50").found(), @"
    low target-foreign: Target 10.0.1.50:8080 in target group web may be intentional: the address belongs to eni-natgateway, which isn't attached to an ECS task
      about service web, group web, 10.0.1.50:8080, eni-natgateway; under the policy for prod/web
    ");
}

#[test]
fn an_address_in_a_peered_network() {
    assert_snapshot!(healthy().target("web", "172.16.0.5:8080").found(), @"
    low target-foreign: Target 172.16.0.5:8080 in target group web may be intentional: the address lies outside this account's subnets in the target group's VPC
      about service web, group web, 172.16.0.5:8080; under the policy for prod/web
    ");
}

#[test]
fn an_address_in_a_subnet_of_another_account() {
    assert_snapshot!(healthy().target("web", "10.0.9.5:8080").found(), @"
    low target-foreign: Target 10.0.9.5:8080 in target group web may be intentional: the address lies outside this account's subnets in the target group's VPC
      about service web, group web, 10.0.9.5:8080; under the policy for prod/web
    ");
}

#[test]
fn even_an_exclusive_group_does_not_make_it_ours() {
    let policy = "registration.managed = \"exclusive\"";
    assert_eq!(healthy().target("web", "10.0.9.5:8080").policy(policy).removals().len(), 0);
    assert_eq!(healthy().target("web", "172.16.0.5:8080").policy(policy).removals().len(), 0);
    let judged = healthy().target("web", "10.0.1.50:8080").other_interface("efs", "10.0.1.50").policy(policy);
    assert_eq!(judged.removals().len(), 0);
}

#[test]
fn a_standalone_task_put_there_by_hand() {
    assert_snapshot!(healthy().standalone(5).registered_in("web", 8080).found(), @"
    low target-foreign: Target 10.0.1.5:8080 in target group web may be intentional: the address belongs to standalone task t5
      about service web, task t5, group web, 10.0.1.5:8080, eni-t5; under the policy for prod/web
    ");
}

/// `service-without-load-balancer` tells it, of the service as a whole.
#[test]
fn a_task_of_a_service_that_names_no_group_is_told_once() {
    let judged = healthy().service("batch").task(5).registered_in("web", 8080);
    assert_eq!(judged.found(), "nothing");
    assert_snapshot!(judged.judged_by(&["target-foreign", "service-without-load-balancer"]).found(), @r#"
    high service-without-load-balancer: New tasks of prod/batch will get no traffic from target group web: the service names no target group, and its 1 task was registered by hand
      about service batch, group web; under the policy for prod/batch
      targets: ["10.0.1.5:8080 of t5"]
    "#);
}

/// It may have served through this group before the deployment that is in flight.
#[test]
fn a_task_of_a_service_whose_deployment_is_in_flight() {
    assert_snapshot!(healthy().service("batch").rolling().task(5).registered_in("web", 8080).found(), @"
    low target-foreign: Target 10.0.1.5:8080 in target group web may be intentional: the address belongs to task t5 of prod/batch, whose target groups may be changing
      about service web, task t5, group web, 10.0.1.5:8080, eni-t5; under the policy for prod/web
    ");
}

#[test]
fn a_group_that_no_service_uses_is_full_of_them() {
    let judged = healthy().group("plain").other_interface("interface", "10.0.1.50").target("plain", "10.0.1.50:80");
    assert_snapshot!(judged.found(), @"
    low target-foreign: Target 10.0.1.50:80 in target group plain may be intentional: the address belongs to eni-interface, which isn't attached to an ECS task
      about group plain, 10.0.1.50:80, eni-interface; under the policy for
    ");
}
