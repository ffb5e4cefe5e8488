//! What is no request, and what Redis says of it.

use std::fmt;

/// Why the bytes of a connection are no requests.
///
/// ```
/// use rewinddb::serve::resp::parser::ProtocolError;
///
/// assert_eq!(ProtocolError::Expected(b'*').to_string(), "Protocol error: expected '$', got '*'");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The number of words is none, or too large.
    InvalidMultibulk,
    /// The length of a word is none, too large, or not that of the word.
    InvalidBulk,
    /// A word begins with this byte.
    Expected(u8),
    /// A line that does not end.
    TooBigInline,
    /// The number of words does not end.
    TooBigMultibulkCount,
    /// The length of a word does not end.
    TooBigBulkCount,
    /// A quote that does not end where a word does.
    UnbalancedQuotes,
    /// HTTP: it is not answered.
    OtherProtocol,
}

impl ProtocolError {
    /// Is the client told, before its connection is closed?
    #[must_use]
    pub fn is_told(self) -> bool {
        self != Self::OtherProtocol
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::InvalidMultibulk => "invalid multibulk length",
            Self::InvalidBulk => "invalid bulk length",
            Self::Expected(got) => return write!(f, "Protocol error: expected '$', got '{}'", Got(*got)),
            Self::TooBigInline => "too big inline request",
            Self::TooBigMultibulkCount => "too big mbulk count string",
            Self::TooBigBulkCount => "too big bulk count string",
            Self::UnbalancedQuotes => "unbalanced quotes in request",
            Self::OtherProtocol => return f.write_str("HTTP on a port of another protocol"),
        };
        write!(f, "Protocol error: {what}")
    }
}

impl std::error::Error for ProtocolError {}

/// A byte, as text that stands for it.
struct Got(u8);

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::super::escape::text(&[self.0]))
    }
}
