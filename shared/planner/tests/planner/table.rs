//! Every combination of what the gates look at, against the list of gates.

use model::observation::Question;
use model::policy::Mode;
use planner::{Decision, MAX_ATTEMPTS, Waiting};

use crate::faults::{missing, stale, with_objection};
use crate::names::service;
use crate::story::{Story, account, removals};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Answered {
    No,
    Yes,
    Unread,
    NotYet,
}

#[derive(Debug, Clone, Copy)]
struct Case {
    removal: bool,
    objection: bool,
    pause: Answered,
    hold: Answered,
    ledger: bool,
    mode: Mode,
    waiting: Waiting,
    attempt: u32,
    first_seen: Option<u64>,
    room: Answered,
}

const ANSWERS: [Answered; 4] = [Answered::No, Answered::Yes, Answered::Unread, Answered::NotYet];
const LOOKS: [Option<u64>; 5] = [None, Some(29), Some(30), Some(900), Some(901)];

fn cases() -> impl Iterator<Item = Case> {
    let outer = combinations(&[true, false], &[true, false], &ANSWERS, &ANSWERS);
    outer.flat_map(|(removal, objection, pause, hold)| {
        combinations(&[true, false], &[Mode::Observe, Mode::Repair], &[Waiting::Queue, Waiting::No], &[0, MAX_ATTEMPTS])
            .flat_map(move |(ledger, mode, waiting, attempt)| {
                LOOKS.into_iter().flat_map(move |first_seen| {
                    ANSWERS.map(|room| Case {
                        removal,
                        objection,
                        pause,
                        hold,
                        ledger,
                        mode,
                        waiting,
                        attempt,
                        first_seen,
                        room,
                    })
                })
            })
    })
}

/// All combinations of four lists.
fn combinations<A: Copy, B: Copy, C: Copy, D: Copy>(
    a: &[A],
    b: &[B],
    c: &[C],
    d: &[D],
) -> impl Iterator<Item = (A, B, C, D)> {
    let combine = |a: A| b.iter().flat_map(move |b| c.iter().flat_map(move |c| d.iter().map(move |d| (a, *b, *c, *d))));
    a.iter().flat_map(move |a| combine(*a)).collect::<Vec<_>>().into_iter()
}

impl Case {
    /// What is different about `story`, an account in repair mode.
    fn planned_text(self, story: Story) -> Story {
        let finding = if self.removal { stale(1) } else { missing(1) };
        let finding = if self.objection { with_objection(finding, "objection") } else { finding };
        let mut story = story.capped(self.mode).waiting(self.waiting).finds([finding]);
        if let Some(seconds) = self.first_seen {
            story = story.first_seen(seconds);
        }
        if !self.ledger {
            story = story.without_ledger();
        }
        story = match self.pause {
            Answered::No => story,
            Answered::Yes => story.paused(),
            Answered::Unread => story.unable_to_read(&Question::Pause),
            Answered::NotYet => story.before_reading(&Question::Pause),
        };
        let (hold, room) = (Question::Service(service("web")), Question::Window(removals("web")));
        story = match self.hold {
            Answered::No => story,
            Answered::Yes => story.holding(&hold, "true"),
            Answered::Unread => story.unable_to_read(&hold),
            Answered::NotYet => story.before_reading(&hold),
        };
        story = match self.room {
            Answered::Yes => story,
            Answered::No => story.removed(2, 10, 60),
            Answered::Unread => story.unable_to_read(&room),
            Answered::NotYet => story.before_reading(&room),
        };
        story.at_attempt(self.attempt)
    }

    /// The first line that applies.
    fn expected(self) -> &'static str {
        let Self { removal, first_seen, .. } = self;
        let early = matches!(first_seen, Some(0..30));
        let confirmed = matches!(first_seen, Some(30..=900));
        let repairing = self.mode == Mode::Repair;
        let gates = [
            (self.objection, "objection"),
            (self.pause == Answered::Yes, "paused"),
            (self.pause == Answered::Unread, "paused could not be read"),
            (self.pause == Answered::NotYet, "not read yet"),
            (self.hold == Answered::Yes, "is held"),
            (self.hold == Answered::Unread, "is held could not be read"),
            (self.hold == Answered::NotYet, "not read yet"),
            (removal && !self.ledger, "no ledger"),
            (repairing && !confirmed && self.waiting == Waiting::No, "a second look must confirm it"),
            (repairing && !confirmed && !early && self.attempt >= MAX_ATTEMPTS, "given up"),
            (repairing && !confirmed, "waiting"),
            (removal && self.room == Answered::No, "limit"),
            (removal && self.room == Answered::Unread, "the limit leaves could not be read"),
            (removal && self.room == Answered::NotYet, "not read yet"),
            (!repairing, "planned"),
            (true, "now"),
        ];
        gates.into_iter().find(|(applies, _)| *applies).map_or("", |(_, outcome)| outcome)
    }
}

#[test]
fn the_first_gate_that_is_closed_decides() {
    let repairing = account().in_repair_mode();
    let mut seen = 0;
    for case in cases() {
        let (plan, expected) = (case.planned_text(repairing.clone()).plan(), case.expected());
        let decision = &plan.steps().next().expect("one step").decision;
        let as_expected = match (decision, expected) {
            (Decision::DoNow, "now") | (Decision::Planned, "planned") | (Decision::Waiting { .. }, "waiting") => true,
            (Decision::Withheld { reason }, expected) => reason.contains(expected),
            _ => false,
        };
        assert!(as_expected, "{case:?}: {decision}, expected {expected}");
        assert_eq!(!plan.looks.is_empty(), expected == "waiting", "{case:?}");
        seen += 1;
    }
    assert_eq!(seen, 2 * 2 * 4 * 4 * 2 * 2 * 2 * 2 * 5 * 4);
}
