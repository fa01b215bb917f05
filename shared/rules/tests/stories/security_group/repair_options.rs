//! Repair options: which ways are proposed, and what speaks against each.

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

/// The straggler is behind the service's balancer.
fn served() -> Story {
    straggler().registered()
}

#[test]
fn a_straggler_to_which_no_target_group_sends_is_stopped() {
    assert_snapshot!(proposals(&straggler()), @r"
    -> on interface eni-t2 add sg-base
    -> stop task t2, so that prod/web starts another
    -> force a new deployment of prod/web
    ");
}

#[test]
fn a_straggler_that_serves_is_not_stopped_but_replaced_by_a_forced_deployment() {
    assert_snapshot!(proposals(&served()), @"
    -> on interface eni-t2 add sg-base
    withheld: stop task t2, so that prod/web starts another: target group web sends to 10.0.1.2:8080 (healthy), and StopTask would cut its connections; a forced new deployment deregisters it first
    -> force a new deployment of prod/web
    ");
    assert_snapshot!(proposals(&served().policy("security_groups.required = [\"sg-base\"]\nsecurity_groups.repair_with = [\"stop-task\"]")), @r#"withheld: stop task t2, so that prod/web starts another: target group web sends to 10.0.1.2:8080 (healthy), and StopTask would cut its connections; a forced new deployment deregisters it first: add "update-service" to security_groups.repair_with"#);
}

#[test]
fn whatever_is_in_a_group_and_may_be_sent_to_is_served() {
    let stopped = |state: &str, reason| proposals(&served().state(state, reason)).contains("-> stop task");
    for state in ["initial", "healthy", "unhealthy", "draining", "unhealthy.draining", "unavailable", "dozing"] {
        assert!(!stopped(state, None), "{state}");
    }
    assert!(stopped("unused", Some("Target.NotRegistered")), "it isn't in the group");
    assert!(stopped("unused", Some("Target.NotInUse")), "nothing sends to the group");
}

#[test]
fn a_straggler_that_a_script_registered_in_another_group_is_served_too() {
    let other = |target: &str| proposals(&straggler().group("another").target("another", target));
    assert!(
        other("10.0.1.2:9090")
            .contains("withheld: stop task t2, so that prod/web starts another: target group another")
    );
    assert!(other("10.0.1.3:9090").contains("-> stop task t2"), "that is another task's");
    let unread = straggler().group("another").unread(Question::TargetHealth(names::group("another")));
    assert!(proposals(&unread).contains("whether a target group sends to the task could not be read"));
    let alone = undeclared().task(2).having(&["base"]).standalone(9).having(&["web"]);
    assert!(proposals(&alone.clone()).contains("-> stop task t9"));
    assert!(proposals(&alone.target("web", "10.0.1.9:8080")).contains("withheld: stop task t9: target group web"));
}

#[test]
fn a_task_of_a_deployment_that_is_over_is_being_replaced_already() {
    let judged = proposals(&served().started_by("ecs-svc/before"));
    assert!(!judged.contains("-> stop") && !judged.contains("-> force"), "{judged}");
    assert!(judged.contains("it is of deployment ecs-svc/before, which is over: ECS is replacing it"));
}

#[test]
fn a_service_without_room_to_start_a_task_first_is_not_deployed() {
    let deployed = |judged: &Story, minimum, maximum| {
        let judged = judged.clone().whose(|service| {
            (service.percents.minimum_healthy, service.percents.maximum) = (minimum, maximum);
        });
        let printed = proposals(&judged);
        printed.contains("-> in the network") || printed.contains("-> force")
    };
    for judged in [undeclared(), served()] {
        let of_four = [(50, 100), (0, 100), (100, 100), (50, 124), (50, 125), (100, 200), (50, 200)];
        let of_four = of_four.map(|(minimum, maximum)| deployed(&judged, minimum, maximum));
        assert_eq!(of_four, [false, false, false, false, true, true, true], "of four tasks, a quarter is one");
    }
    let one = story_of(&[2]);
    assert!(!deployed(&one, 50, 150) && deployed(&one, 50, 200), "ECS rounds down: of one task, a half is none");
    let judged = undeclared().whose(|service| (service.percents.minimum_healthy, service.percents.maximum) = (50, 100));
    assert!(proposals(&judged).contains("a deployment of prod/web would stop a task before its replacement serves: its maximum percent of 100 allows 4 tasks, and 4 run"));
}

#[test]
fn where_neither_way_is_opted_in_the_finding_says_which_would_do() {
    let by_default = |judged: Story| judged.policy("security_groups.required = [\"sg-base\"]").remedies();
    assert_snapshot!(by_default(served()), @r#"prod/web declares the right groups, so its next tasks have them. To replace task t2, force a new deployment (aws ecs update-service --cluster prod --service web --force-new-deployment): ECS then deregisters each task before it stops it, which StopTask doesn't. This program does that where security_groups.repair_with has "update-service"."#);
    assert_snapshot!(by_default(straggler().whose(|service| service.load_balancers.clear())), @r#"prod/web declares the right groups, so its next tasks have them. No target group sends to task t2: stop it (aws ecs stop-task), or force a new deployment (aws ecs update-service --cluster prod --service web --force-new-deployment). This program does that where security_groups.repair_with has "stop-task"."#);
    let full = served().whose(|service| (service.percents.minimum_healthy, service.percents.maximum) = (50, 100));
    assert_snapshot!(by_default(full), @"prod/web declares the right groups, so its next tasks have them. But a deployment of prod/web would stop a task before its replacement serves: its maximum percent of 100 allows 4 tasks, and 4 run. Raise the maximum percent, then force a new deployment (aws ecs update-service --cluster prod --service web --force-new-deployment).");
    assert!(
        by_default(undeclared()).contains("Add the group to the network configuration"),
        "its service is wrong itself"
    );
}

/// Declares so many groups.
fn declaring(many: usize) -> Story {
    let names: Vec<String> = (1..=many).map(|n| format!("g{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.iter().fold(undeclared(), |judged, name| judged.security_group(name)).declares(&names)
}

#[test]
fn nobody_is_told_to_declare_a_sixth_group() {
    assert!(declaring(4).remedies().contains("Add the group to the network configuration"));
    assert_snapshot!(declaring(5).remedies(), @"prod/web would declare 6 security groups, and AWS takes at most 5 in a service's network configuration: move the rules of two of them into one, and declare that in their place.");
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
    withheld: stop task t2, so that prod/web starts another: 3 of 4 tasks would be left, and the minimum healthy percent of 100 keeps 4: force a new deployment (aws ecs update-service --cluster prod --service web --force-new-deployment) instead
    -> force a new deployment of prod/web
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
            assert!(!judged.contains("-> force"), "{judged}");
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
