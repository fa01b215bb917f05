//! An account in which all is read and nothing is held, and what may be different about it.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use model::Timestamp;
use model::ecs::{Cluster, Tags};
use model::elb::{TargetHealth, TargetState};
use model::finding::Finding;
use model::hold::HOLD_TAG;
use model::ledger::{Limited, Pause, Window};
use model::observation::{All, Answer, Lookup, Observation, Question, Unread, UnreadKind};
use model::policy::{Mode, Policy};
use planner::{Capabilities, Decision, LookAgain, LookHistory, Plan, TaskInGrace, Waiting, plan};

use crate::entities::{a_group, a_service, a_task};
use crate::names::{balancer, cluster, group, service, target, task};

/// The time of the look.
pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("a time")
}

pub(crate) fn seconds_ago(seconds: u64) -> Timestamp {
    now() - Duration::from_secs(seconds)
}

pub(crate) fn in_seconds(seconds: u64) -> Timestamp {
    now() + Duration::from_secs(seconds)
}

/// What is limited in a group.
pub(crate) fn removals(name: &str) -> Limited {
    Limited::Removals(group(name))
}

/// An account, what was found in it, and what planning has to go by.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) observation: Observation,
    pub(crate) findings: Vec<Finding>,
    pub(crate) in_grace: Vec<TaskInGrace>,
    pub(crate) policy: Policy,
    pub(crate) looks: LookHistory,
    pub(crate) capabilities: Capabilities,
}

/// Cluster `prod` with the services `web` and `api`, target groups `web` and `api` of ten healthy targets each behind
/// balancer `edge`, a ledger, a queue, the default policy.
pub(crate) fn account() -> Story {
    static ACCOUNT: LazyLock<Story> = LazyLock::new(an_account);
    ACCOUNT.clone()
}

fn an_account() -> Story {
    let account = "111122223333".parse().expect("an account");
    let mut observation = Observation::new(now(), account, "eu-central-1".parse().expect("a Region"));
    let known = Cluster { arn: cluster(), status: "ACTIVE".to_owned(), tasks: 0, tags: Tags::new() };
    observation.aws.cluster.insert(cluster(), Answer::Known(known));
    observation.aws.tags.insert(balancer().into(), Answer::Known(Tags::new()));
    observation.ledger.pause.insert(All, Answer::Absent);
    let mut story = Story {
        observation,
        findings: vec![],
        in_grace: vec![],
        policy: Policy::default(),
        looks: LookHistory::default(),
        capabilities: Capabilities { ledger: true, waiting: Waiting::Queue },
    };
    for name in ["web", "api"] {
        story.observation.aws.service.insert(service(name), Answer::Known(a_service(name)));
        story.observation.aws.target_group.insert(group(name), Answer::Known(a_group(name)));
        story.observation.aws.tags.insert(group(name).into(), Answer::Known(Tags::new()));
        story.observation.ledger.window.insert(removals(name), Answer::Absent);
        story = story.with_targets(name, 10);
    }
    (0..=20).for_each(|n| story.observation.aws.task.insert(task(n), Answer::Known(a_task(n))));
    story
}

impl Story {
    pub(crate) fn in_repair_mode(self) -> Self {
        self.with_policy("registration.mode = \"repair\"")
    }

    pub(crate) fn with_policy(mut self, toml: &str) -> Self {
        self.policy = Policy::parse(toml, &[]).expect("a policy");
        self
    }

    pub(crate) fn capped(mut self, mode: Mode) -> Self {
        self.policy = self.policy.capped(mode);
        self
    }

    pub(crate) fn finds(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings);
        self
    }

    /// A look-again message brings the suspicions of all that was found so far.
    pub(crate) fn first_seen(mut self, seconds: u64) -> Self {
        self.looks.attempt = self.looks.attempt.max(1);
        self.looks.first.extend(self.findings.iter().map(|finding| (finding.suspicion(), seconds_ago(seconds))));
        self
    }

    /// This pass is the look that was planned, at its time.
    pub(crate) fn then(mut self, look: &LookAgain) -> Self {
        self.looks = LookHistory { first: look.suspicions.clone(), attempt: look.attempt };
        self.observation.at = look.at;
        self
    }

    pub(crate) fn at_attempt(mut self, attempt: u32) -> Self {
        self.looks.attempt = attempt;
        self
    }

    /// A task of group `web` is old enough in so many seconds.
    pub(crate) fn in_grace_for(mut self, seconds: u64) -> Self {
        self.in_grace.push(TaskInGrace { target_group: group("web"), at: in_seconds(seconds) });
        self
    }

    pub(crate) fn waiting(mut self, waiting: Waiting) -> Self {
        self.capabilities.waiting = waiting;
        self
    }

    pub(crate) fn without_ledger(mut self) -> Self {
        self.capabilities.ledger = false;
        for question in [Question::Pause, Question::Window(removals("web")), Question::Window(removals("api"))] {
            self.fail(&question, UnreadKind::NoLedger);
        }
        self
    }

    pub(crate) fn paused(mut self) -> Self {
        let pause = Pause { since: seconds_ago(60), by: "ops".to_owned(), reason: Some("migration".to_owned()) };
        self.observation.ledger.pause.insert(All, Answer::Known(pause));
        self
    }

    pub(crate) fn with_targets(mut self, name: &str, count: u8) -> Self {
        let health = |n| TargetHealth::new(target(n, 8080), TargetState::Healthy, None);
        let targets = (1..=count).map(health).collect();
        self.observation.aws.target_health.insert(group(name), Answer::Known(targets));
        self
    }

    /// So many of group `web`'s targets were removed in a window that opened so long ago.
    pub(crate) fn removed(mut self, removals: u32, targets: u32, seconds: u64) -> Self {
        let window = Window { opened_at: seconds_ago(seconds), whole: targets, changes: removals };
        self.observation.ledger.window.insert(self::removals("web"), Answer::Known(window));
        self
    }

    pub(crate) fn holding(mut self, holdable: &Question, value: &str) -> Self {
        self.tag(holdable, value);
        self
    }

    pub(crate) fn unable_to_read(mut self, question: &Question) -> Self {
        self.fail(question, UnreadKind::Denied);
        self
    }

    pub(crate) fn before_reading(mut self, question: &Question) -> Self {
        self.observation.forget(question);
        self
    }

    pub(crate) fn tag(&mut self, holdable: &Question, value: &str) {
        let tags = Tags::from([(HOLD_TAG.to_owned(), value.to_owned())]);
        let seen = &mut self.observation;
        let tagged = match holdable {
            Question::Cluster(arn) => seen.aws.cluster.get_mut(arn).and_then(known).map(|it| it.tags = tags),
            Question::Service(id) => seen.aws.service.get_mut(id).and_then(known).map(|it| it.tags = tags),
            Question::Task { task, .. } => seen.aws.task.get_mut(task).and_then(known).map(|it| it.tags = tags),
            Question::Tags(tagged) => seen.aws.tags.get_mut(tagged).and_then(known).map(|it| *it = tags),
            Question::SecurityGroup(id) => seen.aws.security_group.get_mut(id).and_then(known).map(|it| it.tags = tags),
            Question::Interface { id, .. } => seen.aws.interface.get_mut(id).and_then(known).map(|it| it.tags = tags),
            other => panic!("{other:?} can't be tagged"),
        };
        tagged.expect("it is there to be tagged");
    }

    fn fail(&mut self, question: &Question, kind: UnreadKind) {
        let unread =
            Unread { resource: "it".into(), operation: "aws:Read".into(), error: "denied".into(), kind, code: None };
        let mut without = self.observation.clone();
        without.forget(question);
        assert_ne!(without, self.observation, "{question:?} has an answer that can fail");
        self.observation.leave_unread(question, unread);
    }

    pub(crate) fn plan(&self) -> Plan {
        self.plan_and_ask().0
    }

    pub(crate) fn questions(&self) -> BTreeSet<Question> {
        self.plan_and_ask().1
    }

    fn plan_and_ask(&self) -> (Plan, BTreeSet<Question>) {
        let lookup = Lookup::new(&self.observation);
        let plan = plan(&lookup, self.findings.clone(), &self.in_grace, &self.policy, &self.looks, self.capabilities);
        (plan, lookup.into_questions())
    }

    /// The only decision of the plan.
    pub(crate) fn decision(&self) -> Decision {
        let decisions = self.decisions();
        let [decision] = decisions.as_slice() else { panic!("not one decision: {decisions:?}") };
        decision.clone()
    }

    /// The decisions in the order of the plan.
    pub(crate) fn decisions(&self) -> Vec<Decision> {
        self.plan().steps().map(|step| step.decision.clone()).collect()
    }

    /// Why the only repair is withheld.
    pub(crate) fn reason(&self) -> String {
        match self.decision() {
            Decision::Withheld { reason } => reason,
            other => panic!("not withheld: {other}"),
        }
    }

    /// The only look to come.
    pub(crate) fn look(&self) -> LookAgain {
        let looks: Vec<_> = self.plan().looks.into_values().collect();
        let [look] = looks.as_slice() else { panic!("not one look: {looks:?}") };
        look.clone()
    }
}

fn known<T>(answer: &mut Answer<T>) -> Option<&mut T> {
    match answer {
        Answer::Known(value) => Some(value),
        _ => None,
    }
}
