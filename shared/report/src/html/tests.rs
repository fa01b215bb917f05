use std::collections::BTreeSet;

use model::finding::Resources;
use model::finding::Severity;
use model::observation::{Unread, UnreadKind};
use model::repair::RepairStatus;

use super::policy::content_security_policy;
use super::{LinkedPart, index_page};
use crate::document::Report;
use crate::finding_report::{FindingReport, RepairReport};
use crate::scene::{AccountSummary, at};
use crate::tests::report;
use crate::topology::Topology;

const EVIL: &str = "<script>alert(1)</script>\"'--><img src=x onerror=alert(2)>";

fn page(scene: &AccountSummary) -> (Report, String) {
    let findings: Vec<FindingReport> =
        scene.findings.iter().map(|finding| FindingReport::new(finding.clone(), Vec::new())).collect();
    let topology = Topology::of(&scene.observation, &findings);
    let report = report(findings);
    let page = report.to_html(&topology, &[]);
    (report, page)
}

/// The values of an attribute, wherever it stands.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    page.split(&begin).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The page without its style, its scripts and its data.
fn markup(page: &str) -> String {
    let mut left = String::new();
    let mut rest = page;
    while let Some(at) = ["<script", "<style"].into_iter().filter_map(|tag| rest.find(tag)).min() {
        left.push_str(&rest[..at]);
        let end = if rest[at..].starts_with("<style") { "</style>" } else { "</script>" };
        let end_at = rest[at..].find(end).expect("it ends") + at + end.len();
        rest = &rest[end_at..];
    }
    left + rest
}

#[test]
fn whatever_a_name_holds_is_shown_as_text() {
    let mut scene = AccountSummary::new();
    let first = scene.service("<script>alert(1)", 3, "edge");
    scene.missing("<script>alert(1)", first);
    let (mut report, _) = page(&scene);
    let mut topology = Topology::of(&scene.observation, &report.findings);
    topology.paths[0].groups[0].node.name = EVIL.to_owned();
    topology.paths[0].groups[0].node.detail = EVIL.to_owned();
    let finding = &mut report.findings[0];
    EVIL.clone_into(&mut finding.summary);
    EVIL.clone_into(&mut finding.remedy);
    finding.evidence.insert(EVIL.to_owned(), EVIL.into());
    let (code, reason) = (Some(EVIL.to_owned()), Some(EVIL.to_owned()));
    finding.repairs.push(RepairReport { action: EVIL.to_owned(), status: RepairStatus::Refused, code, reason });
    let (resource, operation, error) = (EVIL.to_owned(), EVIL.to_owned(), EVIL.to_owned());
    report.coverage.unread.push(Unread { resource, operation, error, kind: UnreadKind::Transient, code: None });
    report.calls.insert(EVIL.to_owned(), 1);
    let page = report.to_html(&topology, &[]);
    let shown = markup(&page);
    assert!(!shown.contains("<script") && !shown.contains("<img"), "{shown}");
    assert_eq!(page.matches("<script").count(), 3, "two scripts and a block of data");
    assert!(shown.contains("prod/&lt;script&gt;alert(1)"));
}

#[test]
fn nothing_in_the_page_needs_more_than_its_security_policy_allows() {
    let mut scene = AccountSummary::new();
    let first = scene.service("web", 5, "edge");
    scene.missing("web", first);
    let (_, page) = page(&scene);
    let shown = markup(&page);
    assert!(!shown.contains(" style=") && !shown.contains(" on"), "no inline style, no handler");
    for url in values(&shown, "href").into_iter().chain(values(&shown, "src")) {
        assert!(url.starts_with('#') || url == "data:,", "{url}");
    }
    // A link to the console is followed by a person alone; its address is data.
    assert!(!shown.contains("http://") && !shown.contains("https://"));
    assert!(!page.contains("@import") && !page.contains("url("));
    let policy = page.find("Content-Security-Policy").expect("a policy");
    assert!(policy < page.find("<style").expect("a style") && policy < page.find("<script").expect("a script"));
}

#[test]
fn the_policy_names_what_may_run_by_its_hash() {
    insta::assert_snapshot!(content_security_policy(&["a{}"], &["let x", ""]), @"default-src 'none'; style-src 'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='; script-src 'sha256-dXKOHtfmzrnYeAHYBCbUmBpIqmNFRVEF6ulA+ucuqt0=' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
}

#[test]
fn every_id_is_there_once_and_every_link_leads_to_one() {
    let mut scene = AccountSummary::new();
    let first = scene.service("web", 5, "edge");
    scene.service("api", 2, "edge");
    scene.missing("web", first);
    scene.missing("web", first);
    scene.stale("web", 60_000);
    let (_, page) = page(&scene);
    let ids = values(&page, "id");
    let once: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), once.len(), "{ids:?}");
    let to: Vec<&str> = values(&page, "href").into_iter().filter_map(|link| link.strip_prefix('#')).collect();
    assert!(to.len() >= 4, "{to:?}");
    let labels = ["aria-labelledby", "aria-describedby"].into_iter().flat_map(|name| values(&page, name));
    for target in to.into_iter().chain(labels) {
        assert!(once.contains(target), "{target} is nowhere");
    }
}

#[test]
fn the_details_are_data_that_cannot_end_their_element() {
    let mut scene = AccountSummary::new();
    scene.service("web", 1, "edge");
    let of = Resources { target: Some(at(1, 8080)), ..Resources::default() };
    scene.find("target-stale", Severity::High, "web", EVIL, of);
    scene.findings[0].remedy = EVIL.to_owned();
    let (report, page) = page(&scene);
    let begin = "<script id=\"details\" type=\"application/json\">";
    let json = page.split(begin).nth(1).and_then(|rest| rest.split("</script>").next()).expect("data");
    assert!(!json.contains(['<', '>', '&']));
    let details: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(details["remedies"][0], EVIL);
    assert_eq!(details["findings"][0]["fingerprint"], report.findings[0].fingerprint.to_string());
    assert_eq!(details["findings"][0]["resources"]["target"]["port"], 8080);
}

#[test]
fn a_well_account_says_so_and_has_nothing_to_filter() {
    let mut scene = AccountSummary::new();
    scene.service("web", 4, "edge");
    let (_, page) = page(&scene);
    assert!(page.contains("<h1 class=\"well\">All is well</h1>") && !page.contains("<search"));
    assert!(page.contains("aria-label=\"Path of prod/web\""));
}

#[test]
fn the_page_of_several_parts_leads_to_each_the_worst_first() {
    let mut well = AccountSummary::new();
    well.service("web", 4, "edge");
    let mut broken = AccountSummary::new();
    broken.service("web", 1, "edge");
    broken.find("target-stale", Severity::High, "web", "a stale target", Resources::default());
    let ((well, _), (broken, _)) = (page(&well), page(&broken));
    let linked = |report, page: &str| LinkedPart { report, page: page.to_owned() };
    let index = index_page(&[linked(&well, "a: #1%.html"), linked(&broken, "b.html")], "2 parts: 1 high");
    assert_eq!(values(&index, "href"), ["data:,", "b.html", "a%3A%20%231%25.html"]);
    assert!(index.contains("<h1>2 parts: 1 high</h1>") && !index.contains("<script"));
    assert!(index.contains(">All is well</a>"), "{index}");
}
