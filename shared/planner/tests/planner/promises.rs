//! Modes, objections, holds, pause, order, completeness, rest. Looks and limits have files of their own.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use model::observation::Question;
use model::policy::Mode;
use model::repair::Repair;
use planner::Decision;

use crate::faults::{hijacked, in_group, missing, objected, on_the_wrong_port_only, stale, used_by, with_objection};
use crate::names::{balancer, cluster, group, holdables, service, task};
use crate::story::{Story, account, removals};

/// Everything that is found would be mended now.
fn confirmed(findings: impl IntoIterator<Item = model::finding::Finding>) -> Story {
    account().in_repair_mode().finds(findings).first_seen(60)
}

#[test]
fn a_plan_prints_as_sentences() {
    let story = account().in_repair_mode().finds([stale(7), missing(2)]).first_seen(60);
    let story = story.finds([hijacked(9), on_the_wrong_port_only(3)]).in_grace_for(90);
    assert_snapshot!(story.plan(), @"
    critical target-hijacked: something is wrong with 10.0.1.9:8080
      deregister 10.0.1.9:8080 from web: waiting for a second look, not before 2026-03-01T12:00:30Z
    high target-stale: something is wrong with 10.0.1.7:8080
      deregister 10.0.1.7:8080 from web: now
    high target-missing: something is wrong with 10.0.1.2:8080
      register 10.0.1.2:8080 in web: now
    high target-wrong-port: something is wrong with 10.0.1.3:8080
      register 10.0.1.3:8080 in web: waiting for a second look, not before 2026-03-01T12:00:30Z
      deregister 10.0.1.3:9999 from web: withheld: its right port isn't healthy yet
    look at web again at 2026-03-01T12:03:00Z (look 2), to confirm 2 suspicions
    ");
}

#[test]
fn promise_1_observe_is_the_default() {
    let story = account().finds([missing(1), stale(2)]).first_seen(60);
    assert_eq!(story.decisions(), [Decision::Planned, Decision::Planned]);
    assert!(story.plan().limits.is_empty(), "the ledger is to count nothing");
}

#[test]
fn promise_1_a_request_lowers_the_mode() {
    assert_eq!(confirmed([stale(1)]).decision(), Decision::DoNow);
    assert_eq!(confirmed([stale(1)]).capped(Mode::Observe).decision(), Decision::Planned);
}

#[test]
fn promise_1_one_service_in_observe_mode_is_enough_where_several_use_the_group() {
    let policy = "registration.mode = \"repair\"\n[[override]]\nservice = \"api\"\nregistration.mode = \"observe\"";
    let story = |users: &[&str]| confirmed([]).with_policy(policy).finds([used_by(users, stale(1))]).first_seen(60);
    assert_eq!(story(&["web"]).decision(), Decision::DoNow);
    assert_eq!(story(&["web", "api"]).decision(), Decision::Planned);
}

#[test]
fn promise_1_without_a_ledger_targets_are_only_registered() {
    assert_eq!(confirmed([missing(1)]).without_ledger().decision(), Decision::DoNow);
    assert_snapshot!(confirmed([stale(1)]).without_ledger().reason(), @"there is no ledger, and without one targets are only registered; set GUARD_LEDGER_TABLE");
    assert_snapshot!(account().finds([stale(1)]).without_ledger().reason(), @"there is no ledger, and without one targets are only registered; set GUARD_LEDGER_TABLE");
}

#[test]
fn promise_2_a_rules_objection_stands_whatever_the_policy_says() {
    let story = confirmed([with_objection(stale(1), "nothing proves that it was ever a task's")]);
    assert_eq!(story.reason(), "nothing proves that it was ever a task's");
    assert!(story.questions().is_empty());
}

#[test]
fn promise_2_whatever_a_repair_rests_on_withholds_it_if_it_cannot_be_read() {
    for finding in [stale(1), missing(1)] {
        let story = confirmed([finding]);
        assert_eq!(story.decision(), Decision::DoNow);
        for question in asked(&story) {
            let reason = story.clone().unable_to_read(&question).reason();
            assert!(reason.contains("could not be read: aws:Read on it: denied"), "{question:?}: {reason}");
        }
    }
}

#[test]
fn promise_2_nothing_is_done_before_all_is_read() {
    for finding in [stale(1), missing(1)] {
        let story = confirmed([finding]);
        for question in asked(&story) {
            let unread = story.clone().before_reading(&question);
            assert_eq!(unread.reason(), "not read yet", "{question:?}");
            assert_eq!(unread.questions(), BTreeSet::from([question]));
        }
    }
}

/// All that planning asks about the story, in however many rounds.
fn asked(story: &Story) -> BTreeSet<Question> {
    let everything = holdables(1).into_iter().chain([
        Question::TargetGroup(group("web")),
        Question::TargetHealth(group("web")),
        Question::Window(removals("web")),
        Question::Pause,
    ]);
    let asked: BTreeSet<_> =
        everything.filter(|question| !story.clone().before_reading(question).questions().is_empty()).collect();
    assert!(asked.len() >= 6, "{asked:?}");
    asked
}

#[test]
fn promise_4_what_a_person_tagged_is_left_alone() {
    for holdable in holdables(1) {
        let held = |value| confirmed([missing(1)]).holding(&holdable, value);
        for value in ["true", "", "until tuesday", "2026-03-01T12:00:01Z"] {
            let reason = held(value).reason();
            assert!(reason.ends_with(&format!("is held by its tag ecs-nlb-guard:hold = {value:?}")), "{reason}");
        }
        for value in ["2026-03-01T12:00:00Z", "2025-12-24T00:00:00+01:00"] {
            assert_eq!(held(value).decision(), Decision::DoNow, "{holdable:?} was held until {value}");
        }
    }
}

#[test]
fn promise_4_a_task_is_held_whichever_finding_would_register_it() {
    let mut finding = missing(1);
    finding.resources.task = None;
    let story = confirmed([finding]).holding(&Question::Task { cluster: cluster(), task: task(1) }, "true");
    assert!(story.reason().starts_with("task task-1 is held"));
}

#[test]
fn promise_4_a_hold_names_all_that_is_held() {
    let story = confirmed([stale(1)]).holding(&Question::Service(service("web")), "true");
    let story = story.holding(&Question::Tags(balancer().into()), "2027-01-01T00:00:00Z");
    assert_snapshot!(story.reason(), @r#"service prod/web is held by its tag ecs-nlb-guard:hold = "true"; load balancer edge is held by its tag ecs-nlb-guard:hold = "2027-01-01T00:00:00Z""#);
}

#[test]
fn promise_4_a_hold_on_any_service_that_uses_the_group_holds_its_targets() {
    let story = confirmed([used_by(&["web", "api"], stale(1))]).holding(&Question::Service(service("api")), "true");
    assert_snapshot!(story.reason(), @r#"service prod/api is held by its tag ecs-nlb-guard:hold = "true""#);
}

#[test]
fn promise_4_a_hold_elsewhere_holds_nothing() {
    let elsewhere = [Question::Service(service("api")), Question::Tags(group("api").into())];
    for holdable in elsewhere {
        assert_eq!(confirmed([stale(1)]).holding(&holdable, "true").decision(), Decision::DoNow);
    }
}

#[test]
fn promise_4_holds_are_asked_for_together() {
    let mut story = confirmed([missing(1)]);
    let mut questions: BTreeSet<_> = holdables(1).into_iter().chain([Question::Pause]).collect();
    questions.iter().for_each(|question| story.observation.forget(question));
    assert_eq!(story.questions(), questions);

    // Which balancers there are is asked first where it isn't known.
    story.observation.forget(&Question::TargetGroup(group("web")));
    questions.remove(&Question::Tags(balancer().into()));
    questions.insert(Question::TargetGroup(group("web")));
    assert_eq!(story.questions(), questions);
}

#[test]
fn promise_4_a_task_of_the_old_arn_form_is_looked_for_in_the_services_cluster() {
    let old: model::id::TaskArn = "arn:aws:ecs:eu-central-1:111122223333:task/0a1b".parse().unwrap();
    let mut finding = missing(1);
    finding.resources.task = Some(old.clone());
    let Repair::RegisterTarget { task, .. } = &mut finding.repairs[0].repair else { panic!("it registers") };
    *task = old.clone();
    let asked = Question::Task { cluster: cluster(), task: old };
    assert_eq!(confirmed([finding.clone()]).questions(), BTreeSet::from([asked]));

    finding.users.clear();
    let policy = "[[override]]\ntarget_group = \"web\"\nregistration.mode = \"repair\"";
    assert_snapshot!(account().with_policy(policy).finds([finding]).first_seen(60).reason(), @"whether task 0a1b is held can't be read: its cluster isn't known");
}

#[test]
fn promise_5_pause_stops_all_repairs_at_once() {
    for finding in [stale(1), missing(1)] {
        let story = confirmed([finding]).paused();
        assert_eq!(story.reason(), "repairs are paused since 2026-03-01T11:59:00Z by ops: migration");
        assert!(story.plan().looks.is_empty());
    }
}

#[test]
fn promise_6_steps_keep_their_order() {
    let story = confirmed([on_the_wrong_port_only(1)]);
    assert_snapshot!(story.plan(), @"
    high target-wrong-port: something is wrong with 10.0.1.1:8080
      register 10.0.1.1:8080 in web: now
      deregister 10.0.1.1:9999 from web: withheld: its right port isn't healthy yet
    ");
}

#[test]
fn promise_6_nothing_is_removed_where_its_replacement_could_not_be_added() {
    let mut finding = on_the_wrong_port_only(1);
    finding.repairs[1].objection = None;
    assert_eq!(confirmed([finding.clone()]).decisions(), [Decision::DoNow, Decision::DoNow]);
    finding.repairs[0] = objected(finding.repairs[0].clone(), "the group wants a server id");
    assert_snapshot!(confirmed([finding]).plan(), @"
    high target-wrong-port: something is wrong with 10.0.1.1:8080
      register 10.0.1.1:8080 in web: withheld: the group wants a server id
      deregister 10.0.1.1:9999 from web: withheld: it comes after another that is withheld: register 10.0.1.1:8080 in web
    ");
}

#[test]
fn promise_6_planning_twice_is_planning_once() {
    let story = confirmed([stale(1), missing(2), hijacked(3)]).finds([stale(4)]).in_grace_for(60);
    assert_eq!(story.plan(), story.plan());
}

#[test]
fn promise_7_one_group_that_cannot_be_read_does_not_stop_the_others() {
    let story = confirmed([in_group("api", stale(1)), stale(2)]);
    let story = story.unable_to_read(&Question::Tags(group("api").into()));
    assert_snapshot!(story.plan(), @"
    high target-stale: something is wrong with 10.0.1.2:8080
      deregister 10.0.1.2:8080 from web: now
    high target-stale: something is wrong with 10.0.1.1:8080
      deregister 10.0.1.1:8080 from api: withheld: whether target group api is held could not be read: aws:Read on it: denied
    ");
}

#[test]
fn promise_7_a_finding_without_a_repair_stays_in_the_plan() {
    let mut finding = stale(1);
    finding.repairs.clear();
    let plan = confirmed([finding]).plan();
    assert_snapshot!(plan, @"high target-stale: something is wrong with 10.0.1.1:8080");
    assert!(plan.is_at_rest());
}

#[test]
fn promise_8_with_nothing_found_there_is_nothing_to_do() {
    let story = account().in_repair_mode().at_attempt(1);
    assert_eq!(story.plan(), planner::Plan::default());
    assert!(story.plan().is_at_rest() && story.questions().is_empty());
    assert_snapshot!(story.plan(), @"nothing to do");
}

#[test]
fn promise_8_what_is_withheld_or_only_planned_is_at_rest_and_what_waits_is_not() {
    assert!(confirmed([stale(1)]).paused().plan().is_at_rest());
    assert!(account().finds([stale(1)]).plan().is_at_rest());
    assert!(!account().in_repair_mode().finds([stale(1)]).plan().is_at_rest());
    assert!(!confirmed([stale(1)]).plan().is_at_rest());
}

#[test]
fn promise_8_the_second_look_finds_nothing_and_the_chain_ends() {
    let first = account().in_repair_mode().finds([stale(1)]);
    let mut second = first.clone().then(&first.look());
    second.findings.clear();
    assert!(second.plan().is_at_rest());
}
