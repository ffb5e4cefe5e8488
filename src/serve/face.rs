//! What a face is: bytes to queries, and replies to bytes.

use super::desk::{Desk, Held};

/// How somebody speaks with the database.
pub(super) trait Face {
    /// What is said before anything is asked.
    fn greeting(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Answers the requests that stand whole at the beginning of `input`, as many as one turn has.
    fn answer(&mut self, input: &[u8], desk: &mut Desk, held: &mut Held) -> Step;

    /// What stands in the place of every reply of a turn that could not be committed.
    fn uncommitted(&self, why: &str) -> Vec<u8>;
}

/// How far a face has come.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// So many bytes are done with.
    pub(super) consumed: usize,
    /// Is there a whole request behind them that waits for another turn?
    pub(super) has_more: bool,
    /// What comes now, if it is not the next request.
    pub(super) end: Option<End>,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Once what is answered is written.
    Close,
    /// The same, and the server ends too.
    Shutdown,
}
