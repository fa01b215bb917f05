//! A whole account in memory under virtual time, decided by one seed, with the product's own code running in it.
//!
//! What is the product's: from a message to an answer everything that a function does (`runtime::lambda::handle`, the pass,
//! rules, planner, executor), the account and the ledger in memory. What is simulated around it: time, ECS as a second
//! writer with AWS's delays, people, queues, and what can become of a call.
//!
//! * [`Choices`] – what a seed decides; a failing seed is shrunk by taking choices away;
//! * [`run()`] – one simulation, from its beginning to rest;
//! * [`invariants`] – what must always hold, judged by the record of what really was, not by the product's rules;
//! * [`Bug`] – bugs planted on purpose, which must be found;
//! * [`shrink()`] – the shortest story that fails still.
//!
//! It doesn't test adapters to AWS: the SDK isn't under it.

mod account;
mod choices;
mod doubtful_owners;
mod ecs;
mod entities;
mod function;
mod groups;
mod happenings;
pub mod invariants;
mod ledger_side;
mod mail;
mod names;
mod planted;
mod record;
mod remembered;
mod run;
mod setting;
mod setup;
mod shrink;
mod targets;
mod time;
mod world;

pub use choices::{Choices, Happening, Luck};
pub use planted::Bug;
pub use run::{Options, Outcome, run};
pub use shrink::shrink;
