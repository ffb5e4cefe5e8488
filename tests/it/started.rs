//! The program, started as a person or a pipe starts it.

use std::process::{Command, Output, Stdio};

use crate::top;

/// A run of the program from the top of the project, with nothing of the terminal it was started from.
pub(crate) fn rewind(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rewind"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.current_dir(top()).args(arguments).stdin(Stdio::null());
    command
}

/// Runs the program with an input.
pub(crate) fn feed(arguments: &[&str], input: &[u8]) -> Output {
    feed_to(rewind(arguments), input)
}

/// Runs a command with an input.
pub(crate) fn feed_to(mut command: Command, input: &[u8]) -> Output {
    let piped = || Stdio::piped();
    let mut child = command.stdin(piped()).stdout(piped()).stderr(piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A program that refuses its input need not read all of it.
        let _ = std::io::Write::write_all(&mut stdin, &input);
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer ends");
    output
}

/// The text of an output.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program writes UTF-8")
}
