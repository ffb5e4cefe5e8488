//! The shell without a terminal: one line after the other, answers alone on standard output.
//!
//! Invariants: a line is a query whole, so none goes on with the next; the first mistake ends it, and what came before
//! stands.

use std::io::{self, BufReader};
use std::ops::ControlFlow;

use super::commands;
use super::lines::{self, Lines};
use super::shell::Shell;
use super::words::Refusal;
use crate::cli::Failure;
use crate::cli::input::unreadable;
use crate::cli::run::ended;
use crate::cli::store_args::StoreArgs;

const NAME: &str = "standard input";

pub(super) fn run(mut shell: Shell, storing: &StoreArgs) -> Result<(), Failure> {
    let ran = answer_all(&mut shell);
    ended(ran, shell.close(storing))
}

fn answer_all(shell: &mut Shell) -> Result<(), Failure> {
    let mut lines = Lines::new(BufReader::new(io::stdin()));
    while let Some(line) = lines.read().map_err(|error| unreadable(NAME, &error))? {
        let (number, text) = (line.number, line.text);
        let done = line.fault.map_or_else(|| commands::line(shell, &text), |fault| Err(fault.into()));
        match done {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(Refusal::Failed(failure)) => return Err(failure),
            Err(Refusal::Reported) => return Err(Failure::Refused),
            Err(Refusal::Refused(faults)) => {
                let faults = lines::carriage_return(&text).unwrap_or(faults);
                shell.refuse(NAME, &text, number, &faults)?;
                return Err(Failure::Refused);
            }
        }
        if lines.is_drained() || shell.is_full() {
            shell.settle()?;
        }
    }
    shell.settle()
}
