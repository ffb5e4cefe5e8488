//! `rewind solution`: a solution that is right.

use std::io::Write;

use super::Failure;
use super::closed;
use crate::query::Level;
use crate::track::records::Kit;

/// Print a solution that is right, to compare with or to begin from
#[derive(clap::Args)]
pub(super) struct SolutionArgs {
    /// python, javascript, java, go, c++ (or cpp) or rust
    #[arg(value_name = "LANGUAGE", value_parser = closed::kit())]
    kit: &'static Kit,

    /// The plainest one for the levels up to this, as LEVELS.md explains it: in Python, for levels 1 to 4 [default: one
    /// of all levels]
    #[arg(long, value_name = "N", value_parser = closed::level())]
    level: Option<Level>,
}

/// Prints the solution.
pub(super) fn solution(args: &SolutionArgs) -> Result<(), Failure> {
    let text = match args.level {
        None => args.kit.reference.to_owned(),
        Some(level) => args.kit.plain(level.number()).map_err(|why| {
            Failure::Usage(format!("{why}\n  = help: leave --level out to see that of all levels"))
        })?,
    };
    Ok(anstream::stdout().write_all(text.as_bytes())?)
}
