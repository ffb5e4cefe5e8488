//! `rewind log`: what lies in the directory of a store.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;
use serde_json::json;

use super::rows::Rows;
use super::store_args::{self, stat_lines};
use super::whole_file::write_whole;
use super::{Failure, closed};
use crate::engine::LiveCell;
use crate::query::Language;
use crate::query::Query;
use crate::script::{Format, escaped, plain, to_json};
use crate::store::{self, Disk, Encoding, Options, Store, StoreView, Until};
use crate::time::Time;

/// Look into a store, verify or repair it, compact it, or tell what it held before
#[derive(clap::Args)]
pub(super) struct LogArgs {
    #[command(subcommand)]
    command: LogCommand,
}

#[derive(Subcommand)]
enum LogCommand {
    /// What the store holds: keys, fields, backups, live and dead bytes, files
    Stats {
        #[command(flatten)]
        directory: DirectoryArg,
        /// How it is written [default: text on a terminal, else json]
        #[arg(long, value_name = "FORMAT", value_parser = closed::format())]
        format: Option<Format>,
    },
    /// The frames of a file as JSON Lines, whatever its encoding
    Cat {
        #[command(flatten)]
        directory: DirectoryArg,
        /// Files of the store [default: all segments of the log, in order]
        #[arg(value_name = "FILE")]
        files: Vec<String>,
    },
    /// Check every byte; status 1 if something is damaged
    Verify {
        #[command(flatten)]
        directory: DirectoryArg,
    },
    /// Save what can be saved of a damaged store; copies of the damaged files are kept beside them
    Repair {
        #[command(flatten)]
        directory: DirectoryArg,
    },
    /// Write a snapshot that takes the place of the log so far, in the encoding of the store
    Compact {
        #[command(flatten)]
        directory: DirectoryArg,
        /// Go over to this encoding
        #[arg(long, value_name = "ENCODING", value_parser = closed::encoding())]
        encoding: Option<Encoding>,
    },
    /// A list of queries that rebuilds the database, backups included; one of the free clock rule needs --clock free
    Export {
        #[command(flatten)]
        directory: DirectoryArg,
        #[command(flatten)]
        until: MomentArgs,
        /// How the list is written
        #[arg(long, value_name = "FORMAT", default_value = "json", value_parser = closed::format_of(["json", "jsonl"]))]
        format: Format,
        #[command(flatten)]
        target: ExportTarget,
    },
    /// The live cells as they were after a group or at a moment
    Replay {
        #[command(flatten)]
        directory: DirectoryArg,
        #[command(flatten)]
        until: MomentArgs,
        /// How the cells are written [default: a table on a terminal, else jsonl]
        #[arg(long, value_name = "FORMAT", value_parser = closed::format())]
        format: Option<Format>,
    },
}

#[derive(clap::Args)]
struct DirectoryArg {
    /// The directory of the store
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    path: PathBuf,
}

#[derive(clap::Args)]
struct ExportTarget {
    /// Write the list into this file [default: to standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace that file if it is there
    #[arg(long, requires = "out")]
    force: bool,
}

#[derive(clap::Args)]
struct MomentArgs {
    /// As it was after this group of the log
    #[arg(long, value_name = "N", conflicts_with = "at")]
    to: Option<u64>,
    /// As it was at this time, in milliseconds
    #[arg(long, value_name = "TIME")]
    at: Option<u64>,
}

impl MomentArgs {
    fn until(&self) -> Until {
        match (self.to, self.at) {
            (Some(group), _) => Until::Group(group),
            (None, Some(moment)) => Until::Time(Time(moment)),
            (None, None) => Until::End,
        }
    }
}

impl DirectoryArg {
    fn disk(&self) -> Arc<dyn Disk> {
        store_args::disk(&self.path)
    }

    fn view(&self, until: Until) -> Result<StoreView, Failure> {
        let view = StoreView::open(self.disk(), &Options::default(), until)?;
        store_args::note_torn(view.torn_end(), "will be cut off");
        Ok(view)
    }
}

impl LogArgs {
    /// The folder of the store.
    pub(super) fn store(&self) -> PathBuf {
        match &self.command {
            LogCommand::Stats { directory, .. }
            | LogCommand::Cat { directory, .. }
            | LogCommand::Verify { directory }
            | LogCommand::Repair { directory }
            | LogCommand::Compact { directory, .. }
            | LogCommand::Export { directory, .. }
            | LogCommand::Replay { directory, .. } => directory.path.clone(),
        }
    }
}

/// Does what is asked.
pub(super) fn log(args: &LogArgs) -> Result<(), Failure> {
    match &args.command {
        LogCommand::Stats { directory, format } => stats(directory, *format),
        LogCommand::Cat { directory, files } => cat(directory, files),
        LogCommand::Verify { directory } => verify(directory),
        LogCommand::Repair { directory } => repair(directory),
        LogCommand::Compact { directory, encoding } => compact(directory, *encoding),
        LogCommand::Export { directory, until, format, target } => {
            export(directory, until.until(), *format, target)
        }
        LogCommand::Replay { directory, until, format } => replay(directory, until.until(), *format),
    }
}

fn stdout() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

fn stats(directory: &DirectoryArg, format: Option<Format>) -> Result<(), Failure> {
    let stats = directory.view(Until::End)?.stats()?;
    let terminal = io::stdout().is_terminal();
    let text = match format {
        Some(Format::Text | Format::Table) => stat_lines(&stats),
        None if terminal => stat_lines(&stats),
        _ => to_json(&stats) + "\n",
    };
    Ok(io::stdout().write_all(text.as_bytes())?)
}

fn cat(directory: &DirectoryArg, files: &[String]) -> Result<(), Failure> {
    let mut out = stdout();
    store::cat(&*directory.disk(), files, |line| Ok::<_, Failure>(writeln!(out, "{}", escaped(line))?))?;
    Ok(out.flush()?)
}

fn verify(directory: &DirectoryArg) -> Result<(), Failure> {
    let verdict = store::verify(&directory.disk())?;
    let mut out = stdout();
    for (file, bytes) in &verdict.files {
        writeln!(out, "{file}: {bytes} bytes read")?;
    }
    for damage in &verdict.damages {
        writeln!(out, "{damage}")?;
    }
    if let Some(torn) = &verdict.torn {
        writeln!(out, "{}; that is no damage", store_args::torn(torn, "will be cut off"))?;
    }
    let count = verdict.damages.len();
    let places = if count == 1 { "place" } else { "places" };
    writeln!(
        out,
        "{}",
        if count == 0 { "all good".to_owned() } else { format!("{count} {places} damaged") }
    )?;
    out.flush()?;
    if count == 0 { Ok(()) } else { Err(Failure::Negative) }
}

fn repair(directory: &DirectoryArg) -> Result<(), Failure> {
    let repair = store::repair(&directory.disk(), &Options::default()).map_err(|error| match error {
        store::Error::Damaged(damage) => Failure::BeyondRepair(damage),
        error => error.into(),
    })?;
    let mut out = stdout();
    if repair.damages.is_empty() {
        writeln!(out, "nothing is damaged, and nothing was done")?;
        return Ok(out.flush()?);
    }
    for damage in &repair.damages {
        writeln!(out, "{damage}")?;
    }
    for (name, copy) in &repair.copies {
        writeln!(out, "{name} was copied to {copy}")?;
    }
    for lost in &repair.lost {
        writeln!(out, "lost: {lost}")?;
    }
    if repair.lost.is_empty() {
        writeln!(out, "nothing is lost")?;
    }
    writeln!(out, "the store goes on after group {}", repair.last_group)?;
    Ok(out.flush()?)
}

fn compact(directory: &DirectoryArg, encoding: Option<Encoding>) -> Result<(), Failure> {
    let mut store = Store::open_existing(directory.disk(), Options { encoding, ..Options::default() })?;
    store_args::note_torn(store.torn_end(), "were cut off");
    let before = store.stats()?;
    store.compact()?;
    let after = store.stats()?;
    store.close_at_exit()?;
    let size = |stats: &store::Stats| store::ByteSize(stats.segment_bytes + stats.snapshot_bytes);
    Ok(writeln!(io::stdout(), "{} before, {} after", size(&before), size(&after))?)
}

fn export(
    directory: &DirectoryArg,
    until: Until,
    format: Format,
    ExportTarget { out, force }: &ExportTarget,
) -> Result<(), Failure> {
    let mut view = directory.view(until)?;
    let Some(file) = out else {
        let mut out = stdout();
        write_list(&mut view, format, &mut out)?;
        return Ok(out.flush()?);
    };
    let written = write_whole(file, *force, |out| write_list(&mut view, format, out));
    written.map_err(|failure| {
        let Failure::Output(error) = failure else { return failure };
        let name = plain(&file.display().to_string());
        match error.kind() {
            ErrorKind::AlreadyExists => Failure::Usage(format!("{name}: {error}; --force replaces it")),
            ErrorKind::InvalidInput => Failure::Usage(format!("{name}: {error}")),
            kind => Failure::Output(io::Error::new(kind, format!("{name}: {error}"))),
        }
    })
}

/// Writes the queries that rebuild what a view shows.
fn write_list(view: &mut StoreView, format: Format, out: &mut dyn Write) -> Result<(), Failure> {
    let (before, between, after) =
        if format == Format::Json { ("[", ",\n ", "]\n") } else { ("", "\n", "\n") };
    let mut count = 0;
    out.write_all(before.as_bytes())?;
    view.try_dump(|query: &Query<'_>| {
        out.write_all(if count == 0 { b"" } else { between.as_bytes() })?;
        count += 1;
        Ok::<_, Failure>(out.write_all(to_json(&Language::records().words(query)).as_bytes())?)
    })?;
    Ok(out.write_all(if count == 0 && format == Format::Jsonl { b"" } else { after.as_bytes() })?)
}

fn replay(directory: &DirectoryArg, until: Until, format: Option<Format>) -> Result<(), Failure> {
    let mut view = directory.view(until)?;
    let mut rows = Rows::new(stdout(), format, &["key", "field", "value", "left"]);
    view.try_each_cell(|cell: &LiveCell<'_>| {
        let left = cell.remaining.map(|remaining| remaining.0);
        Ok::<_, Failure>(rows.add(&[
            json!(cell.key),
            json!(cell.field),
            json!(cell.value.shown()),
            json!(left),
        ])?)
    })?;
    Ok(rows.finish()?)
}
