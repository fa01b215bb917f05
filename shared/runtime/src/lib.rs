//! What all functions share around a pass: what comes in, what is left in the queue, and what goes out.
//!
//! * [`settings`] – the environment;
//! * [`mod@incoming`], [`request`] – what a function is given, and where it says to look;
//! * [`looks`] – looks to come, as delayed messages; [`queue`] – sending them;
//! * [`batch`] – which messages of a batch failed;
//! * [`bucket`] – reports and large policies in S3;
//! * [`alerts`] – what is told after a pass;
//! * [`lambda`] – one invocation after the other;
//! * [`log`], [`clock`], [`home`], [`mod@chain`] – the log, the wall clock, the account and Region, errors in full.
//!
//! Nothing is judged, planned or repaired here. The guard's own settings and the wall clock are read here and nowhere
//! else; AWS's variables are read where its clients are made (`aws::client`), and by the command line.

pub mod alerts;
pub mod batch;
mod blind;
pub mod bucket;
pub mod chain;
pub mod clock;
pub mod home;
pub mod incoming;
pub mod lambda;
pub mod log;
pub mod looks;
pub mod queue;
pub mod request;
pub mod settings;
