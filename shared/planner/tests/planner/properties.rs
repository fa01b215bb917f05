//! What holds in any account, whatever is found, held, unread, paused, counted or seen before.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::elb::Target;
use model::finding::Finding;
use model::id::TargetGroupArn;
use model::ledger::Limited;
use model::observation::{Answer, Question};
use model::policy::Mode;
use model::repair::Repair;
use planner::{Decision, MAX_ATTEMPTS, Plan, Waiting};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::faults::{hijacked, in_group, missing, on_the_wrong_port_only, stale, used_by, with_objection, wrong_port};
use crate::names::{balancer, cluster, group, service, task};
use crate::story::{Story, account, now, seconds_ago};

const SERVICES: [&str; 2] = ["web", "api"];

/// Anything that may be found, with how long ago it was first seen.
#[derive(Debug, Clone)]
struct Fault {
    finding: Finding,
    first_seen: Option<u64>,
}

/// What is odd about something that planning asks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Oddity {
    Held,
    Unread,
    NotYetRead,
}

#[derive(Debug, Clone)]
struct World {
    faults: Vec<Fault>,
    odd: Vec<(Question, Oddity)>,
    paused: bool,
    repairing: Vec<&'static str>,
    limit: &'static str,
    targets: u8,
    window: Option<(u32, u32, u64)>,
    ledger: bool,
    waiting: Waiting,
    attempt: u32,
    in_grace: Vec<u64>,
}

fn faults() -> impl Strategy<Value = Fault> {
    let kind = select(vec![missing as fn(u8) -> Finding, stale, hijacked, wrong_port, on_the_wrong_port_only]);
    let users = select(vec![&SERVICES[..1], &SERVICES[1..], &SERVICES[..]]);
    let seen = prop_oneof![2 => Just(None), 5 => (30_u64..=900).prop_map(Some), 1 => (0_u64..30).prop_map(Some), 1 => (901_u64..9000).prop_map(Some)];
    let objected = prop::bool::weighted(0.1);
    (kind, 1_u8..6, select(&SERVICES[..]), users, seen, objected).prop_map(
        |(kind, n, name, users, first_seen, objected)| {
            let finding = used_by(users, in_group(name, kind(n)));
            let finding = if objected { with_objection(finding, "objection") } else { finding };
            Fault { finding, first_seen }
        },
    )
}

fn questions() -> Vec<Question> {
    let groups = SERVICES.iter().flat_map(|name| {
        let arn = group(name);
        let of_group = [Question::Tags(arn.clone().into()), Question::TargetGroup(arn.clone())];
        of_group.into_iter().chain([Question::TargetHealth(arn.clone()), Question::Window(Limited::Removals(arn))])
    });
    let tasks = (1..6).map(|n| Question::Task { cluster: cluster(), task: task(n) });
    let services = SERVICES.iter().map(|name| Question::Service(service(name)));
    let rest = [Question::Cluster(cluster()), Question::Tags(balancer().into()), Question::Pause];
    groups.chain(tasks).chain(services).chain(rest).collect()
}

fn oddities() -> impl Strategy<Value = Vec<(Question, Oddity)>> {
    let odd = |question| {
        let tagged = !matches!(
            question,
            Question::TargetGroup(_) | Question::TargetHealth(_) | Question::Window(_) | Question::Pause
        );
        let how = if tagged {
            vec![Oddity::Held, Oddity::Unread, Oddity::NotYetRead]
        } else {
            vec![Oddity::Unread, Oddity::NotYetRead]
        };
        (Just(question), select(how))
    };
    let some = prop_oneof![5 => 0_usize..1, 3 => 1_usize..3, 1 => 3_usize..9];
    some.prop_flat_map(|count| subsequence(questions(), count))
        .prop_flat_map(move |all| all.into_iter().map(odd).collect::<Vec<_>>())
}

fn worlds() -> impl Strategy<Value = World> {
    let found = (prop::collection::vec(faults(), 0..12), oddities(), prop::bool::weighted(0.05));
    let policy = (subsequence(SERVICES.to_vec(), 0..=2), select(vec!["1", "3", "\"20%\"", "\"100%\""]));
    let counted = (0_u8..=20, prop::option::of((0_u32..6, 0_u32..20, 0_u64..1200)));
    let waiting = select(vec![Waiting::Queue, Waiting::InProcess, Waiting::No]);
    let capabilities = (prop::bool::weighted(0.9), waiting, 0..=MAX_ATTEMPTS, prop::collection::vec(0_u64..3600, 0..3));
    (found, policy, counted, capabilities).prop_map(|(found, policy, counted, capabilities)| World {
        faults: found.0,
        odd: found.1,
        paused: found.2,
        repairing: policy.0,
        limit: policy.1,
        targets: counted.0,
        window: counted.1,
        ledger: capabilities.0,
        waiting: capabilities.1,
        attempt: capabilities.2,
        in_grace: capabilities.3,
    })
}

impl World {
    fn story(&self) -> Story {
        let mut story = account().with_policy(&self.policy()).waiting(self.waiting);
        story = story.with_targets("web", self.targets).finds(self.faults.iter().map(|fault| fault.finding.clone()));
        if let Some((removals, targets, seconds)) = self.window {
            story = story.removed(removals, targets, seconds);
        }
        if !self.ledger {
            story = story.without_ledger();
        }
        if self.paused {
            story = story.paused();
        }
        for (question, oddity) in &self.odd {
            story = match oddity {
                Oddity::Held => story.holding(question, "true"),
                Oddity::Unread => story.unable_to_read(question),
                Oddity::NotYetRead => story.before_reading(question),
            };
        }
        let seen = self.faults.iter().filter_map(|it| Some((it.finding.suspicion(), seconds_ago(it.first_seen?))));
        story.looks.first = seen.collect();
        story = self.in_grace.iter().fold(story, |story, seconds| story.in_grace_for(*seconds));
        story.at_attempt(self.attempt)
    }

    fn policy(&self) -> String {
        let over = |name| format!("[[override]]\nservice = \"{name}\"\nregistration.mode = \"repair\"\n");
        let overrides: String = self.repairing.iter().map(over).collect();
        format!("[registration]\nmax_removals = {}\n{overrides}", self.limit)
    }

    fn is_odd(&self, question: &Question) -> bool {
        self.odd.iter().any(|(odd, _)| odd == question)
    }

    /// All that must be known, and not held, for this repair of this finding.
    fn gates(finding: &Finding, repair: &Repair) -> Vec<Question> {
        let arn = repair.target_group().expect("a target group").clone();
        let mut gates = vec![Question::Pause, Question::Cluster(cluster()), Question::Tags(balancer().into())];
        gates.extend(finding.users.iter().cloned().map(Question::Service));
        let task = finding.resources.task.iter().cloned();
        gates.extend(task.map(|task| Question::Task { cluster: cluster(), task }));
        gates.extend([Question::Tags(arn.clone().into()), Question::TargetGroup(arn.clone())]);
        if repair.is_removal() {
            gates.extend([Question::Window(Limited::Removals(arn.clone())), Question::TargetHealth(arn)]);
        }
        gates
    }
}

/// What is to be done now.
fn done(plan: &Plan) -> Vec<(&Finding, &Repair)> {
    let steps = plan.findings.iter().flat_map(|it| it.steps.iter().map(move |step| (&it.finding, step)));
    let now = steps.filter(|(_, step)| step.decision == Decision::DoNow);
    now.map(|(finding, step)| (finding, &step.repair)).collect()
}

fn removals(plan: &Plan) -> BTreeMap<TargetGroupArn, BTreeSet<Target>> {
    let mut removals = BTreeMap::<_, BTreeSet<_>>::new();
    for (_, repair) in done(plan).into_iter().filter(|(_, repair)| repair.is_removal()) {
        if let (Some(group), Some(target)) = (repair.target_group(), repair.target()) {
            removals.entry(group.clone()).or_default().insert(target);
        }
    }
    removals
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_proposal_gets_exactly_one_step(world in worlds()) {
        let mut found: Vec<_> = world.faults.iter().map(|fault| fault.finding.clone()).collect();
        let plan = world.story().plan();
        for planned in plan.findings {
            let proposed: Vec<_> = planned.finding.repairs.iter().map(|proposal| &proposal.repair).collect();
            prop_assert_eq!(proposed, planned.steps.iter().map(|step| &step.repair).collect::<Vec<_>>());
            let at = found.iter().position(|finding| *finding == planned.finding);
            found.swap_remove(at.expect("it was found"));
        }
        prop_assert!(found.is_empty());
    }

    #[test]
    fn nothing_is_done_where_a_service_is_only_observed(world in worlds()) {
        for (finding, repair) in done(&world.story().plan()) {
            let repairing = finding.users.iter().all(|user| world.repairing.contains(&&*user.name));
            prop_assert!(repairing, "{}", repair);
        }
    }

    #[test]
    fn nothing_is_done_without_confirmation(world in worlds()) {
        let story = world.story();
        for (finding, repair) in done(&story.plan()) {
            let first = story.looks.first.get(&finding.suspicion()).expect("a first look");
            let seconds = now().duration_since(*first).as_secs();
            prop_assert!((30..=900).contains(&seconds), "{} after {} s", repair, seconds);
        }
    }

    #[test]
    fn nothing_is_done_while_anything_it_rests_on_is_held_or_unread(world in worlds()) {
        for (finding, repair) in done(&world.story().plan()) {
            prop_assert!(!world.paused && (world.ledger || !repair.is_removal()));
            for gate in World::gates(finding, repair) {
                prop_assert!(!world.is_odd(&gate), "{} in spite of {:?}", repair, gate);
            }
        }
    }

    #[test]
    fn nothing_is_done_that_a_rule_objects_to(world in worlds()) {
        for (finding, repair) in done(&world.story().plan()) {
            prop_assert!(finding.repairs.iter().any(|it| it.repair == *repair && it.objection.is_none()));
        }
    }

    #[test]
    fn no_group_loses_more_than_its_limit(world in worlds()) {
        let story = world.story();
        let plan = story.plan();
        let most = story.policy.registration_shared("web", &[]).max_removals;
        for (group, removed) in removals(&plan) {
            let window = story.observation.ledger.window.get(&Limited::Removals(group.clone())).and_then(Answer::known);
            let open = window.filter(|window| now().duration_since(window.opened_at).as_secs() < 600);
            let health = story.observation.aws.target_health.get(&group).and_then(Answer::known).map_or(0, Vec::len);
            let (of, used) = open.map_or((health, 0), |it| (it.whole as usize, it.changes as usize));
            prop_assert!(used + removed.len() <= most.of(of), "{} loses {:?} after {} of {}", group, removed, used, of);
            prop_assert!(plan.limits.contains_key(&Limited::Removals(group.clone())), "the ledger is told the limit");
        }
    }

    #[test]
    fn the_order_of_the_findings_does_not_matter(
        (world, shuffled) in worlds().prop_flat_map(|world| {
            let shuffled = Just(world.faults.clone()).prop_shuffle();
            (Just(world), shuffled)
        }),
    ) {
        let story = world.story();
        let mut other = story.clone();
        other.findings = shuffled.into_iter().map(|fault| fault.finding).collect();
        prop_assert_eq!(story.plan(), other.plan());
        prop_assert_eq!(story.questions(), other.questions());
    }

    #[test]
    fn lowering_the_mode_never_adds_anything_to_do(world in worlds()) {
        let before = world.story().plan();
        prop_assert!(done(&world.story().capped(Mode::Observe).plan()).is_empty());

        // In one place: room in the limit may pass to another removal, never grow.
        for lowered in world.repairing.clone() {
            let mut lower = world.clone();
            lower.repairing.retain(|name| *name != lowered);
            let after = lower.story().plan();
            let registering = |plan: &Plan| done(plan).into_iter().filter(|(_, it)| !it.is_removal()).map(|(_, it)| it.clone()).collect::<BTreeSet<_>>();
            prop_assert!(registering(&after).is_subset(&registering(&before)));
            for (group, removed) in removals(&after) {
                prop_assert!(removed.len() <= removals(&before).get(&group).map_or(0, BTreeSet::len));
            }
        }
    }

    #[test]
    fn what_waits_has_a_look_to_come_that_is_not_in_vain(world in worlds()) {
        let story = world.story();
        let plan = story.plan();
        for planned in &plan.findings {
            for step in &planned.steps {
                let Decision::Waiting { until } = step.decision else { continue };
                let look = &plan.looks[&step.repair.site()];
                let first = look.suspicions[&planned.finding.suspicion()];
                prop_assert_eq!(until, first + Duration::from_secs(30));
                prop_assert!(first <= now() && look.at <= first + Duration::from_secs(900), "too late for {}", step);
            }
        }
        for look in plan.looks.values() {
            let due = look.suspicions.values().map(|first| *first + Duration::from_secs(30));
            let due = due.chain(story.in_grace.iter().map(|task| task.at)).min().expect("something waits");
            prop_assert!(look.at >= due && look.at >= now());
            prop_assert!(look.attempt <= MAX_ATTEMPTS && look.attempt >= story.looks.attempt);
            prop_assert!(world.waiting != Waiting::No);
        }
    }

    #[test]
    fn a_look_at_its_time_confirms_or_keeps_waiting_and_the_chain_ends(world in worlds()) {
        let mut story = world.story();
        for _ in 0..20 {
            let plan = story.plan();
            let Some(look) = plan.looks.into_values().min_by_key(|look| look.at) else { return Ok(()) };
            story = story.then(&look);
            story.in_grace.clear();
        }
        prop_assert!(false, "looks without end");
    }
}
