//! The rules' pages in Markdown, made from what they say of themselves.

use std::fmt::Write as _;

use crate::groups;
use crate::rule::Rule;

impl Rule {
    /// The rule's page, in Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let Self { slug, severity, title, explanation, remedy, repair } = self;
        format!(
            "# {slug}\n\n**{title}**\n\n| severity | repair |\n|---|---|\n| {severity} | {repair} |\n\n\
             ## What is judged, and why\n\n{explanation}\n\n## What to do\n\n{remedy}\n\n\
             ## In the policy\n\n```toml\n[rules]\ndisable = [\"{slug}\"]  # not to run it\n\
             severity = {{ \"{slug}\" = \"{severity}\" }}  # to give it another severity\n```\n"
        )
    }
}

/// A list of all rules that links to their pages, in Markdown.
#[must_use]
pub fn index_in_markdown() -> String {
    let mut text =
        "# Rules\n\nMade from the rules' own text; `cargo run -p rules --example pages` makes it anew.\n".to_owned();
    for (group, rules) in groups() {
        let rows = rules.iter().map(|Rule { slug, severity, title, repair, .. }| {
            format!("| [{slug}]({slug}.md) | {title} | {severity} | {repair} |\n")
        });
        let rows: String = rows.collect();
        let head = "| rule | what it finds | severity | repair |\n|---|---|---|---|\n";
        write!(text, "\n## {group}\n\n{head}{rows}").unwrap_or_default();
    }
    text
}
