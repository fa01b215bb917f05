//! What is judged of a story.

use std::collections::BTreeSet;

use model::elb::Target;
use model::id::TargetGroupArn;
use model::observation::{Lookup, Observation, Question};
use model::policy::{PolicySubject, SecurityGroupRef};
use model::repair::Repair;
use model::scope::{Scope, ServiceId};
use rules::{Judgement, judge};

use crate::account::Account;
use crate::render::render;
use crate::story::Story;

/// A look that began with nothing read, and asked until no question was left.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) judgement: Judgement,
    /// What was asked, round by round.
    pub(crate) rounds: Vec<BTreeSet<Question>>,
}

impl Look {
    /// All that was asked.
    pub(crate) fn asked(&self) -> BTreeSet<Question> {
        self.rounds.iter().flatten().cloned().collect()
    }
}

impl Story {
    /// What is found, printed. Asking round by round finds it, and so does having everything read beforehand.
    pub(crate) fn found(&self) -> String {
        let (judgement, open) = self.judge(&self.seen());
        assert_eq!(open, BTreeSet::new(), "a complete story leaves no question open");
        let look = self.look();
        assert_eq!(judgement.findings, look.judgement.findings, "all read beforehand, and round by round");
        render(&look.judgement)
    }

    /// Everything there is, read; and that what is named and isn't there, isn't.
    fn seen(&self) -> Observation {
        let mut seen = self.account.seen();
        let named = self.account.services.values().flat_map(|service| service.named_target_groups());
        let groups = named.chain(&self.scope.target_groups).cloned().map(Question::TargetGroup);
        let of_tasks =
            self.account.tasks.values().filter_map(|task| Some(ServiceId::new(&task.cluster, task.service_name()?)));
        let of_records = self.account.records.values().flatten().filter_map(|record| ServiceId::of(&record.service));
        let services = self.scope.services.iter().cloned().chain(of_tasks).chain(of_records).map(Question::Service);
        let policy = self.policy.security_groups(&PolicySubject::default());
        let named = policy.required.into_iter().chain(policy.forbidden).filter_map(|name| match name {
            SecurityGroupRef::Id(id) => Some(Question::SecurityGroup(id)),
            _ => None,
        });
        groups.chain(services).chain(named).for_each(|question| self.account.answer(&question, &mut seen));
        seen
    }

    /// Asks until no question is left.
    pub(crate) fn look(&self) -> Look {
        let mut observation = Account::unseen();
        let mut rounds: Vec<BTreeSet<Question>> = Vec::new();
        for _ in 0..64 {
            let (judgement, open) = self.judge(&observation);
            if open.is_empty() {
                return Look { judgement, rounds };
            }
            assert!(rounds.iter().all(|asked| open.is_disjoint(asked)), "an answered question is asked again");
            open.iter().for_each(|question| self.account.answer(question, &mut observation));
            rounds.push(open);
        }
        panic!("the questions never end");
    }

    /// The targets that nothing speaks against removing.
    pub(crate) fn removals(&self) -> BTreeSet<(TargetGroupArn, Target)> {
        removals(&self.look().judgement)
    }

    /// Judges what was read; and what it would have to ask.
    pub(crate) fn judge(&self, seen: &Observation) -> (Judgement, BTreeSet<Question>) {
        let scope = match self.scope.is_empty() {
            true => Scope { everything: true, ..Scope::default() },
            false => self.scope.clone(),
        };
        let lookup = Lookup::new(seen);
        let judgement = judge(&lookup, &scope, &self.policy, &self.rules);
        (judgement, lookup.into_questions())
    }
}

/// The targets that nothing speaks against removing.
pub(crate) fn removals(judgement: &Judgement) -> BTreeSet<(TargetGroupArn, Target)> {
    let proposals = judgement.findings.iter().flat_map(|finding| &finding.repairs);
    let sound = proposals.filter(|proposal| proposal.objection.is_none());
    let removal = |repair: &Repair| match repair {
        Repair::DeregisterTarget { target_group, target } => Some((target_group.clone(), *target)),
        _ => None,
    };
    sound.filter_map(|proposal| removal(&proposal.repair)).collect()
}
