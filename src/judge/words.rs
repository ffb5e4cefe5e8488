//! Lists of queries as words. A candidate speaks words, so a list stays words, other names of operations included.

use crate::wire::Term;

/// The words of a query, the operation's name first.
pub type QueryWords = Vec<Term>;

/// Queries as words.
pub type QueryList = Vec<QueryWords>;
