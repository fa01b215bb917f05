//! `ingress-traffic-blocked` and `ingress-health-check-blocked`, node by node.

use insta::assert_snapshot;

use super::blocked::{BOTH, judged};
use super::reach::scene;

/// Without cross-zone load balancing a node sends to the tasks of its own zone only.
#[test]
fn a_task_is_shut_out_by_the_node_of_its_own_zone() {
    let story = judged("TCP 8080; lb none; in web: tcp 8080 10.0.1.0/24").task(2).at("10.0.2.2").in_subnet("b");
    assert_snapshot!(story.found(), @r#"
    high ingress-traffic-blocked: 1 of 2 tasks of prod/web get no traffic: no security group rule lets in traffic from Network Load Balancer edge (TCP port 8080)
      about service web, group web, sg-web; under the policy for prod/web
      balancer: arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0f
      balancer_security_groups: []
      rules_to_add: ["Add an inbound rule to sg-web (web): type Custom TCP, port range 8080, source 10.0.1.200/32 and 10.0.2.200/32 (the balancer's private addresses)."]
      shut_out: ["TCP port 8080"]
      task: t2
      tasks: 1 of 2
    "#);
}

/// With it every node sends to every task.
#[test]
fn tasks_are_shut_out_by_one_node_of_two() {
    let story = judged("TCP 8080; cross zone; lb none; in web: tcp 8080 10.0.1.0/24");
    assert_snapshot!(story.task(2).at("10.0.2.2").in_subnet("b").found(), @r#"
    high ingress-traffic-blocked: Tasks of prod/web aren't reached by every node: no security group rule lets in traffic from Network Load Balancer edge in eu-central-1b (TCP port 8080)
      about service web, group web, sg-web; under the policy for prod/web
      balancer: arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0f
      balancer_security_groups: []
      rules_to_add: ["Add an inbound rule to sg-web (web): type Custom TCP, port range 8080, source 10.0.1.200/32 and 10.0.2.200/32 (the balancer's private addresses)."]
      shut_out: ["TCP port 8080"]
      task: t1
      tasks: 2 of 2
      zones: ["eu-central-1b"]
    "#);
}

/// Which nodes check a target isn't documented: that those do which send to it is a belief.
#[test]
fn a_target_that_aws_calls_healthy_is_reached_by_its_health_checks() {
    for cross_zone in ["", "cross zone; "] {
        let text =
            format!("UDP 53; {cross_zone}check 9090; lb none; in web: udp 53 0.0.0.0/0; in web: tcp 9090 10.0.2.0/24");
        let story = || scene(&text).judged_by(BOTH);
        assert!(story().found().contains("ingress-health-check-blocked"));
        assert!(story().registered().state("unhealthy", None).found().contains("ingress-health-check-blocked"));
        assert_eq!(story().registered().found(), "nothing");
    }
}
