//! Words that a client of a server may leave to it.
//!
//! Invariant: what is read as it stands stays as it is.

use bumpalo::Bump;

use crate::query::{Aliases, RawQuery, WordKind};
use crate::time::Time;

/// The words with an operation's name as the language spells it, and the clock's reading where a moment is `now`.
///
/// ```
/// use rewinddb::query::{Aliases, RawQuery};
/// use rewinddb::script::settled;
/// use rewinddb::time::Time;
///
/// let (arena, aliases) = (bumpalo::Bump::new(), Aliases::default());
/// let sent = RawQuery { words: vec!["backup", "now"], ..RawQuery::default() };
/// assert_eq!(settled(&sent, &arena, &aliases, Time(17)).words, ["BACKUP", "17"]);
/// ```
#[must_use]
pub fn settled<'a>(raw: &RawQuery<'a>, arena: &'a Bump, aliases: &Aliases, now: Time) -> RawQuery<'a> {
    let mut raw = raw.clone();
    settle(&mut raw.words, arena, aliases, now);
    raw.arrays.iter_mut().for_each(|(_, words)| settle(words, arena, aliases, now));
    raw
}

fn settle<'a>(words: &mut [&'a str], arena: &'a Bump, aliases: &Aliases, now: Time) {
    let [name, words @ ..] = words else { return };
    *name = aliases.spelt(name).unwrap_or(name);
    let forms = aliases.forms(name);
    let Some(form) = forms.iter().find(|form| form.words().count() == words.len()) else { return };
    for (word, kind) in words.iter_mut().zip(form.words().map(|word| word.kind)) {
        if matches!(kind, WordKind::Time | WordKind::Moment) && word.eq_ignore_ascii_case("now") {
            *word = arena.alloc_str(&now.to_string());
        }
    }
}
