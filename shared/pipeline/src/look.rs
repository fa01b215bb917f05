//! A look: read, judge and plan until no question is left.

use aws::Account;
use ledger::Ledger;
use model::observation::{Lookup, Observation};
use planner::{Capabilities, LookHistory, Plan, TaskInGrace};
use rules::Judgement;

use crate::pass::Assignment;
use crate::ports::{Clock, LookQueue};
use crate::survey::Progress;
use crate::world::World;

/// No chain of questions is this long: each round answers all of the one before.
const MAX_ROUNDS: usize = 64;

/// What one look saw, and what follows from it.
#[derive(Debug)]
pub(crate) struct Assessment {
    pub(crate) observation: Observation,
    pub(crate) judgement: Judgement,
    pub(crate) plan: Plan,
}

/// Looks at the assignment's scope. What `observation` holds already isn't asked again.
pub(crate) async fn look<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    observation: Observation,
    looks: &LookHistory,
    capabilities: Capabilities,
) -> Assessment {
    look_watched(world, assignment, observation, looks, capabilities, &|_| ()).await
}

/// The same, telling `watch` before each round of reading.
pub(crate) async fn look_watched<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    mut observation: Observation,
    looks: &LookHistory,
    capabilities: Capabilities,
    watch: &(impl Fn(Progress) + Sync),
) -> Assessment {
    let mut answered = 0;
    for round in 0.. {
        let lookup = Lookup::new(&observation);
        let (judgement, plan) = think(&lookup, assignment, looks, capabilities);
        let questions = lookup.into_questions();
        if questions.is_empty() || round == MAX_ROUNDS {
            return Assessment { observation, judgement, plan };
        }
        watch(Progress { round, answered, open: questions.len() });
        world.answer(&questions, &mut observation).await;
        answered += questions.len();
    }
    unreachable!("the last round returns")
}

/// Judges and plans with what is known.
pub(crate) fn think(
    lookup: &Lookup<'_>,
    assignment: &Assignment<'_>,
    looks: &LookHistory,
    capabilities: Capabilities,
) -> (Judgement, Plan) {
    let mut judgement = rules::judge(lookup, &assignment.scope, assignment.policy, &assignment.rules);
    let in_grace = judgement.in_grace.iter().map(|(group, at)| TaskInGrace { target_group: group.clone(), at: *at });
    let in_grace: Vec<TaskInGrace> = in_grace.collect();
    let findings = std::mem::take(&mut judgement.findings);
    let plan = planner::plan(lookup, findings, &in_grace, assignment.policy, looks, capabilities);
    (judgement, plan)
}
