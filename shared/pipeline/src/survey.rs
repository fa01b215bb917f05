//! A look over a scope in which nothing is done about what is found.
//!
//! Nothing is registered, removed, counted or remembered, because what does that isn't called here. All that leaves is
//! looks to come, for a queue whose function makes up its own mind.

use std::collections::BTreeMap;

use model::scope::Site;
use planner::{Capabilities, Decision, LookAgain, Plan, Waiting};

use crate::assignment::Assignment;
use crate::conclusions::Conclusions;
use crate::environment::Environment;
use crate::look::{Progress, look};
use crate::outcome::PassOutcome;
use crate::pass::send_looks;
use crate::ports::{Clock as _, LookQueue};

/// The queues of the functions that repair, to leave suspicions in.
#[derive(Debug)]
pub struct HandOn<'a, Q> {
    /// The registrar's: suspicions about targets.
    pub registrar: Option<&'a Q>,
    /// The guard's: suspicions about security groups.
    pub guard: Option<&'a Q>,
}

/// Looks at the scope and plans. A suspicion that a second look must confirm is left in the queue of the function that would
/// repair; where there is none, the repair is withheld. The environment's own queue isn't used.
///
/// `watch` is told before each round of reading. Never fails as a whole: what could not be read or sent is in the outcome.
pub async fn survey<E: Environment, Q: LookQueue>(
    environment: &E,
    assignment: &Assignment<'_>,
    hand_on: HandOn<'_, Q>,
    watch: &(impl Fn(Progress<'_>) + Sync),
) -> PassOutcome {
    let capabilities = Capabilities { ledger: environment.ledger().is_some(), waiting: Waiting::Queue };
    let mut seen = look(environment, assignment, &assignment.looks, capabilities, watch).await;
    // A task in grace is no suspicion; its own events, or the next survey, lead to it again.
    seen.plan.looks.retain(|_, look| !look.suspicions.is_empty());
    let looks = std::mem::take(&mut seen.plan.looks);
    let (of_targets, of_groups) = looks.into_iter().partition(|(site, _)| is_about_targets(site));
    let mut unsent = BTreeMap::new();
    for (queue, looks, setting) in [
        (hand_on.registrar, of_targets, "GUARD_REGISTRAR_QUEUE_URL"),
        (hand_on.guard, of_groups, "GUARD_GUARD_QUEUE_URL"),
    ] {
        if queue.is_none() {
            withhold(&mut seen.plan, &looks, setting);
            continue;
        }
        seen.plan.looks = looks;
        unsent.extend(send_looks(queue, assignment, &seen, environment.clock().now()).await);
    }
    PassOutcome {
        findings: Conclusions::default().conclude(seen.plan, &unsent),
        observation: seen.observation,
        abstentions: seen.judgement.abstentions,
        unsent,
        judged_groups: seen.judgement.judged_groups,
        unrecorded: None,
    }
}

const fn is_about_targets(site: &Site) -> bool {
    matches!(site, Site::TargetGroup(_))
}

/// Nothing brings these looks about.
fn withhold(plan: &mut Plan, looks: &BTreeMap<Site, LookAgain>, setting: &str) {
    for step in plan.findings.iter_mut().flat_map(|planned| &mut planned.steps) {
        if matches!(step.decision, Decision::Waiting { .. }) && looks.contains_key(&step.repair.site()) {
            let reason = format!("a second look must confirm it, and nothing brings one about; set {setting}");
            step.decision = Decision::Withheld { reason };
        }
    }
}
