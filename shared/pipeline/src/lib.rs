//! One pass: observe, judge, plan, execute.
//!
//! [`pass`] looks at a scope until no rule and no gate of the planner has a question left, does what the plan says is to
//! be done now, and asks for the looks that are to come. Functions, the command line and the simulator run this code
//! unchanged; they differ in the [`Environment`] they bring: an account, a ledger, a queue, a clock. [`survey`] is a pass that
//! ends before anything is done.
//!
//! It decides nothing itself: rules judge, the planner plans. It reports nothing either: it returns what was seen and
//! done.

mod assignment;
mod conclusions;
mod environment;
mod execute;
mod look;
mod outcome;
mod pass;
pub mod ports;
mod survey;

pub use planner::LookHistory;

pub use assignment::Assignment;
pub use environment::{Environment, EnvironmentParts};
pub use look::Progress;
pub use outcome::{Concluded, Conclusion, PassOutcome};
pub use pass::pass;
pub use survey::{HandOn, survey};
