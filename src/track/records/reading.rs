//! Lists of words, read as requests.

use crate::judge::QueryWords;
use crate::query::{Aliases, Language};
use crate::wire::{Request, raw_query};

/// What the words of a list ask, other names of operations taken for what they stand for where they are used; `None` if
/// some ask nothing.
#[must_use]
pub fn requests(list: &[QueryWords]) -> Option<Vec<Request<'_>>> {
    read(list).map(|(requests, _)| requests)
}

/// The same, and the other names that operations have after it.
pub(super) fn read(list: &[QueryWords]) -> Option<(Vec<Request<'_>>, Aliases)> {
    let (mut aliases, level) = (Aliases::default(), Language::records().last_level());
    let mut requests = Vec::with_capacity(list.len());
    for words in list {
        let request = Request::parse(&raw_query(words), &aliases, level).ok()?;
        for query in request.queries() {
            aliases.learn(query);
        }
        requests.push(request);
    }
    Some((requests, aliases))
}
