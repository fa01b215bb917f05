//! `ecs-nlb-guard plan`: what the policy given would have done, what it would do if it repaired there, and what it wouldn't.
//!
//! The account is judged and planned as if only observing were allowed everywhere: then a repair that nothing but the mode
//! stands in the way of is `planned`, and every other says what stands in its way.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use anstyle::Style;
use audit::auditor::Audited;
use model::finding::{Fingerprint, Severity};
use model::observation::Lookup;
use model::policy::{Mode, Policy};
use model::repair::RepairStatus;
use pipeline::{Concluded, Conclusion};
use report::text::TextStyle;
use serde::Serialize;

use crate::args::PlanArgs;
use crate::commands::policy::meaning;
use crate::ending::{Ending, Failure};
use crate::output;
use crate::survey::{Surveyed, advise, is_empty, survey};

/// What would become of a finding, or of one of its repairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Fate {
    /// The policy has it done.
    Done,
    /// The policy would have it done if it said `mode = "repair"` there.
    NeedsRepairMode,
    /// Something stands in the way.
    NotDone,
    /// No repair is known.
    NoRepair,
}

/// A line of the plan.
#[derive(Debug, Serialize)]
struct PlanEntry {
    outcome: Fate,
    severity: Severity,
    place: String,
    rule: String,
    fingerprint: Fingerprint,
    summary: String,
    /// In words, with what it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    repair: Option<String>,
    /// Why it isn't done.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Plans and tells.
pub(crate) async fn run(args: &PlanArgs) -> Result<Ending, Failure> {
    let Surveyed { audited, policy } = survey(&args.look, Some(Mode::Observe)).await?;
    let entries = entries(&audited, &policy);
    let report = &audited.report;
    if args.json {
        let plan = serde_json::json!({
            "account": report.account,
            "region": report.region,
            "generated_at": report.generated_at,
            "unread": report.coverage.unread,
            "plan": entries,
        });
        output::print(&format!("{plan}\n"))?;
    } else {
        output::print(&text(&audited, &policy, &entries, output::look()))?;
    }
    advise(&[&audited.report]);
    Ok(match () {
        () if !report.coverage.unread.is_empty() => Ending::Unread,
        () if is_empty(report) && !args.allow_empty => Ending::Empty,
        () => Ending::Fine,
    })
}

/// Every repair and every finding without one, worst first.
fn entries(Audited { outcome, .. }: &Audited, policy: &Policy) -> Vec<PlanEntry> {
    let lookup = Lookup::new(&outcome.observation);
    let mut entries = Vec::new();
    for Concluded { finding, conclusions } in &outcome.findings {
        let entry = |outcome, repair, reason| PlanEntry {
            outcome,
            severity: finding.severity,
            place: report::place(&finding.resources),
            rule: finding.rule.clone(),
            fingerprint: finding.fingerprint(),
            summary: finding.summary.clone(),
            repair,
            reason,
        };
        if conclusions.is_empty() {
            entries.push(entry(Fate::NoRepair, None, None));
        }
        for Conclusion { repair, status, reason, .. } in conclusions {
            let fate = match status {
                RepairStatus::Planned if planner::mode(policy, &lookup, finding, repair) == Mode::Repair => Fate::Done,
                RepairStatus::Planned => Fate::NeedsRepairMode,
                _ => Fate::NotDone,
            };
            let reason =
                (fate == Fate::NotDone).then(|| reason.clone().unwrap_or_else(|| "no reason is known".to_owned()));
            entries.push(entry(fate, Some(repair.to_string()), reason));
        }
    }
    entries.sort_by_key(|entry| (Reverse(entry.severity), entry.outcome));
    entries
}

fn text(Audited { report, .. }: &Audited, policy: &Policy, entries: &[PlanEntry], look: TextStyle) -> String {
    let mut page = PlanText { look, text: String::new() };
    page.line("", &format!("Account {}, {}, {:.0}", report.account, report.region, report.generated_at));
    page.line("", &format!("By this policy, {}. Nothing is done now.", meaning(policy.may_repair())));
    page.part("Done by this policy, after a second look", Fate::Done, entries);
    page.part("Done if the policy said mode = \"repair\" there, after a second look", Fate::NeedsRepairMode, entries);
    page.part("Not done, and why", Fate::NotDone, entries);
    page.part("No repair is known for", Fate::NoRepair, entries);
    if entries.iter().any(|entry| matches!(entry.outcome, Fate::Done | Fate::NeedsRepairMode)) {
        page.text.push('\n');
        page.line("", "How much is done at a time is limited by max_removals and similar keys of the policy.");
    }
    if entries.is_empty() && report.coverage.unread.is_empty() {
        page.line("", if is_empty(report) { "There was nothing to judge." } else { "There is nothing to do." });
    }
    page.text
}

struct PlanText {
    look: TextStyle,
    text: String,
}

impl PlanText {
    /// The entries of one outcome by their place; the place that is worst off first.
    fn part(&mut self, title: &str, outcome: Fate, entries: &[PlanEntry]) {
        let entries: Vec<&PlanEntry> = entries.iter().filter(|entry| entry.outcome == outcome).collect();
        if entries.is_empty() {
            return;
        }
        self.text.push('\n');
        let title = self.bold(&format!("{title} ({})", entries.len()));
        self.line("", &title);
        let mut places: BTreeMap<&str, Vec<&PlanEntry>> = BTreeMap::new();
        entries.iter().for_each(|entry| places.entry(&entry.place).or_default().push(entry));
        let mut places: Vec<_> = places.into_iter().collect();
        places.sort_by_key(|(_, entries)| Reverse(entries.iter().map(|entry| entry.severity).max()));
        for (place, entries) in places {
            let place = self.bold(place);
            self.line("  ", &place);
            for PlanEntry { severity, rule, summary, repair, reason, .. } in entries {
                let line = match (repair, reason) {
                    (None, _) => format!("{severity} {rule}: {summary}"),
                    (Some(repair), None) => format!("{severity} {repair} ({rule})"),
                    (Some(repair), Some(reason)) => format!("{severity} {repair} ({rule}): {reason}"),
                };
                self.line("    ", &report::one_line(&line));
            }
        }
    }

    fn bold(&self, text: &str) -> String {
        let style = Style::new().bold();
        if self.look.colours { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn line(&mut self, indent: &str, text: &str) {
        report::text::line(&mut self.text, self.look, (indent, &format!("{indent}  ")), text);
    }
}
