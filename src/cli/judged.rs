//! The command that is judged: how it is spoken to, and what it may use.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::store::ByteSize;
use crate::suite::{Candidate, Dice, Limits, Millis, Protocol, adopt_orphans, candidate};

/// How a command is run that is judged.
#[derive(clap::Args)]
pub(super) struct Judged {
    /// How the command is spoken to: list (a process a list, arrays in and out), lines (a query a line) or session (the
    /// adapters of `rewind init`)
    #[arg(long, value_name = "PROTOCOL", default_value = "list")]
    pub(super) protocol: Protocol,

    #[command(flatten)]
    limits: LimitArgs,
}

/// What a command may use.
#[derive(clap::Args)]
#[command(next_help_heading = "Limits")]
#[expect(clippy::struct_field_names, reason = "the options are called so")]
struct LimitArgs {
    /// From its start to its first sign of life
    #[arg(long, value_name = "TIME", default_value = "10s")]
    start_limit: Millis,

    /// For a list
    #[arg(long, value_name = "TIME", default_value = "2s")]
    time_limit: Millis,

    /// For a query, where they are handed over one by one
    #[arg(long, value_name = "TIME", default_value = "1s")]
    query_limit: Millis,

    /// Memory of all its processes together
    #[arg(long, value_name = "BYTES", default_value = "2GiB")]
    memory_limit: ByteSize,

    /// On standard output for a list
    #[arg(long, value_name = "BYTES", default_value = "16MiB")]
    output_limit: ByteSize,

    /// A line, where answers come in lines
    #[arg(long, value_name = "BYTES", default_value = "1MiB")]
    line_limit: ByteSize,
}

impl Judged {
    /// The candidate that a command starts.
    pub(super) fn candidate(&self, command: &[String]) -> Box<dyn Candidate> {
        adopt_orphans();
        let bytes = |size: ByteSize| usize::try_from(size.0).unwrap_or(usize::MAX);
        let limits = Limits {
            start: self.limits.start_limit.0,
            case: self.limits.time_limit.0,
            query: self.limits.query_limit.0,
            memory: self.limits.memory_limit.0,
            output: bytes(self.limits.output_limit),
            line: bytes(self.limits.line_limit),
        };
        candidate(self.protocol, command, limits)
    }
}

/// A seed that was not used before, short enough to be typed.
pub(super) fn new_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Dice(since.as_secs() ^ (u64::from(since.subsec_nanos()) << 32)).below(1_000_000_000)
}
