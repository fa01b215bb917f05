//! A report for a person: what to look at first, by service, worst first. One screen when all is well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anstyle::{AnsiColor, Style};
use model::finding::Severity;
use model::repair::RepairStatus;

use crate::document::{FindingReport, Report};
use crate::place::{FindingsAt, by_place, counted, one_line, tally};

/// As many places are named as those to look at first.
const MAX_FIRST: usize = 3;

/// How a text is to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextStyle {
    /// With colours, as escape sequences.
    pub colours: bool,
    /// Lines are at most this many columns wide, where words allow it.
    pub width: Option<usize>,
}

impl Report {
    /// The report as plain text, a finding on one line however long.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_text_as(TextStyle::default())
    }

    /// The report as text that looks as asked for.
    #[must_use]
    pub fn to_text_as(&self, look: TextStyle) -> String {
        let mut page = TextPage { look, text: String::new() };
        let places = by_place(&self.findings);
        page.head(self);
        page.first(&places);
        let mut explained = BTreeSet::new();
        for (place, findings) in &places {
            page.place(place, findings);
            for (_, finding) in findings {
                page.finding(finding, explained.insert(finding.remedy.as_str()));
            }
        }
        page.unread(self);
        page.calls(self);
        page.text
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// A text in the making. Everything that goes on it has been through [`one_line`].
struct TextPage {
    look: TextStyle,
    text: String,
}

impl TextPage {
    fn head(&mut self, report: &Report) {
        let coverage = &report.coverage;
        let counts = self.counts(report.counted().map(|finding| finding.severity));
        let unread = counted(coverage.unread.len(), "look-up");
        let (found, aside) = (report.counted().count(), report.findings.len() - report.counted().count());
        let found = counted(found, "finding");
        let aside = if aside > 0 { format!(", and {aside} accepted or in the baseline") } else { String::new() };
        let verdict = match (report.findings.len(), coverage.unread.len()) {
            (0, 0) if coverage.is_empty() => "There was nothing to judge.".to_owned(),
            (0, 0) => self.paint(colour(AnsiColor::Green).bold(), "All is well."),
            (0, _) => format!("Nothing found in what could be read; {unread} failed."),
            (_, 0) if counts.is_empty() => format!("No finding that counts{aside}."),
            (_, _) if counts.is_empty() => format!("No finding that counts{aside}; {unread} failed."),
            (_, 0) => format!("{found}: {counts}{aside}."),
            _ => format!("{found}: {counts}{aside}; {unread} failed."),
        };
        self.line("", "", &format!("Account {}, {}: {verdict}", report.account, report.region));
        let parts: Vec<String> = coverage.amounts().map(|(amount, what)| counted(amount, what)).collect();
        let parts = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
        let modes = format!("targets: {}, security groups: {}", report.mode.registration, report.mode.security_groups);
        let looked = format!("Read {parts} at {:.0}; {modes}", report.generated_at);
        self.line("", "", &self.paint(Style::new().dimmed(), &looked));
    }

    /// Where to look first, if there is a choice.
    fn first(&mut self, places: &[FindingsAt<'_>]) {
        let worst = |findings: &[(usize, &FindingReport)]| findings.first().map(|(_, finding)| finding.summary.clone());
        let [(place, findings), rest @ ..] = places else { return };
        if findings.len() + rest.len() < 2 {
            return;
        }
        let summary = one_line(&worst(findings).unwrap_or_default());
        self.line("", "  ", &format!("Look first at {}: {summary}", self.paint(Style::new().bold(), place)));
        for (place, findings) in rest.iter().take(MAX_FIRST - 1).filter(|(_, findings)| is_grave(findings)) {
            let summary = one_line(&worst(findings).unwrap_or_default());
            self.line("", "  ", &format!("then at {}: {summary}", self.paint(Style::new().bold(), place)));
        }
    }

    fn place(&mut self, place: &str, findings: &[(usize, &FindingReport)]) {
        let counts = self.counts(findings.iter().map(|(_, finding)| finding.severity));
        let place = self.paint(Style::new().bold().underline(), place);
        self.text.push('\n');
        self.line("", "", &format!("{place}  {counts}"));
    }

    fn finding(&mut self, finding: &FindingReport, explain: bool) {
        let severity = self.paint(of_severity(finding.severity), &format!("{:<8}", finding.severity));
        let rule = self.paint(Style::new().bold(), &finding.rule);
        self.line("  ", "            ", &format!("{severity}  {rule}  {}", one_line(&finding.summary)));
        if let Some(accepted) = &finding.accepted {
            self.line("            ", "              ", &accepted.to_string());
        } else if finding.is_in_baseline() {
            self.line("            ", "              ", "in the baseline");
        }
        for repair in &finding.repairs {
            let text = one_line(&repair.to_string());
            let style = match repair.status {
                RepairStatus::Done => colour(AnsiColor::Green),
                RepairStatus::Refused | RepairStatus::Failed => colour(AnsiColor::Red),
                _ => Style::new(),
            };
            self.line("            ", "              ", &self.paint(style, &text));
        }
        // The same remedy for the hundredth finding helps no one.
        if explain && !finding.remedy.is_empty() {
            let remedy = format!("what to do: {}", one_line(&finding.remedy));
            self.line("            ", "              ", &self.paint(Style::new().dimmed(), &remedy));
        }
    }

    fn unread(&mut self, report: &Report) {
        if !report.coverage.unread.is_empty() {
            let title = self.paint(Style::new().bold().underline(), "Could not be read");
            self.text.push('\n');
            self.line("", "", &title);
        }
        for unread in &report.coverage.unread {
            let (resource, error) = (one_line(&unread.resource), one_line(&unread.error));
            self.line("  ", "    ", &format!("{} on {resource}: {error}", unread.operation));
        }
    }

    fn calls(&mut self, report: &Report) {
        let mut families: BTreeMap<&str, u64> = BTreeMap::new();
        for (action, calls) in &report.calls {
            *families.entry(action.split(':').next().unwrap_or(action)).or_default() += calls;
        }
        let total: u64 = families.values().sum();
        let families: Vec<String> = families.into_iter().map(|(family, calls)| format!("{family} {calls}")).collect();
        let families = if families.is_empty() { String::new() } else { format!(" ({})", families.join(", ")) };
        let (seconds, millis) = (report.duration_ms / 1000, report.duration_ms % 1000);
        let requests = if total == 1 { "request" } else { "requests" };
        let text = format!("{total} {requests}{families} in {seconds}.{millis:03} s");
        self.text.push('\n');
        self.line("", "", &self.paint(Style::new().dimmed(), &text));
    }

    /// `1 critical, 2 high`.
    fn counts(&self, severities: impl Iterator<Item = Severity>) -> String {
        let counts = tally(severities).into_iter().filter(|(count, _)| *count > 0);
        let counts = counts.map(|(count, severity)| self.paint(of_severity(severity), &format!("{count} {severity}")));
        counts.collect::<Vec<_>>().join(", ")
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.look.colours { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn line(&mut self, first: &str, rest: &str, text: &str) {
        line(&mut self.text, self.look, (first, rest), text);
    }
}

/// Adds a line to a text; what doesn't fit into the width goes on below. `indents` are those of the line and of what goes
/// on.
pub fn line(page: &mut String, look: TextStyle, indents: (&str, &str), text: &str) {
    let (first, rest) = indents;
    match look.width {
        Some(width) => {
            let options = textwrap::Options::new(width)
                .initial_indent(first)
                .subsequent_indent(rest)
                .break_words(false)
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            page.push_str(&textwrap::fill(text, options));
        }
        None => {
            page.push_str(first);
            page.push_str(text);
        }
    }
    page.push('\n');
}

fn is_grave(findings: &[(usize, &FindingReport)]) -> bool {
    findings.iter().any(|(_, finding)| finding.severity >= Severity::High)
}

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(anstyle::Color::Ansi(colour)))
}

const fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Critical => colour(AnsiColor::Red).bold(),
        Severity::High => colour(AnsiColor::Yellow).bold(),
        Severity::Medium => colour(AnsiColor::Cyan),
        Severity::Low => colour(AnsiColor::Blue),
    }
}
