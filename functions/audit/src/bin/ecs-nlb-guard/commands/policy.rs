//! `ecs-nlb-guard policy check`: every mistake of a policy at once.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use model::policy::{MayRepair, Policy};

use crate::ending::{Ending, Failure};
use crate::output;
use crate::survey::all_rules;

/// Checks the policy in a file.
pub(crate) fn check(file: &Path) -> Result<Ending, Failure> {
    let name = if is_standard_input(file) { "standard input".to_owned() } else { file.display().to_string() };
    let text = read(file).map_err(|error| Failure::usage_of(format!("{name} can't be read: {error}")))?;
    match Policy::parse(&text, &all_rules()) {
        Ok(policy) => {
            output::print(&format!("{name} is a policy without a mistake; {}.\n", meaning(policy.may_repair())))?;
            Ok(Ending::Fine)
        }
        Err(errors) => {
            let problems = errors.problems();
            let count =
                if problems.len() == 1 { "1 mistake".to_owned() } else { format!("{} mistakes", problems.len()) };
            let lines: Vec<String> = problems
                .iter()
                .map(|problem| format!("{name}:{}:{}: {}", problem.line, problem.column, problem.message))
                .collect();
            output::print(&format!("{}\n", lines.join("\n")))?;
            Err(Failure::usage_of(format!("{name} has {count}")))
        }
    }
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn read(file: &Path) -> io::Result<String> {
    if !is_standard_input(file) {
        return fs::read_to_string(file);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

pub(crate) const fn meaning(may: MayRepair) -> &'static str {
    match (may.registration, may.security_groups) {
        (false, false) => "it repairs nothing anywhere",
        (true, false) => "it repairs targets, at least somewhere, and no security groups",
        (false, true) => "it repairs security groups, at least somewhere, and no targets",
        (true, true) => "it repairs targets and security groups, at least somewhere",
    }
}
