//! The exercise as it is answered by who makes one classic mistake, and all else right.
//!
//! Invariants: levels 1 to 4 under the monotone rule, in plain maps and full copies, as programs are written in
//! interviews; without a slip it answers what the engine does (a test holds that over random lists); a slip that is
//! made in some operations alone leaves all others as they should be.

mod backups;
mod cells;
mod kinds;
mod listing;
mod place;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::query::Query;
use backups::SavedCells;
pub use kinds::Slip;
pub use place::{MadeSlip, SlipPlace};

/// A cell of the model.
#[derive(Clone, Debug)]
struct SlipCell {
    value: String,
    /// The first moment at which it is dead; `None` for never.
    end: Option<u128>,
    /// What it was given to live.
    ttl: Option<u64>,
    /// The end that it was first given.
    first_end: Option<u128>,
    /// A number that it shares with its copies, as long as they are one and the same for who copies too little.
    number: u64,
}

/// Cells by their fields, in the order in which they were first set.
type SlipRecord = IndexMap<String, SlipCell>;

/// A key and a field.
type SlipNames = (String, String);

/// A database that makes a mistake.
#[derive(Clone, Debug, Default)]
pub struct Slipping {
    made: Option<MadeSlip>,
    /// The mistake, while an operation is answered in which it is made.
    slip: Option<Slip>,
    records: IndexMap<String, SlipRecord>,
    backups: Vec<SavedCells>,
    /// The backup whose maps are those of the present, where such are handed out.
    handed_out: Option<usize>,
    now: u64,
    /// The end that was last given to each, whatever became of the cell.
    ends: BTreeMap<SlipNames, u128>,
    /// What was marked as deleted.
    marked: BTreeSet<SlipNames>,
    /// How many cells there were.
    cells: u64,
}

impl Slipping {
    /// An empty database that makes a mistake, or none.
    #[must_use]
    pub fn new(made: Option<MadeSlip>) -> Self {
        Self { made, ..Self::default() }
    }

    /// Answers a query; `None` for one that is not of levels 1 to 4.
    pub fn answer(&mut self, query: &Query<'_>) -> Option<String> {
        if let Some(time) = query.timestamp() {
            self.now = time.0;
        }
        self.slip = self.made.filter(|made| made.place.covers(query)).map(|made| made.slip);
        let answer = self.answer_of(query)?;
        if let Some(saved) = self.handed_out.and_then(|place| self.backups.get_mut(place)) {
            saved.records.clone_from(&self.records);
        }
        Some(answer)
    }

    fn answer_of(&mut self, query: &Query<'_>) -> Option<String> {
        Some(match *query {
            Query::Set { key, field, value } | Query::SetAt { key, field, value, .. } => {
                self.set((key, field), value, None)
            }
            Query::SetAtWithTtl { key, field, value, ttl, .. } => self.set((key, field), value, Some(ttl.0)),
            Query::Get { key, field } | Query::GetAt { key, field, .. } => self.get(key, field),
            Query::Delete { key, field } | Query::DeleteAt { key, field, .. } => self.delete(key, field),
            Query::Scan { key } | Query::ScanAt { key, .. } => self.scan(key, None),
            Query::ScanByPrefix { key, prefix } | Query::ScanByPrefixAt { key, prefix, .. } => {
                self.scan(key, Some(prefix))
            }
            Query::Backup { .. } => self.backup(),
            Query::Restore { timestamp_to_restore, .. } => self.restore(timestamp_to_restore.0.0),
            _ => return None,
        })
    }

    fn slips(&self, slip: Slip) -> bool {
        self.slip == Some(slip)
    }

    /// Is what lies under these names live?
    fn is_live(&self, key: &str, field: &str, cell: &SlipCell) -> bool {
        let now = u128::from(self.now);
        let names = || (key.to_owned(), field.to_owned());
        match self.slip {
            Some(Slip::EndsByField) => {
                self.ends.get(&(String::new(), field.to_owned())).is_none_or(|end| now < *end)
            }
            Some(Slip::MarkStays) if self.marked.contains(&names()) => false,
            Some(Slip::InclusiveEnd) => cell.end.is_none_or(|end| now <= end),
            Some(Slip::EarlyEnd) => cell.end.is_none_or(|end| now + 1 < end),
            Some(Slip::EndlessLifetime) => true,
            Some(Slip::TimesAsTexts | Slip::TextTtlJoined) => {
                cell.end.is_none_or(|end| now.to_string() < end.to_string())
            }
            _ => cell.end.is_none_or(|end| now < end),
        }
    }

    /// Key and field as they are kept.
    fn names(&self, key: &str, field: &str) -> SlipNames {
        let glued = |between: &str| (String::new(), format!("{key}{between}{field}"));
        match self.slip {
            Some(Slip::GluedNames) => glued(""),
            Some(Slip::GluedByPoint) => glued("."),
            Some(Slip::GluedByUnderscore) => glued("_"),
            Some(Slip::FieldsAlone) => (String::new(), field.to_owned()),
            Some(Slip::KeysWithoutCase) => (key.to_lowercase(), field.to_owned()),
            Some(Slip::KeysTrimmed) => (key.trim().to_owned(), field.to_owned()),
            Some(Slip::FieldsWithoutCase) => (key.to_owned(), field.to_lowercase()),
            _ => (key.to_owned(), field.to_owned()),
        }
    }

    fn cell(&self, names: &SlipNames) -> Option<&SlipCell> {
        self.records.get(&names.0)?.get(&names.1)
    }

    fn live_cell(&self, names: &SlipNames) -> Option<&SlipCell> {
        self.cell(names).filter(|cell| self.is_live(&names.0, &names.1, cell))
    }

    /// What a look at a record changes.
    fn look(&mut self, key: &str) {
        match self.slip {
            Some(Slip::ReadMakesRecord) => drop(self.records.entry(key.to_owned()).or_default()),
            Some(Slip::DeadTakesRecord) if self.has_dead(key) => drop(self.records.shift_remove(key)),
            _ => {}
        }
    }

    fn has_dead(&self, key: &str) -> bool {
        let mut cells = self.records.get(key).into_iter().flatten();
        cells.any(|(field, cell)| !self.is_live(key, field, cell))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Language, Operation};

    /// What is answered to queries, the words of each apart by spaces; `~` is one within a word.
    fn answers(made: Option<MadeSlip>, queries: &str) -> Vec<String> {
        let mut slipping = Slipping::new(made);
        let answer = |query: &str| {
            let words: Vec<_> = query.split(' ').map(|word| word.replace('~', " ")).collect();
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            slipping.answer(&Language::records().parse(&words).expect("it is a query"))
        };
        queries.split(" / ").map(answer).collect::<Option<_>>().expect("all are of levels 1 to 4")
    }

    /// Two findings were told of it, one by a name that is not its own: that of the finished parts.
    #[test]
    fn pairs_that_are_sorted_as_texts_are_not_sorted_as_finished_parts() {
        let list = "SET k a! 1 / SET k a 2 / SET k a) 5 / SCAN k";
        let scanned = |slip| answers(Some(MadeSlip { slip, place: SlipPlace::Everywhere }), list).pop();
        assert_eq!(scanned(Slip::PairsSorted).as_deref(), Some("a!(1), a)(5), a(2)"));
        assert_eq!(scanned(Slip::PartsSorted).as_deref(), Some("a!(1), a(2), a)(5)"));
    }

    /// Eight findings were told of it, the first by the name of what begins at 0 alone.
    #[test]
    fn a_lifetime_that_ends_early_is_no_moment_of_death() {
        let list = "SET_AT_WITH_TTL a b x 1000 20 / GET_AT a b 1018 / GET_AT a b 1019";
        let read = |slip| answers(Some(MadeSlip { slip, place: SlipPlace::Everywhere }), list);
        assert_eq!(read(Slip::EarlyEnd), ["", "x", ""]);
        assert_eq!(read(Slip::TtlAsEnd), ["", "", ""]);
    }

    /// A lifetime kept by one of the two sets alone was told as three findings, and as a cell that cannot be set again.
    #[test]
    fn an_old_lifetime_may_be_kept_by_one_of_the_plain_sets_alone() {
        let list = "SET_AT_WITH_TTL a b x 1 9 / SET_AT a b y 2 / SET_AT_WITH_TTL c d x 3 9 / SET c d y / GET_AT a b 12 \
                    / GET_AT c d 13";
        let read = |slip, operation| {
            let read = answers(Some(MadeSlip { slip, place: SlipPlace::In(operation) }), list);
            read[4..].join(" ")
        };
        for slip in [Slip::OldTtlKept, Slip::DeadTtlKept] {
            let places: Vec<_> =
                MadeSlip::all().filter(|made| made.slip == slip).map(|made| made.place).collect();
            let [set, set_at] = [Operation::Set, Operation::SetAt];
            assert_eq!(places, [SlipPlace::Everywhere, SlipPlace::In(set), SlipPlace::In(set_at)]);
            assert_eq!([read(slip, set), read(slip, set_at)], ["y ", " y"]);
        }
    }

    /// Five findings were told of who takes the earlier of two that are equally near, none by name.
    #[test]
    fn of_two_backups_that_are_equally_near_the_earlier_may_be_taken() {
        let list = "SET_AT a b 1 1 / BACKUP 10 / SET_AT a b 2 15 / BACKUP 20 / SET_AT a b 3 25 / BACKUP 30 \
                    / RESTORE 40 25 / GET_AT a b 40 / RESTORE 41 29 / GET_AT a b 41";
        let read = |slip| {
            let read = answers(Some(MadeSlip { slip, place: SlipPlace::Everywhere }), list);
            [read[7].clone(), read[9].clone()].join(" ")
        };
        assert_eq!([read(Slip::Nearest), read(Slip::NearestEarlier)], ["3 3", "2 3"]);
        let at_one_moment =
            "SET_AT a b 1 1 / BACKUP 9 / SET_AT a b 2 9 / BACKUP 9 / RESTORE 40 9 / GET_AT a b 40";
        let made = MadeSlip { slip: Slip::NearestEarlier, place: SlipPlace::Everywhere };
        assert_eq!(answers(Some(made), at_one_moment).pop().as_deref(), Some("2"));
    }

    /// Five findings were told of who takes only backups that are early enough, but the latest of these as a text.
    #[test]
    fn the_latest_of_early_backups_may_be_found_as_a_text() {
        let list = "SET_AT a b 1 8 / BACKUP 9 / SET_AT a b 2 10 / BACKUP 11 / SET_AT a b 3 30 / BACKUP 40 \
                    / RESTORE 50 12 / GET_AT a b 50";
        let read = |slip| answers(Some(MadeSlip { slip, place: SlipPlace::Everywhere }), list).pop();
        assert_eq!(read(Slip::LatestAsText).as_deref(), Some("1"));
        assert_eq!(read(Slip::MomentsAsTexts).as_deref(), Some("2"));
    }

    #[test]
    fn each_slip_answers_some_list_otherwise() {
        let lists = [
            "SET a b x / SET a b y / SET a c z / GET a b / DELETE a b / GET a b / DELETE a b / SCAN a",
            "SET A bc x / SET a b y / SET Ab c z / GET A bc / GET a bc",
            "SET a c10 3 / SET a B 1 / SET a c2 2 / SET a c0 9 / SET a c 7 / SET a c! 5 / SET ab b 4 / SCAN a",
            "SET a Z 1 / SET a b 2 / SCAN a",
            "SET a bc 2 / SET a Bd b / SET a abc 1 / SET a b x / SCAN_BY_PREFIX a b / SCAN_BY_PREFIX a bcd",
            "SET a bc 2 / SCAN_BY_PREFIX a bc( / SCAN_BY_PREFIX a ",
            "SET_AT_WITH_TTL a b x 5 3 / GET_AT a b 7 / GET_AT a b 8",
            "SET_AT_WITH_TTL a b x 7 5 / SET_AT a c y 8 / SET_AT a b z 9 / GET_AT a b 20 / SCAN_AT a 100",
            "SET_AT_WITH_TTL a b x 1 2 / GET_AT a b 9 / SCAN_AT a 10 / SCAN_BY_PREFIX_AT a b 11 / DELETE_AT a b 12",
            "SET_AT_WITH_TTL a b x 1 9 / SET_AT_WITH_TTL a c y 2 2 / GET_AT a b 5 / BACKUP 20",
            "SET_AT a b 1 1 / BACKUP 2 / SET_AT a b 2 3 / BACKUP 4 / RESTORE 5 4 / GET_AT a b 6",
            "SET_AT_WITH_TTL a b x 1 9 / SET_AT_WITH_TTL a b y 2 2 / GET_AT a b 5 / GET_AT a b 11",
            "SET_AT_WITH_TTL a b x 1 2 / SET_AT a b y 5 / GET_AT a b 6",
            "SET_AT_WITH_TTL a b x 1 2 / SET_AT a c y 2 / SET_AT_WITH_TTL d e z 3 9 / BACKUP 4 / DELETE_AT d e 5 / BACKUP 6",
            "SET_AT a b 1 1 / SET_AT a c 1 2 / BACKUP 3 / SET_AT a d 2 4 / SET_AT e f 2 5 / BACKUP 6 / RESTORE 7 3 \
             / SCAN_AT a 8 / SCAN_AT e 9 / SET_AT a g 5 10 / RESTORE 11 3 / SCAN_AT a 12 / RESTORE 13 5 / SCAN_AT a 14",
            "SET a b X1 / GET a b / SET a b 007 / GET a b / SET a b 0 / GET a b / SET a b ~v~ / GET a b / SET ~a b w / GET a b",
            "SET a b x / SET a c x / DELETE a b / SCAN a / SET a b y / GET a b",
            "SET a b_c x / SCAN_BY_PREFIX a b_c",
            "SET_AT_WITH_TTL a b x 1 4294967296 / GET_AT a b 2",
            "SET_AT a b x 1 / SET_AT_WITH_TTL a b y 2 3 / GET_AT a b 9",
            "SET_AT a b 1 1 / BACKUP 2 / SET_AT a b 2 3 / BACKUP 4 / RESTORE 5 2 / GET_AT a b 5 / RESTORE 6 4 \
             / GET_AT a b 7 / RESTORE 8 6 / GET_AT a b 9",
            "SET_AT a b 1 1 / BACKUP 9 / SET_AT a b 2 10 / BACKUP 11 / RESTORE 20 10 / GET_AT a b 21 / RESTORE 22 11 \
             / GET_AT a b 23",
            "SET_AT_WITH_TTL a b x 1 10 / BACKUP 2 / RESTORE 5 2 / RESTORE 6 2 / GET_AT a b 15",
            "SET_AT_WITH_TTL a b x 1 10 / BACKUP 2 / RESTORE 8 2 / BACKUP 9 / RESTORE 10 9 / GET_AT a b 12",
            "SET_AT a c y 1 / SET_AT_WITH_TTL a b x 1 3 / BACKUP 8 / RESTORE 9 8 / GET_AT a b 10",
            "SET_AT_WITH_TTL a b x 1 10 / BACKUP 5 / RESTORE 20 7 / GET_AT a b 21 / GET_AT a b 25 / GET_AT a b 27",
        ];
        let shows =
            |made: &MadeSlip| lists.iter().any(|list| answers(Some(*made), list) != answers(None, list));
        let made = MadeSlip::all().filter(|made| made.place == SlipPlace::Everywhere);
        let unseen: Vec<_> = made.filter(|made| !shows(made)).map(|made| made.to_string()).collect();
        assert!(unseen.is_empty(), "{unseen:?}");
    }
}
