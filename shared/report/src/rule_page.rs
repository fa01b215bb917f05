//! Where a rule is explained.

/// The page of a rule, at the version that judged: in the repository that the program was built from. A build that doesn't say
/// where that is names the command that prints the page, and its file.
#[must_use]
pub fn rule_page(slug: &str, version: &str) -> String {
    rule_url(slug, version)
        .unwrap_or_else(|| format!("ecs-nlb-guard rules {slug} (docs/rules/{slug}.md of version {version})"))
}

/// The address of a rule's page, if the build says where the documentation is.
#[must_use]
pub fn rule_url(slug: &str, version: &str) -> Option<String> {
    (!REPOSITORY.is_empty()).then(|| format!("{REPOSITORY}/blob/v{version}/docs/rules/{slug}.md"))
}

/// `repository` in Cargo.toml.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
