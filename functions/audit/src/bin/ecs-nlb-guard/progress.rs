//! How far the reading is, for a person at a terminal. Nothing is shown in a pipe.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use pipeline::Progress;

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

    /// Something else begins.
    pub(crate) fn now(&self, what: &'static str) {
        self.0.set_message(what);
    }

    /// The reading is this far.
    pub(crate) fn notify(&self, progress: Progress) {
        let Progress { round, answered, open } = progress;
        self.0.set_message(format!("reading, round {round}: {answered} answered, {open} open"));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
