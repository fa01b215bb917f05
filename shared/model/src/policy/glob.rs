//! Patterns for names.

use std::fmt;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::document::{DocumentNode, Value};
use super::section::quoted;

/// Longer than any name in ECS or Elastic Load Balancing.
const MAX_BYTES: usize = 256;

/// A pattern for a whole name: `*` is any characters, `?` any one, `[a-c]` one of these, `{a,b}` either, `\` takes the
/// next character as it is. Case matters.
#[derive(Clone)]
pub struct Glob {
    pattern: String,
    matcher: GlobSet,
}

/// Why a text is no glob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pattern} is no glob: {why}")]
pub struct GlobError {
    pattern: String,
    why: String,
}

impl Glob {
    /// Whether the whole of `name` matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.pattern
    }
}

impl std::str::FromStr for Glob {
    type Err = GlobError;

    fn from_str(pattern: &str) -> Result<Self, GlobError> {
        let no_glob = |why: String| GlobError { pattern: quoted(pattern), why };
        if pattern.is_empty() {
            return Err(no_glob("write a name, or * for any".to_owned()));
        }
        if pattern.len() > MAX_BYTES {
            return Err(no_glob(format!("it is longer than {MAX_BYTES} bytes, which no name is")));
        }
        let failed = |error: globset::Error| no_glob(error.kind().to_string());
        let glob = GlobBuilder::new(pattern).literal_separator(false).backslash_escape(true).build().map_err(failed)?;
        // A set of one, because a pattern that is too deep is an error here and a panic in a lone matcher.
        let matcher = GlobSetBuilder::new().add(glob).build().map_err(failed)?;
        Ok(Self { pattern: pattern.to_owned(), matcher })
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pattern)
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glob({:?})", self.pattern)
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for Glob {}

/// Reads a glob.
pub(super) fn glob(node: &DocumentNode) -> Result<Glob, String> {
    match &node.value {
        Value::Text(text) => text.parse().map_err(|error: GlobError| error.to_string()),
        other => Err(format!("{} stands where a name or glob belongs: write it like \"prod-*\"", other.kind())),
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    fn matches(pattern: &str, name: &str) -> bool {
        pattern.parse::<Glob>().expect("a glob").matches(name)
    }

    #[test]
    fn a_star_is_any_characters_and_the_whole_name_counts() {
        assert!(matches("*", "a/b.c"));
        assert!(matches("prod-*", "prod-eu/web"));
        assert!(matches("*-web", "prod/eu-web"));
        assert!(matches("{dev,prod}-?", "dev-1"));
        assert!(matches(r"a\*", "a*"));
        assert!(!matches("prod", "prod-1"));
        assert!(!matches("web", "x/web"));
        assert!(!matches("Prod-*", "prod-1"));
    }

    #[test]
    fn what_is_no_glob_is_an_error() {
        let errors = ["", "a[", "{a", "a\\", &"*".repeat(257), &format!("{}{}", "{".repeat(128), "}".repeat(128))];
        let errors = errors.map(|pattern| pattern.parse::<Glob>().map_err(|error| error.to_string()));
        insta::assert_debug_snapshot!(errors, @r#"
            [
                Err(
                    "\"\" is no glob: write a name, or * for any",
                ),
                Err(
                    "\"a[\" is no glob: unclosed character class; missing ']'",
                ),
                Err(
                    "\"{a\" is no glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
                ),
                Err(
                    "\"a\\\\\" is no glob: dangling '\\'",
                ),
                Err(
                    "\"************************************************************\"… is no glob: it is longer than 256 bytes, which no name is",
                ),
                Ok(
                    Glob("{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"),
                ),
            ]
            "#);
    }
}
