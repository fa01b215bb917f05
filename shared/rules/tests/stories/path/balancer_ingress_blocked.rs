//! `balancer-ingress-blocked`.

use insta::assert_snapshot;
use model::ec2::{EndpointService, SecurityGroupRule};
use model::elb::{Forward, Listener};
use model::observation::Question;

use crate::configuration::sound;
use crate::names;
use crate::security_group::rule;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["balancer-ingress-blocked"]).found()
}

/// The balancer's group lets this in.
fn letting_in(ingress: Vec<SecurityGroupRule>) -> Story {
    let story = sound().security_group("edge").security_group_that("edge", |group| group.ingress = ingress);
    story.balancer_that(|balancer| balancer.security_groups = Some(vec![names::security_group("edge")]))
}

#[test]
fn nobody_is_let_in_on_the_listeners_port() {
    assert_snapshot!(judged(letting_in(vec![rule("tcp", Some((443, 443)), &["0.0.0.0/0"])])), @r#"
    high balancer-ingress-blocked: No client reaches prod/web through edge: the load balancer's security groups let nobody in on TCP port 80
      about service web, balancer edge, sg-edge; under the policy for prod/web
      shut: ["TCP port 80"]
    "#);
}

/// On the other port they come in all the same, and nobody else's service is concerned.
#[test]
fn one_of_two_listeners() {
    let other = |mut listener: Listener, group: &str| {
        (listener.arn, listener.port) = (names::listener(8001), Some(8001));
        listener.forwards = vec![Forward::to(names::group(group))];
        listener
    };
    let open = || letting_in(vec![rule("tcp", Some((80, 80)), &["0.0.0.0/0"])]);
    let same = open().listeners_that(|all| all.push(other(all[0].clone(), "web")));
    assert_snapshot!(judged(same.clone()), @r#"
    high balancer-ingress-blocked: No client reaches prod/web through edge on TCP port 8001: the load balancer's security groups let nobody in there
      about service web, balancer edge, sg-edge; under the policy for prod/web
      shut: ["TCP port 8001"]
    "#);
    assert!(same.judged_by(&["balancer-ingress-blocked"]).look().judgement.findings[0].impact.is_none());
    let of_other = open().group("api").service("api").on("api", 8080).task(5).registered();
    let of_other = of_other.listeners_that(|all| all.push(other(all[0].clone(), "api")));
    assert_snapshot!(judged(of_other), @r#"
    high balancer-ingress-blocked: No client reaches prod/api through edge: the load balancer's security groups let nobody in on TCP port 8001
      about service api, balancer edge, sg-edge; under the policy for prod/api
      shut: ["TCP port 8001"]
    "#);
}

/// AWS's own advice for API Gateway's VPC links: their addresses can't be known.
#[test]
fn what_comes_through_an_endpoint_service_is_let_past() {
    let mut story = letting_in(vec![]).balancer_that(|balancer| balancer.filters_private_link = Some(true));
    story.account.network.endpoint_services.push(EndpointService {
        id: "vpce-svc-0f".to_owned(),
        name: "com.amazonaws.vpce.eu-central-1.vpce-svc-0f".to_owned(),
        state: "Available".to_owned(),
        network_load_balancers: vec![names::balancer("net")],
    });
    let found = story.judged_by(&["balancer-ingress-blocked"]).look().judgement.findings;
    let commands: Vec<&String> = found.iter().flat_map(|one| &one.fixes).flat_map(|fix| &fix.commands).collect();
    assert_eq!(commands.len(), 1, "{commands:?}");
    assert_snapshot!(commands[0], @"aws elbv2 set-security-groups --load-balancer-arn arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0f --security-groups sg-edge --enforce-security-group-inbound-rules-on-private-link-traffic off --region eu-central-1");
}

#[test]
fn somebody_is_enough() {
    for ingress in [
        rule("tcp", Some((80, 80)), &["10.0.9.7/32"]),
        rule("-1", None, &["::/0"]),
        rule("tcp", Some((80, 80)), &["sg-clients"]),
    ] {
        assert_eq!(judged(letting_in(vec![ingress])), "nothing");
    }
}

#[test]
fn a_prefix_list_lets_in_whoever_is_in_it() {
    let list = |ranges: &[&str]| {
        let mut story = letting_in(vec![rule("tcp", Some((80, 80)), &["pl-clients"])]);
        let ranges = ranges.iter().map(|range| range.parse().expect("a range")).collect();
        story.account.network.prefix_lists.insert("pl-clients".parse().expect("a list"), ranges);
        judged(story)
    };
    assert_eq!(list(&["203.0.113.0/24"]), "nothing");
    assert!(list(&[]).contains("balancer-ingress-blocked"), "nobody is in it");
}

#[test]
fn of_two_protocols_one_is_enough() {
    let of_both = |ingress| letting_in(ingress).listeners_that(|all| all[0].protocol = Some("TCP_UDP".to_owned()));
    assert_eq!(judged(of_both(vec![rule("udp", Some((80, 80)), &["0.0.0.0/0"])])), "nothing");
    assert!(judged(of_both(vec![])).contains("TCP port 80, UDP port 80"));
}

#[test]
fn without_groups_or_where_private_link_passes_by_nothing_is_said() {
    assert_eq!(judged(sound()), "nothing");
    let unfiltered = || letting_in(vec![]).balancer_that(|balancer| balancer.filters_private_link = Some(false));
    assert!(judged(unfiltered()).contains("let nobody in"), "no endpoint service fronts it");
    let mut fronted = unfiltered();
    fronted.account.network.endpoint_services.push(EndpointService {
        id: "vpce-svc-1".to_owned(),
        name: "com.amazonaws.vpce.eu-central-1.vpce-svc-1".to_owned(),
        state: "Available".to_owned(),
        network_load_balancers: vec![names::balancer("net")],
    });
    assert_eq!(judged(fronted), "nothing");
    let filtered = letting_in(vec![]).balancer_that(|balancer| balancer.filters_private_link = Some(true));
    assert!(judged(filtered).contains("let nobody in"));
}

#[test]
fn a_listener_that_sends_elsewhere_is_somebody_elses() {
    let elsewhere = letting_in(vec![]).listeners_that(|all| all[0].forwards.clear());
    assert_eq!(judged(elsewhere), "nothing");
}

#[test]
fn groups_that_can_not_be_read_leave_it_open() {
    let unread = letting_in(vec![]).unread(Question::SecurityGroup(names::security_group("edge")));
    let unread = unread.unread(Question::SecurityGroups(names::vpc("main")));
    assert!(!judged(unread).contains("balancer-ingress-blocked"));
}
