//! `rewind test`: suites on our engine.

use std::path::PathBuf;

use super::Failure;
use super::suites::{Selection, Showing, about};
use crate::judge::{Reference, TimeRule};
use crate::track::records::Records;

/// Run suites on the engine of this program: the built-in ones, or those of files
#[derive(clap::Args)]
pub(super) struct TestArgs {
    /// Suites, and folders of them [default: the built-in suites]
    #[arg(value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    selection: Selection,

    #[command(flatten)]
    showing: Showing,
}

/// Runs the suites.
pub(super) fn test(args: &TestArgs) -> Result<(), Failure> {
    // Our engine is right beyond the exercise too.
    let cases = args.selection.cases(&args.paths, None, true)?;
    let is_partial = args.selection.is_partial(&args.paths);
    let about = about("rewind", TimeRule::Monotone, None);
    args.showing.judge(&mut Reference::new(&Records), &cases, is_partial, &about)
}
