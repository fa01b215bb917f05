//! A sweep that remembers the account as it never was.
//!
//! Once nothing happens any more the account is audited, and then swept by one that takes what seldom changes from its memory, in
//! which every such fact is kept, some of them wrong. It must say what the audit said.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;
use model::ecs::{NetworkMode, TaskDefinition};
use model::elb::{CrossZone, TargetGroupAttributes};
use model::finding::{Finding, Fingerprint};
use model::observation::{Memory, Observation, Question, Remembered, SteadyFact};
use pipeline::ports::{FactStore, JudgedAccount};

use crate::choices::mix;
use crate::world::{Sim, Stage, World};

/// What the sweep remembers.
pub(crate) struct SimFacts(pub(crate) Arc<World>);

impl FactStore for SimFacts {
    fn may_answer(&self) -> bool {
        true
    }

    async fn recall(&self, questions: &[Question]) -> Option<Vec<Remembered>> {
        let sim = self.0.sim();
        Some(questions.iter().filter_map(|question| sim.remembered.get(question).cloned()).collect())
    }

    /// What the audit found was told. Of what is missing, what is remembered about it is doubted, as the product does.
    async fn doubted(&self, judged: JudgedAccount<'_>) -> BTreeSet<Question> {
        let found: Vec<Fingerprint> = judged.findings.iter().map(|one| one.finding.fingerprint()).collect();
        let sim = self.0.sim();
        let told = sim.audited.iter().flat_map(|outcome| &outcome.findings).map(|one| &one.finding);
        let missing = told.filter(|finding| !found.contains(&finding.fingerprint()));
        let near = |finding: &Finding| {
            judged.observation.remembered_near(&finding.users, finding.resources.target_group.as_ref())
        };
        missing.flat_map(near).collect()
    }
}

/// Sets something on every target group, good or bad.
pub(crate) fn set_attributes(stage: &mut Stage<'_>) {
    let groups: Vec<_> = stage.aws.target_groups.keys().cloned().collect();
    for group in groups {
        let how = draw(stage.sim, group.as_str());
        let attributes = TargetGroupAttributes {
            preserve_client_ip: Some(how.is_multiple_of(2)),
            deregistration_delay_seconds: [None, Some(0), Some(300), Some(3_600)][how / 2 % 4],
            cross_zone: [CrossZone::OfBalancer, CrossZone::On, CrossZone::Off][how / 8 % 3],
            ..TargetGroupAttributes::default()
        };
        stage.aws.target_group_attributes.insert(group, attributes);
    }
}

/// Keeps what the audit read, as it is or as it isn't.
pub(crate) fn misremember(sim: &mut Sim) {
    let Some(seen) = sim.audited.as_ref().map(|outcome| outcome.observation.clone()) else { return };
    for Remembered { mut fact, read_at } in Memory::default().news(&seen) {
        let question = fact.question();
        let how = draw(sim, &format!("{question:?}"));
        match &mut fact {
            SteadyFact::TaskDefinition(_, definition) => misremember_definition(definition, how),
            SteadyFact::TargetGroupAttributes(_, attributes) => misremember_attributes(attributes, how),
            SteadyFact::LoadBalancerAttributes(_, attributes) => attributes.cross_zone = Some(how.is_multiple_of(2)),
            SteadyFact::Listeners(_, listeners) => listeners.truncate(how % 2),
        }
        let read_at = read_at.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(read_at);
        sim.remembered.insert(question, Remembered { fact, read_at });
    }
}

/// As if nothing were asked afresh: what is remembered, in the answer.
pub(crate) fn answer_from_memory(sim: &Sim, question: &Question) -> Option<Observation> {
    let remembered = sim.remembered.get(question)?.clone();
    let seen = sim.audited.as_ref().map(|outcome| &outcome.observation)?;
    let mut answered = Observation::new(remembered.read_at, seen.account.clone(), seen.region.clone());
    Memory::default().answer(&mut [question.clone()].into(), vec![remembered], &mut answered);
    Some(answered)
}

fn misremember_definition(definition: &mut TaskDefinition, how: usize) {
    match how % 4 {
        0 => {}
        1 => definition.containers.clear(),
        2 => definition.network_mode = NetworkMode::Bridge,
        _ => {
            let ports = definition.containers.iter_mut().flat_map(|one| &mut one.ports);
            ports.for_each(|port| port.container_port ^= 1);
        }
    }
}

fn misremember_attributes(attributes: &mut TargetGroupAttributes, how: usize) {
    match how % 4 {
        0 => {}
        1 => attributes.deregistration_delay_seconds = Some(0),
        2 => attributes.preserve_client_ip = Some(true),
        _ => attributes.cross_zone = CrossZone::Off,
    }
}

/// A number that the seed and this text alone decide.
fn draw(sim: &Sim, text: &str) -> usize {
    let place = text.bytes().fold(0, |hash: u64, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    usize::try_from(mix(sim.seed(), place) % 10_000).unwrap_or(0)
}
