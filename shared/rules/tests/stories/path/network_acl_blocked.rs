//! `network-acl-blocked`.
//!
//! The balancer of `reach::scene` has nodes at 10.0.1.200 and 10.0.2.200; the task is in the first node's subnet, so network ACLs
//! stand between it and the second node alone.

use insta::assert_snapshot;
use model::ec2::{NetworkAcl, NetworkAclEntry, PortRange};
use model::elb::CrossZone;

use crate::names;
use crate::security_group::scene;
use crate::story::Story;

/// `in 100 allow tcp 8080 10.0.0.0/16`, `out 100 allow tcp 1024-65535 10.0.0.0/16` …; the last entries deny, as AWS's do.
pub(crate) fn acl(name: &str, subnets: &[&str], entries: &[&str]) -> NetworkAcl {
    let parse = |text: &&str| {
        let words: Vec<&str> = text.split(' ').collect();
        let [way, number, action, protocol, ports, range] = words.as_slice() else { panic!("{text}") };
        let ports = (*ports != "all").then(|| {
            let (from, to) = ports.split_once('-').unwrap_or((ports, ports));
            PortRange { from: from.parse().expect("a port"), to: to.parse().expect("a port") }
        });
        NetworkAclEntry {
            number: number.parse().expect("a number"),
            egress: *way == "out",
            allow: *action == "allow",
            protocol: (*protocol).into(),
            range: range.parse().expect("a range"),
            ports,
        }
    };
    NetworkAcl {
        id: format!("acl-{name}"),
        vpc: names::vpc("main"),
        subnets: subnets.iter().map(|subnet| names::subnet(subnet)).collect(),
        entries: entries.iter().map(parse).collect(),
    }
}

const OPEN: &[&str] = &["in 100 allow -1 all 0.0.0.0/0", "out 100 allow -1 all 0.0.0.0/0"];

/// A task on TCP 8080 behind a balancer that sends across zones; subnet a has these entries, subnet b those.
fn between(a: &[&str], b: &[&str]) -> Story {
    of("TCP 8080; lb sg-lb; in web: tcp 8080 sg-lb", a, b)
}

fn of(text: &str, a: &[&str], b: &[&str]) -> Story {
    let mut story = scene(text).cross_zone("web", CrossZone::On).judged_by(&["network-acl-blocked"]);
    story.account.network.acls = vec![acl("a", &["a"], a), acl("b", &["b"], b)];
    story
}

#[test]
fn the_balancers_own_network_acl_is_judged_where_the_tasks_are_in_another_vpc() {
    let mut story = between(OPEN, &["in 100 allow -1 all 0.0.0.0/0", "out 100 deny tcp 8080 0.0.0.0/0"]);
    assert!(story.clone().found().contains("denies"), "in one VPC");
    let subnet = story.account.subnets.iter_mut().find(|subnet| subnet.id == names::subnet("a")).expect("subnet a");
    subnet.vpc = names::vpc("peer");
    story.account.network.acls[0].vpc = names::vpc("peer");
    story = story.balancer_that(|balancer| balancer.zones.retain(|zone| zone.name.ends_with('b')));
    assert!(story.found().contains("acl-b"), "{}", story.found());
}

#[test]
fn recommended_rules_let_everything_pass() {
    // "Recommended rules", network ACLs, in the guide to Network Load Balancers: listener and ephemeral ports in at the balancer,
    // target, health check and ephemeral ports out; the reverse at the targets.
    let targets = [
        "in 100 allow tcp 8080 10.0.0.0/16",
        "in 110 allow tcp 1024-65535 0.0.0.0/0",
        "in 120 allow tcp 80 0.0.0.0/0",
        "out 100 allow tcp 1024-65535 0.0.0.0/0",
        "out 110 allow tcp 8080 10.0.0.0/16",
    ];
    assert_eq!(between(&targets, &targets).found(), "nothing");
    assert_eq!(between(OPEN, OPEN).found(), "nothing");
}

#[test]
fn what_the_tasks_subnet_does_not_let_in() {
    let shut = ["in 90 deny tcp 8080 10.0.2.0/24", "in 100 allow -1 all 0.0.0.0/0", "out 100 allow -1 all 0.0.0.0/0"];
    assert_snapshot!(between(&shut, OPEN).found(), @r#"
    high network-acl-blocked: 1 of 1 tasks of prod/web aren't reached by edge: network ACL acl-a of subnet-a denies health checks inbound (TCP 8080 from 10.0.2.200/32)
      about service web, group web; under the policy for prod/web
      denied: ["network ACL acl-a of subnet-a denies health checks inbound (TCP 8080 from 10.0.2.200/32)","network ACL acl-a of subnet-a denies traffic inbound (TCP 8080 from 10.0.2.200/32)"]
      tasks: 1 of 1
    "#);
}

#[test]
fn a_node_whose_address_cannot_be_seen_is_shut_out_where_its_whole_subnet_is() {
    let denying = |range: &str| {
        let deny = format!("in 90 deny tcp 8080 {range}");
        let entries = [deny.as_str(), "in 100 allow -1 all 0.0.0.0/0", "out 100 allow -1 all 0.0.0.0/0"];
        of("TCP 8080; hidden; lb sg-lb; in web: tcp 8080 sg-lb", &entries, OPEN).found()
    };
    assert!(denying("10.0.2.0/24").contains("denies health checks inbound (TCP 8080 from 10.0.2.0/24)"));
    assert_eq!(denying("10.0.2.0/25"), "nothing", "it may be in the other half");
}

#[test]
fn each_of_the_four_crossings_counts() {
    let all = |way: &str, entry: &str| {
        let other = if way == "in" { "out" } else { "in" };
        [
            format!("{way} 90 deny {entry}"),
            format!("{way} 100 allow -1 all 0.0.0.0/0"),
            format!("{other} 100 allow -1 all 0.0.0.0/0"),
        ]
    };
    for (at_task, way, entry, told) in [
        (true, "in", "tcp 8080 0.0.0.0/0", "acl-a of subnet-a denies health checks inbound"),
        (true, "out", "tcp 1024-65535 10.0.2.200/32", "acl-a of subnet-a denies answers to health checks outbound"),
        (false, "out", "tcp 8080 10.0.1.1/32", "acl-b of subnet-b denies health checks outbound"),
        (false, "in", "tcp 1024-65535 10.0.1.0/24", "acl-b of subnet-b denies answers to health checks inbound"),
    ] {
        let entries = all(way, entry);
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        let story = if at_task { between(&entries, OPEN) } else { between(OPEN, &entries) };
        assert!(story.found().contains(told), "{}", story.found());
        assert!(story.found().starts_with("high"), "{}", story.found());
    }
}

#[test]
fn answers_to_some_ports_alone_fail_now_and_then() {
    let some = ["in 100 allow -1 all 0.0.0.0/0", "out 100 allow tcp 32768-61000 0.0.0.0/0"];
    let found = between(&some, OPEN).found();
    assert!(found.starts_with("low network-acl-blocked: Some connections of edge"), "{found}");
}

#[test]
fn the_first_entry_that_matches_decides() {
    let allowed_first = [
        "in 90 allow tcp 8080 10.0.2.200/32",
        "in 95 deny tcp 8080 10.0.2.0/24",
        "in 100 allow -1 all 0.0.0.0/0",
        "out 100 allow -1 all 0.0.0.0/0",
    ];
    assert_eq!(between(&allowed_first, OPEN).found(), "nothing");
}

#[test]
fn inside_one_subnet_and_without_crossing_zones_no_network_acl_is_met() {
    let shut: &[&str] = &["in 100 allow tcp 80 0.0.0.0/0", "out 100 allow tcp 1024-65535 0.0.0.0/0"];
    let own_zone = between(shut, OPEN).cross_zone("web", CrossZone::Off).in_zone("b", "eu-central-1b");
    assert_eq!(own_zone.found(), "nothing");
    assert_ne!(between(shut, OPEN).found(), "nothing");
}

/// The story, with the entries that the commands of the finding's first fix make.
fn with_the_fix(mut story: Story) -> Story {
    let findings = story.look().judgement.findings;
    for command in &findings[0].fixes[0].commands {
        let words: Vec<&str> = command.split(' ').collect();
        assert_eq!(words[..3], ["aws", "ec2", "create-network-acl-entry"], "{command}");
        let value = |name: &str| words[words.iter().position(|word| *word == name).expect(command) + 1];
        let way = if words.contains(&"--egress") { "out" } else { "in" };
        let ports = value("--port-range").replace("'", "").replace("From=", "").replace(",To=", "-");
        let (number, range) = (value("--rule-number"), value("--cidr-block"));
        let entry = format!("{way} {number} allow {} {ports} {range}", value("--protocol"));
        let changed = story.account.network.acls.iter_mut().find(|acl| acl.id == value("--network-acl-id"));
        let changed = changed.expect("a network ACL of the account");
        let made = acl("made", &[], &[&entry]).entries.remove(0);
        let is_free = !changed.entries.iter().any(|one| one.egress == made.egress && one.number == made.number);
        assert!(is_free, "AWS refuses a second entry of a number: {command}");
        changed.entries.push(made);
    }
    story
}

#[test]
fn the_entries_of_the_fix_let_everything_pass() {
    let nothing: &[&str] = &[];
    let in_part = ["in 100 allow -1 all 0.0.0.0/0", "out 100 allow tcp 32768-61000 0.0.0.0/0"];
    let taken = [
        "in 99 allow udp 1 10.0.0.0/8",
        "in 100 deny tcp 8080 10.0.0.0/8",
        "in 101 allow -1 all 0.0.0.0/0",
        "out 10 allow tcp 8080 10.0.0.0/8",
        "out 20 deny -1 all 0.0.0.0/0",
    ];
    for (a, b) in [(nothing, OPEN), (OPEN, nothing), (nothing, nothing), (&in_part, OPEN), (&taken, &taken)] {
        // Clients come by the listener's port, which is another matter.
        let clients = ["in 1 allow tcp 80 0.0.0.0/0", "out 1 allow tcp 1024-65535 203.0.113.0/24"];
        let (a, b) = ([&clients, a].concat(), [&clients, b].concat());
        let story = between(&a, &b);
        assert_ne!(story.found(), "nothing", "{a:?} {b:?}");
        assert_eq!(with_the_fix(story).found(), "nothing", "{a:?} {b:?}");
    }
}

#[test]
fn the_rule_that_denies_it_is_named_and_another_is_not() {
    let note = |story: &Story| story.look().judgement.findings.remove(0).fixes.remove(0).note;
    let other = "in 50 deny tcp 22 0.0.0.0/0";
    let on_purpose = note(&between(&[other, "in 90 deny tcp 8080 10.0.2.0/24", OPEN[0], OPEN[1]], OPEN));
    assert!(on_purpose.starts_with("Not safe before a person has found out why rule 90 denies it."), "{on_purpose}");
    let forgotten = note(&between(&[other, "in 90 allow tcp 80 0.0.0.0/0", OPEN[1]], OPEN));
    assert!(forgotten.starts_with("Safe now: no rule denies it on purpose."), "{forgotten}");
}

#[test]
fn where_no_entry_can_come_first_or_one_too_many_the_fix_only_reads() {
    let full: Vec<String> = (101..119).map(|number| format!("in {number} allow udp {number} 10.0.0.0/8")).collect();
    let full: Vec<&str> = full.iter().map(String::as_str).chain(["out 100 allow -1 all 0.0.0.0/0"]).collect();
    let first = ["in 1 deny tcp 8080 10.0.0.0/8", OPEN[0], OPEN[1]];
    let clients_too = ["in 90 deny tcp 8080 0.0.0.0/0", OPEN[0], OPEN[1]];
    let kept = between(&clients_too, &clients_too);
    let kept = kept.with_attributes("web", |attributes| attributes.preserve_client_ip = Some(true));
    for story in [between(&full[1..], OPEN), between(&first, OPEN), kept] {
        let findings = story.look().judgement.findings;
        assert_eq!(findings[0].rule, "network-acl-blocked");
        assert!(findings[0].fixes.iter().all(|fix| fix.note.starts_with("It only reads")), "{:?}", findings[0].fixes);
    }
}

#[test]
fn clients_meet_the_balancers_subnets_first() {
    let shut =
        ["in 100 allow tcp 8080 0.0.0.0/0", "in 110 allow tcp 1024-65535 0.0.0.0/0", "out 100 allow -1 all 0.0.0.0/0"];
    assert_snapshot!(between(OPEN, &shut).found(), @r#"
    high network-acl-blocked: No client reaches prod/web through edge in eu-central-1b: network ACL acl-b of subnet-b denies clients' traffic inbound (TCP 80 from 0.0.0.0/0)
      about service web, balancer edge; under the policy for prod/web
      denied: ["network ACL acl-b of subnet-b denies clients' traffic inbound (TCP 80 from 0.0.0.0/0)"]
    "#);
    let some = [
        "in 90 allow tcp 80 203.0.113.0/24",
        "in 110 allow tcp 1024-65535 0.0.0.0/0",
        "out 100 allow -1 all 0.0.0.0/0",
    ];
    assert_eq!(between(OPEN, &some).found(), "nothing", "some clients get in: which there are isn't known");
}

#[test]
fn clients_whose_addresses_are_kept_are_judged_only_where_nobody_passes() {
    let kept = |entries: &[&str]| {
        let story = between(entries, entries);
        story.with_attributes("web", |attributes| attributes.preserve_client_ip = Some(true)).found()
    };
    let vpc_only = [
        "in 100 allow tcp 8080 10.0.0.0/16",
        "in 110 allow tcp 80 0.0.0.0/0",
        "in 120 allow tcp 1024-65535 10.0.0.0/16",
        "out 100 allow -1 all 0.0.0.0/0",
    ];
    assert_eq!(kept(&vpc_only), "nothing", "clients may be in the VPC");
    let nobody = ["in 90 deny tcp 8080 0.0.0.0/0", "in 100 allow -1 all 0.0.0.0/0", "out 100 allow -1 all 0.0.0.0/0"];
    assert!(kept(&nobody).contains("denies clients' traffic inbound (TCP 8080 from 0.0.0.0/0)"), "{}", kept(&nobody));
}
