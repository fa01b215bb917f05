//! A look over a scope in which nothing is done about what is found.
//!
//! Nothing is registered, removed or counted, because what does that isn't called here. What leaves is looks to come, for a
//! queue whose function makes up its own mind, and the end of ownership records whose target is gone: they would prove
//! too much later, and where an event was lost nobody else sees that they are over.

use std::collections::{BTreeMap, BTreeSet};

use ledger::Ledger as _;
use model::call::CallError;
use model::ledger::OwnershipChange;
use model::observation::{Memory, Observation, Question, Remembered};
use model::scope::Site;
use planner::{Capabilities, Decision, LookAgain, Plan, Waiting};

use crate::assignment::Assignment;
use crate::conclusions::Conclusions;
use crate::environment::{Environment, answer};
use crate::look::{FactReader, Judged, Progress, look_with};
use crate::outcome::PassOutcome;
use crate::pass::send_looks;
use crate::ports::{Clock as _, FactStore, JudgedAccount, LookQueue};

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
/// With `facts`, what seldom changes is asked of them before it is asked of AWS, and no finding rests on what they say.
/// `watch` is told before each round of reading. Never fails as a whole: what could not be read or sent is in the outcome.
pub async fn survey<E: Environment, Q: LookQueue>(
    environment: &E,
    assignment: &Assignment<'_>,
    hand_on: HandOn<'_, Q>,
    facts: Option<&impl FactStore>,
    watch: &(impl Fn(Progress<'_>) + Sync),
) -> PassOutcome {
    let capabilities = Capabilities { ledger: environment.ledger().is_some(), waiting: Waiting::Queue };
    let mut reader = Remembering { environment, facts, memory: Memory::default() };
    let mut seen = look_with(&mut reader, environment, assignment, &assignment.looks, capabilities, watch).await;
    let news = reader.news(&seen.observation);
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
    let unrecorded = match facts {
        Some(_) => end_records(environment, &seen.judgement.ownership).await,
        None => None,
    };
    PassOutcome {
        findings: Conclusions::default().conclude(seen.plan, &unsent),
        observation: seen.observation,
        abstentions: seen.judgement.abstentions,
        unsent,
        judged_groups: seen.judgement.judged_groups,
        unrecorded,
        news,
    }
}

/// Ends the ownership records whose target was seen absent. Who reads an account without keeping facts of it writes nothing.
async fn end_records<E: Environment>(environment: &E, changes: &[OwnershipChange]) -> Option<CallError> {
    let ends: Vec<OwnershipChange> =
        changes.iter().filter(|change| matches!(change, OwnershipChange::End(..))).cloned().collect();
    let ledger = environment.ledger().filter(|_| !ends.is_empty())?;
    ledger.record(&ends).await.err()
}

/// Asks what is remembered first. Once that fails it isn't asked any more.
struct Remembering<'a, E, F> {
    environment: &'a E,
    facts: Option<&'a F>,
    memory: Memory,
}

impl<E: Environment, F: FactStore> Remembering<'_, E, F> {
    /// What is to be remembered from now on; nothing where it isn't known what is.
    fn news(&self, observation: &Observation) -> Vec<Remembered> {
        self.facts.map(|_| self.memory.news(observation)).unwrap_or_default()
    }
}

impl<E: Environment, F: FactStore> FactReader for Remembering<'_, E, F> {
    async fn read(&mut self, mut questions: BTreeSet<Question>, known: &mut Observation) {
        let askable = self.memory.askable(&questions);
        if let Some(facts) = self.facts.filter(|_| !askable.is_empty() && !self.memory.has_failed()) {
            match facts.recall(&askable).await {
                Some(remembered) if facts.may_answer() => self.memory.answer(&mut questions, remembered, known),
                Some(remembered) => self.memory.note(remembered, known.at),
                None => self.memory.fails(),
            }
        }
        answer(self.environment, &questions, known).await;
    }

    async fn doubt(&mut self, judged: &Judged, known: &mut Observation) -> BTreeSet<Question> {
        let Some(facts) = self.facts.filter(|_| !known.remembered.is_empty()) else { return BTreeSet::new() };
        let Judged { judgement, plan } = judged;
        let mut doubted = judgement.rests_on.clone();
        // What is found rests on what will be read afresh: only then is it known what isn't found any more.
        if doubted.is_empty() {
            let (findings, abstentions) = (plan.findings.as_slice(), &judgement.abstentions);
            doubted = facts.doubted(JudgedAccount { observation: known, findings, abstentions }).await;
        }
        self.memory.doubt(&doubted, known);
        doubted
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
