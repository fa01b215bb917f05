//! A look: read, judge and plan until no question is left.

use std::collections::BTreeSet;

use model::observation::{Lookup, Observation, Question};
use planner::{Capabilities, LookHistory, Plan, TaskInGrace};
use rules::{GroupAgain, Judgement};

use crate::assignment::Assignment;
use crate::environment::{Environment, answer};
use crate::ports::Clock as _;

/// What a look reads with.
pub(crate) trait FactReader {
    /// Has every question answered.
    fn read(&mut self, questions: BTreeSet<Question>, known: &mut Observation) -> impl Future<Output = ()> + Send;

    /// Everything is answered. What is to be read afresh before this judgement stands, and is forgotten for it?
    fn doubt(&mut self, _: &Judged, _: &mut Observation) -> impl Future<Output = BTreeSet<Question>> + Send {
        async { BTreeSet::new() }
    }
}

/// Asks AWS and the ledger, always.
pub(crate) struct Afresh<'e, E>(pub(crate) &'e E);

impl<E: Environment> FactReader for Afresh<'_, E> {
    async fn read(&mut self, questions: BTreeSet<Question>, known: &mut Observation) {
        answer(self.0, &questions, known).await;
    }
}

/// No chain of questions is this long: each round answers all of the one before.
const MAX_ROUNDS: usize = 64;

/// What one look saw, and what follows from it.
#[derive(Debug)]
pub(crate) struct Assessment {
    pub(crate) observation: Observation,
    pub(crate) judgement: Judgement,
    pub(crate) plan: Plan,
}

/// What follows from what a look saw. The findings are the plan's.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) judgement: Judgement,
    pub(crate) plan: Plan,
}

/// How far a survey is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Rounds of questions so far; how many there will be shows only at the end.
    pub round: usize,
    /// Questions answered so far.
    pub answered: usize,
    /// Questions about to be answered in this round.
    pub open: &'a BTreeSet<Question>,
    /// What is known so far.
    pub known: &'a Observation,
}

/// Looks at the assignment's scope afresh.
pub(crate) async fn look<E: Environment>(
    environment: &E,
    assignment: &Assignment<'_>,
    looks: &LookHistory,
    capabilities: Capabilities,
) -> Assessment {
    look_with(&mut Afresh(environment), environment, assignment, looks, capabilities, &|_| ()).await
}

/// The same with a reader of its own. `watch` is called before each round of reading.
pub(crate) async fn look_with<E: Environment>(
    reader: &mut impl FactReader,
    environment: &E,
    assignment: &Assignment<'_>,
    looks: &LookHistory,
    capabilities: Capabilities,
    watch: &(impl Fn(Progress<'_>) + Sync),
) -> Assessment {
    let mut observation =
        Observation::new(environment.clock().now(), assignment.account.clone(), assignment.region.clone());
    let all = |known: &Observation| {
        with_questions(Lookup::new(known), |lookup| judge(lookup, assignment, looks, capabilities))
    };
    let Judged { judgement, plan } = until_answered(reader, &mut observation, all, watch).await;
    Assessment { observation, judgement, plan }
}

/// Judges and plans until nothing is left to ask. What `known` holds already isn't asked again.
pub(crate) async fn until_answered(
    reader: &mut impl FactReader,
    known: &mut Observation,
    judge: impl Fn(&Observation) -> (Judged, BTreeSet<Question>) + Sync,
    watch: &(impl Fn(Progress<'_>) + Sync),
) -> Judged {
    let (mut answered, mut judged_groups) = (0, 0);
    for round in 0.. {
        let (mut judged, mut questions) = judge(known);
        judged_groups += judged.judgement.judged_groups;
        if questions.is_empty() {
            questions = reader.doubt(&judged, known).await;
        }
        if questions.is_empty() || round == MAX_ROUNDS {
            judged.judgement.judged_groups = judged_groups;
            return judged;
        }
        watch(Progress { round, answered, open: &questions, known });
        answered += questions.len();
        reader.read(questions, known).await;
    }
    unreachable!("the last round returns")
}

/// The judgement with what it asked and wasn't answered.
pub(crate) fn with_questions<'a>(
    lookup: Lookup<'a>,
    judge: impl Fn(&Lookup<'a>) -> Judged,
) -> (Judged, BTreeSet<Question>) {
    let judged = judge(&lookup);
    (judged, lookup.into_questions())
}

/// Judges all of the assignment and plans, with what is known.
pub(crate) fn judge(
    lookup: &Lookup<'_>,
    assignment: &Assignment<'_>,
    looks: &LookHistory,
    capabilities: Capabilities,
) -> Judged {
    let judgement = rules::judge(lookup, &assignment.scope, assignment.policy, &assignment.rules);
    plan(lookup, judgement, assignment, looks, capabilities)
}

/// The same of one target group alone.
pub(crate) fn judge_group_again<'a>(
    lookup: &Lookup<'a>,
    again: GroupAgain<'a>,
    assignment: &'a Assignment<'_>,
    looks: &LookHistory,
    capabilities: Capabilities,
) -> Judged {
    let judgement = rules::judge_group_again(lookup, again, &assignment.scope, assignment.policy, &assignment.rules);
    plan(lookup, judgement, assignment, looks, capabilities)
}

fn plan(
    lookup: &Lookup<'_>,
    mut judgement: Judgement,
    assignment: &Assignment<'_>,
    looks: &LookHistory,
    capabilities: Capabilities,
) -> Judged {
    let in_grace = judgement.in_grace.iter().map(|(group, at)| TaskInGrace { target_group: group.clone(), at: *at });
    let in_grace: Vec<TaskInGrace> = in_grace.collect();
    let findings = std::mem::take(&mut judgement.findings);
    let plan = planner::plan(lookup, findings, &in_grace, assignment.policy, looks, capabilities);
    // What becomes of a finding is reported with it.
    judgement.rests_on.extend(lookup.consulted());
    Judged { judgement, plan }
}
