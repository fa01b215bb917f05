//! What the guard remembers between passes: who owned which target, how many changes of each kind were counted, what AWS
//! refused, which service was updated and which task stopped last, whether repairs are paused,
//! which alerts are open, when sweeps were, and what sweeps remember.
//!
//! * [`Ledger`] – what can be asked of it and written to it, and what holds when several passes do so at once;
//! * [`AlertLedger`], [`EventLedger`] – the same for alerts, and for events that no bus took yet;
//! * [`DynamoDbLedger`] – kept in one DynamoDB table that all passes and functions share;
//! * [`memory::MemoryLedger`] – the same in one process, but for sweeps and what they remember, for tests and simulations;
//! * [`answer`] – fills an observation with what the rules ask of it.
//!
//! It doesn't decide what is recorded, ended or removed, doesn't create its table, and has no clock: what is "now" is told.

mod answer;
mod api;
mod changes;
mod dynamodb;
#[cfg(test)]
mod fixtures;
pub mod memory;
mod window;

pub use answer::{answer, answer_without_ledger};
pub use api::{AlertLedger, EventLedger, Ledger, LedgerFact};
pub use dynamodb::DynamoDbLedger;
pub use window::Reservation;
