//! `.mode` and `.timer`: how answers are shown.

use crate::cli::repl::shell::Shell;
use crate::cli::repl::words::{CommandWords, Refusal};
use crate::script::Format;

/// `.mode FORMAT`
pub(super) fn mode(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    let format: Result<Format, String> = words.text(0).parse();
    shell.out.format = format.map_err(|why| words.fault(0, "no such way to show answers", &why))?;
    Ok(())
}

/// `.timer on|off`
pub(super) fn timer(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    shell.is_timed = match words.text(0) {
        "on" => true,
        "off" => false,
        _ => return Err(words.fault(0, "the timer is on or off", "write .timer on or .timer off")),
    };
    Ok(())
}
