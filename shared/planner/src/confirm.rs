//! Two looks: a suspicion is acted on only when a second look, neither too soon nor too late, finds the same again.
//!
//! Whether it is the same is decided by the finding's suspicion, which holds rule, resource and subject. When the second
//! look comes about is decided in [`looks`](crate::looks).

use model::Timestamp;

use crate::capabilities::Waiting;
use crate::looks::{LookHistory, MAX_ATTEMPTS};
use crate::moment::after;
use crate::terms::RepairTerms;
use crate::verdict::{GateVerdict, Suspicion};

/// How a suspicion first seen at `first`, if it was seen before, stands now.
pub(crate) fn confirm(
    first: Option<Timestamp>,
    now: Timestamp,
    looks: &LookHistory,
    waiting: Waiting,
    terms: &RepairTerms,
) -> GateVerdict {
    if terms.confirm_within < terms.confirm_after {
        return withheld(
            "confirm_within is shorter than confirm_after here, so nothing is ever confirmed: raise the one or lower the other",
        );
    }
    // Clocks of different machines differ a little: a first look can't lie ahead.
    let first = first.map(|seen| seen.min(now)).filter(|seen| now <= after(*seen, terms.confirm_within));
    let first_seen = first.unwrap_or(now);
    let suspicion = Suspicion {
        first_seen,
        due: after(first_seen, terms.confirm_after),
        expires: after(first_seen, terms.confirm_within),
        early: first.is_some(),
    };
    if first.is_some() && suspicion.due <= now {
        GateVerdict::DoNow
    } else if waiting == Waiting::No {
        withheld("a second look must confirm it, and nothing brings one about; set GUARD_QUEUE_URL")
    } else if looks.attempt >= MAX_ATTEMPTS && !suspicion.early {
        GateVerdict::Withheld(format!("given up after {} looks; the sweep will look again", looks.attempt))
    } else {
        GateVerdict::Waiting(suspicion)
    }
}

fn withheld(reason: &str) -> GateVerdict {
    GateVerdict::Withheld(reason.to_owned())
}
