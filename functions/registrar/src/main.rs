//! The Lambda function `registrar`: keeps tasks registered in the target groups they belong in.
//!
//! It is told where to look by task state changes from its queue, by a schedule or by a request; what it does there is
//! the pipeline's business, what it may do is the policy's.

use std::process::ExitCode;

use runtime::lambda::{Function, PolicySection, run};

fn main() -> ExitCode {
    run(&Function { name: "registrar", rules: rules::registration_rules(), section: Some(PolicySection::Registration) })
}
