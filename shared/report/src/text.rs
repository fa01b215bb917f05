//! A report for a person: what to look at first, by service, worst first. One screen when all is well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anstyle::{AnsiColor, Style};
use model::finding::Severity;
use model::repair::RepairStatus;

use crate::document::{RememberedFacts, Report, Unclear};
use crate::finding_report::{Baseline, FindingReport, RepairReport};
use crate::formats::RuleText;
use crate::groups::{Grouped, grouped};
use crate::place::{could_not_be, counted, is_harmful, named, one_line, tally};
use crate::rule_page::rule_page;

/// As many causes are named before the details: they fit on a screen with what is around them.
const MAX_FIRST: usize = 12;

/// As many members of a cause are named.
const MAX_MEMBERS: usize = 6;

/// How long a line of the overview is where no width is given.
const WIDEST_OVERVIEW: usize = 160;

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
        self.to_text_as(TextStyle::default(), &[])
    }

    /// The report as text that looks as asked for. `explained` are the rules whose reasons are told along with their findings.
    #[must_use]
    pub fn to_text_as(&self, look: TextStyle, explained: &[RuleText]) -> String {
        let version = self.tool.version.clone();
        let mut page = TextPage { look, text: String::new(), told: BTreeSet::new(), version };
        let groups = grouped(&self.findings);
        page.head(self);
        page.overview(&groups);
        for (place, groups) in by_places(&groups) {
            page.place(&place, &groups);
            groups.iter().for_each(|group| page.group(group, explained));
        }
        page.gone(self);
        page.unread(self);
        page.calls(self);
        page.end(self);
        page.text
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// Groups by where they are; the place that is worst off first.
fn by_places<'g, 'a>(groups: &'g [Grouped<'a>]) -> Vec<(String, Vec<&'g Grouped<'a>>)> {
    let mut places: Vec<(String, Vec<&Grouped<'_>>)> = Vec::new();
    for group in groups {
        let place = match group.group.places.as_slice() {
            [one] => one.clone(),
            // A place that is no service is a target group or a load balancer, in words.
            several if several.iter().any(|place| place.contains(' ')) => counted(several.len(), "place"),
            several => counted(several.len(), "service"),
        };
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, groups)) => groups.push(group),
            None => places.push((place, vec![group])),
        }
    }
    places
}

/// A text in the making. Everything that goes on it has been through [`one_line`].
struct TextPage {
    look: TextStyle,
    text: String,
    /// Remedies and rules that were told already: the same for the hundredth time helps no one.
    told: BTreeSet<String>,
    /// Of the program that made the report.
    version: String,
}

impl TextPage {
    fn head(&mut self, report: &Report) {
        let coverage = &report.coverage;
        let opening = report.opening();
        let is_well = report.is_well();
        let style = if is_well { colour(AnsiColor::Green).bold() } else { Style::new().bold() };
        let opening = self.paint(style, &opening);
        self.line("", "", &format!("Account {}, {}: {opening}", report.account, report.region));
        let parts: Vec<String> = coverage.amounts().map(|(amount, what)| counted(amount, what)).collect();
        let parts = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
        let modes = format!("targets: {}, security groups: {}", report.mode.registration, report.mode.security_groups);
        let looked = format!("Read {parts} at {:.0}; {modes}", report.generated_at);
        self.line("", "", &self.paint(Style::new().dimmed(), &looked));
        if let Some(RememberedFacts { facts, oldest }) = coverage.remembered {
            let remembered =
                format!("{} not read now but remembered, the oldest from {oldest:.0}", counted(facts, "fact"));
            self.line("", "", &self.paint(Style::new().dimmed(), &remembered));
        }
    }

    /// The causes, worst first, as far as they fit on a screen.
    fn overview(&mut self, groups: &[Grouped<'_>]) {
        if groups.len() < 2 {
            return;
        }
        self.text.push('\n');
        for group in groups.iter().take(MAX_FIRST) {
            let severity = self.paint(of_severity(group.group.severity), &format!("{:<8}", group.group.severity));
            let summary = one_line(&group.group.summary);
            // One line each: the details are below.
            let summary = match self.look.width {
                Some(width) => cut(&summary, width.saturating_sub(12)),
                None => cut(&summary, WIDEST_OVERVIEW),
            };
            self.line("  ", "            ", &format!("{severity}  {summary}"));
        }
        let more = groups.len().saturating_sub(MAX_FIRST);
        if more > 0 {
            self.line("  ", "", &format!("… and {}", counted(more, "more cause")));
        }
    }

    fn place(&mut self, place: &str, groups: &[&Grouped<'_>]) {
        let findings = groups.iter().flat_map(|group| group.all());
        let counts = self.counts(findings.map(|(_, finding)| finding.severity));
        let place = self.paint(Style::new().bold().underline(), place);
        self.text.push('\n');
        self.line("", "", &format!("{place}  {counts}"));
    }

    fn group(&mut self, group: &Grouped<'_>, explained: &[RuleText]) {
        const INDENT: &str = "            ";
        const FURTHER: &str = "              ";
        let Some((_, first)) = group.members.first() else { return };
        let severity = self.paint(of_severity(group.group.severity), &format!("{:<8}", group.group.severity));
        let rule = self.paint(Style::new().bold(), &first.rule);
        self.line("  ", INDENT, &format!("{severity}  {rule}  {}", one_line(&group.group.summary)));
        if let Some(accepted) = &first.accepted {
            self.line(INDENT, FURTHER, &accepted.to_string());
        } else if first.is_in_baseline() {
            self.line(INDENT, FURTHER, "in the baseline");
        } else if first.baseline == Some(Baseline::New) {
            self.line(INDENT, FURTHER, "new since the baseline");
        }
        if group.members.len() > 1 {
            let names: Vec<String> = group.members.iter().map(|(_, one)| one.member_name()).collect();
            self.line(INDENT, FURTHER, &named(&names, MAX_MEMBERS));
        }
        self.repairs(group.members.iter().flat_map(|(_, finding)| &finding.repairs));
        if !group.followers.is_empty() {
            let rules: BTreeSet<&str> = group.followers.iter().map(|(_, one)| one.rule.as_str()).collect();
            let what = format!(
                "{} of {}",
                counted(group.followers.len(), "finding"),
                rules.into_iter().collect::<Vec<_>>().join(", ")
            );
            self.line(INDENT, FURTHER, &format!("from this follows: {what}"));
        }
        let is_first = self.told.insert(first.remedy.clone());
        if is_first && !first.remedy.is_empty() {
            let remedy = format!("what to do: {}", one_line(&first.remedy));
            self.line(INDENT, FURTHER, &self.paint(Style::new().dimmed(), &remedy));
        }
        self.commands(group, first);
        if self.told.insert(format!("rule {}", first.rule)) {
            if let Some(rule) = explained.iter().find(|rule| rule.slug == first.rule) {
                let why = format!("why: {}", one_line(&rule.explanation));
                self.line(INDENT, FURTHER, &why);
            }
            let more = format!("more: {}", rule_page(&first.rule, &self.version));
            self.line(INDENT, FURTHER, &self.paint(Style::new().dimmed(), &more));
        }
    }

    /// What came of the repairs: those of which the same is to be said once, with their number.
    fn repairs<'r>(&mut self, repairs: impl Iterator<Item = &'r RepairReport>) {
        let mut alike: Vec<(String, RepairStatus, usize)> = Vec::new();
        for repair in repairs {
            let text = one_line(&repair.to_string());
            match alike.iter_mut().find(|(known, ..)| *known == text) {
                Some((.., count)) => *count += 1,
                None => alike.push((text, repair.status, 1)),
            }
        }
        for (text, status, count) in alike {
            let style = match status {
                RepairStatus::Done => colour(AnsiColor::Green),
                RepairStatus::Refused | RepairStatus::Failed => colour(AnsiColor::Red),
                _ => Style::new(),
            };
            let text = if count > 1 { format!("{text} (×{count})") } else { text };
            self.line("            ", "              ", &self.paint(style, &text));
        }
    }

    /// The best fix's commands, on a line each however long, so that they can be pasted.
    fn commands(&mut self, group: &Grouped<'_>, first: &FindingReport) {
        let with_commands = first.fixes.iter().find(|fix| !fix.commands.is_empty());
        // One without a command is done by hand, and has a name all the same.
        let Some(fix) = with_commands.or(first.fixes.first()) else { return };
        if fix.commands.is_empty() {
            self.line("            ", "              ", &one_line(&format!("{}.", fix.title)));
        }
        for command in &fix.commands {
            self.text.push_str("            $ ");
            self.text.push_str(&visible(command));
            self.text.push('\n');
        }
        let others = group.members.len() - 1;
        let like = match others {
            0 => String::new(),
            1 => " One like it for the other one is in the JSON report.".to_owned(),
            _ => format!(" One like it for each of the {others} others is in the JSON report."),
        };
        if self.told.insert(format!("note {}", fix.note)) || others > 0 {
            let note = format!("{}{like}", one_line(&fix.note));
            self.line("              ", "              ", &self.paint(Style::new().dimmed(), &note));
        }
    }

    /// What an earlier report has and this one hasn't.
    fn gone(&mut self, report: &Report) {
        if !report.gone.is_empty() {
            let title = self.paint(Style::new().bold().underline(), "Gone since the earlier report");
            self.text.push('\n');
            self.line("", "", &title);
        }
        for gone in &report.gone {
            self.line(
                "  ",
                "            ",
                &format!("{:<8}  {}  {}", gone.severity, gone.rule, one_line(&gone.summary)),
            );
        }
    }

    fn unread(&mut self, report: &Report) {
        if !report.coverage.unread.is_empty() {
            let title = self.paint(Style::new().bold().underline(), could_not_be(&report.coverage.unread));
            self.text.push('\n');
            self.line("", "", &title);
        }
        for unread in &report.coverage.unread {
            self.line("  ", "    ", &one_line(&unread.to_string()));
        }
        let unclear = report.coverage.services_unclear.iter().filter(|one| one.why == Unclear::Unread);
        let unclear: Vec<String> = unclear.map(|one| one_line(&one.service)).collect();
        if !unclear.is_empty() {
            self.line("  ", "    ", &format!("not judged in full because of it: {}", named(&unclear, MAX_MEMBERS)));
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

    /// The verdict again, where whoever read this far looks for it, and what to do next.
    fn end(&mut self, report: &Report) {
        let gist = report.gist();
        let verdict = format!("Account {}, {}: {gist}. {}", report.account, report.region, report.next_step());
        self.line("", "", &verdict);
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

/// The text, cut off where it is longer than so many characters.
fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some(_) => text.chars().take(longest.saturating_sub(1)).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

/// A command without what a terminal would obey. Spaces stay as they are: they may be part of a value.
fn visible(command: &str) -> String {
    command.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect()
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
