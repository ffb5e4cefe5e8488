//! How large a request may be.

/// The most that a request may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordLimits {
    /// The bytes of a word.
    pub word: usize,
    /// The bytes of a whole request, as it arrives.
    pub request: usize,
    /// The words of a request.
    pub words: usize,
    /// The bytes of a line: one that is typed, or the header of an array or of a word.
    pub inline: usize,
}

impl WordLimits {
    /// For who has not told a password yet.
    pub const BEFORE_AUTH: Self = Self { word: 4 << 10, request: 66 << 10, words: 16, inline: 64 << 10 };
}

impl Default for WordLimits {
    fn default() -> Self {
        Self { word: 16 << 20, request: 64 << 20, words: 65_536, inline: 64 << 10 }
    }
}
