//! The Lambda function `guard`: keeps the right security groups on every task's interface, and says what keeps traffic
//! from reaching it.
//!
//! It is told where to look by task, deployment and service events from its queue, by a schedule or by a request; what it
//! does there is the pipeline's business, what it may do is the policy's.

use std::process::ExitCode;

use runtime::lambda::{Function, PolicySection, run};

fn main() -> ExitCode {
    let rules = rules::security_group_rules();
    run(&Function { name: "guard", rules, section: Some(PolicySection::SecurityGroups) })
}
