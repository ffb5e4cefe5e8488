//! What clients are held to, as it is typed.

use std::time::Duration;

use crate::serve::Limits;
use crate::store::ByteSize;

/// What clients are held to.
#[derive(clap::Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitArgs {
    /// Connections at once
    #[arg(long, value_name = "N", default_value = "1000")]
    max_connections: usize,

    /// The same from one address that is not of this machine
    #[arg(long, value_name = "N", default_value = "100")]
    max_connections_per_source: usize,

    /// Bytes of a word
    #[arg(long, value_name = "BYTES", default_value = "16MiB")]
    max_word: ByteSize,

    /// Bytes of a request
    #[arg(long, value_name = "BYTES", default_value = "64MiB")]
    max_request: ByteSize,

    /// Words of a request
    #[arg(long, value_name = "N", default_value = "65536")]
    max_words: usize,

    /// Bytes of a line
    #[arg(long, value_name = "BYTES", default_value = "64KiB")]
    max_line: ByteSize,

    /// Queries of a MULTI, a batch or a list
    #[arg(long, value_name = "N", default_value = "65536")]
    max_queries: usize,

    /// Bytes of the head of a request of HTTP
    #[arg(long, value_name = "BYTES", default_value = "16KiB")]
    max_head: ByteSize,

    /// Headers of a request of HTTP
    #[arg(long, value_name = "N", default_value = "64")]
    max_headers: u16,

    /// Bytes of the target of a request of HTTP
    #[arg(long, value_name = "BYTES", default_value = "8KiB")]
    max_target: ByteSize,

    /// Readers of events over HTTP at once
    #[arg(long, value_name = "N", default_value = "1000")]
    max_readers: usize,

    /// Bytes that are read or to be written, of all connections together
    #[arg(long, value_name = "BYTES", default_value = "256MiB")]
    max_buffers: ByteSize,

    /// Bytes of replies that a client does not read
    #[arg(long, value_name = "BYTES", default_value = "64MiB")]
    max_unread: ByteSize,

    /// Transactions open at once
    #[arg(long, value_name = "N", default_value = "128")]
    max_transactions: usize,

    /// Memory of the process from which on writes are refused, unless an eighth of it is free [default: no bound]
    #[arg(long, value_name = "BYTES")]
    max_memory: Option<ByteSize>,

    /// Milliseconds that half a request may wait for its other half
    #[arg(long, value_name = "MS", default_value = "10000")]
    request_timeout: u64,

    /// Milliseconds that the head of a request of HTTP may take
    #[arg(long, value_name = "MS", default_value = "5000")]
    head_timeout: u64,

    /// Milliseconds that a transaction of HTTP may be idle
    #[arg(long, value_name = "MS", default_value = "30000")]
    transaction_timeout: u64,

    /// Milliseconds that a connection of HTTP or of the line protocol may be idle
    #[arg(long, value_name = "MS", default_value = "300000")]
    idle_timeout: u64,

    /// Milliseconds that a client may take nothing of its replies
    #[arg(long, value_name = "MS", default_value = "30000")]
    write_timeout: u64,

    /// Milliseconds that what is in hand may take at the end
    #[arg(long, value_name = "MS", default_value = "5000")]
    drain_timeout: u64,
}

impl LimitArgs {
    /// The same, as a server is told.
    pub(super) fn limits(&self) -> Limits {
        let bytes = |size: ByteSize| usize::try_from(size.0).unwrap_or(usize::MAX);
        Limits {
            connections: self.max_connections,
            connections_per_source: self.max_connections_per_source,
            word: bytes(self.max_word),
            request: bytes(self.max_request),
            words: self.max_words,
            line: bytes(self.max_line),
            queries: self.max_queries,
            head: bytes(self.max_head),
            headers: self.max_headers.into(),
            target: bytes(self.max_target),
            readers: self.max_readers,
            buffers: bytes(self.max_buffers),
            unread: bytes(self.max_unread),
            transactions: self.max_transactions,
            memory: self.max_memory.map(|size| size.0),
            request_timeout: Duration::from_millis(self.request_timeout),
            head_timeout: Duration::from_millis(self.head_timeout),
            transaction_timeout: Duration::from_millis(self.transaction_timeout),
            idle_timeout: Duration::from_millis(self.idle_timeout),
            write_timeout: Duration::from_millis(self.write_timeout),
            drain_timeout: Duration::from_millis(self.drain_timeout),
        }
    }
}
