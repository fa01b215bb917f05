//! How far the reading is, for a person at a terminal. Nothing is shown in a pipe.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pipeline::Progress;

/// A line that says how far the reading is, gone once it is over.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// On standard error, if that is a terminal.
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed:>4}") {
            bar.set_style(style);
        }
        bar.set_message("asking AWS whose account this is");
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self(bar)
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
