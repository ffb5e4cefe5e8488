//! `rewind man`: the manual, a page for the program and one for each subcommand, from what `--help` tells.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, Command, ValueHint};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::{Failure, command_line};
use crate::script::plain;

/// Write the manual, a page for each subcommand, into a folder
#[derive(clap::Args)]
pub(super) struct ManArgs {
    /// Where to; it is made if it is not there, and pages that are there are replaced
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

/// Writes them.
pub(super) fn man(args: &ManArgs) -> Result<(), Failure> {
    let written =
        fs::create_dir_all(&args.directory).and_then(|()| write_pages(&command_line(), &args.directory, &[]));
    written.map_err(|error| {
        let name = plain(&args.directory.display().to_string());
        Failure::Output(io::Error::new(error.kind(), format!("{name}: {error}")))
    })
}

/// Writes the page of a command, which those commands lead to, and the pages of all below it.
fn write_pages(command: &Command, directory: &Path, above: &[&str]) -> io::Result<()> {
    let way = [above, &[command.get_name()]].concat();
    fs::write(directory.join(format!("{}.1", way.join("-"))), page(command, above)?)?;
    let shown = command.get_subcommands().filter(|within| !within.is_hide_set());
    shown.into_iter().try_for_each(|within| write_pages(within, directory, &way))
}

fn page(command: &Command, above: &[&str]) -> io::Result<Vec<u8>> {
    let version = concat!("rewind ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone().mut_args(in_short)).source(version).manual("rewinddb");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    render_rest(command, above).to_writer(&mut page)?;
    Ok(page)
}

/// An option whose possible words tell nothing of themselves, with them in a line as in help.
fn in_short(arg: Arg) -> Arg {
    let words = arg.get_possible_values();
    if words.is_empty()
        || arg.is_hide_possible_values_set()
        || words.iter().any(|word| word.get_help().is_some())
    {
        return arg;
    }
    let names: Vec<_> = words.iter().map(clap::builder::PossibleValue::get_name).collect();
    let help = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
    arg.long_help(format!("{help} [possible values: {}]", names.join(", "))).hide_possible_values(true)
}

/// What stands below the options in help, in its lines, and the page above this one.
fn render_rest(command: &Command, above: &[&str]) -> Roff {
    let mut roff = Roff::new();
    if let Some(after) = command.get_after_long_help().or_else(|| command.get_after_help()) {
        let after = after.to_string();
        let titled = after.split_once(":\n").filter(|(title, _)| !title.contains('\n'));
        let (title, text) = titled.unwrap_or(("Notes", &after));
        roff.control("SH", [title.to_uppercase().as_str()]).control("nf", []);
        for line in text.lines() {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
    }
    if !above.is_empty() {
        roff.control("SH", ["SEE ALSO"]).text([roman(format!("{}(1)", above.join("-")))]);
    }
    roff
}
