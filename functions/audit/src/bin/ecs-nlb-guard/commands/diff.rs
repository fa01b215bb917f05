//! `ecs-nlb-guard diff`: what is new, what is gone and what stayed between two reports.

use std::collections::BTreeSet;

use model::finding::Fingerprint;
use report::{FindingReport, Report};

use crate::args::DiffArgs;
use crate::commands::audit::read;
use crate::ending::{Ending, Failure};
use crate::output;

/// Compares and tells.
pub(crate) fn run(args: &DiffArgs) -> Result<Ending, Failure> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let (old_places, new_places) = (places(&old), places(&new));
    let named = |places: &mut dyn Iterator<Item = &String>| places.cloned().collect::<Vec<_>>().join("; ");
    if old_places.is_disjoint(&new_places) {
        return Err(Failure::usage_of(format!(
            "the reports are of different places: {} and {}",
            named(&mut old_places.iter()),
            named(&mut new_places.iter())
        )));
    }
    for (which, only) in
        [("earlier", old_places.difference(&new_places)), ("later", new_places.difference(&old_places))]
    {
        let only = named(&mut only.into_iter());
        if !only.is_empty() {
            output::note(&format!("Only in the {which} report, and not compared: {only}"));
        }
    }
    let mut ending = Ending::Fine;
    for (nth, later) in new.iter().enumerate() {
        let is_of_it = |one: &&Report| (&one.account, &one.region) == (&later.account, &later.region);
        let Some(earlier) = old.iter().find(is_of_it) else { continue };
        if nth > 0 {
            output::print("\n")?;
        }
        if compare(earlier, later, args)? == Ending::Found {
            ending = Ending::Found;
        }
    }
    Ok(ending)
}

/// Whose reports these are.
fn places(reports: &[Report]) -> BTreeSet<String> {
    reports.iter().map(|report| format!("account {}, {}", report.account, report.region)).collect()
}

/// Compares two reports of one account and Region.
fn compare(old: &Report, new: &Report, args: &DiffArgs) -> Result<Ending, Failure> {
    // What a report leaves out isn't gone.
    let least = [old, new].into_iter().filter_map(|report| report.severity_filter).map(|filter| filter.least).max();
    let is_compared = |finding: &&FindingReport| least.is_none_or(|least| finding.severity >= least);
    let appeared: Vec<_> = only_in(new, old).into_iter().filter(is_compared).collect();
    let gone: Vec<_> = only_in(old, new).into_iter().filter(is_compared).collect();
    let stayed = new.findings.iter().filter(is_compared).count() - appeared.len();
    let mut text = format!(
        "Account {}, {}: {} new, {} gone, {stayed} as before\n",
        new.account,
        new.region,
        appeared.len(),
        gone.len()
    );
    part(&mut text, "New", &appeared);
    part(&mut text, "Gone", &gone);
    if let Some(least) = least {
        text.push_str(&format!("\nCompared from severity {least} on: a report leaves out what is lower.\n"));
    }
    if !new.coverage.unread.is_empty() && !gone.is_empty() {
        text.push_str("\nSomething could not be read for the later report: what is gone may still be there.\n");
    }
    output::print(&text)?;
    let is_found = |least| appeared.iter().any(|finding| finding.accepted.is_none() && finding.severity >= least);
    Ok(if args.fail_on.is_some_and(is_found) { Ending::Found } else { Ending::Fine })
}

/// The findings of one report that another doesn't have.
fn only_in<'a>(one: &'a Report, other: &Report) -> Vec<&'a FindingReport> {
    let known: BTreeSet<Fingerprint> = other.findings.iter().map(|finding| finding.fingerprint).collect();
    one.findings.iter().filter(|finding| !known.contains(&finding.fingerprint)).collect()
}

fn part(text: &mut String, title: &str, findings: &[&FindingReport]) {
    if !findings.is_empty() {
        text.push_str(&format!("\n{title}\n"));
    }
    for finding in findings {
        let place = report::place(&finding.resources);
        let accepted = finding.accepted.as_ref().map(|accepted| format!(" ({accepted})")).unwrap_or_default();
        let summary = report::one_line(&finding.summary);
        text.push_str(&format!("  {:<8}  {place}  {}  {summary}{accepted}\n", finding.severity, finding.rule));
    }
}
