//! What becomes of a call.

use model::call::CallErrorKind;
use model::id::NetworkInterfaceId;

use crate::time::{Moment, SECOND};
use crate::world::Sim;

/// What becomes of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fate {
    /// How long until AWS does it.
    pub(crate) before: Moment,
    /// How long until the answer is there.
    pub(crate) after: Moment,
    pub(crate) outcome: Outcome,
}

/// How it comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Fine,
    /// AWS doesn't do it.
    Fails(CallErrorKind),
    /// AWS does it, and the answer is lost.
    AnswerLost,
    /// The function dies before it is done.
    DiesBefore,
    /// The function dies after it is done.
    DiesAfter,
}

impl Sim {
    /// Draws what becomes of a call.
    pub(crate) fn fate(&mut self, operation: &'static str) -> Fate {
        let mut fate = Fate { before: 20, after: 20, outcome: Outcome::Fine };
        if self.calm {
            return fate;
        }
        let luck = self.luck();
        // Most answers take some milliseconds, some take seconds, and few take so long that everything has changed.
        let slowness = luck % 64;
        let milliseconds = Moment::from(luck / 64 % 256);
        (fate.before, fate.after) = match slowness {
            0 => (20, 20),
            1..56 => (milliseconds % 80, milliseconds % 60),
            56..59 => (20, milliseconds * 8),
            59..62 => (milliseconds * 8, 20),
            62 => (20, milliseconds * 100),
            _ => (milliseconds * 100, 20),
        };
        fate.before += self.setting.slow;
        fate.outcome = self.outcome(operation);
        fate
    }

    fn outcome(&mut self, operation: &'static str) -> Outcome {
        if self.outage >= self.now {
            return Outcome::Fails(CallErrorKind::Transient);
        }
        if self.denied.get(operation).is_some_and(|until| *until >= self.now) {
            return Outcome::Fails(CallErrorKind::Denied);
        }
        let luck = self.luck();
        let (strikes, kind) = (luck % 1000, luck / 1000 % 5);
        if strikes >= 1000 - self.setting.dying.min(999) {
            return if kind < 3 { Outcome::DiesAfter } else { Outcome::DiesBefore };
        }
        if strikes >= 1000 - self.setting.dying - self.setting.failing {
            return match kind {
                0 => Outcome::Fails(CallErrorKind::Throttled),
                1 => Outcome::Fails(CallErrorKind::Denied),
                2 => Outcome::Fails(CallErrorKind::Transient),
                _ => Outcome::AnswerLost,
            };
        }
        Outcome::Fine
    }

    /// Is this interface left out of EC2's answers?
    pub(crate) fn is_hidden(&self, interface: &NetworkInterfaceId) -> bool {
        self.hidden.get(interface).is_some_and(|until| *until >= self.now)
    }

    /// Does the interface of a task outlive it?
    pub(crate) fn lingers(&mut self) -> bool {
        let lingering = self.setting.lingering;
        self.bad_luck(lingering)
    }

    /// Is an answer that describes many to leave some out?
    pub(crate) fn is_partial(&mut self) -> bool {
        !self.calm && self.setting.failing > 0 && self.bad_luck(self.setting.failing / 5)
    }
}

/// A call answered after so long has been given up by its client.
pub(crate) const CLIENT_TIMEOUT: Moment = 10 * SECOND;
