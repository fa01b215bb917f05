//! The Lambda function `audit`: judges an account by every rule and repairs nothing.
//!
//! A schedule or a person asks it to look at everything, or at what a request names.

use std::process::ExitCode;

use audit::desk::AuditDesk;

fn main() -> ExitCode {
    runtime::lambda::run_at(AuditDesk::open)
}
