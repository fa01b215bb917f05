//! What the rules say of themselves, for the formats that show it.

use report::RuleText;

/// The texts of these rules, in the order in which rules are listed.
#[must_use]
pub fn texts(slugs: &[String]) -> Vec<RuleText> {
    let wanted = rules::rules().filter(|rule| slugs.iter().any(|slug| slug == rule.slug));
    let text = |rule: &rules::Rule| RuleText {
        slug: rule.slug.to_owned(),
        severity: rule.severity,
        title: rule.title.to_owned(),
        explanation: rule.explanation.to_owned(),
        remedy: rule.remedy.to_owned(),
    };
    wanted.map(text).collect()
}
