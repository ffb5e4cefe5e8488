//! A bar for runs that take long: only on a terminal, and only after half a second.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How far a run is.
pub(super) struct Progress {
    begun: Instant,
    total: u64,
    /// What is counted.
    noun: &'static str,
    /// The clock is looked at once in so many steps.
    every: u64,
    done: u64,
    bar: Option<ProgressBar>,
    wanted: bool,
}

impl Progress {
    /// Of so many quick queries.
    pub(super) fn of(total: usize) -> Self {
        Self::of_nouns(total as u64, "queries", 4096)
    }

    /// Of so many slow lists.
    pub(super) fn of_lists(total: u64) -> Self {
        Self::of_nouns(total, "lists", 1)
    }

    fn of_nouns(total: u64, noun: &'static str, every: u64) -> Self {
        Self { begun: Instant::now(), total, noun, every, done: 0, bar: None, wanted: stderr().is_terminal() }
    }

    /// One more is done.
    pub(super) fn step(&mut self) {
        self.done += 1;
        if self.wanted && self.done.is_multiple_of(self.every) {
            self.draw();
        }
    }

    fn draw(&mut self) {
        if self.bar.is_none() && self.begun.elapsed() > Duration::from_millis(500) {
            let style = ProgressStyle::with_template(&format!(
                "{{wide_bar}} {{human_pos}} {}, {{percent}} %",
                self.noun
            ));
            let bar = ProgressBar::new(self.total);
            self.bar = Some(style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style)));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
