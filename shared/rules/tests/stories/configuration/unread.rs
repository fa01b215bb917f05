//! For every look-up a finding rests on: if it fails, the rule abstains and says so. And a sound service is found sound.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use model::ecs::NetworkMode;
use model::elb::TargetType;
use model::observation::Question;

use super::sound;
use crate::names;
use crate::render::label;
use crate::story::Story;

fn all() -> Vec<(&'static str, Story)> {
    let stories = [
        ("balancer-not-network", sound().of_protocol("HTTP")),
        ("port-mismatch", sound().mapping(vec![])),
        ("network-mode-not-awsvpc", sound().defined(|definition| definition.network_mode = NetworkMode::Bridge)),
        ("target-type-not-ip", sound().of_type(TargetType::Instance)),
        ("target-group-not-found", sound().without_group("web")),
        ("protocol-mismatch", sound().of_protocol("UDP")),
        ("zone-not-enabled", sound().and_in_zone("b", "eu-central-1b")),
    ];
    let judged = |(slug, story): (&'static str, Story)| (slug, story.judged_by(&[slug]).look_at_service("prod/web"));
    let by_hand = sound().service("api").declares(&["web"]).task(5).registered_in("web", 8080);
    let by_hand = by_hand.judged_by(&["service-without-load-balancer"]).look_at_service("prod/web");
    stories.into_iter().map(judged).chain([("service-without-load-balancer", by_hand)]).collect()
}

/// The list is of the one answer that may be missing: once a task is found in one list, the others don't matter.
#[test]
fn a_failed_look_up_is_abstained_from() {
    let mut harmless: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, story) in all() {
        let found = story.look();
        assert_eq!(found.judgement.findings.len(), 1, "{name}: {}", story.found());
        for question in found.asked() {
            let look = story.clone().unread(question.clone()).look();
            if look.judgement.findings == found.judgement.findings {
                harmless.entry(label(&question)).or_default().push(name);
            } else {
                assert!(!look.judgement.abstentions.is_empty(), "{name}: that {question:?} is unread is told");
            }
        }
    }
    let lines = harmless.iter().map(|(label, names)| format!("{label}: {}\n", names.join(", ")));
    assert_snapshot!(lines.collect::<String>(), @"list of: STOPPED tasks of prod: service-without-load-balancer");
}

#[test]
fn one_broken_service_does_not_stop_the_others() {
    let story = sound().mapping(vec![]).group("api").service("api").declares(&["web"]).on("api", 9090).mapping(vec![]);
    let story = story.judged_by(&["port-mismatch"]);
    assert_eq!(story.found().matches("port-mismatch: ").count(), 2);
    for question in [
        Question::Service(names::service("prod/api")),
        Question::TargetGroup(names::group("api")),
        Question::TaskDefinition(names::definition("api:7")),
    ] {
        // Looked at by its services: the list of all groups describes each of them.
        let story = story.clone().look_at_service("prod/web").look_at_service("prod/api").unread(question.clone());
        let found = story.found();
        assert!(found.contains("port-mismatch: prod/web") && found.contains("can't judge"), "{question:?}: {found}");
        assert!(!found.contains("prod/api serves") && !found.contains("prod/api can't serve"), "{question:?}: {found}");
    }
}

#[test]
fn a_sound_service_is_found_sound_by_every_rule() {
    let slugs: Vec<&'static str> = rules::rules().map(|rule| rule.slug).collect();
    assert_eq!(sound().security_group_that("web", lets_everything_in).judged_by(&slugs).found(), "nothing");
}

fn lets_everything_in(group: &mut model::ec2::SecurityGroup) {
    group.ingress.push(crate::security_group::rule("tcp", Some((8080, 8080)), &["10.0.0.0/16"]));
}
