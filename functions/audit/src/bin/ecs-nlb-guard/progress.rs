//! How far the reading is, for a person at a terminal. Nothing is shown in a pipe.

use std::fmt;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::pace::Pace;

/// The lines of what is being read, one for each account and Region.
pub(crate) struct Bars(MultiProgress);

impl Bars {
    /// On standard error, if that is a terminal.
    pub(crate) fn new() -> Self {
        Self(MultiProgress::with_draw_target(ProgressDrawTarget::stderr()))
    }

    /// One more line. What it is about is said at its head, unless there is only one.
    pub(crate) fn bar(&self, about: &str) -> Bar {
        let bar = self.0.add(ProgressBar::no_length());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}{msg} {elapsed:>4}") {
            bar.set_style(style);
        }
        if !about.is_empty() {
            bar.set_prefix(format!("{about}: "));
        }
        bar.set_message("asking AWS whose account this is");
        if !self.0.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Bar(bar)
    }

    /// Writes something while the lines aren't there.
    pub(crate) fn without<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

/// A line that says how far the reading is, gone once it is over.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// The only one.
    pub(crate) fn new() -> Self {
        Bars::new().bar("")
    }

    /// Reading begins; from here on it says how far it is and how long it will still take.
    pub(crate) fn paced(&self, pace: &Pace) {
        let pace = pace.clone();
        let written = move |_: &ProgressState, text: &mut dyn fmt::Write| {
            let _infallible = write!(text, "{pace}");
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}{pace} {elapsed:>4}") {
            self.0.set_style(style.with_key("pace", written));
        }
    }

    /// Does a person see it?
    pub(crate) fn is_shown(&self) -> bool {
        !self.0.is_hidden()
    }

    /// Something else begins.
    pub(crate) fn now(&self, what: &'static str) {
        self.0.set_message(what);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
