//! For every look-up a finding rests on: if it fails, the rule abstains and says so.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use model::observation::Question;

use super::steps::dressed;
use crate::names;
use crate::render::label;
use crate::story::Story;

fn all() -> Vec<(&'static str, Story)> {
    let wanted = |told: Story, slug: &'static str| told.judged_by(&[slug]);
    vec![
        ("drift", wanted(dressed().task(2).wearing(&["base"]), "security-group-drift")),
        ("drift from the default", wanted(dressed().declares(&[]).task(2).wearing(&["base"]), "security-group-drift")),
        ("default", wanted(dressed().task(2).wearing(&["default"]), "security-group-default")),
        (
            "unresolved name",
            wanted(dressed().policy("security_groups.required = [\"name:a\"]"), "security-group-unresolved"),
        ),
        (
            "unresolved id",
            wanted(dressed().policy("security_groups.required = [\"sg-0123\"]"), "security-group-unresolved"),
        ),
    ]
}

/// The list is of the answers that may be missing without a change: those about tasks that have nothing to do with it.
#[test]
fn a_failed_look_up_is_abstained_from() {
    let mut harmless: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, told) in all() {
        let found = told.look();
        assert!(!found.judgement.findings.is_empty(), "{name}");
        for question in found.asked {
            let look = told.clone().unread(question.clone()).look();
            if look.judgement.findings == found.judgement.findings {
                harmless.entry(label(&question)).or_default().push(name);
            } else {
                assert!(!look.judgement.abstentions.is_empty(), "{name}: that {question:?} is unread is told");
            }
        }
    }
    let lines = harmless.iter().map(|(label, names)| format!("{label}: {}\n", names.join(", ")));
    assert_snapshot!(lines.collect::<String>(), @r"
    interface: eni-t1: drift, drift from the default, default, unresolved name, unresolved id
    interface: eni-t2: unresolved name, unresolved id
    services of: prod: drift, drift from the default, default, unresolved name, unresolved id
    target groups: all: drift, drift from the default, default, unresolved name, unresolved id
    task: prod/t1: drift, drift from the default, default, unresolved name, unresolved id
    task: prod/t2: unresolved name, unresolved id
    ");
}

#[test]
fn one_broken_service_does_not_stop_the_others() {
    let told = dressed().task(2).wearing(&["base"]).service("api").declares(&["web"]).task(5).wearing(&["base"]);
    let told = told.judged_by(&["security-group-drift"]);
    let broken = told.clone().unread(Question::Service(names::service("prod/api"))).found();
    assert!(broken.contains("task t2 of prod/web") && !broken.contains("task t5 of"), "{broken}");
    let mut deleted = told;
    deleted.account.services.remove(&names::service("prod/api"));
    let found = deleted.found();
    assert!(found.contains("task t2 of prod/web") && !found.contains("task t5 of"), "{found}");
}

#[test]
fn what_no_wanted_rule_needs_is_not_asked() {
    let asked = |told: Story| told.look().asked.iter().map(label).collect::<Vec<_>>();
    let told = dressed().event().judged_by(&["security-group-drift"]);
    assert_snapshot!(asked(told.clone()).join("\n"), @r"
    service: prod/web
    task: prod/t2
    interface: eni-t2
    ");
    assert_eq!(asked(told.judged_by(&[])), ["service: prod/web", "task: prod/t2"]);
}
