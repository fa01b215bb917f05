//! For every look-up a finding rests on: if it fails, the rule abstains and says so.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use model::finding::Finding;
use model::observation::Question;
use rules::Judgement;

use super::reach::scene;
use super::steps::with_groups;
use crate::names;
use crate::render::label;
use crate::story::Story;

fn all() -> Vec<(&'static str, Story)> {
    let wanted = |judged: Story, slug: &'static str| judged.judged_by(&[slug]);
    vec![
        ("drift", wanted(with_groups().task(2).having(&["base"]), "security-group-drift")),
        (
            "drift from the default",
            wanted(with_groups().declares(&[]).task(2).having(&["base"]), "security-group-drift"),
        ),
        ("default", wanted(with_groups().task(2).having(&["default"]), "security-group-default")),
        (
            "unresolved name",
            wanted(with_groups().policy("security_groups.required = [\"name:a\"]"), "security-group-unresolved"),
        ),
        (
            "unresolved id",
            wanted(with_groups().policy("security_groups.required = [\"sg-0123\"]"), "security-group-unresolved"),
        ),
        ("no rule", wanted(scene("TCP 8080; lb none"), "ingress-traffic-blocked")),
        ("another range", wanted(scene("TCP 8080; lb none; in web: tcp 8080 10.0.1.0/25"), "ingress-traffic-blocked")),
        (
            "another list",
            wanted(scene("TCP 8080; lb none; list pl-1 10.9.0.0/16; in web: tcp 8080 pl-1"), "ingress-traffic-blocked"),
        ),
        (
            "other clients",
            wanted(
                scene("UDP 53; lb sg-lb; in lb: udp 53 203.0.113.0/24; in web: udp 53 198.51.100.0/24"),
                "ingress-traffic-blocked",
            ),
        ),
        ("outbound", wanted(scene("TCP 8080; lb sg-lb; out lb:; in web: -1 sg-lb"), "ingress-traffic-blocked")),
        (
            "health check",
            wanted(
                scene("TCP 8080; check 9090; lb none; in web: tcp 8080 10.0.0.0/16"),
                "ingress-health-check-blocked",
            ),
        ),
        ("world", wanted(scene("TCP 8080; in web: -1 0.0.0.0/0"), "ingress-world-open")),
    ]
}

/// The list is of the answers that may be missing without a change: those about tasks that have nothing to do with it.
#[test]
fn a_failed_look_up_is_abstained_from() {
    let mut harmless: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, judged) in all() {
        let found = judged.look();
        assert!(!found.judgement.findings.is_empty(), "{name}");
        for question in found.asked() {
            let look = judged.clone().unread(question.clone()).look();
            if same(&look.judgement, &found.judgement) {
                harmless.entry(label(&question)).or_default().push(name);
            } else {
                assert!(!look.judgement.abstentions.is_empty(), "{name}: that {question:?} is unread is told");
            }
        }
    }
    let lines = harmless.iter().map(|(label, names)| format!("{label}: {}\n", names.join(", ")));
    assert_snapshot!(lines.collect::<String>(), @r"
    attributes of: web: world
    balancer: edge: world
    clusters: all: no rule, another range, another list, other clients, outbound, health check, world
    interface: eni-t1: drift, drift from the default, default, unresolved name, unresolved id
    interface: eni-t2: unresolved name, unresolved id
    interfaces in: subnet-a: no rule, health check, world
    interfaces in: subnet-b: no rule, health check, world
    services of: prod: drift, drift from the default, default, unresolved name, unresolved id, no rule, another range, another list, other clients, outbound, health check, world
    subnets of: vpc-main: no rule, health check, world
    target groups: all: drift, drift from the default, default, unresolved name, unresolved id
    task: prod/t1: drift, drift from the default, default, unresolved name, unresolved id
    task: prod/t2: unresolved name, unresolved id
    ");
}

/// The same was found; how to mend it may be said less exactly.
fn same(one: &Judgement, other: &Judgement) -> bool {
    let found = |judgement: &Judgement| judgement.findings.iter().map(Finding::suspicion).collect::<Vec<_>>();
    found(one) == found(other)
}

#[test]
fn one_broken_service_does_not_stop_the_others() {
    let judged = with_groups().task(2).having(&["base"]).service("api").declares(&["web"]).task(5).having(&["base"]);
    let judged = judged.judged_by(&["security-group-drift"]);
    let broken = judged.clone().unread(Question::Service(names::service("prod/api"))).found();
    assert!(broken.contains("Task t2 of prod/web") && !broken.contains("Task t5 of"), "{broken}");
    let mut deleted = judged;
    deleted.account.services.remove(&names::service("prod/api"));
    let found = deleted.found();
    assert!(found.contains("Task t2 of prod/web") && !found.contains("Task t5 of"), "{found}");
}

#[test]
fn what_no_wanted_rule_needs_is_not_asked() {
    let asked = |judged: Story| judged.look().asked().iter().map(label).collect::<Vec<_>>();
    let judged = with_groups().event().judged_by(&["security-group-drift"]);
    assert_snapshot!(asked(judged.clone()).join("\n"), @r"
    service: prod/web
    task: prod/t2
    interface: eni-t2
    ");
    assert_eq!(asked(judged.judged_by(&[])), ["service: prod/web", "task: prod/t2"]);
}

/// What is asked along with interfaces, as labels.
fn asked_with_interfaces(judged: &Story) -> Vec<String> {
    let rounds = judged.look().rounds;
    let with = rounds.into_iter().find(|round| round.iter().any(|one| matches!(one, Question::Interface { .. })));
    with.into_iter().flatten().filter(|one| !matches!(one, Question::Interface { .. })).map(|one| label(&one)).collect()
}

#[test]
fn where_all_is_judged_security_groups_are_asked_for_along_with_interfaces() {
    let judged = with_groups().judged_by(&["target-missing", "security-group-default"]);
    let groups = "security groups of: vpc-main".to_owned();
    assert_eq!(asked_with_interfaces(&judged), [groups.as_str()]);
    for narrow in [judged.clone().event(), judged.look_at_service("prod/web")] {
        assert!(!asked_with_interfaces(&narrow).contains(&groups), "for few tasks nothing is foreseen");
    }
    let named = with_groups().policy("security_groups.forbidden = [\"default\"]");
    let named = named.judged_by(&["target-missing", "security-group-default"]);
    assert!(!asked_with_interfaces(&named).contains(&groups), "the policy speaks of the default group");
    let drift = with_groups().judged_by(&["target-missing", "security-group-drift"]);
    assert!(!asked_with_interfaces(&drift).contains(&groups), "no wanted rule needs them");
}
