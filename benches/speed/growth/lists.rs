//! Lists of queries that cost more than they should where a database is not careful, each of any length.

/// A kind of list: its name, the rule of the clock, and the list of about so many queries.
pub(crate) type Kind = (&'static str, bool, fn(usize) -> Vec<String>);

/// All of them.
pub(crate) const KINDS: [Kind; 9] = [
    ("dead again after each RESTORE", false, dead_again),
    ("SCAN over what only a backup holds", false, |n| unseen(n, "SCAN k")),
    ("EXISTS over it", false, |n| unseen(n, "EXISTS k")),
    ("SCAN_BY_PREFIX over it", false, |n| unseen(n, "SCAN_BY_PREFIX k f")),
    ("KEYS after BEGIN beside it", false, listed_in_transactions),
    ("KEYS after RESTORE beside it", false, listed_after_restores),
    ("a record on many side branches", false, side_branches),
    ("BACKUP under the free rule", true, free_backups),
    ("FORGET of all backups but the last", false, forgotten),
];

/// A third of the cells die, and again after each RESTORE.
fn dead_again(length: usize) -> Vec<String> {
    let set = |number| format!("SET_AT_WITH_TTL k{number} f v 0 1");
    let rounds =
        (0..length / 3).flat_map(|round| [format!("RESTORE {round} 0"), format!("GET_AT k f {}", round + 1)]);
    let backups = std::iter::once("BACKUP 0".to_owned());
    (0..length / 3).map(set).chain(backups).chain(rounds).collect()
}

/// Half of the queries make cells of one record that only a backup holds, half ask for those that are seen.
fn unseen(length: usize, ask: &str) -> Vec<String> {
    let set = |number| format!("SET_AT_WITH_TTL k f{number} v 0 5");
    let saved = ["BACKUP 0", "SET_AT k g v 9"].map(str::to_owned);
    let asks = (0..length / 2).map(|_| ask.to_owned());
    (0..length / 2).map(set).chain(saved).chain(asks).collect()
}

/// Records that only a backup holds, and a few others.
fn held(records: usize) -> impl Iterator<Item = String> {
    let sets = (0..records).map(|number| format!("SET k{number} f v"));
    sets.chain(["BACKUP 0", "CLEAR", "PUT a v", "BACKUP 1"].map(str::to_owned))
}

fn listed_in_transactions(length: usize) -> Vec<String> {
    let rounds = (0..length / 8).flat_map(|_| ["BEGIN", "PUT b v", "KEYS", "ROLLBACK"]);
    held(length / 2).chain(rounds.map(str::to_owned)).collect()
}

fn listed_after_restores(length: usize) -> Vec<String> {
    let rounds = (0..length / 6).flat_map(|_| ["RESTORE 1 1", "PUT b v", "KEYS"]);
    held(length / 2).chain(rounds.map(str::to_owned)).collect()
}

fn side_branches(length: usize) -> Vec<String> {
    let round = |round| {
        [
            "SET k f w".to_owned(),
            format!("BACKUP {round}"),
            format!("RESTORE {round} 0"),
            "GET k f".to_owned(),
        ]
    };
    let first = ["SET k f v", "BACKUP 0"].map(str::to_owned);
    first.into_iter().chain((1..length / 4).flat_map(round)).collect()
}

fn free_backups(length: usize) -> Vec<String> {
    let set = |number| format!("SET_AT_WITH_TTL k{number} f v 0 {}", 1 + number % 7);
    let backups = (0..length / 2).map(|number| format!("BACKUP {}", number % 9));
    (0..length / 2).map(set).chain(backups).collect()
}

/// A tenth of the queries make records; then one of those is written, saved, and the backup before that is forgotten.
fn forgotten(length: usize) -> Vec<String> {
    let records = length / 10;
    let set = |number| format!("SET k{number} f v");
    let round = |round| {
        let (record, value) = (round * 7 % records, round);
        [format!("SET k{record} f {value}"), format!("BACKUP {round}"), format!("FORGET {round}")]
    };
    (0..records).map(set).chain((0..3 * records).flat_map(round)).collect()
}
