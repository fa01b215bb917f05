//! The report as JUnit XML, for what shows tests: a suite for each rule, in which each finding is a failed test.

use std::fmt::Write as _;

use super::{RuleText, xml};
use crate::document::Report;
use crate::finding_report::FindingReport;
use crate::place::{one_line, place};

impl Report {
    /// The report as a JUnit XML document. A rule without findings is a test that passed.
    #[must_use]
    pub fn to_junit(&self, rules: &[RuleText]) -> String {
        document(&format!("ecs-nlb-guard {} {}", self.account, self.region), &self.suites(rules, ""))
    }

    /// A suite for each rule, with `prefix` before its name.
    pub(crate) fn suites(&self, rules: &[RuleText], prefix: &str) -> String {
        let mut suites = String::new();
        for rule in rules {
            let findings: Vec<&FindingReport> =
                self.findings.iter().filter(|finding| finding.rule == rule.slug).collect();
            let mut cases = String::new();
            if findings.is_empty() {
                let _infallible =
                    writeln!(cases, r#"    <testcase classname="{}" name="{}"/>"#, xml(&rule.slug), xml(&rule.title));
            }
            findings.iter().for_each(|finding| cases.push_str(&case(finding)));
            let failures = findings.iter().filter(|finding| finding.is_counted()).count();
            let counts =
                Counts { tests: findings.len().max(1), failures, errors: 0, skipped: findings.len() - failures };
            suites.push_str(&self.suite(&format!("{prefix}{}", rule.slug), &counts, &cases));
        }
        let unread = &self.coverage.unread;
        if !unread.is_empty() {
            let cases: String = unread
                .iter()
                .map(|unread| {
                    let resource = one_line(&unread.resource);
                    let name = match unread.kind.is_of_a_call() {
                        true => format!("{} on {resource}", unread.operation),
                        false => resource,
                    };
                    let error = format!(r#"<error type="unread" message="{}"/>"#, xml(&one_line(&unread.error)));
                    format!("    <testcase classname=\"unread\" name=\"{}\">{error}</testcase>\n", xml(&name))
                })
                .collect();
            let counts = Counts { tests: unread.len(), failures: 0, errors: unread.len(), skipped: 0 };
            suites.push_str(&self.suite(&format!("{prefix}unread"), &counts, &cases));
        }
        suites
    }

    fn suite(&self, name: &str, counts: &Counts, cases: &str) -> String {
        let Counts { tests, failures, errors, skipped } = counts;
        let timestamp = self.generated_at.strftime("%Y-%m-%dT%H:%M:%S");
        format!(
            "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" \
             timestamp=\"{timestamp}\">\n{cases}  </testsuite>\n",
            xml(name)
        )
    }
}

/// A document of these suites.
pub(crate) fn document(name: &str, suites: &str) -> String {
    let name = xml(name);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{name}\">\n{suites}</testsuites>\n")
}

struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn case(finding: &FindingReport) -> String {
    let summary = one_line(&finding.summary);
    let name = format!("{} {}", place(&finding.resources), finding.fingerprint);
    let result = match (&finding.accepted, finding.is_counted()) {
        (Some(accepted), _) => format!(r#"<skipped message="{}"/>"#, xml(&accepted.to_string())),
        (None, false) => r#"<skipped message="in the baseline"/>"#.to_owned(),
        (None, true) => {
            let mut details = vec![summary.clone(), one_line(&finding.remedy)];
            details.extend(finding.repairs.iter().map(|repair| one_line(&repair.to_string())));
            let (severity, details) = (finding.severity, xml(&details.join("\n")));
            format!(r#"<failure type="{severity}" message="{}">{details}</failure>"#, xml(&summary))
        }
    };
    format!("    <testcase classname=\"{}\" name=\"{}\">{result}</testcase>\n", xml(&finding.rule), xml(&name))
}
