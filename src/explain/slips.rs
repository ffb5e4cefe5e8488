//! The exercise as it is answered by who makes one classic mistake, and all else right.
//!
//! Invariants: levels 1 to 4 under the monotone rule, in plain maps and full copies, as programs are written in interviews;
//! without a slip it answers what the engine does (a test holds that over random lists).

mod backups;
mod kinds;
mod listing;

use indexmap::IndexMap;

use crate::query::Query;
use backups::SavedCells;
pub use kinds::Slip;

/// A cell of the model.
#[derive(Clone, Debug)]
struct SlipCell {
    value: String,
    /// The first moment at which it is dead; `None` for never.
    end: Option<u128>,
    /// What it was given to live.
    ttl: Option<u64>,
}

/// Cells by their fields, in the order in which they were first set.
type SlipRecord = IndexMap<String, SlipCell>;

/// A database that makes a mistake.
#[derive(Clone, Debug)]
pub struct Slipping {
    slip: Option<Slip>,
    records: IndexMap<String, SlipRecord>,
    backups: Vec<SavedCells>,
    /// The backup whose maps are those of the present, where such are handed out.
    handed_out: Option<usize>,
    now: u64,
}

impl Slipping {
    /// An empty database that makes a mistake, or none.
    #[must_use]
    pub fn new(slip: Option<Slip>) -> Self {
        Self { slip, records: IndexMap::new(), backups: Vec::new(), handed_out: None, now: 0 }
    }

    /// Answers a query; `None` for one that is not of levels 1 to 4.
    pub fn answer(&mut self, query: &Query<'_>) -> Option<String> {
        if let Some(time) = query.timestamp() {
            self.now = time.0;
        }
        let answer = match *query {
            Query::Set { key, field, value } | Query::SetAt { key, field, value, .. } => {
                self.set(key, field, value, None)
            }
            Query::SetAtWithTtl { key, field, value, ttl, .. } => self.set(key, field, value, Some(ttl.0)),
            Query::Get { key, field } | Query::GetAt { key, field, .. } => self.get(key, field),
            Query::Delete { key, field } | Query::DeleteAt { key, field, .. } => self.delete(key, field),
            Query::Scan { key } | Query::ScanAt { key, .. } => self.scan(key, None),
            Query::ScanByPrefix { key, prefix } | Query::ScanByPrefixAt { key, prefix, .. } => {
                self.scan(key, Some(prefix))
            }
            Query::Backup { .. } => self.backup(),
            Query::Restore { timestamp_to_restore, .. } => self.restore(timestamp_to_restore.0.0),
            _ => return None,
        };
        if let Some(saved) = self.handed_out.and_then(|place| self.backups.get_mut(place)) {
            saved.records.clone_from(&self.records);
        }
        Some(answer)
    }

    fn slips(&self, slip: Slip) -> bool {
        self.slip == Some(slip)
    }

    fn is_live(&self, cell: &SlipCell) -> bool {
        let now = u128::from(self.now);
        cell.end.is_none_or(|end| match self.slip {
            Some(Slip::InclusiveEnd) => now <= end,
            Some(Slip::EndlessLifetime) => true,
            Some(Slip::TimesAsTexts) => now.to_string() < end.to_string(),
            _ => now < end,
        })
    }

    /// Key and field as they are kept.
    fn names(&self, key: &str, field: &str) -> (String, String) {
        match self.slip {
            Some(Slip::GluedNames) => (String::new(), format!("{key}{field}")),
            Some(Slip::KeysWithoutCase) => (key.to_lowercase(), field.to_owned()),
            _ => (key.to_owned(), field.to_owned()),
        }
    }

    fn set(&mut self, key: &str, field: &str, value: &str, ttl: Option<u64>) -> String {
        let (key, field) = self.names(key, field);
        let old = self.records.get(&key).and_then(|record| record.get(&field)).cloned();
        let live = old.clone().filter(|old| self.is_live(old));
        let end = ttl.map(|ttl| u128::from(self.now) + u128::from(ttl));
        let ends = |cell: &Option<SlipCell>| cell.as_ref().map(|cell| cell.end);
        let end = match (self.slip, end) {
            (Some(Slip::TtlAsEnd), Some(_)) => ttl.map(u128::from),
            (Some(Slip::TtlIgnored), _) => None,
            (Some(Slip::OldTtlKept), None) => ends(&live).unwrap_or(None),
            (Some(Slip::DeadTtlKept), None) => ends(&old).unwrap_or(None),
            (Some(Slip::LongerKept), Some(end)) => {
                ends(&live).map_or(Some(end), |old| old.map(|old| old.max(end)))
            }
            (Some(Slip::TtlAdded), Some(end)) => {
                let before = ends(&live).flatten().map(|old| old + u128::from(ttl.unwrap_or(0)));
                Some(before.unwrap_or(end))
            }
            (_, end) => end,
        };
        let record = self.records.entry(key.clone()).or_default();
        match self.slip {
            Some(Slip::FirstValueKept) if live.is_some() => return String::new(),
            Some(Slip::DeadStaysDead) if old.is_some() && live.is_none() => return String::new(),
            Some(Slip::RecordMadeAnew) => record.clear(),
            Some(Slip::OneLifetime) => record.values_mut().for_each(|cell| cell.end = end),
            _ => {}
        }
        record.insert(field, SlipCell { value: value.to_owned(), end, ttl });
        match live {
            Some(old) if self.slips(Slip::OldValueAnswered) => old.value,
            _ => String::new(),
        }
    }

    fn get(&self, key: &str, field: &str) -> String {
        let (key, field) = self.names(key, field);
        let cell = self.records.get(&key).and_then(|record| record.get(&field));
        let sees = |cell: &&SlipCell| self.is_live(cell) || self.slips(Slip::DeadRead);
        cell.filter(sees).map_or(String::new(), |cell| cell.value.clone())
    }

    fn delete(&mut self, key: &str, field: &str) -> String {
        let (key, field) = self.names(key, field);
        let cell = self.records.get(&key).and_then(|record| record.get(&field));
        let is_there = cell.is_some_and(|cell| self.is_live(cell) || self.slips(Slip::DeadDeleted));
        if !is_there {
            return self.slips(Slip::DeleteAlwaysTrue).to_string();
        }
        match (self.slip, self.records.get_mut(&key)) {
            (Some(Slip::DeleteRemovesNothing), _) | (_, None) => {}
            (Some(Slip::DeleteTakesRecord), _) => drop(self.records.shift_remove(&key)),
            (Some(Slip::DeleteBlanks), Some(record)) => {
                record.entry(field).and_modify(|cell| cell.value.clear());
            }
            (_, Some(record)) => drop(record.shift_remove(&field)),
        }
        "true".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Language;

    /// What is answered to queries, the words of each apart by blanks.
    fn answers(slip: Option<Slip>, queries: &str) -> Vec<String> {
        let mut slipping = Slipping::new(slip);
        let answer = |query: &str| {
            let words: Vec<_> = query.split(' ').collect();
            slipping.answer(&Language::records().parse(&words).expect("it is a query"))
        };
        queries.split(" / ").map(answer).collect::<Option<_>>().expect("all are of levels 1 to 4")
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
            "SET_AT_WITH_TTL a b x 1 10 / BACKUP 5 / RESTORE 20 7 / GET_AT a b 21 / GET_AT a b 25 / GET_AT a b 27",
        ];
        let shows = |slip| lists.iter().any(|list| answers(Some(slip), list) != answers(None, list));
        let unseen: Vec<_> = Slip::ALL.iter().filter(|(slip, _)| !shows(*slip)).collect();
        assert!(unseen.is_empty(), "{unseen:?}");
    }
}
