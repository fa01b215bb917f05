//! `ecs-nlb-guard rules`: what is judged.

use model::near::nearest;
use rules::Rule;

use crate::ending::{Ending, Failure};
use crate::output;

/// Lists the rules, or explains one.
pub(crate) fn run(slug: Option<&str>) -> Result<Ending, Failure> {
    let text = match slug {
        None => list(),
        Some(slug) => {
            let rule = rules::rules().find(|rule| rule.slug == slug).ok_or_else(|| unknown(slug))?;
            explain(rule)
        }
    };
    output::print(&text)?;
    Ok(Ending::Fine)
}

fn list() -> String {
    let width = rules::rules().map(|rule| rule.slug.len()).max().unwrap_or_default();
    let line = |rule: &Rule| format!("{:<width$}  {:<8}  {}\n", rule.slug, rule.severity, rule.title);
    rules::rules().map(line).collect()
}

fn explain(rule: &Rule) -> String {
    let width = output::look().width.unwrap_or(100).min(100);
    let Rule { slug, severity, title, explanation, remedy, repair, .. } = rule;
    let fill = |text: &str| textwrap::fill(text, width);
    let parts = [
        format!("{slug} ({severity})"),
        fill(title),
        fill(explanation),
        fill(&format!("What to do: {remedy}")),
        fill(&format!("What repair mode does: {repair}")),
    ];
    parts.join("\n\n") + "\n"
}

fn unknown(slug: &str) -> Failure {
    let near = nearest(slug, rules::rules().map(|rule| rule.slug));
    Failure::usage_of(match near {
        Some(near) => format!("there is no rule {slug:?}; did you mean {near:?}?"),
        None => format!("there is no rule {slug:?}; `ecs-nlb-guard rules` lists them"),
    })
}
