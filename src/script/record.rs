//! A record of what a server was asked: a line for each query, with its session and its answer.

use serde::{Deserialize, Serialize};

use crate::wire::Term;

/// A line of a record.
///
/// ```
/// use rewinddb::script::RecordedLine;
///
/// let line = r#"{"session":7,"query":["GET","a"],"answer":"1"}"#;
/// let read: RecordedLine = serde_json::from_str(line)?;
/// assert_eq!(read.session, 7);
/// assert_eq!(serde_json::to_string(&read)?, line);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedLine {
    /// Whose it is: 0 is the database's own session.
    pub session: u64,
    /// The words.
    pub query: Vec<Term>,
    /// What they were answered.
    pub answer: Term,
}
