//! Several lines at once, as they are pasted: which of them are a query each.

use crate::query::Aliases;
use crate::script::is_unfinished;

/// Parts a text behind its first query, which goes on from line to line while it lacks its end.
pub(super) fn first<'t>(text: &'t str, aliases: &Aliases) -> (&'t str, &'t str) {
    let ends = text.match_indices('\n').map(|(at, _)| at);
    let end = ends.into_iter().find(|end| !goes_on(&text[..*end], aliases));
    end.map_or((text, ""), |end| (&text[..end], &text[end + 1..]))
}

/// Does the last query of a text lack its end?
pub(super) fn is_open(mut text: &str, aliases: &Aliases) -> bool {
    loop {
        match first(text, aliases) {
            (last, "") => return goes_on(last, aliases),
            (_, rest) => text = rest,
        }
    }
}

fn goes_on(line: &str, aliases: &Aliases) -> bool {
    !line.trim_start().starts_with('#') && is_unfinished(line, aliases)
}
