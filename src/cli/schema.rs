//! `rewind schema`: what editors need to help with files of queries.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::Value;

use super::Failure;
use crate::query::Language;
use crate::script::{list_schema, suite_schema};

/// Print the JSON Schema of files of queries, for editors
#[derive(clap::Args)]
#[command(after_help = NAMED)]
pub(super) struct SchemaArgs {
    /// Of which files
    #[arg(value_name = "WHAT")]
    what: What,
}

/// Whose schema it is.
#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Named cases, with the answers that are right
    Suite,
    /// A list of queries
    List,
}

/// How a file comes by its schema, as `--help` tells it.
const NAMED: &str = "\
How an editor finds it:
  rewind schema suite > suite.schema.json, and in a suite beside it \"$schema\": \"./suite.schema.json\"
  A list is an array, which names none: the settings of the editor do, as \"json.schemas\" of VS Code.";

/// Prints it.
pub(super) fn schema(args: &SchemaArgs) -> Result<(), Failure> {
    let of: fn(&Language) -> Value = match args.what {
        What::Suite => suite_schema,
        What::List => list_schema,
    };
    Ok(writeln!(io::stdout(), "{:#}", of(Language::records()))?)
}
