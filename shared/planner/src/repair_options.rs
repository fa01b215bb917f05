//! Repair options: ways to mend a task's security groups that are tried in order, each only where the one before it is out of
//! the question.
//!
//! An option is passed over where the policy doesn't allow it, where the rule objects, or where AWS has refused it before. It
//! is *not* passed over because it waits, is only planned, or is over a limit: its time comes, and a more disruptive option
//! would be taken for nothing.

use model::ledger::{Refusable, Refusal};
use model::observation::Lookup;
use model::policy::RepairOption;
use model::repair::Repair;

use crate::moment::after;
use crate::plan::PlannedFinding;
use crate::terms::RepairTerms;
use crate::unread::unread;
use crate::verdict::GateVerdict;

/// After AWS refused so many interfaces of one launch type, no other of that launch type is tried for a day. What IAM denies is
/// the account's own word, perhaps about one interface or group alone, and doesn't count.
pub const MAX_REFUSALS: usize = 3;

/// How long that is, from the last of the refusals.
const CLOSED_FOR: std::time::Duration = std::time::Duration::from_hours(24);

/// Refusals that are about one interface and say nothing of others.
const OF_ONE_INTERFACE: [&str; 1] = ["SecurityGroupsPerInterfaceLimitExceeded"];

/// Why the policy doesn't allow this option, if it doesn't.
pub(crate) fn not_allowed(repair: &Repair, terms: &RepairTerms) -> Option<String> {
    let option = repair.option()?;
    if !terms.options.contains(&option) {
        return Some(format!("the policy doesn't allow it: add {:?} to security_groups.repair_with", option.as_str()));
    }
    let standalone = matches!(repair, Repair::StopTask { service: None, .. });
    (standalone && !terms.stop_standalone).then(|| {
        "no service would start it again, and the policy doesn't allow that: security_groups.stop_standalone".to_owned()
    })
}

/// The refusal that is remembered of this option, if there is one.
pub(crate) fn refused(lookup: &Lookup<'_>, repair: &Repair) -> Result<Option<GateVerdict>, String> {
    let Some((of, resource)) = repair.refusable() else { return Ok(None) };
    let refusals = lookup.refusals(&of).map_err(|gap| unread("whether AWS refused it before", gap))?;
    if let Some(refusal) = refusals.iter().find(|refusal| refusal.resource == resource) {
        let reason = format!("AWS refused it at {}: {}", refusal.at, refusal.message);
        return Ok(Some(verdict(refusal, reason)));
    }
    let Refusable::Interfaces(launch_type) = &of else { return Ok(None) };
    let counting = |refusal: &&&Refusal| {
        !refusal.is_denial()
            && !OF_ONE_INTERFACE.contains(&refusal.code.as_str())
            && lookup.now() < after(refusal.at, CLOSED_FOR)
    };
    let counting: Vec<_> = refusals.iter().filter(counting).collect();
    let latest = counting.iter().max_by_key(|refusal| refusal.at).filter(|_| counting.len() >= MAX_REFUSALS);
    Ok(latest.map(|latest| {
        let of_type =
            launch_type.as_deref().map_or("with a capacity provider".to_owned(), |it| format!("of type {it}"));
        let until = after(latest.at, CLOSED_FOR);
        let count = counting.len();
        verdict(
            latest,
            format!("AWS refused it on {count} interfaces of tasks {of_type}; it is tried again after {until}"),
        )
    }))
}

fn verdict(refusal: &Refusal, reason: String) -> GateVerdict {
    GateVerdict::Refused { code: Some(refusal.code.clone()).filter(|code| !code.is_empty()), reason }
}

/// Are the finding's steps repair options?
pub(crate) fn has_options(planned: &PlannedFinding) -> bool {
    planned.steps.iter().any(|step| step.repair.option().is_some())
}

/// Of the options that are open, the first is the one to use.
pub(crate) fn choose(planned: &mut PlannedFinding) {
    let mut used: Option<RepairOption> = None;
    for step in planned.steps.iter_mut().filter(|step| !step.is_closed) {
        match used {
            None => used = step.repair.option(),
            Some(option) => step.withhold(format!("only where {} is refused", option.as_str())),
        }
    }
}
