//! The Lambda function `audit`: judges an account by every rule and repairs nothing.
//!
//! A schedule or a person asks it to look at everything, or at what a request names.

use std::process::ExitCode;

use audit::backend::AuditBackend;
use runtime::lambda::{Function, run_at};

fn main() -> ExitCode {
    let rules = rules::rules().map(|rule| rule.slug).collect();
    run_at(&Function { name: "audit", rules, section: None }, async |settings| AuditBackend::open(settings))
}
