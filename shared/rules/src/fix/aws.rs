//! A command of the AWS CLI, every value one word of the shell.

use std::borrow::Cow;
use std::fmt::Display;

/// A command of the AWS CLI in the making.
pub(crate) struct AwsCommand {
    words: Vec<String>,
    region: String,
}

impl AwsCommand {
    /// `aws SERVICE OPERATION`, in this Region.
    pub(crate) fn new(region: &str, service: &'static str, operation: &'static str) -> Self {
        let words = ["aws", service, operation].map(str::to_owned).to_vec();
        Self { words, region: region.to_owned() }
    }

    /// `--NAME VALUE`. A value that looks like an option itself stays this one's value.
    pub(crate) fn arg(mut self, name: &'static str, value: impl Display) -> Self {
        let value = value.to_string();
        match value.starts_with('-') {
            true => self.words.push(format!("--{name}={}", quoted(&value))),
            false => self.words.extend([format!("--{name}"), quoted(&value)]),
        }
        self
    }

    /// `--NAME VALUE VALUE…`, for ids, which begin with a letter.
    pub(crate) fn args<T: Display>(mut self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        self.words.push(format!("--{name}"));
        self.words.extend(values.into_iter().map(|value| quoted(&value.to_string())));
        self
    }

    /// `--NAME`.
    pub(crate) fn flag(mut self, name: &'static str) -> Self {
        self.words.push(format!("--{name}"));
        self
    }

    /// The command.
    pub(crate) fn done(self) -> String {
        let region = self.region.clone();
        self.arg("region", region).words.join(" ")
    }
}

/// The text as one word of a POSIX shell, where nothing in it means anything.
fn quoted(text: &str) -> String {
    // No argument of a program can hold a NUL.
    let text = text.replace('\0', "\u{fffd}");
    shlex::try_quote(&text).map(Cow::into_owned).unwrap_or_default()
}
