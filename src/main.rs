//! The program `rewind`; everything it does is in the room `cli`.

use std::alloc::System;
use std::process::ExitCode;

/// Counts what is allocated: of what was freed the allocator keeps much, so the size of the process does not tell.
#[global_allocator]
static MEMORY: cap::Cap<System> = cap::Cap::new(System, usize::MAX);

fn main() -> ExitCode {
    rewinddb::cli::main(|| MEMORY.allocated())
}
