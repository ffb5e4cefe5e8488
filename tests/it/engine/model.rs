//! The query language once more, as plainly as it can be put: what a good candidate would write in an hour.
//!
//! It shares no line with the engine but what a word is. It reads the words of a query itself, keeps one map inside
//! another, and copies the whole database at every backup. Nothing of that is fast, and all of it is easy to
//! believe: the random tests hold the engine to what this file answers.
//!
//! Of sessions it knows one: BEGIN keeps a copy of everything but time and names, which ROLLBACK brings back.
//!
//! Invariants: a refused query changes nothing; a backup is never changed once it is taken; a cell is dead from
//! `dies` on, and the largest timestamp there is lies far below `NEVER`; what BEGIN has kept holds nothing kept.
//!
//! ```text
//!   records   "A" ─► "B" ─► { value: "C", dies: 11 }      SET_AT_WITH_TTL A B C 1 10
//!   backups   [ (3, a full copy of records), … ]          BACKUP 3, in the order they were taken
//! ```

use std::collections::{BTreeMap, BTreeSet};

use rewinddb::wire::Term;

/// The largest timestamp.
const LAST: u128 = u64::MAX as u128;

/// When a permanent cell dies: so late that no timestamp added or taken away brings it within reach.
const NEVER: u128 = 1 << 100;

/// Keys to fields to cells. The maps are ordered because scans answer in byte order, and so does `str` compare.
type Records = BTreeMap<String, BTreeMap<String, Cell>>;

/// The names that no alias may have and that alone may have one.
const OPERATIONS: &str = "SET GET DELETE FORGET SCAN SCAN_BY_PREFIX SET_AT SET_AT_WITH_TTL GET_AT DELETE_AT SCAN_AT \
    SCAN_BY_PREFIX_AT BACKUP RESTORE TICK PUT PUT_WITH_TTL EXISTS KEYS VALUES ITEMS SIZE CLEAR EXPIRE TTL PERSIST \
    APPEND FIND BEGIN COMMIT ROLLBACK BATCH ALIAS ALIASES RESET_ALIASES";

/// A value and the first moment at which it is gone.
#[derive(Clone)]
struct Cell {
    /// As it is shown.
    value: String,
    /// What it is made of, if it is a list.
    items: Option<Vec<String>>,
    dies: u128,
}

impl Cell {
    /// Without a moment to judge at, expiry plays no part.
    fn is_live(&self, when: Option<u128>) -> bool {
        when.is_none_or(|time| time < self.dies)
    }
}

/// The whole database.
#[derive(Clone)]
pub(crate) struct Model {
    free: bool,
    /// The largest timestamp seen. Under the free rule nobody looks at it, and it stays 0.
    clock: u128,
    records: Records,
    backups: Vec<(u128, Records)>,
    /// What the open transaction would go back to.
    kept: Option<(Records, Vec<(u128, Records)>)>,
    /// Each with its operation, in the order made.
    aliases: Vec<(String, String)>,
}

impl Model {
    /// An empty database, under the free clock rule or the monotone one.
    pub(crate) fn new(free: bool) -> Self {
        Self { free, clock: 0, records: Records::new(), backups: Vec::new(), kept: None, aliases: Vec::new() }
    }

    /// Answers a query, which may be a batch; `Err` if time would run backwards, and then nothing has changed.
    pub(crate) fn answer_told(&mut self, words: &[Term]) -> Result<Term, ()> {
        let texts = words.iter().map(Term::texts).collect::<Vec<_>>();
        if self.operation(&texts[0][0]) == "BATCH" {
            let queries: Vec<_> = texts[1..].iter().map(|texts| texts.to_vec()).collect();
            return self.answer_batch(&queries).map(Term::Array);
        }
        self.answer(&texts.concat()).map(Term::Text)
    }

    /// Answers the queries of a batch; `Err` if time would run backwards in it, and then none has taken effect.
    pub(crate) fn answer_batch(&mut self, queries: &[Vec<String>]) -> Result<Vec<String>, ()> {
        let before = self.clone();
        let answers = queries.iter().map(|words| self.answer(words)).collect();
        if answers == Err(()) {
            *self = before;
        }
        answers
    }

    /// Answers a query, the operation's name or an alias first; `Err` if time would run backwards.
    pub(crate) fn answer(&mut self, words: &[String]) -> Result<String, ()> {
        let operation = self.operation(&words[0]).to_owned();
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words[0] = &operation;
        let when = self.judge(timestamp(&words))?;
        Ok(match words[..] {
            ["SET", key, field, value] | ["SET_AT", key, field, value, _] => {
                self.set(key, field, value, NEVER)
            }
            ["SET_AT_WITH_TTL", key, field, value, start, ttl] => {
                self.set(key, field, value, end(number(start), number(ttl)))
            }
            ["GET", key, field] | ["GET_AT", key, field, _] => self.get(key, field, when),
            ["DELETE", key, field] | ["DELETE_AT", key, field, _] => self.delete(key, field, when),
            ["SCAN", key] | ["SCAN_AT", key, _] => self.scan(key, "", when),
            ["SCAN_BY_PREFIX", key, prefix] | ["SCAN_BY_PREFIX_AT", key, prefix, _] => {
                self.scan(key, prefix, when)
            }
            ["BACKUP", time] => self.backup(number(time)),
            ["RESTORE", time, wanted] => self.restore(number(time), number(wanted)),
            ["TICK", _] => String::new(),
            // A key's own value is the cell whose field is empty.
            ["PUT", key, value] => self.set(key, "", value, NEVER),
            ["PUT_WITH_TTL", key, value, ttl] => self.set(key, "", value, end(self.clock, number(ttl))),
            ["GET", key] => self.get(key, "", when),
            ["DELETE", key] => self.delete_record(key, when),
            ["EXISTS", key] => (!self.fields(key, when).is_empty()).to_string(),
            ["EXISTS", key, field] => self.live_cell(key, field, when).is_some().to_string(),
            ["KEYS"] => self.keys(when).join(", "),
            ["VALUES"] => self.items(when).into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(", "),
            ["ITEMS"] => {
                let shown = |(name, value)| format!("{name}({value})");
                self.items(when).into_iter().map(shown).collect::<Vec<_>>().join(", ")
            }
            ["SIZE"] => self.keys(when).len().to_string(),
            ["FORGET", before] => self.forget(number(before)),
            ["CLEAR"] => {
                self.records = Records::new();
                String::new()
            }
            ["EXPIRE", key, ttl] => self.expire(key, &self.fields(key, when), number(ttl), when),
            ["EXPIRE", key, field, ttl] => self.expire(key, &[field.to_owned()], number(ttl), when),
            ["TTL", key] => self.ttl(key, &self.fields(key, when), when),
            ["TTL", key, field] => self.ttl(key, &[field.to_owned()], when),
            ["APPEND", key, field, item] => self.append(key, field, item, when),
            ["FIND", what, how, pattern] => self.find(what, |text| matches(how, pattern, text), when),
            ["PERSIST", key] => self.persist(key, &self.fields(key, when), when),
            ["PERSIST", key, field] => self.persist(key, &[field.to_owned()], when),
            ["BEGIN"] => self.begin(),
            ["COMMIT"] => self.kept.take().is_some().to_string(),
            ["ROLLBACK"] => self.roll_back(),
            ["ALIAS", name, operation] => self.alias(name, operation),
            ["ALIASES"] => {
                let shown = |(name, operation): &(String, String)| format!("{name}: {operation}");
                self.aliases.iter().map(shown).collect::<Vec<_>>().join(", ")
            }
            ["RESET_ALIASES"] => {
                self.aliases.clear();
                String::new()
            }
            _ => unreachable!("not a query: {words:?}"),
        })
    }

    /// The operation that a query's first word means.
    pub(crate) fn operation<'a>(&'a self, word: &'a str) -> &'a str {
        self.aliases.iter().find(|(name, _)| name == word).map_or(word, |(_, operation)| operation)
    }

    /// Every live cell as key, field, value and milliseconds left (`None` for a permanent one), in order.
    ///
    /// Under the free rule there is no now: every cell is listed, and its time left is counted from 0.
    pub(crate) fn cells(&self) -> Vec<(&str, &str, &str, Option<u64>)> {
        let now = (!self.free).then_some(self.clock);
        let mut cells = Vec::new();
        for (key, record) in &self.records {
            for (field, cell) in record.iter().filter(|(_, cell)| cell.is_live(now)) {
                // What is left of `NEVER` does not go into 64 bits, and of any other moment it always does.
                let left = u64::try_from(cell.dies - self.clock).ok();
                cells.push((key.as_str(), field.as_str(), cell.value.as_str(), left));
            }
        }
        cells
    }

    /// The moment at which a query is judged, and the clock moved on to it.
    ///
    /// The free rule takes each timestamp as it comes. The monotone rule lets a query without one happen now.
    fn judge(&mut self, timestamp: Option<u128>) -> Result<Option<u128>, ()> {
        match timestamp {
            _ if self.free => Ok(timestamp),
            None => Ok(Some(self.clock)),
            Some(time) if time < self.clock => Err(()),
            Some(time) => {
                self.clock = time;
                Ok(timestamp)
            }
        }
    }

    fn set(&mut self, key: &str, field: &str, value: &str, dies: u128) -> String {
        self.replace(key, field, Cell { value: value.to_owned(), items: None, dies })
    }

    fn replace(&mut self, key: &str, field: &str, cell: Cell) -> String {
        let record = self.records.entry(key.to_owned()).or_default();
        // Whatever the field held is gone, its lifetime too.
        record.remove(field);
        // What is dead from 0 on is live at no moment there is, so that not even the free rule could show it.
        if cell.dies > 0 {
            record.insert(field.to_owned(), cell);
        }
        String::new()
    }

    fn append(&mut self, key: &str, field: &str, item: &str, when: Option<u128>) -> String {
        let cell = self.live_cell(key, field, when);
        let dies = cell.map_or(NEVER, |cell| cell.dies);
        let mut items = match cell {
            None => Vec::new(),
            Some(Cell { value, items: None, .. }) => vec![value.clone()],
            Some(Cell { items: Some(items), .. }) => items.clone(),
        };
        items.push(item.to_owned());
        let (count, value) = (items.len(), format!("[{}]", items.join(", ")));
        self.replace(key, field, Cell { value, items: Some(items), dies });
        count.to_string()
    }

    fn get(&self, key: &str, field: &str, when: Option<u128>) -> String {
        self.live_cell(key, field, when).map(|cell| cell.value.clone()).unwrap_or_default()
    }

    fn delete(&mut self, key: &str, field: &str, when: Option<u128>) -> String {
        let found = self.live_cell(key, field, when).is_some();
        if found {
            // A dead cell would stay: under the free rule an earlier timestamp may see it again.
            self.records.entry(key.to_owned()).or_default().remove(field);
        }
        found.to_string()
    }

    fn live_cell(&self, key: &str, field: &str, when: Option<u128>) -> Option<&Cell> {
        self.records.get(key)?.get(field).filter(|cell| cell.is_live(when))
    }

    fn scan(&self, key: &str, prefix: &str, when: Option<u128>) -> String {
        let record = self.records.get(key).into_iter().flatten();
        let found = record.filter(|(field, cell)| field.starts_with(prefix) && cell.is_live(when));
        let shown: Vec<String> = found.map(|(field, cell)| format!("{field}({})", cell.value)).collect();
        shown.join(", ")
    }

    /// The fields of a record's live cells.
    fn fields(&self, key: &str, when: Option<u128>) -> Vec<String> {
        let record = self.records.get(key).into_iter().flatten();
        record.filter(|(_, cell)| cell.is_live(when)).map(|(field, _)| field.clone()).collect()
    }

    fn delete_record(&mut self, key: &str, when: Option<u128>) -> String {
        let fields = self.fields(key, when);
        for field in &fields {
            self.delete(key, field, when);
        }
        (!fields.is_empty()).to_string()
    }

    fn keys(&self, when: Option<u128>) -> Vec<String> {
        self.records.keys().filter(|key| !self.fields(key, when).is_empty()).cloned().collect()
    }

    /// The names of all live cells, as they are shown, with their values.
    fn items(&self, when: Option<u128>) -> Vec<(String, String)> {
        let mut items = Vec::new();
        for (key, record) in &self.records {
            for (field, cell) in record.iter().filter(|(_, cell)| cell.is_live(when)) {
                let name = if field.is_empty() { key.clone() } else { format!("{key}.{field}") };
                items.push((name, cell.value.clone()));
            }
        }
        items
    }

    fn find(&self, what: &str, matches: impl Fn(&str) -> bool, when: Option<u128>) -> String {
        let mut found = Vec::new();
        for key in self.keys(when) {
            if what == "KEY" && matches(&key) {
                found.push(key.clone());
            }
            for field in self.fields(&key, when) {
                let value = &self.records[&key][&field].value;
                let name = if field.is_empty() { key.clone() } else { format!("{key}.{field}") };
                match what {
                    "FIELD" if matches(&field) => found.push(name),
                    "VALUE" if matches(value) => found.push(format!("{name}({value})")),
                    _ => {}
                }
            }
        }
        found.join(", ")
    }

    fn expire(&mut self, key: &str, fields: &[String], ttl: u128, when: Option<u128>) -> String {
        let mut any = false;
        for field in fields {
            if let Some(cell) = self.live_cell(key, field, when) {
                self.replace(key, field, Cell { dies: end(self.clock, ttl), ..cell.clone() });
                any = true;
            }
        }
        any.to_string()
    }

    fn ttl(&self, key: &str, fields: &[String], when: Option<u128>) -> String {
        let deaths = fields.iter().filter_map(|field| Some(self.live_cell(key, field, when)?.dies));
        match deaths.max() {
            None => String::new(),
            Some(dies) if dies > LAST => "permanent".to_owned(),
            Some(dies) => (dies - self.clock).to_string(),
        }
    }

    fn persist(&mut self, key: &str, fields: &[String], when: Option<u128>) -> String {
        let mut any = false;
        for field in fields {
            if let Some(cell) = self.live_cell(key, field, when).filter(|cell| cell.dies <= LAST) {
                self.replace(key, field, Cell { dies: NEVER, ..cell.clone() });
                any = true;
            }
        }
        any.to_string()
    }

    fn backup(&mut self, time: u128) -> String {
        let mut saved = self.records.clone();
        for record in saved.values_mut() {
            record.retain(|_, cell| cell.is_live(Some(time)));
        }
        // Records are counted, not cells, and a record without a live cell is none.
        saved.retain(|_, record| !record.is_empty());
        let count = saved.len().to_string();
        self.backups.push((time, saved));
        count
    }

    fn restore(&mut self, time: u128, wanted: u128) -> String {
        let early_enough = self.backups.iter().filter(|(taken, _)| *taken <= wanted);
        // Of equal ones `max_by_key` gives the last, and that is the one taken later.
        if let Some((taken, saved)) = early_enough.max_by_key(|(taken, _)| *taken) {
            self.records = saved.clone();
            for cell in self.records.values_mut().flat_map(BTreeMap::values_mut) {
                // While it lay in the backup no time went by for it.
                cell.dies = end(time, cell.dies - taken);
            }
        }
        String::new()
    }
}

/// Backups that are given up.
impl Model {
    fn forget(&mut self, before: u128) -> String {
        let Some(kept) = self.backups.iter().map(|(taken, _)| *taken).filter(|taken| *taken <= before).max()
        else {
            return "0".to_owned();
        };
        let older: BTreeSet<_> =
            self.backups.iter().map(|(taken, _)| *taken).filter(|taken| *taken < kept).collect();
        self.backups.retain(|(taken, _)| *taken >= kept);
        older.len().to_string()
    }
}

/// Sessions of level 6.
impl Model {
    fn begin(&mut self) -> String {
        let begins = self.kept.is_none();
        if begins {
            self.kept = Some((self.records.clone(), self.backups.clone()));
        }
        begins.to_string()
    }

    fn roll_back(&mut self) -> String {
        let kept = self.kept.take();
        let ends = kept.is_some();
        if let Some((records, backups)) = kept {
            (self.records, self.backups) = (records, backups);
        }
        ends.to_string()
    }

    fn alias(&mut self, name: &str, operation: &str) -> String {
        let mut operations = OPERATIONS.split(' ');
        let taken = self.operation(name) != name || OPERATIONS.split(' ').any(|taken| taken == name);
        let made = !taken && operations.any(|known| known == operation);
        if made {
            self.aliases.push((name.to_owned(), operation.to_owned()));
        }
        made.to_string()
    }
}

/// What a model of several sessions needs of each one's copy.
impl Model {
    /// The clock's reading.
    pub(crate) fn clock(&self) -> u128 {
        self.clock
    }

    /// Is the rule the free one?
    pub(crate) fn is_free(&self) -> bool {
        self.free
    }

    /// Time goes by for this copy too, whoever told it.
    pub(crate) fn move_clock(&mut self, clock: u128) {
        self.clock = self.clock.max(clock);
    }

    /// Is there a backup early enough for a RESTORE?
    pub(crate) fn can_restore(&self, wanted: &str) -> bool {
        self.backups.iter().any(|(taken, _)| *taken <= number(wanted))
    }

    /// Makes a record what it is in another copy.
    pub(crate) fn take_record(&mut self, key: &str, from: &Self) {
        match from.records.get(key) {
            Some(record) => drop(self.records.insert(key.to_owned(), record.clone())),
            None => drop(self.records.remove(key)),
        }
    }
}

/// The moment at which a query says that it happens.
fn timestamp(words: &[&str]) -> Option<u128> {
    match words {
        ["BACKUP" | "TICK", time]
        | ["RESTORE", time, _]
        | ["SCAN_AT", _, time]
        | ["GET_AT" | "DELETE_AT" | "SCAN_BY_PREFIX_AT", _, _, time]
        | ["SET_AT", _, _, _, time]
        | ["SET_AT_WITH_TTL", _, _, _, time, _] => Some(number(time)),
        _ => None,
    }
}

/// When something dies that has `left` milliseconds from `start` on. Past the last timestamp is never.
fn end(start: u128, left: u128) -> u128 {
    let sum = start + left;
    if sum > LAST { NEVER } else { sum }
}

fn number(word: &str) -> u128 {
    word.parse().expect("a number of milliseconds")
}

/// Does a text match? By trying everything, as in a textbook.
fn matches(how: &str, pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    match how {
        "EXACT" => pattern == text,
        "LIKE" => like(&pattern, &text),
        _ => match pattern.split_first() {
            Some(('^', rest)) => begins(rest, &text),
            _ => (0..=text.len()).any(|from| begins(&pattern, &text[from..])),
        },
    }
}

fn like(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], _) => text.is_empty(),
        (['*', rest @ ..], _) => (0..=text.len()).any(|from| like(rest, &text[from..])),
        ([first, rest @ ..], [one, others @ ..]) => (first == one || *first == '?') && like(rest, others),
        _ => false,
    }
}

/// Does a text begin with a match of a regular expression of plain and escaped characters, `.`, `.*` and a last `$`?
fn begins(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], _) => true,
        (['$'], _) => text.is_empty(),
        (['.', '*', rest @ ..], _) => (0..=text.len()).any(|from| begins(rest, &text[from..])),
        (['.', rest @ ..], [_, others @ ..]) => begins(rest, others),
        (['\\', first, rest @ ..] | [first, rest @ ..], [one, others @ ..]) => {
            first == one && begins(rest, others)
        }
        _ => false,
    }
}
