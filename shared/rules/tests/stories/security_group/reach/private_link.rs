//! What comes through an endpoint service (AWS PrivateLink), as the guide to Network Load Balancers says.

use super::packets::{Fate, private_link, traffic};
use super::random::assert_agrees;
use super::scene::Scene;
use Fate::{BlockedTasks, Open};

/// "To allow AWS PrivateLink traffic" in "Target security groups", "Register targets" in the guide to Network Load Balancers: what
/// becomes of what an endpoint service's clients send, where all others are let in.
const PRIVATE_LINK: &[(&str, &str, Fate)] = &[
    ("filtered, by reference", "TCP 8080; lb sg-lb; endpoint service; in web: tcp 8080 sg-lb", Open),
    (
        "not filtered, by reference",
        "TCP 8080; lb sg-lb; endpoint service; unfiltered; in web: tcp 8080 sg-lb",
        BlockedTasks,
    ),
    (
        "not filtered, from the private addresses",
        "TCP 8080; lb sg-lb; endpoint service; unfiltered; in web: tcp 8080 10.0.1.200/32 10.0.2.200/32",
        Open,
    ),
    (
        "not filtered, by reference and from the balancer's subnets",
        "TCP 8080; lb sg-lb; endpoint service; unfiltered; in web: tcp 8080 sg-lb; in web: tcp 8080 10.0.0.0/16",
        Open,
    ),
    (
        "not filtered, one node of two that send across zones",
        "TCP 8080; cross zone; lb sg-lb; endpoint service; unfiltered; in web: tcp 8080 sg-lb; in web: tcp 8080 10.0.1.0/24",
        BlockedTasks,
    ),
    ("clients alone", "TCP 53; preserve on; lb none; endpoint service; in web: tcp 53 203.0.113.0/24", BlockedTasks),
    (
        "clients and nodes",
        "TCP 53; preserve on; lb none; endpoint service; in web: tcp 53 203.0.113.0/24 10.0.0.0/16",
        Open,
    ),
];

#[test]
fn what_comes_through_an_endpoint_service() {
    for (name, text, of_private_link) in PRIVATE_LINK {
        let scene = Scene::parse(text);
        assert_eq!(traffic(&scene), [Open], "{name}");
        assert_eq!(private_link(&scene), [*of_private_link], "{name}");
        assert_agrees(&scene);
        let found = super::scene(text).judged_by(&["ingress-traffic-blocked"]).found();
        assert_eq!(found.contains("through PrivateLink"), *of_private_link == BlockedTasks, "{name}: {found}");
        let severity = if text.contains("unfiltered") { "medium" } else { "low" };
        assert!(found.starts_with(severity) || *of_private_link == Open, "{name}: {found}");
    }
    let nobody = "TCP 8080; lb sg-lb; unfiltered; in web: tcp 8080 sg-lb";
    assert_eq!(super::scene(nobody).judged_by(&["ingress-traffic-blocked"]).found(), "nothing");
    let udp = "UDP 53; lb none; endpoint service; in web: udp 53 203.0.113.0/24";
    assert_eq!(super::scene(udp).judged_by(&["ingress-traffic-blocked"]).found(), "nothing", "it may not be carried");
    let mut gone = super::scene("TCP 8080; lb sg-lb; endpoint service; unfiltered; in web: tcp 8080 sg-lb");
    gone.account.network.endpoint_services[0].state = "Deleting".to_owned();
    assert_eq!(gone.judged_by(&["ingress-traffic-blocked"]).found(), "nothing");
}

#[test]
fn health_checks_that_are_shut_out_count_before_what_comes_through_an_endpoint_service() {
    let text = "TCP 8080; preserve on; lb none; endpoint service; in web: tcp 8080 203.0.113.0/24";
    let both = ["ingress-traffic-blocked", "ingress-health-check-blocked"];
    let judged = super::scene(text).judged_by(&both).look().judgement;
    let found: Vec<&str> = judged.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(found, ["ingress-health-check-blocked"], "one rule lets in both");
}

#[test]
fn what_lets_in_others_is_told_with_what_lets_in_clients_of_an_endpoint_service() {
    let text = "TCP 8080; lb sg-lb; endpoint service; unfiltered";
    let judged = super::scene(text).judged_by(&["ingress-traffic-blocked"]).look().judgement;
    let to_add = judged.findings[0].evidence["rules_to_add"].to_string();
    assert!(to_add.contains("source sg-lb (lb)") && to_add.contains("10.0.1.200/32 and 10.0.2.200/32"), "{to_add}");
}
