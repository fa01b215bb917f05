//! What is special about each format: what a name may hold must not become a part of the format.

use model::finding::Severity;
use model::fix::Fix;

use super::RuleText;
use crate::document::Report;
use crate::finding_report::Accepted;
use crate::tests::{finding, report};
use crate::text::TextStyle;
use crate::topology::Topology;

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
    let mut known = report(findings[..2].to_vec());
    known.compare_with(&earlier);
    assert!(
        known.opening().starts_with("No finding counts: each is accepted or in the baseline"),
        "{}",
        known.opening()
    );
    assert_eq!(later.gist(), "1 high, 1 accepted, 1 in the baseline");
    let text = later.to_text();
    assert!(text.contains("eu-central-1: 1 high, 1 accepted, 1 in the baseline. Next: "), "{text}");
    let rules = rules();
    let junit = later.to_junit(&rules);
    assert!(junit.contains(r#"tests="3" failures="1" errors="0" skipped="2""#), "{junit}");
    let sarif = later.to_sarif(&rules).expect("json");
    assert!(
        sarif.contains(r#""justification":"accepted: known""#) && sarif.contains(r#""baselineState":"unchanged""#),
        "{sarif}"
    );
}

/// What a name may hold at worst.
fn evil_names() -> Vec<String> {
    let texts = [
        "'; rm -rf / #",
        "\"quoted\" \\ and |&;<>",
        "$(reboot) `reboot` ${HOME} %{x}",
        "<script>alert(1)</script><img src=x onerror=alert(2)>",
        "two\nlines\r\nand\u{1b}[2Ja\u{202e}turn",
        "]]>&lt;--!>",
        "=cmd|' /C calc'!A0",
        "::error::x",
    ];
    texts.into_iter().map(str::to_owned).chain(["x".repeat(255)]).collect()
}

#[test]
fn whatever_a_name_holds_each_format_stays_what_it_is() {
    for evil in evil_names() {
        let mut one = finding("target-stale", Severity::High, "web", "10.0.1.7", Vec::new());
        one.title.clone_from(&evil);
        one.summary.clone_from(&evil);
        one.remedy.clone_from(&evil);
        one.evidence.insert(evil.clone(), evil.clone().into());
        let fix = Fix { title: evil.clone(), commands: vec![evil.clone()], note: evil.clone(), ..Fix::default() };
        one.fixes = vec![Fix { terraform: Some(evil.clone()), console: Some(evil.clone()), ..fix }];
        let report = report(vec![one]);
        let rules = [RuleText { title: evil.clone(), explanation: evil.clone(), ..rules().remove(1) }];

        let json: serde_json::Value = serde_json::from_str(&report.to_json().expect("JSON")).expect("JSON");
        assert_eq!(json["findings"][0]["summary"], evil, "JSON holds it as it is");
        assert_eq!(json["groups"][0]["summary"], evil);
        for text in [report.to_sarif(&rules).expect("JSON"), report.to_ocsf().expect("JSON")] {
            serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
        }
        let junit = report.to_junit(&rules);
        assert!(!junit.contains("<script") && !junit.contains("]]>") && !junit.contains('\u{1b}'), "{junit}");
        assert_eq!(report.to_csv().lines().count(), 2, "a heading and a line");
        assert_eq!(report.to_github().lines().count(), 2, "an annotation and the verdict");
        assert!(!report.to_markdown().contains("<script"));
        let text = report.to_text_as(TextStyle::default(), &rules);
        assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text}");
        let page = report.to_html(&Topology::default(), &rules);
        assert_eq!(page.matches("<script").count(), 3, "two scripts and a block of data");
        assert!(!page.contains("<img"));
    }
}

#[test]
fn a_fix_without_a_command_is_named_in_the_text() {
    let mut found = finding("target-unused", Severity::High, "web", "10.0.1.9", vec![]);
    found.fixes = vec![Fix {
        title: "Have a listener forward to target group web".to_owned(),
        commands: vec![],
        terraform: None,
        console: None,
        note: "Which listener is for a person to say.".to_owned(),
    }];
    let text = report(vec![found.clone()]).to_text();
    assert!(text.contains("            Have a listener forward to target group web.\n"), "{text}");
    assert!(text.contains("Which listener is for a person to say."), "{text}");
    // One with a command says what it does by the command.
    found.fixes.push(Fix { commands: vec!["aws elbv2 …".to_owned()], ..found.fixes[0].clone() });
    let text = report(vec![found]).to_text();
    assert!(text.contains("$ aws elbv2 …\n") && !text.contains("Have a listener"), "{text}");
}
