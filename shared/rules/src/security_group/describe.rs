//! A task's interface and security groups, in the words of findings.

use model::ec2::SecurityGroup;
use model::policy::SecurityGroupRef;

use super::checked_interfaces::{CheckedInterface, ServiceTasks};

/// A group by its id and, in brackets, the name the policy has for it.
pub(super) fn named(name: &SecurityGroupRef, group: &SecurityGroup) -> String {
    match name.to_string() {
        name if name == group.id.as_str() => name,
        name => format!("{} ({name})", group.id),
    }
}

/// Whose interface it is, at the head of a sentence.
pub(super) fn subject_of(service_tasks: &ServiceTasks<'_>, checked: &CheckedInterface<'_>) -> String {
    match &service_tasks.id {
        Some(service) => format!("Task {} of {service}", checked.task.arn.short_id()),
        None => format!("Standalone task {}", checked.task.arn.short_id()),
    }
}

/// The ids of the groups that the interface has.
pub(super) fn actual(checked: &CheckedInterface<'_>) -> Vec<String> {
    let mut actual: Vec<String> = checked.interface.security_groups.iter().map(ToString::to_string).collect();
    actual.sort();
    actual
}
