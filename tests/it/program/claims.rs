//! Reasons, held against what their queries do: what they claim in types, what their sentences say, and what the
//! outcome tells.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rewinddb::engine::{CellWrite, Engine, Outcome, WholeChange};
use rewinddb::explain::{ClaimedAnswer, ClaimedEffect, Expiry, Reason, Target};
use rewinddb::query::{Operation, Query};
use rewinddb::reply::Reply;
use rewinddb::time::{ClockRule, Time};
use rewinddb::track::records::requests;
use rewinddb::wire::{self, Request, Term};

use crate::amounts::{ANY_REASONS, REASONS};
use crate::judge::lists::any_list_of;
use crate::language::table::words;

const RULES: [ClockRule; 2] = [ClockRule::Monotone, ClockRule::Free];

/// Cells by key and field: the value, and where the lifetime ends.
type Cells = BTreeMap<(String, String), (String, Option<u64>)>;

/// A database, and what it was where a query may go back to.
#[derive(Clone)]
struct Watched {
    engine: Engine,
    /// What was live when each backup was taken.
    backups: BTreeMap<Time, Cells>,
    /// The cells and the backups when the open transaction began.
    begun: Option<(Cells, BTreeMap<Time, Cells>)>,
}

/// A query that was applied.
struct Applied<'a> {
    query: &'a Query<'a>,
    before: Cells,
    /// Those that are live when the query happens.
    live: Cells,
    /// Those that are there afterwards if it changes nothing.
    left: Cells,
    after: Cells,
    reply: Option<Reply<'static>>,
    clock: (Time, Time),
}

fn cells(engine: &Engine) -> Cells {
    let cells = engine.cells().into_iter();
    cells
        .map(|cell| {
            let names = (cell.key.to_owned(), cell.field.to_owned());
            (names, (cell.value.to_string(), cell.ends.map(|end| end.0)))
        })
        .collect()
}

fn live_at(cells: &Cells, moment: Time) -> Cells {
    let live = cells.iter().filter(|(_, (_, end))| end.is_none_or(|end| moment.0 < end));
    live.map(|(names, held)| (names.clone(), held.clone())).collect()
}

/// Cells that were live at one moment, with as much left at another.
fn moved(cells: &Cells, from: Time, to: Time) -> Cells {
    let moved = |end: u64| to.0.checked_add(end - from.0);
    let held = |(value, end): &(String, Option<u64>)| (value.clone(), end.and_then(moved));
    cells.iter().map(|(names, cell)| (names.clone(), held(cell))).collect()
}

impl Watched {
    fn new(rule: ClockRule) -> Self {
        Self { engine: Engine::new(rule), backups: BTreeMap::new(), begun: None }
    }

    /// Applies a query; all that its reason says must hold.
    fn apply(&mut self, query: &Query<'_>) {
        let before = cells(&self.engine);
        let reason = Reason::of(&self.engine, query);
        assert_eq!(before, cells(&self.engine), "to find a reason changes nothing");
        self.apply_for(query, &reason);
    }

    /// Applies a query for this reason, all of which must hold.
    fn apply_for(&mut self, query: &Query<'_>, reason: &Reason<'_>) {
        let before = cells(&self.engine);
        let (rule, reading) = (self.engine.clock().rule(), self.engine.clock().now());
        let outcome = self.engine.apply_noting(None, query, |reply| reply.clone().into_owned()).ok();
        let (reply, outcome) = outcome.unzip();
        let now = self.engine.clock().now();
        let live = live_at(&before, query.timestamp().unwrap_or(reading));
        let left = if rule == ClockRule::Free { before.clone() } else { live_at(&before, now) };
        let after = cells(&self.engine);
        let applied = Applied { query, before, live, left, after, reply, clock: (reading, now) };
        let sentence = reason.to_string();
        self.check_effect(&applied, reason.claim().effect, &sentence);
        applied.check_answer(reason.claim().answer, &sentence);
        applied.check_sentence(reason, &sentence);
        if let Some(outcome) = outcome {
            applied.check_outcome(&outcome);
        }
        if let (Some(clock), ClockRule::Monotone) = (reason.claim().clock, rule) {
            assert_eq!(now, clock, "{query:?}: {sentence}");
        }
        self.remember(&applied);
    }

    fn remember(&mut self, applied: &Applied<'_>) {
        match (applied.query, &applied.reply) {
            (Query::Backup { timestamp }, Some(_)) => {
                drop(self.backups.insert(*timestamp, live_at(&applied.left, *timestamp)));
            }
            (Query::Begin {}, Some(Reply::Bool(true))) => {
                self.begun = Some((applied.left.clone(), self.backups.clone()));
            }
            (Query::Commit {}, Some(_)) => self.begun = None,
            _ => {}
        }
    }

    fn check_effect(&mut self, applied: &Applied<'_>, effect: ClaimedEffect<'_>, sentence: &str) {
        let Applied { query, after, left, .. } = applied;
        let why = format!("{query:?}: {sentence}");
        let mut wanted = left.clone();
        let names = |key: &str, field: &str| (key.to_owned(), field.to_owned());
        match effect {
            ClaimedEffect::Refused => {
                assert_eq!(applied.clock.0, applied.clock.1, "{why}");
                assert!(applied.reply.is_none(), "{why}");
            }
            ClaimedEffect::Nothing | ClaimedEffect::OfQueries => {}
            ClaimedEffect::Set(cell, expiry) => {
                let names = names(cell.key, cell.field);
                let (value, _) = after.get(&names).unwrap_or_else(|| panic!("{why}: it is not set"));
                wanted.insert(names, (value.clone(), end_of(expiry)));
            }
            ClaimedEffect::Gone(cell) => drop(wanted.remove(&names(cell.key, cell.field))),
            ClaimedEffect::AllGone(target) => {
                let meant = meant(left, target);
                assert_eq!(meant.len(), target.live, "{why}");
                wanted.retain(|names, _| !meant.contains(names));
            }
            ClaimedEffect::Live(target, expiry) => {
                let meant = meant(left, target);
                assert_eq!(meant.len(), target.live, "{why}");
                for names in &meant {
                    wanted.get_mut(names).expect("it is live").1 = end_of(expiry);
                }
            }
            ClaimedEffect::Grows(cell, items) => {
                let held = self.engine.cell(cell.key, cell.field).expect("it is live");
                assert_eq!(held.value.texts().len(), items, "{why}");
                wanted.entry(names(cell.key, cell.field)).or_default().0 = held.value.to_string();
            }
            ClaimedEffect::Empty(cells) => {
                assert_eq!(wanted.len(), cells, "{why}");
                wanted.clear();
            }
            ClaimedEffect::Saved(at) => assert_eq!(self.engine.latest_backup(at), Some(at), "{why}"),
            ClaimedEffect::Forgotten(kept) => {
                assert!(self.backups.keys().any(|taken| *taken < kept), "{why}");
                assert_eq!(self.engine.first_backup_after(None), Some(kept), "{why}");
                self.backups.retain(|taken, _| *taken >= kept);
            }
            ClaimedEffect::Restored(taken) => {
                let at = query.timestamp().expect("a restore has one");
                wanted = moved(&self.backups[&taken], taken, at);
            }
            ClaimedEffect::Undone => {
                let (cells, backups) = self.begun.take().expect("there is a transaction");
                wanted = if self.engine.clock().rule() == ClockRule::Free {
                    cells
                } else {
                    live_at(&cells, applied.clock.1)
                };
                self.backups = backups;
            }
        }
        assert_eq!(*after, wanted, "{why}");
        assert_eq!(self.engine.number_of_backups() > self.backups.len(), self.takes_one(effect), "{why}");
    }

    /// Is a backup taken of a moment of which there is none?
    fn takes_one(&self, effect: ClaimedEffect<'_>) -> bool {
        matches!(effect, ClaimedEffect::Saved(at) if !self.backups.contains_key(&at))
    }
}

fn end_of(expiry: Expiry) -> Option<u64> {
    match expiry {
        Expiry::At(end) => Some(end.0),
        Expiry::Never => None,
    }
}

fn meant(cells: &Cells, target: Target<'_>) -> BTreeSet<(String, String)> {
    let names = cells.keys().filter(|(key, field)| {
        key == target.key && target.field.is_none_or(|wanted| wanted == field.as_str())
    });
    names.cloned().collect()
}

impl Applied<'_> {
    fn check_answer(&self, claimed: ClaimedAnswer, sentence: &str) {
        let found = match &self.reply {
            None => ClaimedAnswer::Refused,
            Some(Reply::Done) => ClaimedAnswer::Done,
            Some(Reply::Bool(found)) => ClaimedAnswer::Found(*found),
            Some(Reply::Value(value)) => ClaimedAnswer::Found(value.is_some()),
            Some(Reply::Count(number) | Reply::Remaining(Some(number))) => ClaimedAnswer::Number(*number),
            Some(Reply::Remaining(None)) => ClaimedAnswer::Permanent,
            Some(Reply::Cells(cells)) => ClaimedAnswer::Listed(cells.len()),
            Some(Reply::Keys(keys)) => ClaimedAnswer::Listed(keys.len()),
            Some(Reply::Fields(fields)) => ClaimedAnswer::Listed(fields.len()),
            Some(Reply::Values(values)) => ClaimedAnswer::Listed(values.len()),
            Some(Reply::Items(items)) => ClaimedAnswer::Listed(items.len()),
            Some(Reply::Aliases(aliases)) => ClaimedAnswer::Listed(aliases.len()),
            Some(other) => panic!("nothing is claimed of {other:?}"),
        };
        assert_eq!(found, claimed, "{:?}: {sentence}", self.query);
    }

    /// What the words of a sentence say, whatever its reason claims.
    fn check_sentence(&self, reason: &Reason<'_>, sentence: &str) {
        let why = format!("{:?}: {sentence}", self.query);
        let says_nothing =
            ["nothing changes", "nothing is removed", "nothing to commit", "nothing to roll back"];
        if says_nothing.iter().any(|nothing| sentence.contains(nothing)) {
            assert_eq!(self.after, self.left, "{why}");
        }
        if sentence.contains("the clock reads") && sentence.contains("already") {
            assert_eq!(self.clock.0, self.clock.1, "{why}");
        }
        if sentence.starts_with("the clock moves") {
            let (from, to) = self.clock;
            assert!(sentence.starts_with(&format!("the clock moves from {from} to {to};")), "{why}");
        }
        for (what, said) in [
            ("live cell", number_before(sentence, " live cell")),
            ("record", number_before(sentence, " record")),
        ] {
            let live: Vec<_> = match reason {
                Reason::Lists(listing) => self.live.keys().filter(|(key, _)| key == listing.key).collect(),
                Reason::Surveys { .. }
                | Reason::Counts { .. }
                | Reason::Saves { .. }
                | Reason::Clears { .. } => self.live.keys().collect(),
                Reason::RemovesRecord(target)
                | Reason::Holds(target)
                | Reason::Measures { target, .. }
                | Reason::Persists { target, .. }
                | Reason::Expires { target, .. } => {
                    self.live.keys().filter(|(key, _)| key == target.key).collect()
                }
                _ => continue,
            };
            let keys: BTreeSet<_> = live.iter().map(|(key, _)| key).collect();
            let number = if what == "record" { keys.len() } else { live.len() };
            assert!(said.is_none_or(|said| said == number), "{why}: there are {number} {what}s");
        }
    }

    fn check_outcome(&self, outcome: &Outcome) {
        let why = format!("{:?}: {outcome:?}", self.query);
        assert_eq!(outcome.clock, self.clock, "{why}");
        // A restore and a commit write into a state that was not seen before.
        if !matches!(outcome.whole, Some(WholeChange::Restored { .. } | WholeChange::Committed)) {
            for CellWrite { key, field, before, .. } in &outcome.writes {
                let was = before.as_ref().map(|was| (was.value.clone(), was.ends.map(|end| end.0)));
                assert_eq!(self.left.get(&(key.clone(), field.clone())).cloned(), was, "{why}");
            }
        }
        let is_written = |names: &&(String, String)| {
            outcome.writes.iter().any(|write| write.key == names.0 && write.field == names.1)
        };
        let differs = |names: &&(String, String)| self.left.get(*names) != self.after.get(*names);
        let mut silent =
            self.left.keys().chain(self.after.keys()).filter(differs).filter(|names| !is_written(names));
        assert!(outcome.whole.is_some() || silent.next().is_none(), "{why}");
        assert!(self.before.len() >= self.left.len());
    }
}

/// The number that stands right before a text.
fn number_before(sentence: &str, text: &str) -> Option<usize> {
    let (before, _) = sentence.split_once(text)?;
    before.rsplit(' ').next()?.parse().ok()
}

/// Every form has its example, so that an operation that is added is held here too.
#[test]
fn the_reason_of_every_example_says_what_happens() {
    for form in crate::language().forms() {
        for rule in [ClockRule::Monotone, ClockRule::Free] {
            let mut watched = Watched::new(rule);
            for line in form.example.queries {
                let words: Vec<Term> = words(line);
                let aliases = watched.engine.aliases().clone();
                let request = Request::parse(&wire::raw_query(&words), &aliases, crate::whole());
                request.expect("it is one").queries().iter().for_each(|query| watched.apply(query));
            }
        }
    }
}

/// Were an operation given the sentence of another one, these tests would find it out.
#[test]
fn the_sentence_of_another_operation_is_found_out() {
    let says_the_same = [Operation::Tick, Operation::ResetAliases];
    for operation in Operation::ALL.iter().filter(|operation| !says_the_same.contains(operation)) {
        let form = crate::language().form_of(*operation).expect("it has one");
        let (mut watched, mut found_out) = (Watched::new(ClockRule::Monotone), false);
        for line in form.example.queries {
            let words: Vec<Term> = words(line);
            let aliases = watched.engine.aliases().clone();
            let request =
                Request::parse(&wire::raw_query(&words), &aliases, crate::whole()).expect("it is one");
            for query in request.queries() {
                let (mut other, now) = (watched.clone(), watched.engine.clock().now());
                let reason = Reason::Ticks { from: Some(now), to: query.timestamp().unwrap_or(now) };
                let applied = catch_unwind(AssertUnwindSafe(|| other.apply_for(query, &reason)));
                found_out |= query.operation() == *operation && applied.is_err();
                watched.apply(query);
            }
        }
        assert!(found_out, "{} with the sentence of TICK", form.name);
    }
}

#[test]
fn the_reasons_of_random_lists_say_what_happens() {
    for (seed, rule) in REASONS.seeds().flat_map(|seed| RULES.map(|rule| (seed, rule))) {
        let (list, mut watched) = (any_list_of(seed, rule == ClockRule::Free), Watched::new(rule));
        let requests = requests(&list).expect("it is one");
        requests.iter().flat_map(Request::queries).take(200).for_each(|query| watched.apply(query));
    }
}

/// A reason may be asked for at any time, and of any query.
#[test]
fn the_reason_of_any_query_at_any_state_says_what_would_happen() {
    for (seed, rule) in ANY_REASONS.seeds().flat_map(|seed| RULES.map(|rule| (seed, rule))) {
        let (list, mut watched) = (any_list_of(seed, rule == ClockRule::Free), Watched::new(rule));
        let requests = requests(&list).expect("it is one");
        let queries: Vec<_> = requests.iter().flat_map(Request::queries).take(40).collect();
        for query in &queries {
            for other in &queries {
                watched.clone().apply(other);
            }
            watched.apply(query);
        }
    }
}
