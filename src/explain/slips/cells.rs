//! What is set, read and deleted.

use super::{Slip, SlipCell, SlipNames, Slipping};

/// Where a signed number of 32 bits has its sign.
const SIGN: i128 = 1 << 31;

impl Slipping {
    pub(super) fn set(&mut self, (key, field): (&str, &str), value: &str, ttl: Option<u64>) -> String {
        let names = self.names(key, field);
        let (old, live) = (self.cell(&names).cloned(), self.live_cell(&names).cloned());
        let end = self.end_of(&names, old.as_ref(), live.as_ref(), ttl);
        self.note_end(&names, ttl);
        match self.slip {
            Some(Slip::FirstValueKept) if live.is_some() => return String::new(),
            Some(Slip::FirstCellKept) if old.is_some() => return String::new(),
            Some(Slip::DeadStaysDead) if old.is_some() && live.is_none() => return String::new(),
            _ => {}
        }
        let record = self.records.entry(names.0).or_default();
        match self.slip {
            Some(Slip::RecordMadeAnew) => record.clear(),
            Some(Slip::OneLifetime) => record.values_mut().for_each(|cell| cell.end = end),
            _ => {}
        }
        self.cells += 1;
        let number = old.as_ref().map_or(self.cells, |old| old.number);
        let cell = SlipCell { value: self.kept(value), end, ttl, first_end: end, number };
        self.write_through(&cell);
        self.insert((key, field), cell);
        match self.slip {
            Some(Slip::OldValueAnswered) => live.map_or(String::new(), |old| old.value),
            Some(Slip::OldCellAnswered) => old.map_or(String::new(), |old| old.value),
            _ => String::new(),
        }
    }

    fn insert(&mut self, (key, field): (&str, &str), cell: SlipCell) {
        let (key, field) = self.names(key, field);
        self.records.entry(key).or_default().insert(field, cell);
    }

    /// A value as it is kept.
    fn kept(&self, value: &str) -> String {
        match self.slip {
            Some(Slip::ValuesWithoutCase) => value.to_lowercase(),
            Some(Slip::ValuesTrimmed) => value.trim().to_owned(),
            Some(Slip::ValuesAsNumbers) if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                let digits = value.trim_start_matches('0');
                if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }
            }
            _ => value.to_owned(),
        }
    }

    /// The end of the lifetime of what is set.
    fn end_of(
        &self,
        names: &SlipNames,
        old: Option<&SlipCell>,
        live: Option<&SlipCell>,
        ttl: Option<u64>,
    ) -> Option<u128> {
        let end_of = |cell: Option<&SlipCell>| cell.and_then(|cell| cell.end);
        let Some(ttl) = ttl.map(u128::from) else {
            return match self.slip {
                Some(Slip::OldTtlKept) => end_of(live),
                Some(Slip::DeadTtlKept) => end_of(old),
                Some(Slip::EndsApart) => self.ends.get(names).copied(),
                _ => None,
            };
        };
        let end = u128::from(self.now) + ttl;
        match (self.slip, live.map(|live| live.end)) {
            (Some(Slip::TtlIgnored), _) | (Some(Slip::PermanentStays | Slip::LongerKept), Some(None)) => None,
            (Some(Slip::TtlAsEnd), _) => Some(ttl),
            (Some(Slip::TtlInSeconds), _) => Some(u128::from(self.now) + 1000 * ttl),
            // "010" as a text is before all times but 0.
            (Some(Slip::TextTtlJoined), _) if self.now == 0 => Some(0),
            (Some(Slip::TtlJoined | Slip::TextTtlJoined), _) => Some(joined(self.now, ttl)),
            (Some(Slip::TimesIn32Bits), _) => Some(in_32_bits(end)),
            (Some(Slip::LongerKept), Some(Some(old))) => Some(old.max(end)),
            (Some(Slip::FirstTtlKept), Some(Some(old))) => Some(old),
            (Some(Slip::TtlAdded), Some(old)) => old.map(|old| old + ttl),
            _ => Some(end),
        }
    }

    /// Ends that are kept apart from the cells outlive them.
    fn note_end(&mut self, names: &SlipNames, ttl: Option<u64>) {
        let names = match self.slip {
            Some(Slip::EndsApart) => names.clone(),
            Some(Slip::EndsByField) => (String::new(), names.1.clone()),
            _ => return,
        };
        match ttl {
            Some(ttl) => drop(self.ends.insert(names, u128::from(self.now) + u128::from(ttl))),
            None if self.slips(Slip::EndsByField) => drop(self.ends.remove(&names)),
            None => {}
        }
    }

    pub(super) fn get(&mut self, key: &str, field: &str) -> String {
        let names = if self.slips(Slip::ReadSwapped) {
            (field.to_owned(), key.to_owned())
        } else {
            self.names(key, field)
        };
        self.look(&names.0);
        let sees_dead = self.slips(Slip::DeadRead);
        let cell = if sees_dead { self.cell(&names) } else { self.live_cell(&names) };
        let value = cell.map_or(String::new(), |cell| cell.value.clone());
        match (self.slip, self.records.get_mut(&names.0)) {
            (Some(Slip::ReadTakes), Some(record)) => drop(record.shift_remove(&names.1)),
            (Some(Slip::ZeroIsNothing), _) if value == "0" => return String::new(),
            _ => {}
        }
        value
    }

    pub(super) fn delete(&mut self, key: &str, field: &str) -> String {
        let names = self.names(key, field);
        self.look(&names.0);
        let is_there = match self.slip {
            Some(Slip::DeadDeleted) => self.cell(&names).is_some(),
            Some(Slip::DeleteAsksRecord) => self.has_live(&names.0),
            _ => self.live_cell(&names).is_some(),
        };
        if !is_there {
            return self.slips(Slip::DeleteAlwaysTrue).to_string();
        }
        let value = self.cell(&names).map(|cell| cell.value.clone());
        self.remove(names);
        value.filter(|_| self.slips(Slip::DeleteAnswersValue)).unwrap_or_else(|| "true".to_owned())
    }

    fn remove(&mut self, (key, field): SlipNames) {
        let Some(record) = self.records.get_mut(&key) else { return };
        match self.slip {
            Some(Slip::DeleteRemovesNothing) => {}
            Some(Slip::DeleteTakesRecord) => drop(self.records.shift_remove(&key)),
            Some(Slip::DeleteEmpties) => drop(record.entry(field).and_modify(|cell| cell.value.clear())),
            Some(Slip::DeleteSetsNothing) => {
                record.entry(field).and_modify(|cell| (cell.value, cell.end) = (String::new(), None));
            }
            Some(Slip::EqualDeleted) => {
                let value = record.get(&field).map(|cell| cell.value.clone());
                record.retain(|_, cell| Some(&cell.value) != value.as_ref());
            }
            Some(Slip::MarkStays) => drop(self.marked.insert((key, field))),
            _ => drop(record.shift_remove(&field)),
        }
    }
}

/// What `+` makes of two numbers that are still texts, as far as a number goes that something can be added to.
fn joined(now: u64, ttl: u128) -> u128 {
    format!("{now}{ttl}").parse().map_or(u128::MAX / 2, |joined: u128| joined.min(u128::MAX / 2))
}

/// A number as 32 bits with a sign hold it. What is below 0 is as dead as what ends at 0.
fn in_32_bits(number: u128) -> u128 {
    let low = i128::try_from(number % (1 << 32)).unwrap_or_default();
    let signed = if low < SIGN { low } else { low - 2 * SIGN };
    u128::try_from(signed).unwrap_or_default()
}
