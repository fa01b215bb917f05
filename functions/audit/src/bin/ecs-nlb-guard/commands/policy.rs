//! `ecs-nlb-guard policy`: every mistake of a policy at once, what it says for a service, and one to begin with.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use model::id::ServiceArn;
use model::policy::{Explained, MayRepair, Policy, PolicyProblem, PolicySubject};
use runtime::settings::Given;

use crate::args::ExplainArgs;
use crate::ending::{Ending, Failure};
use crate::output;
use crate::survey::{all_rules, settings};

/// What `init` writes.
const INITIAL: &str = include_str!("policy.toml");

/// Checks the policy in a file.
pub(crate) fn check(file: &Path) -> Result<Ending, Failure> {
    let name = if is_standard_input(file) { "standard input".to_owned() } else { file.display().to_string() };
    let text = read(file).map_err(|error| Failure::usage_of(format!("{name} can't be read: {error}")))?;
    match Policy::parse(&text, &all_rules()) {
        Ok(policy) => {
            let warnings: Vec<String> =
                policy.warnings().iter().map(|one| line(&name, &format!("warning: {}", one.message), one)).collect();
            warnings.iter().for_each(|warning| output::note(warning));
            output::print(&format!("{name} is valid: {}.\n", meaning(policy.may_repair())))?;
            Ok(Ending::Fine)
        }
        Err(errors) => {
            let problems = errors.problems();
            let count =
                if problems.len() == 1 { "1 mistake".to_owned() } else { format!("{} mistakes", problems.len()) };
            let lines: Vec<String> = problems.iter().map(|one| line(&name, &one.message, one)).collect();
            output::print(&format!("{}\n", lines.join("\n")))?;
            Err(Failure::usage_of(format!("{name} has {count}")))
        }
    }
}

/// Tells what the policy says for a service, key by key.
pub(crate) fn explain(args: &ExplainArgs) -> Result<Ending, Failure> {
    let (cluster, service) = names(&args.service)?;
    let settings = settings(Given { policy: args.policy.as_deref(), ..Given::default() })?;
    let target_group = args.target_group.as_deref();
    let subject = PolicySubject { cluster: Some(&cluster), service: Some(&service), target_group };
    let explained = settings.policy.explain(&subject);
    let left = |one: &Explained| format!("{} = {}", one.key, one.value);
    let width = explained.iter().map(|one| left(one).chars().count()).max().unwrap_or_default();
    let lines: String = explained.iter().map(|one| format!("{:<width$}  # {}\n", left(one), one.origin)).collect();
    output::print(&lines)?;
    if target_group.is_none() {
        for over in settings.policy.overrides_by_group(&subject) {
            output::note(&format!(
                "{over} applies too in such a group of the service: say --target-group NAME to see it"
            ));
        }
    }
    Ok(Ending::Fine)
}

/// The cluster and the service that are meant: one of each, by name or by the service's ARN.
fn names(text: &str) -> Result<(String, String), Failure> {
    if let Ok(arn) = text.parse::<ServiceArn>() {
        let cluster = arn.cluster_name().ok_or_else(|| {
            Failure::usage_of(format!(
                "--service {text:?} is an ARN of the old form, without a cluster: write CLUSTER/NAME"
            ))
        })?;
        return Ok((cluster.to_owned(), arn.name().to_owned()));
    }
    let Some((cluster, service)) = text.split_once('/') else {
        return Err(Failure::usage_of(format!("--service {text:?} names no cluster: write CLUSTER/NAME")));
    };
    // "Up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens": ECS's CreateService and CreateCluster.
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    match is_name(cluster) && is_name(service) {
        true => Ok((cluster.to_owned(), service.to_owned())),
        false => {
            Err(Failure::usage_of(format!("--service {text:?} is not one service: write CLUSTER/NAME, or its ARN")))
        }
    }
}

/// Writes a policy with every default, and a comment on each.
pub(crate) fn init(file: &Path) -> Result<Ending, Failure> {
    if is_standard_input(file) {
        output::print(INITIAL)?;
        return Ok(Ending::Fine);
    }
    let written = fs::OpenOptions::new().write(true).create_new(true).open(file);
    written
        .and_then(|mut new| new.write_all(INITIAL.as_bytes()))
        .map_err(|error| Failure::usage_of(format!("{} can't be written: {error}", file.display())))?;
    let name = file.display();
    output::print(&format!(
        "{name} is written: every key with its default. Check it with `ecs-nlb-guard policy check {name}`.\n"
    ))?;
    Ok(Ending::Fine)
}

fn line(name: &str, message: &str, at: &PolicyProblem) -> String {
    format!("{name}:{}:{}: {message}", at.line, at.column)
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

#[cfg(test)]
mod tests {
    use model::policy::Policy;

    use super::INITIAL;
    use crate::survey::all_rules;

    #[test]
    fn what_init_writes_is_the_default_and_its_examples_are_valid() {
        let rules = all_rules();
        assert_eq!(Policy::parse(INITIAL, &rules), Ok(Policy::default()));
        let examples: String = INITIAL
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.starts_with("[[") || line.contains(" = ") && !line.contains("e.g."))
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(examples.contains("[[accept]]") && examples.contains("[[override]]"), "{examples}");
        assert!(Policy::parse(&examples, &rules).is_ok(), "{examples}");
    }
}
