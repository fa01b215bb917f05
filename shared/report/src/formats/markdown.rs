//! The report as Markdown, for a comment on a pull request or the summary of a CI job.

use std::fmt::Write as _;

use crate::document::Report;
use crate::finding_report::FindingReport;
use crate::place::{by_place, could_not_be, counted, one_line};

impl Report {
    /// The report as GitHub-flavoured Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let parts: Vec<String> = self.coverage.amounts().map(|(amount, what)| counted(amount, what)).collect();
        let mut text = format!(
            "## ecs-nlb-guard: {}\n\nAccount `{}`, `{}`, {:.0}. Read: {}.\n",
            self.gist(),
            self.account,
            self.region,
            self.generated_at,
            if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
        );
        for (place, findings) in by_place(&self.findings) {
            let _infallible =
                write!(text, "\n### {}\n\n| severity | finding | what to do |\n|---|---|---|\n", escaped(&place));
            for (_, finding) in findings {
                text.push_str(&row(finding));
            }
        }
        if !self.coverage.unread.is_empty() {
            let _infallible = writeln!(text, "\n### {}\n", could_not_be(&self.coverage.unread));
        }
        for unread in &self.coverage.unread {
            let (resource, error) = (escaped(&unread.resource), escaped(&unread.error));
            let _infallible = match unread.kind.is_of_a_call() {
                true => writeln!(text, "* `{}` on {resource}: {error}", unread.operation),
                false => writeln!(text, "* {resource}: {error}"),
            };
        }
        text
    }
}

fn row(finding: &FindingReport) -> String {
    let severity = match (&finding.accepted, finding.is_in_baseline()) {
        (Some(_), _) => format!("{}, accepted", finding.severity),
        (None, true) => format!("{}, in the baseline", finding.severity),
        (None, false) => format!("**{}**", finding.severity),
    };
    let mut does = vec![escaped(&finding.remedy)];
    does.extend(finding.repairs.iter().map(|repair| escaped(&repair.to_string())));
    does.extend(finding.accepted.iter().map(|accepted| escaped(&accepted.to_string())));
    format!("| {severity} | `{}`<br>{} | {} |\n", finding.rule, escaped(&finding.summary), does.join("<br>"))
}

/// Text that is taken for nothing but text, on one line of a table.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            // Nobody is to be called by a resource's name.
            '@' => escaped.push_str("&#64;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}
