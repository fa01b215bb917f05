//! What the security-group rules say, followed to the letter.

use super::follow::follow;
use super::{by_every_rule, is_mended};
use crate::configuration::sound;
use crate::names;
use crate::security_group::{rule, scene};
use crate::story::Story;

pub(super) const FOLLOWED: &[&str] = &[
    "ingress-traffic-blocked",
    "ingress-health-check-blocked",
    "ingress-world-open",
    "security-group-default",
    "security-group-missing",
    "security-group-forbidden",
    "security-group-drift",
    "security-group-unresolved",
];

fn mends(slug: &str, story: Story) -> Story {
    let before = by_every_rule(story);
    let after = follow(&before, slug);
    is_mended(slug, &before, &after);
    after
}

fn registered(text: &str) -> Story {
    scene(text).registered()
}

#[test]
fn what_is_shut_is_opened_for_whoever_sends() {
    for text in [
        "TCP 8080; lb sg-lb",
        "TCP 8080; lb none",
        "TCP 8080; lb none; hidden",
        "TCP 8080; lb none; preserve on; in web: tcp 8080 10.0.1.200/32 10.0.2.200/32",
        "UDP 53; lb none",
        "UDP 53; lb none; internal",
        "UDP 53; lb none; ipv6",
        "TCP 8080; lb sg-lb; out lb:; in web: tcp 8080 sg-lb",
        "TCP 8080; lb sg-lb; out lb:",
        "TCP_UDP 53; lb sg-lb",
        "TCP 8080,9090; lb none; in web: tcp 9090 10.0.0.0/16",
    ] {
        let before = by_every_rule(registered(text));
        let slug = "ingress-traffic-blocked";
        if before.found().contains(slug) {
            mends(slug, registered(text));
        } else {
            assert!(text.contains("preserve on"), "{text} isn't shut");
        }
    }
}

#[test]
fn health_checks_on_a_port_of_their_own_are_let_in() {
    for text in [
        "TCP 8080; check 9090; lb sg-lb; in web: tcp 8080 sg-lb",
        "TCP 8080; check 9090; lb none; in web: tcp 8080 10.0.0.0/16",
        "UDP 53; check 8080; lb none; in web: udp 53 0.0.0.0/0",
    ] {
        mends("ingress-health-check-blocked", registered(text));
    }
}

#[test]
fn what_is_open_to_the_world_is_narrowed_and_nothing_is_shut_out() {
    for text in [
        "TCP 8080; lb none; in web: tcp 0-65535 0.0.0.0/0",
        "TCP 8080; lb sg-lb; in web: -1 0.0.0.0/0 ::/0",
        "TCP 8080; check 9090; lb none; in web: tcp 0-65535 0.0.0.0/0",
        "TCP 8080; check 9090; lb sg-lb; in web: tcp 9090 0.0.0.0/0; in web: tcp 8080 sg-lb",
        "UDP 53; check 8080; lb none; in web: -1 0.0.0.0/0",
        "UDP 53; lb none; ipv6; in web: -1 ::/0",
        "TCP 8080; lb none; preserve on; in web: tcp 0-65535 0.0.0.0/0",
        "TCP 8080; lb none; in web: tcp 22 0.0.0.0/0; in web: tcp 8080 10.0.0.0/16",
        "TCP 8080; lb none; has web,base; in base: tcp 0-65535 0.0.0.0/0; in web: tcp 22 0.0.0.0/0",
    ] {
        mends("ingress-world-open", registered(text));
    }
}

#[test]
fn a_rule_that_is_there_already_is_not_added_again() {
    let story = registered("TCP 8080; lb none; in web: tcp 8080 10.0.1.200/32 10.0.2.200/32; in web: -1 0.0.0.0/0");
    assert!(!story.judged_by(&["ingress-world-open"]).remedies().contains("Add an inbound rule"));
}

/// Another service has this group too.
fn shared(story: Story, group: &str) -> Story {
    story.service("api").declares(&[group]).service("web")
}

#[test]
fn a_group_that_others_have_is_neither_opened_nor_narrowed() {
    let shut = || shared(registered("TCP 8080; lb sg-lb"), "web");
    let before = shut().account.network.groups;
    for (slug, story) in [
        ("ingress-traffic-blocked", shut()),
        ("ingress-world-open", shared(registered("TCP 8080; lb sg-lb; in web: tcp 0-65535 0.0.0.0/0"), "web")),
    ] {
        let before = story.account.network.groups.clone();
        let after = mends(slug, story);
        assert_eq!(before[&names::security_group("web")], after.account.network.groups[&names::security_group("web")]);
        assert!(
            after.account.network.groups.contains_key(&names::security_group("new")),
            "the service gets one of its own"
        );
    }
    let own = mends("ingress-traffic-blocked", registered("TCP 8080; lb sg-lb"));
    assert_eq!(own.account.network.groups.len(), before.len(), "a group of its own is opened");
}

#[test]
fn where_a_service_has_a_group_of_its_own_beside_a_shared_one_that_is_opened() {
    let story = shared(registered("TCP 8080; lb sg-lb; has base,web"), "base");
    assert!(
        story
            .clone()
            .judged_by(&["ingress-traffic-blocked"])
            .remedies()
            .contains("Add an inbound rule to sg-web (web)")
    );
    mends("ingress-traffic-blocked", story);
}

#[test]
fn the_default_group_is_never_opened_and_a_service_with_five_groups_is_told_to_replace_one() {
    let story = registered("TCP 8080; lb sg-lb; has default");
    let after = mends("ingress-traffic-blocked", story);
    assert!(after.account.network.groups[&names::security_group("default")].ingress.is_empty());
    let five = ["a", "b", "c", "d", "e"];
    let story = registered(&format!("TCP 8080; lb sg-lb; has {}", five.join(",")));
    let story = story.service("api").declares(&five).service("web");
    assert!(story.clone().judged_by(&["ingress-traffic-blocked"]).remedies().contains("in the place of one of its 5"));
    mends("ingress-traffic-blocked", story);
}

#[test]
fn a_forbidden_group_is_not_opened_and_the_two_findings_agree() {
    let story = registered("TCP 8080; lb sg-lb; has web,base").policy("security_groups.forbidden = [\"name:web\"]");
    let remedies = story.judged_by(&["ingress-traffic-blocked"]).remedies();
    assert!(remedies.contains("Add an inbound rule to sg-base (base)"), "{remedies}");
}

#[test]
fn letting_in_everybody_is_said_to_be_that() {
    let remedies = registered("UDP 53; lb none").judged_by(&["ingress-traffic-blocked"]).remedies();
    assert!(
        remedies.contains("0.0.0.0/0 (the clients, whose addresses the targets see; this lets in everybody"),
        "{remedies}"
    );
}

#[test]
fn the_default_group_gives_way_to_one_of_the_services_own() {
    for text in [
        "TCP 8080; lb none; has default; in default: tcp 8080 10.0.0.0/16",
        "TCP 8080; lb sg-lb; has default",
        "TCP 8080; lb none; has web,default; in web: tcp 8080 10.0.0.0/16",
        "TCP 8080; lb none; has web,default; in default: tcp 8080 10.0.0.0/16",
    ] {
        mends("security-group-default", registered(text));
    }
}

/// Service `web` of [`sound`], let in and judged by every rule.
fn open() -> Story {
    let inbound = rule("tcp", Some((8080, 8080)), &["10.0.1.0/24"]);
    by_every_rule(sound().security_group_that("web", |web| web.ingress.push(inbound))).security_group("base")
}

#[test]
fn groups_that_the_policy_speaks_of_end_as_it_says() {
    let required = |story: Story| story.policy("security_groups.required = [\"sg-base\"]");
    is_mended("security-group-missing", &required(open()), &required(open().declares(&["web", "base"])));
    let straggler = required(open().declares(&["web", "base"]).task(2).having(&["web"]));
    let deployed = required(open().declares(&["web", "base"]));
    assert!(straggler.remedies().contains("force a new deployment"));
    is_mended("security-group-missing", &straggler, &deployed);
    let forbidden = |story: Story| story.policy("security_groups.forbidden = [\"sg-base\"]");
    is_mended("security-group-forbidden", &forbidden(open().declares(&["web", "base"])), &forbidden(open()));
    is_mended("security-group-drift", &open().task(2).having(&["web", "base"]), &open());
    let unresolved = |story: Story| story.policy("security_groups.required = [\"name:audit\"]");
    let made = open().security_group("audit").declares(&["web", "audit"]);
    is_mended("security-group-unresolved", &unresolved(open()), &unresolved(made));
}
