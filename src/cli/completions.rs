//! `rewind completions`: what makes a shell complete the command line.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Failure};

/// Print the completions of a shell
#[derive(clap::Args)]
#[command(after_help = INSTALLED)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Where completions go, as `--help` tells it.
const INSTALLED: &str = "\
Where they go:
  bash        rewind completions bash > ~/.local/share/bash-completion/completions/rewind
  zsh         rewind completions zsh > _rewind, in a folder of $fpath
  fish        rewind completions fish > ~/.config/fish/completions/rewind.fish
  powershell  rewind completions powershell >> $PROFILE
  elvish      rewind completions elvish >> ~/.config/elvish/rc.elv";

/// Prints them.
pub(super) fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rewind", &mut text);
    Ok(io::stdout().write_all(&text)?)
}
