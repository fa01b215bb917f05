//! For every look-up a finding rests on: if it fails, the rule abstains and says so.

use insta::assert_snapshot;

use crate::configuration::sound;
use crate::render::label;
use crate::story::Story;

fn all() -> Vec<(&'static str, Story)> {
    let stories = [
        ("scaling-floor-zero", sound().scaled(0, 1)),
        ("subnet-addresses-low", sound().scaled(1, 300)),
        ("target-quota-near", sound().scaled(1, 501).group("spare").target("spare", "10.0.1.200:80")),
    ];
    stories.map(|(slug, judged)| (slug, judged.judged_by(&[slug]).look_at_service("prod/web"))).into()
}

#[test]
fn a_failed_look_up_is_abstained_from() {
    for (name, judged) in all() {
        let found = judged.look();
        assert_eq!(found.judgement.findings.len(), 1, "{name}: {}", judged.found());
        for question in found.asked() {
            let look = judged.clone().unread(question.clone()).look();
            assert!(look.judgement.findings.is_empty(), "{name}: {question:?} is needed");
            assert!(!look.judgement.abstentions.is_empty(), "{name}: that {question:?} is unread is told");
        }
    }
}

#[test]
fn no_more_is_asked_than_is_needed() {
    let asked = |judged: Story| judged.look().asked().iter().map(label).collect::<Vec<_>>().join("\n");
    let [floor, subnets, quota] = all().try_into().map_err(|_| "three").expect("three");
    assert_snapshot!(asked(floor.1), @r"
    service: prod/web
    target group: web
    scaling of: prod/web
    ");
    assert_snapshot!(asked(subnets.1), @r"
    service: prod/web
    target group: web
    subnets of: vpc-main
    scaling of: prod/web
    ");
    assert_snapshot!(asked(quota.1), @r"
    service: prod/web
    target groups: all
    target group: web
    targets of: spare
    targets of: web
    balancer attributes of: edge
    limits: the account's
    subnets of: vpc-main
    scaling of: prod/web
    ");
}
