//! Options that say who is judged, how that is spoken to, and what it may use.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::closed;
use crate::judge::{Limits, Millis, Protocol, Rng};
use crate::store::ByteSize;

/// Who is judged.
#[derive(clap::Args)]
pub(super) struct CandidateArgs {
    /// The folder of a kit, or a solution in Python, JavaScript or TypeScript; without it, and without a command,
    /// the kit in this folder
    #[arg(value_name = "KIT|FILE", conflicts_with = "command")]
    pub(super) target: Vec<PathBuf>,

    /// How the solution is spoken to [default: what rewind.toml says; for a command list]
    #[arg(long, value_name = "PROTOCOL", value_parser = closed::protocol())]
    pub(super) protocol: Option<Protocol>,

    /// Run this command once before, as a shell reads it
    #[arg(long, value_name = "COMMAND")]
    pub(super) build: Option<String>,

    /// Draw or use no time beyond this, for solutions whose numbers do not reach to 2^64-1
    #[arg(long, value_name = "N")]
    pub(super) max_time: Option<u64>,

    /// The command that starts the solution
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<String>,
}

/// What a solution may use.
#[derive(clap::Args, Clone, Copy, Default)]
#[command(next_help_heading = "Limits (TIME as in 500ms or 2s, BYTES as in 64MiB)")]
#[expect(clippy::struct_field_names, reason = "the options are called so")]
pub(super) struct LimitArgs {
    /// Time from its start to its first sign of life [default: 10s]
    #[arg(long, value_name = "TIME")]
    pub(super) start_limit: Option<Millis>,

    /// Time for a list [default: 2s]
    #[arg(long, value_name = "TIME")]
    pub(super) time_limit: Option<Millis>,

    /// Time for a query, where they are handed over one by one [default: 1s]
    #[arg(long, value_name = "TIME")]
    pub(super) query_limit: Option<Millis>,

    /// Memory of all its processes together [default: 2GiB]
    #[arg(long, value_name = "BYTES")]
    pub(super) memory_limit: Option<ByteSize>,

    /// Bytes on standard output for a list [default: 16MiB]
    #[arg(long, value_name = "BYTES")]
    pub(super) output_limit: Option<ByteSize>,

    /// Bytes of a line, where answers come in lines [default: 1MiB]
    #[arg(long, value_name = "BYTES")]
    pub(super) line_limit: Option<ByteSize>,

    /// Time for the command that builds it [default: 120s]
    #[arg(long, value_name = "TIME")]
    pub(super) build_limit: Option<Millis>,
}

impl LimitArgs {
    /// These, and what others say of the rest.
    pub(super) fn or(self, others: Self) -> Self {
        Self {
            start_limit: self.start_limit.or(others.start_limit),
            time_limit: self.time_limit.or(others.time_limit),
            query_limit: self.query_limit.or(others.query_limit),
            memory_limit: self.memory_limit.or(others.memory_limit),
            output_limit: self.output_limit.or(others.output_limit),
            line_limit: self.line_limit.or(others.line_limit),
            build_limit: self.build_limit.or(others.build_limit),
        }
    }

    /// How long a build may take.
    pub(super) fn build(self) -> Duration {
        self.build_limit.map_or(Duration::from_mins(2), |limit| limit.0)
    }
}

impl From<LimitArgs> for Limits {
    fn from(args: LimitArgs) -> Self {
        let bytes = |size: ByteSize| usize::try_from(size.0).unwrap_or(usize::MAX);
        let usual = Self::default();
        Self {
            start: args.start_limit.map_or(usual.start, |limit| limit.0),
            case: args.time_limit.map_or(usual.case, |limit| limit.0),
            query: args.query_limit.map_or(usual.query, |limit| limit.0),
            memory: args.memory_limit.map_or(usual.memory, |limit| limit.0),
            output: args.output_limit.map_or(usual.output, bytes),
            line: args.line_limit.map_or(usual.line, bytes),
        }
    }
}

/// A seed that was not used before, short enough to be typed.
pub(super) fn new_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Rng(since.as_secs() ^ (u64::from(since.subsec_nanos()) << 32)).below(1_000_000_000)
}
