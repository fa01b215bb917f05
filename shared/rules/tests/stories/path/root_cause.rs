//! Which finding follows from which.

use insta::assert_snapshot;

use crate::configuration::sound;
use crate::names;
use crate::security_group::rule;
use crate::story::Story;

/// By every rule: each finding's slug, the consequences under their cause.
fn told(story: Story) -> String {
    let slugs: Vec<&'static str> = rules::rules().map(|rule| rule.slug).collect();
    let found = story.judged_by(&slugs).look().judgement.findings;
    let mut text = String::new();
    for finding in &found {
        let cause =
            finding.caused_by.map(|cause| found.iter().find(|one| one.fingerprint() == cause).expect("its cause"));
        let cause = cause.map_or_else(String::new, |cause| format!("  because of {}", cause.rule));
        text += &format!("{} {}{cause}\n", finding.severity, finding.rule);
    }
    text
}

/// So many of the targets of `web` fail their health checks.
fn failing(mut story: Story, how_many: usize) -> Story {
    let all = story.account.health.get_mut(&names::group("web")).expect("targets").iter_mut();
    all.take(how_many).for_each(|one| one.state = "unhealthy".into());
    story
}

#[test]
fn a_shut_security_group_is_one_finding_with_its_consequences() {
    assert_snapshot!(told(failing(sound(), 2)), @r"
    high ingress-traffic-blocked
    critical target-group-empty  because of ingress-traffic-blocked
    ");
}

#[test]
fn what_nothing_explains_stands_by_itself() {
    let open = rule("tcp", Some((8080, 8080)), &["10.0.0.0/16"]);
    let story = sound().security_group_that("web", |web| web.ingress.push(open));
    assert_snapshot!(told(failing(story.clone(), 2)), @"critical target-group-empty");
    assert_snapshot!(told(failing(story, 1)), @"high target-unhealthy");
}

#[test]
fn another_services_fault_explains_nothing_here() {
    let open = rule("tcp", Some((8080, 8080)), &["10.0.0.0/16"]);
    let story = sound().security_group_that("web", |web| web.ingress.push(open)).security_group("shut");
    let story = story.group("api").service("api").declares(&["shut"]).on("api", 8080).task(5).registered();
    assert_snapshot!(told(failing(story, 1)), @r"
    high ingress-traffic-blocked
    high target-unhealthy
    ");
}

#[test]
fn a_group_is_empty_because_nothing_is_registered_in_it() {
    let open = rule("tcp", Some((8080, 8080)), &["10.0.0.0/16"]);
    let mut story = sound().security_group_that("web", |web| web.ingress.push(open));
    story.account.health.clear();
    assert_snapshot!(told(story), @"
    high target-missing
    critical target-group-empty  because of target-missing
    high target-missing
    ");
}
