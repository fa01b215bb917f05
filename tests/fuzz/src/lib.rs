//! What holds for whatever the program is given to read, as functions for a fuzzer.
//!
//! * [`id`] – ARNs, ids, and the other small texts with a grammar;
//! * [`policy`] – a policy in TOML or JSON;
//! * [`event`] – what a function is invoked with: an EventBridge event, an SQS event, a request;
//! * [`batch`] – the messages of an SQS event, each on its own;
//! * [`request`] – what a person asks for;
//! * [`look_again`] – a look to come, on its way back from the queue.
//!
//! A target takes any bytes and panics where something doesn't hold: not only where the program does. `cargo-fuzz/` runs
//! them under a fuzzer, `tests/replay.rs` over the inputs in `corpus/`, with the other tests.
//!
//! Answers of AWS and items of the ledger are not read here: the SDK parses them.

pub mod batch;
pub mod event;
mod here;
pub mod id;
pub mod look_again;
pub mod policy;
pub mod request;

/// A target: panics if something doesn't hold for these bytes.
pub type Check = fn(&[u8]);

/// Every target, by the name of its binary and its corpus.
pub const TARGETS: [(&str, Check); 6] = [
    ("batch", batch::check),
    ("event", event::check),
    ("id", id::check),
    ("look_again", look_again::check),
    ("policy", policy::check),
    ("request", request::check),
];
