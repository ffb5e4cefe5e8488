//! The program `rewind`; everything it does is in the room `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rewinddb::cli::main()
}
