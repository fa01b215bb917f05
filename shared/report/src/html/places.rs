//! The places: an index of them, and a section for each with its picture and its findings.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use model::fix::Fix;

use super::anchor::Anchors;
use super::picture::picture;
use super::tally::{glyph, tally};
use crate::finding_report::{Baseline, FindingReport, RepairReport};
use crate::place::{FindingsAt, counted};
use crate::topology::{Path, Topology};

/// Every place with findings, worst first.
pub(super) fn index(places: &[FindingsAt<'_>]) -> Markup {
    html! {
        @if !places.is_empty() {
            nav.index aria-label="Services with findings" {
                h2 { "Worst first" }
                ol {
                    @for (nth, (name, findings)) in places.iter().enumerate() {
                        li data-place=(nth) {
                            a href=(format!("#p-{nth}")) {
                                @if let Some((_, worst)) = findings.first() { (glyph(worst.severity)) }
                                span.name { (name) }
                                span.n aria-label=(counted(findings.len(), "finding")) { (findings.len()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A section for each place with findings.
pub(super) fn sections(
    places: &[FindingsAt<'_>],
    topology: &Topology,
    anchors: &Anchors,
    causes: &BTreeMap<usize, String>,
) -> Markup {
    let paths: BTreeMap<&str, &Path> = topology.paths.iter().map(|path| (path.place.as_str(), path)).collect();
    html! {
        p.none id="none" hidden { "No finding matches. " button type="button" id="all" { "Show all findings" } }
        @for (nth, (name, findings)) in places.iter().enumerate() {
            section.place id=(format!("p-{nth}")) aria-labelledby=(format!("h-{nth}")) tabindex="-1" {
                header {
                    h2 id=(format!("h-{nth}")) { (name) }
                    @if let Some(service) = paths.get(name.as_str()).and_then(|path| path.service.as_ref()) {
                        p.detail { (service.detail) }
                    }
                    (tally(findings.iter().map(|(_, finding)| finding.severity)))
                }
                @if let Some(path) = paths.get(name.as_str()) { (figure(path, &format!("v-{nth}"), anchors)) }
                ol.findings { (items(findings, anchors, causes)) }
            }
        }
    }
}

fn items(findings: &[(usize, &FindingReport)], anchors: &Anchors, causes: &BTreeMap<usize, String>) -> Markup {
    let mut explained = BTreeSet::new();
    html! {
        @for (nth, finding) in findings {
            li.finding.(finding.severity) id=(anchors.id(*nth)) data-nth=(nth) data-rule=(finding.rule)
                data-cause=[causes.get(nth)] data-traffic[finding.impact.is_some()] tabindex="-1" {
                p.kind {
                    b { (finding.severity) } " " code { (finding.rule) } " "
                    a.link href=(format!("#{}", anchors.id(*nth))) { "link" }
                }
                p.summary { (finding.summary) }
                @if let Some(accepted) = &finding.accepted { p.repair { (accepted) } }
                @else if finding.is_in_baseline() { p.repair { "in the baseline" } }
                @else if finding.baseline == Some(Baseline::New) { p.repair { b { "new" } " since the earlier report" } }
                @for repair in &finding.repairs { (of_repair(repair)) }
                // The same remedy for the hundredth finding helps no one; it is in the details of each.
                @if explained.insert(finding.remedy.as_str()) && !finding.remedy.is_empty() {
                    p.remedy { b { "What to do" } " " (finding.remedy) }
                    @if let Some(fix) = finding.fixes.first() { (commands(fix)) }
                }
                details { summary { "Fixes, evidence and reasons" } }
            }
        }
    }
}

/// The best fix, to be copied.
fn commands(fix: &Fix) -> Markup {
    html! {
        @for command in &fix.commands {
            div.command { pre { code { (command) } } button.copy type="button" hidden { "Copy" } }
        }
        @if !fix.commands.is_empty() { p.safety { (fix.note) } }
    }
}

fn of_repair(repair: &RepairReport) -> Markup {
    html! {
        p.repair.(repair.status) {
            b { (repair.status) } " " (repair.action)
            @if let Some(code) = &repair.code { " (" (code) ")" }
            @if let Some(reason) = &repair.reason { ": " (reason) }
        }
    }
}

fn figure(path: &Path, id: &str, anchors: &Anchors) -> Markup {
    html! {
        figure {
            div.scroll role="region" tabindex="0" aria-label=(format!("Picture of the path of {}", path.place)) {
                (picture(path, id, anchors))
            }
            @if path.tasks_elsewhere > 0 {
                figcaption { (counted(path.tasks_elsewhere, "live task")) " in no target group" }
            }
        }
    }
}

/// The paths without findings of their own: at hand, but out of the way.
pub(super) fn healthy(places: &[FindingsAt<'_>], topology: &Topology, anchors: &Anchors) -> Markup {
    let with_findings: BTreeSet<&str> = places.iter().map(|(name, _)| name.as_str()).collect();
    let rest = topology.paths.iter().filter(|path| !with_findings.contains(path.place.as_str()));
    let (touched, healthy): (Vec<&Path>, Vec<&Path>) =
        rest.partition(|path| path.nodes().any(|node| !node.faults.is_empty()));
    html! {
        (list("touched", "Touched by what was found elsewhere", &touched, anchors))
        (list("healthy", "Without a finding", &healthy, anchors))
    }
}

fn list(id: &str, title: &str, paths: &[&Path], anchors: &Anchors) -> Markup {
    html! {
        @if !paths.is_empty() {
            section.others id=(id) aria-labelledby=(format!("{id}-h")) {
                h2 id=(format!("{id}-h")) { (title) " " span.n { (paths.len()) } }
                @for (nth, path) in paths.iter().enumerate() {
                    details {
                        summary {
                            span.name { (path.place) }
                            @if let Some(service) = &path.service { span.detail { (service.detail) } }
                        }
                        (figure(path, &format!("{id}-{nth}"), anchors))
                    }
                }
            }
        }
    }
}
