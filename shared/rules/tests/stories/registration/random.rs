//! What holds in any account.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use model::ecs::{ServiceStatus, Task, TaskStatus};
use model::elb::Target;
use model::id::TargetGroupArn;
use model::repair::Repair;
use model::scope::{ServiceId, TaskHint};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::chance::{Chance, EXCLUDED, chance, chance_at_rest};
use super::oracle::{Oracle, Removal};
use crate::judged::removals;
use crate::names;
use crate::render::render;
use crate::story::Story;

/// What may be removed, by the oracle.
fn allowed(chance: &Chance, judged: &Story) -> BTreeMap<(TargetGroupArn, Target), Removal> {
    let mut allowed = BTreeMap::new();
    for (group, health) in &judged.account.health {
        for target in health.iter().map(|one| one.target) {
            if chance.excluded && target.ip == names::ip(EXCLUDED) {
                continue;
            }
            let oracle = Oracle { account: &judged.account, exclusive: chance.exclusive, group, target };
            if let Some(why) = oracle.removal() {
                allowed.insert((group.clone(), target), why);
            }
        }
    }
    allowed
}

fn assert_sound(chance: &Chance, judged: &Story) {
    let allowed = allowed(chance, judged);
    let look = judged.look();
    judged.assert_each_group_judged_again(&look);
    for removed in removals(&look.judgement) {
        assert!(allowed.contains_key(&removed), "{removed:?} must stay\n{}", render(&look.judgement));
    }
    for proposal in look.judgement.findings.iter().flat_map(|finding| &finding.repairs) {
        if let Repair::RegisterTarget { target_group, target, task } = &proposal.repair
            && proposal.objection.is_none()
        {
            assert_may_be_registered(judged, target_group, *target, &judged.account.tasks[task]);
        }
    }
}

/// Only a task that runs and is to go on running, of a service that is to go on, at its own address, and not while the
/// address is draining there.
fn assert_may_be_registered(judged: &Story, group: &TargetGroupArn, target: Target, task: &Task) {
    assert_eq!((&task.last_status, &task.desired_status), (&TaskStatus::Running, &TaskStatus::Running));
    assert!(task.addresses().any(|address| address == target.ip));
    let id = ServiceId::new(&task.cluster, task.service_name().expect("a service"));
    let service = &judged.account.services[&id];
    assert_eq!(service.status, ServiceStatus::Active);
    assert!(service.named_target_groups().any(|named| named == group));
    let health = judged.account.health.get(group).into_iter().flatten();
    let mut at_address = health.filter(|one| one.target.ip == target.ip);
    assert!(!at_address.any(|one| one.is_draining() || one.target == target && one.is_registered()));
}

/// The look at everything, at one group, and at each service.
fn looks(judged: &Story) -> Vec<Story> {
    let mut looks = vec![judged.clone(), judged.clone().look_at_group("web")];
    looks.extend(judged.account.services.keys().map(|id| judged.clone().look_at_service(&id.to_string())));
    looks
}

/// Half of what is usual keeps it to seconds; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases / 2, failure_persistence: None, ..usual }
}

proptest! {
    #![proptest_config(config())]

    /// Every removal is one of the three, wherever the look begins.
    #[test]
    fn nothing_is_removed_that_the_design_does_not_name(chance in chance()) {
        for judged in looks(&chance.story()) {
            assert_sound(&chance, &judged);
        }
    }

    /// What can't be read takes removals away and adds none.
    #[test]
    fn failures_never_add_a_removal(chance in chance()) {
        let judged = chance.story();
        let without = judged.removals();
        let failing = chance.with_failures(&judged);
        assert_sound(&chance, &failing);
        let with = failing.removals();
        prop_assert!(with.is_subset(&without), "{with:?} of {without:?}");
    }

    /// What an event says of a stopped task is evidence; of a live one it is a hint. Neither removes what must stay.
    #[test]
    fn events_only_say_where_to_look(chance in chance(), events in prop::collection::vec(1_u8..7, 1..4)) {
        let mut judged = chance.story();
        let tasks: Vec<_> = judged.account.tasks.values().cloned().collect();
        for task in tasks.iter().filter(|task| events.iter().any(|n| task.arn.id() == format!("t{n}"))) {
            let service = task.service_name().map(|name| ServiceId::new(&task.cluster, name));
            let addresses = task.addresses().collect();
            let hint = TaskHint { cluster: task.cluster.clone(), service, addresses, version: 1 };
            judged.scope.add_task(task.arn.clone(), hint);
        }
        assert_sound(&chance, &judged);
    }

    /// A service at rest whose target the ledger remembers, dead or inherited: that one goes.
    #[test]
    fn what_plainly_has_to_go_goes(chance in chance_at_rest()) {
        let judged = chance.story();
        let removed = judged.removals();
        for (group, target) in allowed(&chance, &judged).into_keys() {
            let oracle = Oracle { account: &judged.account, exclusive: chance.exclusive, group: &group, target };
            if oracle.is_plain() {
                prop_assert!(removed.contains(&(group.clone(), target)), "{target} in {}", group.name());
            }
        }
    }

    /// However much of the account is in scope, the same is found of a group's targets.
    #[test]
    fn the_scope_does_not_change_what_goes(chance in chance_at_rest()) {
        let judged = chance.story();
        let in_group = |removed: BTreeSet<(TargetGroupArn, Target)>| -> BTreeSet<_> {
            removed.into_iter().filter(|(group, _)| *group == names::group("web")).collect()
        };
        prop_assert_eq!(in_group(judged.removals()), in_group(judged.look_at_group("web").removals()));
    }

    /// However far the clock is off.
    #[test]
    fn judging_never_panics(chance in chance(), latest in any::<bool>()) {
        let judged = chance.story();
        let mut seen = judged.account.seen();
        seen.at = if latest { Timestamp::MAX } else { Timestamp::MIN };
        judged.judge(&seen);
    }

    /// Judging the same twice gives the same, and a whole observation the same findings as one read bit by bit.
    #[test]
    fn judging_is_deterministic(chance in chance()) {
        let judged = chance.story();
        prop_assert_eq!(judged.look().judgement, judged.look().judgement);
        judged.found();
    }
}

/// An oracle that is never asked proves nothing: all three kinds of removal occur by chance, and not rarely.
#[test]
fn chance_makes_removals_of_every_kind() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<Removal, usize> = BTreeMap::new();
    for _ in 0..1200 {
        let chance = chance().new_tree(&mut runner).expect("an account").current();
        let judged = chance.story();
        let allowed = allowed(&chance, &judged);
        judged
            .removals()
            .iter()
            .filter_map(|removed| allowed.get(removed))
            .for_each(|why| *seen.entry(*why).or_default() += 1);
    }
    for kind in [Removal::Stale, Removal::Hijacked, Removal::WrongPort] {
        assert!(seen.get(&kind).is_some_and(|count| *count >= 5), "{kind:?}: {seen:?}");
    }
}
