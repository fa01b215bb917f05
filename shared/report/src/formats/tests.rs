//! What is special about each format: what a name may hold must not become a part of the format.

use model::finding::Severity;

use super::RuleText;
use crate::document::{Accepted, Report};
use crate::tests::{finding, report};

/// A summary with something for every format to trip over.
const EVIL: &str = "=HYPERLINK(\"x\"), <b>|`*_[a](b)` @all 100%\u{1}\n::error::x";

fn evil() -> Report {
    let mut one = finding("target-stale", Severity::High, "web", "10.0.1.7", Vec::new());
    one.summary = EVIL.to_owned();
    report(vec![one])
}

fn rules() -> Vec<RuleText> {
    let rule = |slug: &str| RuleText {
        slug: slug.to_owned(),
        severity: Severity::High,
        title: format!("{slug} in a line"),
        explanation: "why".to_owned(),
        remedy: "what to do".to_owned(),
    };
    vec![rule("target-missing"), rule("target-stale")]
}

#[test]
fn a_cell_of_a_spreadsheet_is_never_a_formula() {
    let csv = evil().to_csv();
    let line = csv.lines().nth(1).expect("a finding");
    assert!(line.contains(",\"'=HYPERLINK(\"\"x\"\"), "), "{line}");
    assert_eq!(csv.lines().count(), 2);
}

#[test]
fn an_annotation_is_one_line_and_one_command() {
    let text = evil().to_github();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.starts_with("::error title=high target-stale%3A prod/web::=HYPERLINK"), "{text}");
    assert!(text.contains("100%25") && !text.contains("\n::error::x"), "{text}");
}

#[test]
fn markdown_takes_a_summary_for_nothing_but_text() {
    let text = evil().to_markdown();
    assert!(text.contains("&lt;b>\\|\\`\\*\\_\\[a\\](b)\\` &#64;all"), "{text}");
}

#[test]
fn xml_has_no_character_that_it_may_not_have() {
    let rules = rules();
    let text = evil().to_junit(&rules);
    assert!(text.contains("&lt;b&gt;") && !text.contains('\u{1}'), "{text}");
    assert!(text.contains(r#"<testcase classname="target-missing" name="target-missing in a line"/>"#), "{text}");
}

#[test]
fn what_is_accepted_or_in_the_baseline_does_not_count() {
    let mut findings = ["10.0.1.7", "10.0.1.8", "10.0.1.9"]
        .map(|address| finding("target-stale", Severity::High, "web", address, vec![]));
    findings[0] = findings[0].clone().accepted(Some(Accepted { reason: "known".to_owned(), until: None }));
    let earlier = report(vec![findings[1].clone()]);
    let mut later = report(findings.to_vec());
    later.compare_with(&earlier);
    assert_eq!(later.counted().count(), 1);
    assert_eq!(later.gist(), "1 high, 1 accepted, 1 in the baseline");
    let text = later.to_text();
    assert!(text.contains("1 finding: 1 high, and 2 accepted or in the baseline."), "{text}");
    let rules = rules();
    let junit = later.to_junit(&rules);
    assert!(junit.contains(r#"tests="3" failures="1" errors="0" skipped="2""#), "{junit}");
    let sarif = later.to_sarif(&rules).expect("json");
    assert!(
        sarif.contains(r#""justification":"accepted: known""#) && sarif.contains(r#""baselineState":"unchanged""#),
        "{sarif}"
    );
}
