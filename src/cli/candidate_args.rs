//! The command that is judged: how it is spoken to, and what it may use.

use std::time::{SystemTime, UNIX_EPOCH};

use super::quote::quote;
use super::say;
use crate::judge::{
    Candidate, Limits, Millis, Notes, Protocol, Rng, TimeRule, adopt_orphans, noted_candidate,
};
use crate::store::ByteSize;
use crate::track::records::Records;

/// How a command is run that is judged.
#[derive(clap::Args)]
pub(super) struct CandidateArgs {
    /// How the command is spoken to: list (a process for each list, arrays in and out), lines (a query a line) or session
    /// (the adapters of `rewind init`)
    #[arg(long, value_name = "PROTOCOL", default_value = "list")]
    protocol: Protocol,

    /// Draw or use no time beyond this, for solutions whose numbers do not reach to 2^64-1
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    pub(super) max_time: u64,
}

/// What a command may use.
#[derive(clap::Args)]
#[command(next_help_heading = "Limits (TIME as in 500ms or 2s, BYTES as in 64MiB)")]
#[expect(clippy::struct_field_names, reason = "the options are called so")]
pub(super) struct LimitArgs {
    /// Time from its start to its first sign of life
    #[arg(long, value_name = "TIME", default_value = "10s")]
    start_limit: Millis,

    /// Time for a list
    #[arg(long, value_name = "TIME", default_value = "2s")]
    time_limit: Millis,

    /// Time for a query, where they are handed over one by one
    #[arg(long, value_name = "TIME", default_value = "1s")]
    query_limit: Millis,

    /// Memory of all its processes together
    #[arg(long, value_name = "BYTES", default_value = "2GiB")]
    memory_limit: ByteSize,

    /// Bytes on standard output for a list
    #[arg(long, value_name = "BYTES", default_value = "16MiB")]
    output_limit: ByteSize,

    /// Bytes of a line, where answers come in lines
    #[arg(long, value_name = "BYTES", default_value = "1MiB")]
    line_limit: ByteSize,
}

impl From<&LimitArgs> for Limits {
    fn from(args: &LimitArgs) -> Self {
        let bytes = |size: ByteSize| usize::try_from(size.0).unwrap_or(usize::MAX);
        Self {
            start: args.start_limit.0,
            case: args.time_limit.0,
            query: args.query_limit.0,
            memory: args.memory_limit.0,
            output: bytes(args.output_limit),
            line: bytes(args.line_limit),
        }
    }
}

impl CandidateArgs {
    /// The candidate that a command starts.
    pub(super) fn candidate(&self, command: &[String], limits: &LimitArgs) -> Box<dyn Candidate> {
        // What is found out about it is told as it is found.
        self.noted_candidate(command, limits, Notes::to(|line| say(&format!("note: {line}\n"))))
    }

    /// The same, where what is found out about it is told elsewhere.
    pub(super) fn noted_candidate(
        &self,
        command: &[String],
        limits: &LimitArgs,
        notes: Notes,
    ) -> Box<dyn Candidate> {
        adopt_orphans();
        noted_candidate(&Records, self.protocol, command, limits.into(), notes)
    }

    /// The options, the limits aside, that run a command again as it was run, and the command; as a shell reads them.
    pub(super) fn again(&self, clock: TimeRule, command: &[String]) -> String {
        let mut text = String::new();
        if self.protocol != Protocol::List {
            text.push_str(&format!(" --protocol {}", self.protocol));
        }
        if clock == TimeRule::Free {
            text.push_str(" --clock free");
        }
        if self.max_time < u64::MAX {
            text.push_str(&format!(" --max-time {}", self.max_time));
        }
        let words: Vec<_> = command.iter().map(|word| quote(word)).collect();
        format!("{text} -- {}", words.join(" "))
    }
}

/// A seed that was not used before, short enough to be typed.
pub(super) fn new_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Rng(since.as_secs() ^ (u64::from(since.subsec_nanos()) << 32)).below(1_000_000_000)
}
