//! What a connection may hold, and for how long.

use std::time::Duration;

/// The bounds that a server keeps its clients in.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// The same from one address that is not of this machine.
    pub connections_per_source: usize,
    /// Bytes of a word.
    pub word: usize,
    /// Bytes of a request.
    pub request: usize,
    /// Words of a request.
    pub words: usize,
    /// Bytes of an inline request, or of a line.
    pub line: usize,
    /// Queries of a MULTI, a batch or a list.
    pub queries: usize,
    /// Bytes of the head of a request of HTTP.
    pub head: usize,
    /// Headers of a request of HTTP.
    pub headers: usize,
    /// Bytes of the target of a request of HTTP.
    pub target: usize,
    /// Readers of events at once.
    pub readers: usize,
    /// Bytes of all that is read or to be written, of all connections together.
    pub buffers: usize,
    /// Bytes of replies that nobody reads.
    pub unread: usize,
    /// Transactions open at once.
    pub transactions: usize,
    /// Resident bytes from which on writes are refused; `None` for no bound.
    pub memory: Option<u64>,
    /// How long half a request may stand there.
    pub request_timeout: Duration,
    /// The same for a head of HTTP.
    pub head_timeout: Duration,
    /// How long a transaction of HTTP may be idle.
    pub transaction_timeout: Duration,
    /// How long a connection may be idle; one of RESP for ever.
    pub idle_timeout: Duration,
    /// How long a client may take nothing of what is to be written.
    pub write_timeout: Duration,
    /// How long what is in hand may go on at the end.
    pub drain_timeout: Duration,
}

/// From so many bytes of replies on that are not read, no more requests are read of that connection.
pub(super) const SATED: usize = 1 << 20;

/// So many bytes are read at once.
pub(super) const READ: usize = 64 << 10;

/// So many requests of one connection are answered before the others have their turn.
pub(super) const TURN: usize = 4_096;

/// A connection that had so many bytes to do gives way to the others before it reads again.
pub(super) const PLENTY: usize = 512;

impl Limits {
    /// The same, small enough to be added to: nobody has more.
    pub(super) fn countable(mut self) -> Self {
        const MOST: usize = usize::MAX / 8;
        let bounds = [
            &mut self.word,
            &mut self.request,
            &mut self.words,
            &mut self.line,
            &mut self.queries,
            &mut self.head,
            &mut self.headers,
            &mut self.target,
            &mut self.readers,
            &mut self.buffers,
            &mut self.unread,
        ];
        for bound in bounds {
            *bound = (*bound).min(MOST);
        }
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_000,
            connections_per_source: 100,
            word: 16 << 20,
            request: 64 << 20,
            words: 65_536,
            line: 64 << 10,
            queries: 65_536,
            head: 16 << 10,
            headers: 64,
            target: 8 << 10,
            readers: 1_000,
            buffers: 256 << 20,
            unread: 64 << 20,
            transactions: 128,
            memory: None,
            request_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(5),
            transaction_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_mins(5),
            write_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(5),
        }
    }
}
