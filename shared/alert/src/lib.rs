//! Which alerts are sent, when and through which channels; and metrics.
//!
//! A pass hands in what it saw ([`Sighting`]) and what it would have seen ([`AlertCoverage`]); [`notify`] compares that with the alerts
//! that are open and sends, in few messages, which opened, worsened or were resolved. One alert stands for one rule's fault in
//! one service and target group, however many tasks have it and however many functions see it.
//!
//! * **Opened** once, by whichever pass writes it first. What comes and goes while tasks do (anything about registration or
//!   security groups) opens only when the same finding is seen again at least [`SETTLE`] later, so that a deployment of
//!   hundreds of tasks opens nothing; what is configured opens at first sight. A finding that was mended, or whose second
//!   look is to come, opens nothing.
//! * **Resolved** when a look at all it could be in, by its rule, with nothing unread, doesn't see it. A partial look resolves
//!   nothing, and a resource that is gone is one that isn't seen.
//! * **Sent** at least once through every channel: a change is written with the alert before it is sent, and the channels it was
//!   delivered to after. A pass that is cut off between the two leaves it to the next, which sends it once more at most; a
//!   channel that is down gets it later, and holds up none of the others.
//!
//! A channel is a file in `channel/`: a topic for people and programs, one for chat, an event bus, Security Hub. What people read is
//! worded in `words.rs`. Repairs and sweeps go to the event bus alone.
//!
//! It doesn't judge, doesn't repair, and has no clock.

mod channel;
mod coverage;
pub mod metrics;
mod next;
mod notify;
mod outbox;
mod sighting;
#[cfg(test)]
mod tests;
mod update;
mod words;

pub use channel::event_bus::{BusEvent, EventBus, SOURCE};
pub use channel::{AwsChannels, ChannelSettings, Channels, Delivery};
pub use coverage::{AlertCoverage, taken_back};
pub use next::SETTLE;
pub use notify::{AlertContext, Notified, notify};
pub use outbox::{EventSink, send_events};
pub use sighting::{FindingStage, SeenFinding, Sighting, sightings};
pub use update::{AlertLinks, AlertStatus, AlertUpdate, Origin};
pub use words::cut;
