//! Random lists as the tests draw them: half of them of the exercise alone, whose operations meet more often there; and
//! seldom with a timestamp that is refused.

pub(crate) use rewinddb::judge::Rng;
use rewinddb::judge::{ListOptions, QueryList, TimeRule, list_of as drawn};
use rewinddb::query::Level;
use rewinddb::track::records::Records;

/// Queries in which no others stand.
pub(crate) type List = Vec<Vec<String>>;

/// The list that belongs to a seed, without sessions: for whoever asks what only a database at rest can tell.
pub(crate) fn list_of(seed: u64, free: bool) -> List {
    let level = if seed % 4 < 2 { before_sessions() } else { crate::language().exercise() };
    let list = list_of_level(seed, free, level);
    let texts =
        |words: Vec<rewinddb::wire::Term>| words.iter().flat_map(|word| word.texts().to_vec()).collect();
    list.into_iter().map(texts).collect()
}

/// The list that belongs to a seed: of the whole language, of that before sessions, or of the exercise.
pub(crate) fn any_list_of(seed: u64, free: bool) -> QueryList {
    let level = match seed % 4 {
        0 | 2 => crate::language().last_level(),
        1 => before_sessions(),
        _ => crate::language().exercise(),
    };
    list_of_level(seed, free, level)
}

fn list_of_level(seed: u64, free: bool, level: Level) -> QueryList {
    let clock = if free { TimeRule::Free } else { TimeRule::Monotone };
    drawn(seed, ListOptions { refusals: true, ..ListOptions::new(&Records, level.number(), clock) })
}

fn before_sessions() -> Level {
    Level::new(5)
}
