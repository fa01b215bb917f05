//! The last look, right before a change: the same judgement, of what was read again.

use std::collections::{BTreeMap, BTreeSet};

use model::finding::Fingerprint;
use model::id::TargetGroupArn;
use model::observation::{Answer, Lookup, Observation, Question, Unread};
use planner::{Decision, Plan, PlannedFinding, Step};
use rules::GroupAgain;

use super::{Execution, Obstacle, Steps};
use crate::conclusions::StepIndex;
use crate::environment::{Environment, answer};
use crate::look::{Afresh, Judged, judge, judge_group_again, until_answered, with_questions};
use crate::ports::Clock as _;

impl<'a, E: Environment> Execution<'a, E> {
    /// Forgets what was known of this, so that a look asks again.
    pub(super) fn forget<'q>(&mut self, questions: impl IntoIterator<Item = &'q Question>) {
        self.known.at = self.environment.clock().now();
        questions.into_iter().for_each(|question| self.known.forget(question));
    }

    /// Reads this again at once.
    pub(super) async fn read_again(&mut self, questions: &BTreeSet<Question>) {
        self.forget(questions);
        answer(self.environment, questions, &mut self.known).await;
        for question in questions {
            let Question::Task { task, .. } = question else { continue };
            match self.known.aws.task.get(task) {
                Some(Answer::Unread(_)) => self.unread_tasks.insert(task.clone()),
                _ => self.unread_tasks.remove(task),
            };
        }
    }

    /// Judges one target group with what was read of it again.
    pub(super) async fn look_at_group(&mut self, group: &TargetGroupArn, again: &BTreeSet<Question>) -> Judged {
        self.read_again(again).await;
        let none = BTreeSet::new();
        let users = self.seen.judgement.users.get(group).unwrap_or(&none);
        let (listed, unread) = (&self.seen.judgement.listed, &self.unread_tasks);
        let group = GroupAgain { group, users, listed, index: &self.index, unread };
        let (assignment, looks, capabilities) = (self.assignment, self.looks, self.capabilities);
        let judge = |known: &Observation| {
            with_questions(Lookup::for_few(known), |lookup| {
                judge_group_again(lookup, group, assignment, looks, capabilities)
            })
        };
        let last = until_answered(&mut Afresh(self.environment), &mut self.known, judge, &|_| ()).await;
        self.keep(last)
    }

    /// Judges everything with what was forgotten read again.
    pub(super) async fn look_at_all(&mut self) -> Judged {
        let (assignment, looks, capabilities) = (self.assignment, self.looks, self.capabilities);
        let judge = |known: &Observation| {
            with_questions(Lookup::new(known), |lookup| judge(lookup, assignment, looks, capabilities))
        };
        let last = until_answered(&mut Afresh(self.environment), &mut self.known, judge, &|_| ()).await;
        self.keep(last)
    }

    fn keep(&mut self, last: Judged) -> Judged {
        self.done.judged_groups += last.judgement.judged_groups;
        self.done.abstentions.extend(last.judgement.abstentions.iter().cloned());
        last
    }

    /// The steps that a last look wants still, for the same reason. What it says of the limit doesn't matter here: their count is
    /// in the ledger already. The others are told why they aren't made.
    pub(super) fn still_wanted<'s>(&mut self, steps: &Steps<'s>, last: &Plan) -> Vec<(StepIndex, &'s Step)> {
        let last_by_suspicion = by_suspicion(last);
        let wanted = |step: &(StepIndex, &Step)| {
            self.found_again(&last_by_suspicion, step).is_some_and(|again| again.decision == Decision::DoNow)
        };
        let (still, changed): (Vec<_>, Vec<_>) = steps.iter().copied().partition(wanted);
        if !changed.is_empty() {
            let why = self.why_changed();
            self.done.stopped(&changed, &why);
            self.done.look_again(&changed, last);
        }
        still
    }

    /// What a last look makes of a step, if it finds the same fault still.
    pub(super) fn found_again<'l>(
        &self,
        last: &BTreeMap<Fingerprint, Vec<&'l PlannedFinding>>,
        (index, step): &(StepIndex, &Step),
    ) -> Option<&'l Step> {
        let suspicion = self.seen.plan.findings.get(index.0)?.suspicion;
        let mut same = last.get(&suspicion)?.iter();
        same.find_map(|planned| planned.steps.iter().find(|again| again.repair == step.repair))
    }

    /// Why a last look no longer found what the one before did: it is no longer so, or something could not be read this time.
    pub(super) fn why_changed(&self) -> Obstacle {
        let before: BTreeSet<_> = self.seen.observation.unread().into_iter().map(asked).collect();
        match self.known.unread().into_iter().find(|unread| !before.contains(&asked(unread))) {
            Some(unread) => Obstacle::Transient(format!("a last look right before failed: {unread}")),
            None => "a last look right before no longer found the same".into(),
        }
    }
}

/// A plan's findings by what a second look must find again.
pub(super) fn by_suspicion(plan: &Plan) -> BTreeMap<Fingerprint, Vec<&PlannedFinding>> {
    let mut findings: BTreeMap<Fingerprint, Vec<_>> = BTreeMap::new();
    plan.findings.iter().for_each(|planned| findings.entry(planned.suspicion).or_default().push(planned));
    findings
}

/// What was asked, however the answer failed.
fn asked(unread: &Unread) -> (&str, &str) {
    (&unread.operation, &unread.resource)
}
