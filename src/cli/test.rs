//! `rewind test`: suites on our engine.

use std::io::{BufWriter, stdout};
use std::path::PathBuf;

use serde_json::json;

use super::Failure;
use super::closed;
use super::rows::Rows;
use super::suites::{Selection, Showing, about};
use crate::judge::{Case, Reference, TimeRule};
use crate::script::Format;
use crate::track::records::Records;

/// Run suites on the engine of this program: the built-in ones, or those of files
#[derive(clap::Args)]
pub(super) struct TestArgs {
    /// Suites, and folders of them [default: the built-in suites]
    #[arg(value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    selection: Selection,

    /// List the cases instead, in the order in which they are judged: number, level, name, the promise of the
    /// exercise that a case breaks, and the mistake that it catches
    #[arg(long)]
    list: bool,

    /// With --list: how it is written [default: a table on a terminal, else JSON Lines]
    #[arg(long, value_name = "FORMAT", value_parser = closed::format(), requires = "list")]
    format: Option<Format>,

    #[command(flatten)]
    showing: Showing,
}

/// Runs the suites.
pub(super) fn test(args: &TestArgs) -> Result<(), Failure> {
    if args.list {
        return list(args);
    }
    // Our engine is right beyond the exercise too.
    let cases = args.selection.cases(&args.paths, None, true)?;
    let is_partial = args.selection.is_partial(&args.paths);
    let about = about("rewind", TimeRule::Monotone, None);
    args.showing.judge(&mut Reference::new(&Records), &cases, is_partial, (&about, ""))
}

/// Lists the cases.
fn list(args: &TestArgs) -> Result<(), Failure> {
    let cases = args.selection.cases(&args.paths, None, false)?;
    let columns = &["number", "level", "name", "breaks", "catches"];
    let mut rows = Rows::new(BufWriter::new(stdout().lock()), args.format, columns);
    for case in &cases {
        let breaks = case.breaks.map(|promise| promise.0);
        rows.add(&[
            json!(case.number),
            json!(case.level),
            json!(case.name),
            json!(breaks),
            json!(catches(case)),
        ])?;
    }
    Ok(rows.finish()?)
}

/// The mistake that a case is there for; where its sentence names none, the rule that it holds.
fn catches(case: &Case) -> &str {
    case.why.split_once("catches ").map_or(&*case.why, |(_, mistake)| mistake.trim_end_matches('.'))
}
