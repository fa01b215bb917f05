//! Who is told what, when: alerts, and metrics.
//!
//! A pass hands in what it saw ([`Sighting`]) and what it would have seen ([`AlertCoverage`]); [`notify`] compares that with the alerts
//! that are open and tells, in few messages, which opened, worsened or were resolved. One alert stands for one rule's fault in
//! one service and target group, however many tasks have it and however many functions see it.
//!
//! * **Opened** once, by whichever pass writes it first. What comes and goes while tasks do (anything about registration or
//!   security groups) opens only when the same finding is seen again at least [`SETTLE`] later, so that a deployment of
//!   hundreds of tasks opens nothing; what is configured opens at first sight. A finding that was mended, or whose second
//!   look is to come, opens nothing.
//! * **Resolved** when a look at all it could be in, by its rule, with nothing unread, doesn't see it. A partial look resolves
//!   nothing, and a resource that is gone is one that isn't seen.
//! * **Told** at least once: a change is written with the alert before it is told, and marked as told after. A pass that is
//!   cut off between the two leaves it to the next, which tells it once more at most.
//!
//! It doesn't judge, doesn't repair, and has no clock.

mod coverage;
mod message;
pub mod metrics;
mod next;
mod notify;
mod sighting;
#[cfg(test)]
mod tests;
mod topic;

pub use coverage::AlertCoverage;
pub use message::{AlertMessage, AlertUpdate, Origin};
pub use next::SETTLE;
pub use notify::{AlertContext, Notified, notify};
pub use sighting::{FindingStage, SeenFinding, Sighting, sightings};
pub use topic::{SnsTopic, Topic};
