//! Facts that seldom change, as they were read before.
//!
//! A sweep may answer questions from them instead of asking AWS. No finding may rest on one: where something is found, or
//! can't be judged, what it rests on is read afresh and judged again ([`Lookup::consulted`]).
//!
//! [`Lookup::consulted`]: super::Lookup::consulted

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Answer, Observation, Question};
use crate::ecs::{Service, TaskDefinition};
use crate::elb::{Listener, LoadBalancerAttributes, TargetGroupAttributes};
use crate::id::{LoadBalancerArn, TargetGroupArn, TaskDefinitionArn};
use crate::scope::ServiceId;

/// Declares the facts that may be remembered: `table: Question(Key) => Value, for at most so many hours`. The table's line in
/// [`super::facts`] says `steady`.
macro_rules! steady_facts {
    ($($(#[$doc:meta])* $table:ident: $Question:ident($Key:ty) => $Value:ty, $hours:literal;)*) => {
        /// A fact that seldom changes, with what it is of.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum SteadyFact {
            $($(#[$doc])* $Question($Key, $Value),)*
        }

        impl SteadyFact {
            /// The question it answers.
            #[must_use]
            pub fn question(&self) -> Question {
                match self {
                    $(Self::$Question(of, _) => Question::$Question(of.clone()),)*
                }
            }

            /// How long it is remembered at most.
            #[must_use]
            pub const fn longest(&self) -> SignedDuration {
                match self {
                    $(Self::$Question(..) => SignedDuration::from_hours($hours),)*
                }
            }

            fn put_into(self, observation: &mut Observation) {
                match self {
                    $(Self::$Question(of, value) => {
                        observation.aws.$table.insert(of, Answer::Known(value));
                    })*
                }
            }

            /// All of them that are known.
            fn all_of(observation: &Observation) -> impl Iterator<Item = Self> {
                std::iter::empty()$(.chain(
                    observation.aws.$table.all_known().map(|(of, value)| Self::$Question(of.clone(), value.clone())),
                ))*
            }
        }

        impl Question {
            /// May its answer be remembered? Then the ARN of what it is about.
            #[must_use]
            pub fn steady(&self) -> Option<(&'static str, &str)> {
                match self {
                    $(Self::$Question(of) => Some((stringify!($table), of.as_str())),)*
                    _ => None,
                }
            }
        }
    };
}

steady_facts! {
    /// A revision of a task definition, which never changes; but what is never read again is never seen to be wrong.
    task_definition: TaskDefinition(TaskDefinitionArn) => TaskDefinition, 720;
    /// What is set on a target group.
    target_group_attributes: TargetGroupAttributes(TargetGroupArn) => TargetGroupAttributes, 12;
    /// What is set on a load balancer.
    load_balancer_attributes: LoadBalancerAttributes(LoadBalancerArn) => LoadBalancerAttributes, 12;
    /// The listeners of a load balancer.
    listeners: Listeners(LoadBalancerArn) => Vec<Listener>, 12;
}

/// A fact as it was read before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The fact.
    pub fact: SteadyFact,
    /// When it was read.
    pub read_at: Timestamp,
}

impl Remembered {
    /// Until when it may be used: for half of the longest time to all of it, each fact otherwise, so that what was read together isn't
    /// read again together.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        let half = self.fact.longest() / 2;
        let seed = format!("{:?} {}", self.fact.question(), self.read_at);
        let spread = half.as_millis().saturating_mul(i128::from(hashed(&seed) % 1024)) / 1024;
        let spread = SignedDuration::from_millis(i64::try_from(spread).unwrap_or(0));
        self.read_at.saturating_add(half + spread).unwrap_or(self.read_at)
    }

    /// May it be used now? A time to come is a clock that is wrong.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.read_at <= now && now < self.until()
    }
}

/// FNV-1a, which is the same everywhere and always.
fn hashed(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// What one look remembers, and what it is to read afresh all the same.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    facts: BTreeMap<Question, Remembered>,
    doubted: BTreeSet<Question>,
    failed: bool,
}

impl Memory {
    /// It can't be asked: nothing is remembered any more in this look, and nothing is news.
    pub const fn fails(&mut self) {
        self.failed = true;
    }

    /// Could it not be asked?
    #[must_use]
    pub const fn has_failed(&self) -> bool {
        self.failed
    }

    /// Those of the questions that may be answered from what is remembered.
    #[must_use]
    pub fn askable(&self, questions: &BTreeSet<Question>) -> Vec<Question> {
        let may = |question: &&Question| question.steady().is_some() && !self.doubted.contains(*question);
        questions.iter().filter(may).cloned().collect()
    }

    /// Takes note of what was remembered, and answers from none of it.
    pub fn note(&mut self, remembered: Vec<Remembered>, now: Timestamp) {
        let fresh = remembered.into_iter().filter(|one| one.is_fresh(now));
        self.facts.extend(fresh.map(|one| (one.fact.question(), one)));
    }

    /// Answers from what was remembered, as far as it may be used now and answers one of the questions; what is left is to be asked
    /// of AWS.
    pub fn answer(
        &mut self,
        questions: &mut BTreeSet<Question>,
        remembered: Vec<Remembered>,
        observation: &mut Observation,
    ) {
        for one in remembered {
            let question = one.fact.question();
            let may_be_used = one.is_fresh(observation.at) && !self.doubted.contains(&question);
            if may_be_used && questions.remove(&question) {
                one.fact.clone().put_into(observation);
                observation.remembered.insert(question.clone(), one.read_at);
                self.facts.insert(question, one);
            }
        }
    }

    /// Something that is to be told rests on these: they are read afresh.
    pub fn doubt(&mut self, questions: &BTreeSet<Question>, observation: &mut Observation) {
        for question in questions {
            observation.forget(question);
            self.doubted.insert(question.clone());
        }
    }

    /// What was read afresh and isn't remembered so.
    #[must_use]
    pub fn news(&self, observation: &Observation) -> Vec<Remembered> {
        if self.failed {
            return Vec::new();
        }
        let is_news = |fact: &SteadyFact| {
            let question = fact.question();
            !observation.remembered.contains_key(&question)
                && self.facts.get(&question).is_none_or(|known| known.fact != *fact)
        };
        let all = SteadyFact::all_of(observation).filter(is_news);
        all.map(|fact| Remembered { fact, read_at: observation.at }).collect()
    }
}

impl Observation {
    /// What is remembered of these services and this group: of their groups, of those groups' balancers with all groups behind them,
    /// and of the services' task definitions.
    #[must_use]
    pub fn remembered_near<'a>(
        &self,
        services: impl IntoIterator<Item = &'a ServiceId>,
        group: Option<&TargetGroupArn>,
    ) -> BTreeSet<Question> {
        if self.remembered.is_empty() {
            return BTreeSet::new();
        }
        let services: Vec<&Service> = services.into_iter().filter_map(|id| self.aws.service.known(id)).collect();
        let named = services.iter().flat_map(|service| service.named_target_groups());
        let groups: BTreeSet<&TargetGroupArn> = named.chain(group).collect();
        let balancers = |of: &TargetGroupArn| {
            let known = self.aws.target_group.known(of);
            known.into_iter().flat_map(|group| &group.load_balancers)
        };
        let near: BTreeSet<&LoadBalancerArn> = groups.iter().flat_map(|group| balancers(group)).collect();
        let definitions: BTreeSet<&TaskDefinitionArn> =
            services.iter().flat_map(|service| service.task_definitions()).collect();
        let is_near = |question: &&Question| match question {
            Question::TaskDefinition(arn) => definitions.contains(arn),
            Question::TargetGroupAttributes(of) => {
                groups.contains(of) || balancers(of).any(|balancer| near.contains(balancer))
            }
            Question::LoadBalancerAttributes(of) | Question::Listeners(of) => near.contains(of),
            _ => true,
        };
        self.remembered.keys().filter(is_near).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AccountId, Region};

    const GROUP: &str = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef";

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hour * 3600).unwrap()
    }

    fn observation(hour: i64) -> Observation {
        let account: AccountId = "111122223333".parse().unwrap();
        Observation::new(at(hour), account, "eu-west-1".parse::<Region>().unwrap())
    }

    fn attributes(delay: u32) -> SteadyFact {
        let attributes =
            TargetGroupAttributes { deregistration_delay_seconds: Some(delay), ..TargetGroupAttributes::default() };
        SteadyFact::TargetGroupAttributes(GROUP.parse().unwrap(), attributes)
    }

    fn remembered(hour: i64) -> Remembered {
        Remembered { fact: attributes(300), read_at: at(hour) }
    }

    fn answered(memory: &mut Memory, one: Remembered, now: &mut Observation) -> bool {
        let mut open = BTreeSet::from([one.fact.question()]);
        memory.answer(&mut open, vec![one], now);
        open.is_empty()
    }

    #[test]
    fn a_fact_answers_for_half_of_its_time_at_least_and_all_of_it_at_most() {
        for (hour, answers) in [(0, true), (5, true), (12, false), (100, false), (-1, false)] {
            let is_answered = answered(&mut Memory::default(), remembered(0), &mut observation(hour));
            assert_eq!(is_answered, answers, "after {hour} hours");
        }
    }

    #[test]
    fn what_was_read_together_is_not_read_again_together() {
        let until = |delay| Remembered { fact: attributes(delay), read_at: at(delay.into()) }.until();
        let after: BTreeSet<_> = (0..20).map(|delay| until(delay).duration_since(at(delay.into()))).collect();
        assert!(after.len() > 10, "{after:?}");
    }

    #[test]
    fn what_something_rests_on_is_read_afresh_and_not_remembered_again() {
        let (mut memory, mut now) = (Memory::default(), observation(1));
        assert!(answered(&mut memory, remembered(0), &mut now));
        assert_eq!(memory.news(&now), [], "nothing was read");
        let question = attributes(300).question();
        memory.doubt(&BTreeSet::from([question.clone()]), &mut now);
        assert!(now.remembered.is_empty() && memory.askable(&BTreeSet::from([question])).is_empty());
        assert!(!answered(&mut memory, remembered(0), &mut now), "not even where it is offered again");
        attributes(300).put_into(&mut now);
        assert_eq!(memory.news(&now), [], "read afresh, it is as it was");
        attributes(0).put_into(&mut now);
        assert_eq!(memory.news(&now), [Remembered { fact: attributes(0), read_at: at(1) }]);
    }

    #[test]
    fn a_fact_is_written_as_it_was() {
        let text = serde_json::to_string(&attributes(300)).unwrap();
        assert_eq!(serde_json::from_str::<SteadyFact>(&text).unwrap(), attributes(300));
        let of_another_version = text.replace("dns_failover", "dns_failure");
        assert!(serde_json::from_str::<SteadyFact>(&of_another_version).is_err(), "{of_another_version}");
    }
}
