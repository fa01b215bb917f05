//! A permission that a sweep lacks, as a finding on the guard itself.
//!
//! What is watched may be in order or not: nobody knows. It is no rule's finding, so it isn't in the list of rules and can't be
//! disabled; its alert is sent once, and resolved by the first sweep after which nothing is unjudged for want of a read.

use std::collections::{BTreeMap, BTreeSet};

use model::finding::{Finding, Resources, Severity};
use model::observation::{Unread, UnreadKind};
use serde_json::json;

/// What stands for a rule in its alert.
pub(crate) const RULE: &str = model::alert::PERMISSION_DENIED;

/// The finding, if anything was denied. `function` is whose role it is.
pub(crate) fn finding<'a>(unread: impl IntoIterator<Item = &'a Unread>, function: &str) -> Option<Finding> {
    let denied: Vec<&Unread> = unread.into_iter().filter(|one| one.kind == UnreadKind::Denied).collect();
    let first = denied.first()?;
    let operations: BTreeSet<&str> = denied.iter().map(|one| one.operation.as_str()).collect();
    let actions = operations.iter().copied().collect::<Vec<_>>().join(", ");
    Some(Finding {
        rule: RULE.to_owned(),
        severity: Severity::High,
        title: "The guard lacks a permission".to_owned(),
        summary: format!(
            "The guard can't see everything: {function} may not call {actions}, so nothing that rests on it is judged or repaired"
        ),
        remedy: format!(
            "Allow the role of {function} {actions}: `terraform plan` shows what was changed by hand, `ecs-nlb-guard permissions` prints \
             what it needs. If the role allows it, a permissions boundary or a service control policy denies it. AWS says: {}",
            first.error
        ),
        fixes: Vec::new(),
        caused_by: None,
        impact: None,
        grouping: None,
        resources: Resources::default(),
        subject: actions,
        evidence: BTreeMap::from([
            ("operations".to_owned(), json!(operations)),
            ("resources".to_owned(), json!(denied.iter().map(|one| one.resource.as_str()).collect::<BTreeSet<_>>())),
        ]),
        repairs: Vec::new(),
        users: Vec::new(),
        sharers: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(operation: &str, kind: UnreadKind) -> Unread {
        Unread {
            resource: "web".to_owned(),
            operation: operation.to_owned(),
            error: "AccessDenied: no".to_owned(),
            kind,
            code: None,
        }
    }

    #[test]
    fn every_action_that_is_denied_is_named_once() {
        let seen = [
            unread("ecs:ListTasks", UnreadKind::Denied),
            unread("ecs:ListTasks", UnreadKind::Denied),
            unread("ecs:DescribeTasks", UnreadKind::Denied),
            unread("ec2:DescribeSubnets", UnreadKind::Transient),
        ];
        let finding = finding(&seen, "ecs-nlb-guard-audit").unwrap();
        assert_eq!(
            finding.summary,
            "The guard can't see everything: ecs-nlb-guard-audit may not call ecs:DescribeTasks, ecs:ListTasks, so nothing that rests on \
             it is judged or repaired"
        );
        assert!(finding.remedy.ends_with("AWS says: AccessDenied: no"));
    }

    #[test]
    fn what_passes_is_no_fault_of_the_guard() {
        assert!(finding(&[unread("ecs:ListTasks", UnreadKind::Transient)], "audit").is_none());
    }
}
