//! The ladder: which ways are proposed, and what speaks against each.

use insta::assert_snapshot;
use model::ecs::{DeploymentController, Strategy, TaskProtection, TaskSetStatus, TaskStatus};
use model::observation::Question;

use super::steps::without_groups;
use crate::names;
use crate::story::Story;

const ALL: &str = r#"
[security_groups]
required = ["sg-base"]
repair_with = ["modify-network-interface", "update-service", "stop-task"]
"#;

/// A steady service of four tasks, of which task 2 lacks a group that the service doesn't declare either.
fn undeclared() -> Story {
    story_of(&[1, 3, 4, 2])
}

/// The same with these tasks.
fn story_of(tasks: &[u8]) -> Story {
    let judged = without_groups().policy(ALL).judged_by(&["security-group-missing", "security-group-forbidden"]);
    let has = |n| if n == 2 { &["web"][..] } else { &["web", "base"][..] };
    tasks.iter().fold(judged, |judged, n| judged.task(*n).having(has(*n)))
}

/// The same, but the service declares it by now.
fn straggler() -> Story {
    let judged = undeclared().declares(&["web", "base"]).whose(|service| service.percents.minimum_healthy = 50);
    judged.task(2)
}

/// The proposals as printed.
fn proposals(judged: &Story) -> String {
    let found = judged.found();
    let lines = found.lines().filter(|line| line.starts_with("  ->") || line.starts_with("  withheld"));
    lines.map(str::trim).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_service_that_does_not_declare_the_group_is_updated_and_no_task_stopped() {
    assert_snapshot!(proposals(&undeclared()), @r"
    -> on interface eni-t2 add sg-base
    -> in the network configuration of prod/web add sg-base
    withheld: stop task t2, so that prod/web starts another: the next task would have the same fault: its service declares the wrong groups
    ");
}

#[test]
fn a_straggler_is_stopped_and_its_service_left_alone() {
    assert_snapshot!(proposals(&straggler()), @r"
    -> on interface eni-t2 add sg-base
    -> stop task t2, so that prod/web starts another
    ");
}

#[test]
fn by_default_only_the_harmless_way_is_proposed() {
    let judged = undeclared().policy("security_groups.required = [\"sg-base\"]");
    assert_snapshot!(proposals(&judged), @"-> on interface eni-t2 add sg-base");
    let asked = straggler().policy("security_groups.required = [\"sg-base\"]").look().asked();
    assert!(!asked.iter().any(|question| matches!(question, Question::TaskProtection { .. })), "{asked:?}");
}

#[test]
fn the_minimum_healthy_percent_is_kept() {
    let stopped = |judged: Story, percent| {
        proposals(&judged.whose(|service| service.percents.minimum_healthy = percent)).contains("-> stop task")
    };
    let of_four: Vec<bool> = [0, 50, 75, 76, 100].map(|percent| stopped(straggler(), percent)).to_vec();
    assert_eq!(of_four, [true, true, true, false, false]);
    let one_of = |tasks: &[u8]| {
        let judged = story_of(tasks).declares(&["web", "base"]);
        stopped(judged, 50)
    };
    assert_eq!(
        [one_of(&[2]), one_of(&[1, 2]), one_of(&[1, 3, 2])],
        [false, true, true],
        "ECS rounds up: of one task, half is one"
    );
    assert_snapshot!(proposals(&straggler().whose(|service| service.percents.minimum_healthy = 100)), @r"
    -> on interface eni-t2 add sg-base
    withheld: stop task t2, so that prod/web starts another: 3 of 4 tasks would be left, and the minimum healthy percent of 100 keeps 4: force a new deployment instead (aws ecs update-service --cluster prod --service web --force-new-deployment)
    ");
}

#[test]
fn a_protected_task_is_not_stopped() {
    let protected = |enabled, until: Option<&str>| {
        let until = until.map(|until| until.parse().expect("a time"));
        proposals(&straggler().protected(2, TaskProtection { enabled, until }))
    };
    assert!(protected(false, None).contains("-> stop task"));
    assert!(protected(true, None).contains("the task is protected"));
    assert!(protected(true, Some("2026-03-01T13:00:00Z")).contains("the task is protected until 2026-03-01T13:00:00Z"));
    let question =
        Question::TaskProtection { cluster: names::cluster("prod"), task: names::task(&names::cluster("prod"), 2) };
    assert!(proposals(&straggler().unread(question)).contains("whether the task is protected could not be read"));
}

#[test]
fn a_service_that_is_not_steady_is_neither_updated_nor_loses_a_task() {
    for judged in [undeclared(), straggler()] {
        let failed = |service: &mut model::ecs::Service| {
            service.deployments[0].rollout_state = Some(model::ecs::RolloutState::Failed);
        };
        let others = [
            judged.clone().wants(5),
            judged.clone().task(3).is(TaskStatus::Pending, TaskStatus::Running),
            judged.clone().rolling(),
            judged.whose(failed),
        ];
        for judged in others {
            let judged = proposals(&judged);
            assert!(!judged.contains("-> in the network") && !judged.contains("-> stop"), "{judged}");
        }
    }
}

#[test]
fn others_deployments_are_left_to_them_and_the_finding_says_how() {
    let code_deploy = undeclared().deployed_by(DeploymentController::CodeDeploy);
    let code_deploy = code_deploy.task_set("ecs-svc/web", TaskSetStatus::Primary, &[("web", 8080)]);
    assert_snapshot!(code_deploy.remedies(), @"CodeDeploy carries out the deployments of prod/web, and UpdateService refuses its network configuration: put the groups into the AppSpec's NetworkConfiguration (AwsvpcConfiguration) of the next CodeDeploy deployment.");
    let external = undeclared().deployed_by(DeploymentController::External);
    assert_snapshot!(external.task_set("ecs-svc/web", TaskSetStatus::Primary, &[("web", 8080)]).remedies(), @"An external controller carries out the deployments of prod/web: make a task set with the right groups (CreateTaskSet, networkConfiguration), make it the primary one, and delete the old.");
    let native = undeclared().group("alternate").shifting(Strategy::Canary, "alternate");
    assert_snapshot!(native.remedies(), @"prod/web is deployed CANARY, with a shift of traffic that its owner watches: change the groups in its network configuration where that is declared, and deploy.");
    for judged in [code_deploy, native] {
        assert!(!proposals(&judged).contains("-> in the network") && !proposals(&judged).contains("-> stop"));
    }
}

#[test]
fn neither_an_interface_nor_a_service_gets_more_groups_than_aws_allows() {
    let names: Vec<String> = (1..=16).map(|n| format!("g{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let judged = names.iter().fold(undeclared(), |judged, name| judged.security_group(name));
    assert!(proposals(&judged.clone().task(2).having(&names[..15])).contains("-> on interface"));
    assert!(proposals(&judged.clone().task(2).having(&names)).contains("AWS allows 16 at most"));
    assert!(proposals(&judged.clone().declares(&names[..4])).contains("-> in the network"));
    assert!(proposals(&judged.declares(&names[..5])).contains("AWS allows 5 at most"));
}

#[test]
fn a_service_that_declares_none_keeps_the_default_group_beside_the_new_one() {
    assert!(proposals(&undeclared().declares(&[])).contains("-> in the network configuration of prod/web add sg-base"));
    let policy = format!("{ALL}forbidden = [\"default\"]\n");
    let judged = proposals(&undeclared().declares(&[]).policy(&policy));
    assert!(judged.contains("of prod/web add sg-base and take off sg-default"), "{judged}");
}

#[test]
fn a_task_of_no_service_may_be_stopped_if_the_policy_says_so() {
    let judged = undeclared().task(2).having(&["base"]).standalone(9).having(&["web"]);
    assert_snapshot!(proposals(&judged), @r"
    -> on interface eni-t9 add sg-base
    -> stop task t9
    ");
}

#[test]
fn two_looks_confirm_each_other_only_while_what_was_seen_is_the_same() {
    let suspicion = |judged: &Story| judged.finding().suspicion();
    let (once, again) = (undeclared(), undeclared());
    assert_eq!(suspicion(&once), suspicion(&again));
    assert_ne!(suspicion(&once), suspicion(&again.clone().task(2).having(&["web", "default"])));
    assert_ne!(suspicion(&once), suspicion(&straggler()));
    let finding = |judged: &Story| judged.finding().fingerprint();
    assert_eq!(finding(&once), finding(&straggler()), "it is the same finding all the same");
    let in_grace = again.task(2).is(TaskStatus::Pending, TaskStatus::Running);
    assert_eq!(finding(&once), finding(&in_grace));
}
