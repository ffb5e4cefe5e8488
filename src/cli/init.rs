//! `rewind init`: a starter kit for a language.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use super::Failure;
use super::closed;
use super::quote::quote;
use crate::script::plain;
use crate::track::records::{KITS, Kit};

/// Write a starter kit: an empty solution, the adapter that connects it to the judge, rewind.toml, a README
#[derive(clap::Args)]
pub(super) struct InitArgs {
    /// The language; c++ may be typed cpp
    #[arg(value_name = "LANGUAGE", value_parser = closed::kit())]
    kit: Option<&'static Kit>,

    /// Where to; it is made if it is not there
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath, default_value = ".")]
    directory: PathBuf,
}

/// Writes the kit, unless one of its files is there already.
pub(super) fn init(args: &InitArgs) -> Result<(), Failure> {
    let InitArgs { kit, directory } = args;
    let Some(kit) = kit else {
        let languages: Vec<_> = KITS.iter().map(Kit::name).collect();
        let help = format!("there are kits for {}: rewind init {}", languages.join(", "), languages[0]);
        return Err(Failure::Usage(format!("which language?\n  = help: {help}")));
    };
    let cannot = |what: &str, error: &std::io::Error| {
        Failure::Usage(format!("cannot {what} {}: {error}", directory.display()))
    };
    let there: Vec<_> = kit
        .files()
        .map(|(name, _)| name)
        .filter(|name| directory.join(name).symlink_metadata().is_ok())
        .collect();
    if !there.is_empty() {
        let message =
            format!("{} has {} already; nothing was written", directory.display(), there.join(", "));
        return Err(Failure::Usage(format!("{message}\n  = help: name another directory")));
    }
    std::fs::create_dir_all(directory).map_err(|error| cannot("make", &error))?;
    for (name, text) in kit.files() {
        let file = OpenOptions::new().write(true).create_new(true).open(directory.join(name));
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| cannot("write to", &error))?;
    }
    let is_here = directory.as_os_str() == ".";
    let place = if is_here { String::new() } else { format!(" {}", quote(&directory.to_string_lossy())) };
    let solution = if is_here { kit.solution.into() } else { directory.join(kit.solution) };
    let text = format!("Fill in {}, then:\n\nrewind judge{place}\n", plain(&solution.display().to_string()));
    Ok(anstream::stdout().write_all(text.as_bytes())?)
}
