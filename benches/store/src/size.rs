//! Bytes of the log a query, beside those of key, field and value. The goal: a quarter more, and 24.

use rewinddb::query::Query;
use rewinddb::store::Encoding;
use rewinddb::time::{Time, Ttl};

use crate::meter::Random;
use crate::ours::logged;
use crate::writes::directory;

const QUERIES: usize = 20_000;
/// Bytes of values; keys have 16, fields 6.
const VALUES: [usize; 4] = [8, 78, 300, 1_000];

/// Prints the table.
pub(crate) fn table(divisor: usize) {
    println!("bytes of the log a query ({} queries); the goal is 1.25 x raw + 24", QUERIES / divisor);
    println!(
        "{:<16} {:>8} {:>6} {:>12} {:>10} {:>12} {:>14}",
        "", "group", "raw", "in the log", "to raw", "to the goal", "JSON to goal"
    );
    for (name, kind) in [("SET", 0), ("SET_AT", 1), ("SET_AT_WITH_TTL", 2)] {
        for group in [1, 100] {
            for value in VALUES {
                row(name, kind, group, value, QUERIES / divisor);
            }
        }
    }
    println!();
}

fn row(name: &str, kind: usize, group: usize, value: usize, count: usize) {
    let words = words(count, value);
    let queries: Vec<_> = words.iter().map(|words| query(kind, words)).collect();
    let bytes = |encoding| {
        let directory = directory("rewinddb");
        logged(directory.path(), encoding, queries.chunks(group)) as f64 / count as f64
    };
    let raw = (22 + value) as f64;
    let goal = 1.25 * raw + 24.0;
    let (binary, json) = (bytes(Encoding::Binary), bytes(Encoding::Json));
    println!(
        "{name:<16} {group:>8} {raw:>6} {binary:>12.1} {:>9.2}x {:>11.2}x {:>13.2}x",
        binary / raw,
        binary / goal,
        json / goal
    );
}

/// Key, field and value, the moment and the time to live.
type Words = (String, String, String, u64, u64);

fn words(count: usize, value: usize) -> Vec<Words> {
    let mut random = Random::new(41);
    // Milliseconds since 1970, as many would hand them in, and lifetimes of up to a day.
    let mut now = 1_700_000_000_000;
    let mut one = || {
        now += random.below(20) as u64;
        let key = format!("user:{:011}", random.below(12_500));
        let field = format!("field{}", random.below(8));
        let text = (0..value).map(|_| char::from(b'a' + random.below(26).to_le_bytes()[0])).collect();
        (key, field, text, now, 1 + random.below(86_400_000) as u64)
    };
    (0..count).map(|_| one()).collect()
}

fn query(kind: usize, words: &Words) -> Query<'_> {
    let (key, field, value, now, ttl) = words;
    let (timestamp, ttl) = (Time(*now), Ttl(*ttl));
    match kind {
        0 => Query::Set { key, field, value },
        1 => Query::SetAt { key, field, value, timestamp },
        _ => Query::SetAtWithTtl { key, field, value, timestamp, ttl },
    }
}
