//! What is logged: `info`, or `warn,pipeline=debug`.

use std::fmt;
use std::str::FromStr;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

/// Where the Lambda runtime logs an error of the handler, as Rust prints its structure. It is logged here, as a sentence.
const LOGGED_TWICE: &str = "lambda_runtime::layers::panic";

/// A level, or levels by where a line comes from: `warn,pipeline=debug`.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    text: String,
    targets: Targets,
}

impl Filter {
    /// The filter as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn targets(&self) -> Targets {
        self.targets.clone().with_target(LOGGED_TWICE, LevelFilter::OFF).with_target(super::REPAIRS, LevelFilter::INFO)
    }
}

impl Default for Filter {
    /// What is logged where `RUST_LOG` doesn't say.
    fn default() -> Self {
        Self { text: "info".to_owned(), targets: Targets::new().with_default(LevelFilter::INFO) }
    }
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let failed = |problem: &dyn fmt::Display| {
            format!("{text:?} says nothing about what to log, write info or debug: {problem}")
        };
        if text.contains('[') {
            return Err(failed(&"lines can't be told apart by their spans and fields"));
        }
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            return Err(failed(&"it is empty"));
        }
        let targets = parts.join(",").parse::<Targets>().map_err(|error| failed(&error))?;
        Ok(Self { text: text.to_owned(), targets })
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    fn filter(text: &str) -> Result<Targets, String> {
        text.parse().map(|filter: Filter| filter.targets())
    }

    #[test]
    fn levels_are_by_place() {
        let filter = filter("warn, pipeline=debug,").unwrap();
        assert!(filter.would_enable("pipeline::pass", &Level::DEBUG));
        assert!(filter.would_enable("aws", &Level::WARN) && !filter.would_enable("aws", &Level::INFO));
        assert!(Filter::default().targets().would_enable("aws", &Level::INFO));
    }

    #[test]
    fn repairs_are_logged_whatever_is_asked_for() {
        for text in ["off", "error", "somewhere=trace"] {
            assert!(filter(text).unwrap().would_enable(super::super::REPAIRS, &Level::INFO), "{text}");
        }
    }

    #[test]
    fn an_error_is_logged_once_whatever_is_asked_for() {
        for text in ["trace", "lambda_runtime=trace"] {
            assert!(!filter(text).unwrap().would_enable("lambda_runtime::layers::panic", &Level::ERROR), "{text}");
        }
    }

    #[test]
    fn what_no_line_can_be_chosen_by_is_an_error() {
        let errors = [" ,", "a=b", "a=info=warn", "[pass{id=1}]=info"].map(|text| filter(text).unwrap_err());
        insta::assert_snapshot!(errors.join("\n"), @r#"
        " ," says nothing about what to log, write info or debug: it is empty
        "a=b" says nothing about what to log, write info or debug: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5
        "a=info=warn" says nothing about what to log, write info or debug: invalid filter directive: too many '=' in filter directive, expected 0 or 1
        "[pass{id=1}]=info" says nothing about what to log, write info or debug: lines can't be told apart by their spans and fields
        "#);
    }
}
