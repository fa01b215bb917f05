//! The report as workflow commands of GitHub Actions: an annotation for each finding.
//!
//! <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use std::fmt::Write as _;

use model::finding::Severity;

use crate::document::Report;
use crate::place::{could_not_be, one_line, place};

impl Report {
    /// An annotation on each finding and each failed read.
    #[must_use]
    pub fn to_github(&self) -> String {
        self.annotations("")
    }

    /// The same with `prefix` before the title of each finding and each failed read.
    pub(crate) fn annotations(&self, prefix: &str) -> String {
        let mut text = String::new();
        let mut annotate = |level: &str, title: &str, message: &str| {
            let (title, message) = (property(&one_line(title)), data(message));
            let _infallible = writeln!(text, "::{level} title={title}::{message}");
        };
        for finding in &self.findings {
            let level = match finding.severity {
                _ if !finding.is_counted() => "notice",
                Severity::Critical | Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low => "notice",
            };
            let accepted = finding.accepted.as_ref().map(|accepted| format!("\n{accepted}")).unwrap_or_default();
            let title = format!("{prefix}{} {}: {}", finding.severity, finding.rule, place(&finding.resources));
            let message = format!("{}\n{}{accepted}", one_line(&finding.summary), one_line(&finding.remedy));
            annotate(level, &title, &message);
        }
        for unread in &self.coverage.unread {
            let title = format!("{prefix}{}", could_not_be(std::slice::from_ref(unread)));
            annotate("warning", &title, &one_line(&unread.to_string()));
        }
        annotate("notice", "ecs-nlb-guard", &self.verdict());
        text
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
