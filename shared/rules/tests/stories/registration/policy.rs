//! What the policy has to say about rules and places.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use model::observation::{Lookup, Question};
use model::scope::Scope;
use rules::{judge, registration_rules, rules, security_group_rules};

use super::removals::{
    self, EXCLUSIVE, healthy, new_owner, stale_by_exclusive, stale_by_ledger, wrong_port_by_definition,
};
use crate::names;
use crate::story::{Story, story};

#[test]
fn an_excluded_address_is_never_judged_by_any_rule() {
    for (name, judged) in removals::all() {
        let excluding = "registration.exclude_targets = [\"10.0.1.9/32\", \"2001:db8::/32\"]";
        let exclusive = if name.contains("exclusive") { EXCLUSIVE } else { "" };
        assert_eq!(judged.policy(&format!("{excluding}\n{exclusive}")).removals(), BTreeSet::new(), "{name}");
    }
}

/// The services in focus are not all that use the group: the one whose target it was has a say too.
#[test]
fn a_past_owner_that_is_not_in_focus_may_exclude_its_address() {
    let shared = || stale_by_ledger().cluster("dr").service("api").on("web", 8080).task(5).registered();
    let judged = shared().look_at_service("dr/api");
    assert_eq!(judged.removals().len(), 1);
    let excluding = "[[override]]\nservice = \"web\"\nregistration.exclude_targets = [\"10.0.1.0/24\"]";
    assert_eq!(judged.policy(excluding).found(), "nothing");
}

#[test]
fn a_wrongly_registered_task_that_is_not_in_focus_may_be_excluded() {
    let judged = wrong_port_by_definition().cluster("dr").service("api").on("web", 8080).task(5).registered();
    let judged = judged.look_at_service("dr/api");
    assert_eq!(judged.removals().len(), 1);
    let excluding = "[[override]]\nservice = \"web\"\nregistration.exclude_targets = [\"10.0.1.0/24\"]";
    assert_eq!(judged.policy(excluding).found(), "nothing");
}

/// "Only ECS puts targets in this group" must be said for everybody who uses it.
#[test]
fn a_group_is_exclusive_only_if_it_is_for_all_its_users() {
    let only = |name: &str| format!("[[override]]\nservice = \"{name}\"\nregistration.managed = \"exclusive\"");
    let shared = || {
        let judged = stale_by_exclusive().cluster("dr").service("api").on("web", 8080).task(5).registered();
        judged.look_at_service("dr/api")
    };
    assert_eq!(shared().removals().len(), 1);
    assert_eq!(shared().policy(&only("api")).removals().len(), 0);
    assert_eq!(shared().policy(&only("web")).removals().len(), 0);
    let both = format!("{}\n{}", only("api"), only("web"));
    assert_eq!(shared().policy(&both).removals().len(), 1);
}

#[test]
fn nor_does_a_wrong_port_go_on_the_word_of_one_user() {
    let judged =
        || removals::wrong_port_in_exclusive().cluster("dr").service("api").on("web", 8080).task(5).registered();
    let only = "[[override]]\nservice = \"web\"\nregistration.managed = \"exclusive\"";
    assert_eq!(judged().removals().len(), 1);
    assert_eq!(judged().look_at_service("prod/web").policy(only).removals().len(), 0);
}

#[test]
fn a_disabled_rule_is_silent() {
    let judged = stale_by_ledger().task(3).policy("rules.disable = [\"target-stale\"]");
    assert_snapshot!(judged.found(), @"
    high target-missing: Task t3 of prod/web gets no traffic: 10.0.1.3:8080 isn't registered in target group web
      about service web, task t3, group web, 10.0.1.3:8080, eni-t3; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.3:8080 in web
    ");
}

#[test]
fn a_severity_may_differ() {
    let judged = stale_by_ledger().policy("rules.severity = { target-stale = \"low\" }");
    assert!(judged.found().starts_with("low target-stale"));
}

#[test]
fn only_the_rules_wanted_speak() {
    let judged = stale_by_ledger().task(3);
    let seen = judged.account.seen();
    let scope = Scope { everything: true, ..Scope::default() };
    let judgement = judge(&Lookup::new(&seen), &scope, &judged.policy, &BTreeSet::from(["target-missing"]));
    let spoke: Vec<&str> = judgement.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(spoke, ["target-missing"]);
}

#[test]
fn every_rule_is_listed_and_says_what_it_is() {
    let listed: Vec<&str> = rules().map(|rule| rule.slug).collect();
    let slugs: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(slugs.len(), listed.len());
    assert!(registration_rules().is_subset(&slugs) && security_group_rules().is_subset(&slugs));
    for rule in rules() {
        for text in [rule.title, rule.explanation, rule.remedy, rule.repair] {
            assert!(!text.is_empty() && !text.contains("  "), "{}: {text}", rule.slug);
        }
    }
}

#[test]
fn the_gravest_comes_first() {
    let judged = new_owner(stale_by_ledger()).service("web").task(3).target("web", "172.16.0.9:80");
    let order: Vec<String> = judged.look().judgement.findings.into_iter().map(|finding| finding.rule).collect();
    assert_eq!(order, ["target-hijacked", "target-missing", "target-foreign"]);
}

/// Who has a say in a removal is everybody who uses the group, however little of the account was in scope.
#[test]
fn everybody_who_uses_the_group_has_a_say_in_a_removal() {
    let shared = || {
        [stale_by_ledger(), new_owner(stale_by_ledger()), wrong_port_by_definition()]
            .map(|judged| judged.cluster("dr").service("two").on("web", 8080).task(7).registered())
    };
    let users = |judged: &Story| -> BTreeSet<_> {
        let look = judged.look();
        let of_removals = look.judgement.findings.iter().filter(|finding| {
            finding.repairs.iter().any(|proposal| proposal.repair.is_removal() && proposal.objection.is_none())
        });
        of_removals.flat_map(|finding| finding.users.clone()).collect()
    };
    let both = BTreeSet::from([names::service("prod/web"), names::service("dr/two")]);
    for judged in shared() {
        assert_eq!(users(&judged), both);
        assert_eq!(users(&judged.clone().look_at_group("web")), both);
        assert_eq!(users(&judged.clone().look_at_service("prod/web")), both);
        assert_eq!(users(&judged.look_at_service("dr/two")), both);
    }
}

/// A deployment in flight whose revisions AWS doesn't tell may use any group; that gives it no say in all of them.
#[test]
fn a_service_that_may_use_the_group_has_no_say_in_a_dead_target() {
    let judged = stale_by_ledger().group("api").service("api").on("api", 8080).rolling();
    let users: Vec<_> = judged.look().judgement.findings.into_iter().flat_map(|finding| finding.users).collect();
    assert_eq!(users, [names::service("prod/web")]);
}

/// What is found of one target has one fingerprint, however much of its surroundings was in scope.
#[test]
fn a_fingerprint_does_not_depend_on_the_scope() {
    let fingerprints = |judged: &Story| -> Vec<_> {
        judged.look().judgement.findings.iter().map(|finding| (finding.fingerprint(), finding.suspicion())).collect()
    };
    for (name, judged) in removals::all() {
        let mut of_group = judged.clone().look_at_group("web");
        of_group.scope.services.clear();
        assert_eq!(fingerprints(&judged), fingerprints(&of_group), "{name}");
    }
}

#[test]
fn one_service_that_can_not_be_read_does_not_stop_the_others() {
    let judged = story().group("web").service("web").on("web", 8080).task(1);
    let judged = judged.group("api").service("api").on("api", 8080).task(2);
    let judged = judged.unread(Question::Service(names::service("prod/api")));
    assert_snapshot!(judged.found(), @"
    high target-missing: Task t1 of prod/web gets no traffic: 10.0.1.1:8080 isn't registered in target group web
      about service web, task t1, group web, 10.0.1.1:8080, eni-t1; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.1:8080 in web
    critical target-group-empty: prod/web gets no traffic: target group web has no usable target, though 1 task is running
      about service web, group web; under the policy for prod/web
      live_tasks: 1
      registered_targets: 0
    can't judge service prod/api: service: prod/api timed out
    ");
}

#[test]
fn one_group_that_can_not_be_read_does_not_stop_the_others() {
    let judged = healthy().task(3).group("admin").service("web").on("admin", 9090);
    let judged = judged.unread(Question::TargetHealth(names::group("admin")));
    assert_snapshot!(judged.found(), @"
    high target-missing: Task t3 of prod/web gets no traffic: 10.0.1.3:8080 isn't registered in target group web
      about service web, task t3, group web, 10.0.1.3:8080, eni-t3; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.3:8080 in web
    can't judge group admin: targets of: admin timed out
    ");
}
