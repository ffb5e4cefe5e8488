//! Random lists as the tests draw them: half of them of the exercise alone, whose operations meet more often there; and
//! seldom with a timestamp that is refused.

pub(crate) use rewinddb::judge::Rng;
use rewinddb::judge::{Exercise, ListOptions, QueryList, TimeRule, list_of as drawn};
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

#[test]
fn lists_that_are_to_keep_the_promises_keep_them_and_both_clock_rules_agree_there() {
    let (mut queries, mut timed) = (0, 0);
    for seed in 0..400 {
        let level = 1 + u8::try_from(seed % 4).expect("it is small");
        let list = drawn(seed, ListOptions::new(&Records, level, TimeRule::Monotone).promised());
        assert_eq!(Records.broken_promise(&list), None, "seed {seed}: {list:?}");
        let [monotone, free] = [TimeRule::Monotone, TimeRule::Free].map(|rule| Records.answers(&list, rule));
        assert!(monotone.is_some() && monotone == free, "seed {seed}: {list:?}");
        queries += list.len();
        let name = list[0][0].texts()[0].clone();
        timed += usize::from(name.ends_with("_AT") || name.ends_with("_TTL") || name == "BACKUP");
    }
    // No list is cut short, and most of those that may be timed are.
    assert!(queries > 400 * 20 && (120..200).contains(&timed), "{queries} queries, {timed} lists with times");
}
