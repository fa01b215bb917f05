//! What is judged of a story.

use std::collections::BTreeSet;

use model::ecs::NetworkMode;
use model::elb::{CrossZone, MinimumHealthyTargets, Target};
use model::finding::Finding;
use model::id::TargetGroupArn;
use model::observation::{Answer, Lookup, Observation, Question};
use model::policy::{PolicySubject, SecurityGroupRef};
use model::repair::Repair;
use model::scope::{Scope, ServiceId};
use rules::{GroupAgain, Judgement, TaskIndex, judge, judge_group_again, registration_rules};

use crate::account::Account;
use crate::render::render;
use crate::story::Story;

/// A look that began with nothing read, and asked until no question was left.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) judgement: Judgement,
    /// What was asked, round by round.
    pub(crate) rounds: Vec<BTreeSet<Question>>,
    /// What is known in the end.
    pub(crate) known: Observation,
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
        self.assert_each_group_judged_again(&look);
        self.assert_the_same_with_stopped_in_one(&look);
        self.assert_nothing_rests_on_memory(&look);
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
        let look = self.look_by(|question, seen| self.account.answer(question, seen));
        let (mut asked, all) = (BTreeSet::new(), look.rounds.iter().flatten());
        all.for_each(|question| assert!(asked.insert(question), "an answered question is asked again"));
        look
    }

    /// The same, answered by this.
    fn look_by(&self, answer: impl Fn(&Question, &mut Observation)) -> Look {
        let mut observation = Account::unseen();
        let mut rounds: Vec<BTreeSet<Question>> = Vec::new();
        for _ in 0..64 {
            let (judgement, open) = self.judge(&observation);
            if open.is_empty() {
                return Look { judgement, rounds, known: observation };
            }
            open.iter().for_each(|question| answer(question, &mut observation));
            rounds.push(open);
        }
        panic!("the questions never end");
    }

    /// Whether tasks that are meant to stop are listed by service or by cluster, the same is found, and the same can't be judged.
    fn assert_the_same_with_stopped_in_one(&self, by_service: &Look) {
        let by_cluster = self.look_by(|question, seen| match question {
            Question::Tasks(list) if list.is_stopped_of_service() && !self.account.unread.contains(question) => {
                let whole = Question::Tasks(list.of_cluster());
                let is_readable = !self.account.unread.contains(&whole);
                if is_readable && !seen.aws.stopped_in_one.contains_key(&list.cluster) {
                    seen.aws.stopped_in_one.insert(list.cluster.clone(), Answer::Known(true));
                    return self.account.answer(&whole, seen);
                }
                self.account.answer(question, seen);
            }
            _ => self.account.answer(question, seen),
        });
        assert_eq!(by_cluster.judgement.findings, by_service.judgement.findings, "by cluster, and by service");
        assert_eq!(by_cluster.judgement.abstentions, by_service.judgement.abstentions, "by cluster, and by service");
        let mut asked = BTreeSet::new();
        let is_first = by_cluster.rounds.iter().flatten().all(|question| asked.insert(question));
        assert!(is_first || !self.account.unread.is_empty(), "a list is asked for though the cluster's has it");
        self.assert_each_group_judged_again(&by_cluster);
    }

    /// With everything that may be remembered remembered wrongly, nothing is found that isn't so, however it is wrong.
    fn assert_nothing_rests_on_memory(&self, truth: &Look) {
        for wrong in 0..WRONGS {
            let mut fresh = BTreeSet::new();
            let judgement = loop {
                let look = self.look_by(|question, seen| {
                    self.account.answer(question, seen);
                    if !fresh.contains(question) && misremember(question, seen, wrong) {
                        seen.remembered.insert(question.clone(), seen.at);
                    }
                });
                if look.judgement.rests_on.is_empty() {
                    break look.judgement;
                }
                assert!(look.judgement.rests_on.is_disjoint(&fresh), "what was read afresh isn't remembered");
                fresh.extend(look.judgement.rests_on);
            };
            let known = &truth.judgement.findings;
            for finding in &judgement.findings {
                assert!(known.contains(finding), "misremembered ({wrong}), this is found that isn't so: {finding:#?}");
            }
            let known = &truth.judgement.abstentions;
            assert!(judgement.abstentions.is_subset(known), "misremembered ({wrong}): {:?}", judgement.abstentions);
        }
    }

    /// The targets that nothing speaks against removing.
    pub(crate) fn removals(&self) -> BTreeSet<(TargetGroupArn, Target)> {
        removals(&self.look().judgement)
    }

    /// Judges what was read; and what it would have to ask.
    pub(crate) fn judge(&self, seen: &Observation) -> (Judgement, BTreeSet<Question>) {
        let lookup = Lookup::new(seen);
        let judgement = judge(&lookup, &self.judged_scope(), &self.policy, &self.rules);
        (judgement, lookup.into_questions())
    }

    fn judged_scope(&self) -> Scope {
        match self.scope.is_empty() {
            true => Scope { everything: true, ..Scope::default() },
            false => self.scope.clone(),
        }
    }

    /// With nothing changed, a target group judged again by itself is found as it was among all others, and asks nothing.
    pub(crate) fn assert_each_group_judged_again(&self, look: &Look) {
        let (scope, registration) = (self.judged_scope(), registration_rules());
        let index = TaskIndex::of(&look.known, &scope);
        for (group, users) in &look.judgement.users {
            let lookup = Lookup::for_few(&look.known);
            let listed = &look.judgement.listed;
            let again = GroupAgain { group, users, listed, index: &index, unread: &BTreeSet::new() };
            let again = judge_group_again(&lookup, again, &scope, &self.policy, &self.rules);
            let of_group = |finding: &&Finding| {
                let by_group = registration.contains(&*finding.rule) || finding.rule == "target-unhealthy";
                finding.resources.target_group.as_ref() == Some(group) && by_group
            };
            let found: Vec<_> = look.judgement.findings.iter().filter(of_group).collect();
            assert_eq!(again.findings.iter().collect::<Vec<_>>(), found, "{group} by itself");
            assert_eq!(lookup.into_questions(), BTreeSet::new(), "{group} by itself");
            assert_eq!(again.judged_groups, 1);
        }
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

/// In how many ways facts are misremembered.
const WRONGS: usize = 4;

/// Makes a wrong fact of the answer, if it is one that may be remembered.
fn misremember(question: &Question, seen: &mut Observation, wrong: usize) -> bool {
    let aws = &mut seen.aws;
    match question {
        Question::TaskDefinition(arn) => {
            let Some(Answer::Known(one)) = aws.task_definition.get_mut(arn) else { return false };
            match wrong {
                0 => one.containers.clear(),
                1 => one.network_mode = NetworkMode::Bridge,
                2 => one.containers.iter_mut().for_each(|container| {
                    container.stop_timeout_seconds = Some(3_000);
                    container.ports.iter_mut().for_each(|port| port.container_port ^= 1);
                }),
                _ => one
                    .containers
                    .iter_mut()
                    .flat_map(|one| &mut one.ports)
                    .for_each(|port| port.protocol = "udp".to_owned()),
            }
        }
        Question::TargetGroupAttributes(arn) => {
            let Some(Answer::Known(one)) = aws.target_group_attributes.get_mut(arn) else { return false };
            one.preserve_client_ip = Some(wrong.is_multiple_of(2));
            one.deregistration_delay_seconds = Some([0, 3_600][wrong / 2]);
            one.cross_zone = [CrossZone::On, CrossZone::Off, CrossZone::OfBalancer, CrossZone::On][wrong];
            one.dns_failover = MinimumHealthyTargets { count: Some([1, 50][wrong % 2]), percentage: None };
        }
        Question::LoadBalancerAttributes(arn) => {
            let Some(Answer::Known(one)) = aws.load_balancer_attributes.get_mut(arn) else { return false };
            one.cross_zone = [Some(true), Some(false), None, Some(true)][wrong];
        }
        Question::Listeners(arn) => {
            let Some(Answer::Known(all)) = aws.listeners.get_mut(arn) else { return false };
            match wrong {
                0 => all.clear(),
                1 => all.iter_mut().for_each(|one| one.forwards.clear()),
                2 => all.iter_mut().for_each(|one| one.protocol = Some("UDP".to_owned())),
                _ => all.iter_mut().for_each(|one| one.port = Some(1)),
            }
        }
        _ => return false,
    }
    true
}
