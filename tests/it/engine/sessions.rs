//! Several sessions on one database, their queries mixed at random: the engine against a naive model, and stories
//! of two.
//!
//! Invariants: a seed fixes a script for good; a failure prints the seed, the script and the smallest found that still
//! fails. `REWIND_SEED=7` runs that one again.
//!
//! ```text
//!   seed ──► Author ──► steps ──┬──► Engine, a Session each ──┐
//!                               └──► Sessions, a copy each ───┴──► same answers, and the same database after each end
//! ```

/// The naive model of sessions.
mod model;

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use rewinddb::engine::{Engine, Session};
use rewinddb::time::ClockRule;
use rstest::rstest;
use serde_json::{Value, json};

use crate::amounts::{Amount, FREE_MIXED, MIXED};
use crate::engine::dump::dump;
use crate::engine::image::{loaded, written};
use crate::engine::model::Model;
use crate::engine::random::{CHECKED_EACH, parsed};
use crate::engine::sessions::model::Sessions;
use crate::judge::lists::Rng;

/// How many steps a script has, beside what fills the database before.
const STEPS: usize = 60;

/// The engine's own session, which cannot end before the engine.
pub(crate) const OWN: usize = 0;

#[rstest]
#[case::monotone(false, MIXED)]
#[case::free(true, FREE_MIXED)]
fn engine_and_model_agree_however_sessions_are_mixed(#[case] free: bool, #[case] scripts: Amount) {
    let seeds = scripts.seeds();
    let (scripts, mut counts) = (seeds.end - seeds.start, Counts::default());
    for seed in seeds {
        let script = script_of(seed, free);
        let mut run = Counts::default();
        if let Err((place, why)) = difference(free, &script, &mut run) {
            let script = &script[..=place];
            let smallest = told(&smallest(free, script));
            panic!(
                "seed {seed}, step {}: {why}\nscript:\n{}\nsmallest:\n{smallest}",
                place + 1,
                told(script)
            );
        }
        counts.add(&run);
    }
    println!("{scripts} scripts: {counts:?}");
    // All of these are drawn about once a script or more often, but for the last, which is drawn once in three.
    let least =
        [counts.begun, counts.committed, counts.refused, counts.rolled_back, counts.ended].into_iter().min();
    assert!(scripts < 100 || least.is_some_and(|least| least > scripts / 3), "{counts:?}");
    assert!(scripts < 100 || counts.met_by_whole > scripts / 100, "{counts:?}");
}

/// What the scripts have come to.
#[derive(Debug, Default)]
struct Counts {
    begun: u64,
    committed: u64,
    /// By a COMMIT that answers false.
    refused: u64,
    /// Of those, transactions with a BACKUP, RESTORE or CLEAR.
    met_by_whole: u64,
    rolled_back: u64,
    /// Sessions that ended inside a transaction.
    ended: u64,
    /// Refused queries, whose time would run backwards.
    backwards: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.begun += other.begun;
        self.committed += other.committed;
        self.refused += other.refused;
        self.met_by_whole += other.met_by_whole;
        self.rolled_back += other.rolled_back;
        self.ended += other.ended;
        self.backwards += other.backwards;
    }
}

/// What a session does next.
#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) session: usize,
    /// Its query, or nothing if it ends.
    pub(crate) words: Vec<String>,
}

impl Display for Step {
    /// As in the stories.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = char::from(b"oABCDEFG"[self.session]);
        if self.words.is_empty() {
            return write!(out, "{name} ends");
        }
        write!(out, "{name}>")?;
        self.words.iter().try_for_each(|word| write!(out, " {}", shown(word)))
    }
}

fn told(script: &[Step]) -> String {
    script.iter().map(Step::to_string).collect::<Vec<_>>().join("\n")
}

/// A text as the stories have it: only the empty one needs quotes there.
fn shown(text: &str) -> &str {
    if text.is_empty() { "\"\"" } else { text }
}

/// The first step, counted from 0, at which engine and model differ, and how.
fn difference(free: bool, script: &[Step], counts: &mut Counts) -> Result<(), (usize, String)> {
    let (mut pair, mut is_of_whole) = (Pair::new(free), BTreeMap::new());
    for (place, Step { session, words }) in script.iter().enumerate() {
        let was_open = pair.model.is_open(*session);
        let Some(name) = words.first() else {
            counts.ended += u64::from(was_open);
            pair.end(*session);
            pair.same_database().map_err(|why| (place, why))?;
            continue;
        };
        let answer = pair.apply(*session, words).map_err(|why| (place, why))?;
        if place % CHECKED_EACH == 0 || place + 1 == script.len() {
            pair.engine.check().map_err(|why| (place, why))?;
        }
        let whole = is_of_whole.entry(*session).or_insert(false);
        match (name.as_str(), answer.as_deref()) {
            (_, Err(())) => counts.backwards += 1,
            ("BEGIN", Ok("true")) => {
                *whole = false;
                counts.begun += 1;
            }
            ("COMMIT", Ok("true")) => counts.committed += 1,
            ("COMMIT", _) => {
                counts.refused += u64::from(was_open);
                counts.met_by_whole += u64::from(was_open && *whole);
            }
            ("ROLLBACK", Ok("true")) => counts.rolled_back += 1,
            ("BACKUP" | "RESTORE" | "FORGET" | "CLEAR", _) => *whole = true,
            _ => {}
        }
        if place + 1 == script.len() || matches!(name.as_str(), "COMMIT" | "ROLLBACK") {
            pair.same_database().map_err(|why| (place, why))?;
        }
    }
    Ok(())
}

/// The script without the steps that a difference does not need, as far as one pass finds them.
fn smallest(free: bool, script: &[Step]) -> Vec<Step> {
    let mut script = script.to_vec();
    for place in (0..script.len()).rev() {
        let mut shorter = script.clone();
        shorter.remove(place);
        if difference(free, &shorter, &mut Counts::default()).is_err() {
            script = shorter;
        }
    }
    script
}

/// Engine and model side by side.
struct Pair {
    engine: Engine,
    sessions: BTreeMap<usize, Session>,
    model: Sessions,
}

impl Pair {
    fn new(free: bool) -> Self {
        let rule = if free { ClockRule::Free } else { ClockRule::Monotone };
        Self { engine: Engine::new(rule), sessions: BTreeMap::new(), model: Sessions::new(free) }
    }

    /// Hands both a query; an error tells how their answers differ. A panic is an answer too.
    fn apply(&mut self, session: usize, words: &[String]) -> Result<Result<String, ()>, String> {
        let query = parsed(words);
        let engine = || {
            let reply = if session == OWN {
                self.engine.apply(&query)
            } else {
                self.engine.apply_in(self.sessions.entry(session).or_default(), &query)
            };
            reply.map(|reply| reply.to_string()).map_err(drop)
        };
        let given = catch_unwind(AssertUnwindSafe(engine)).map_err(|_| "a panic, told above".to_owned())?;
        let wanted = self.model.answer(session, words);
        if given == wanted {
            return Ok(given);
        }
        Err(format!("the engine answers {given:?}, the model {wanted:?}"))
    }

    /// Ends a session; the next query under its number is that of another.
    fn end(&mut self, session: usize) {
        self.sessions.remove(&session);
        self.model.end(session);
    }

    /// Looks at all that is committed through the eyes of a session that has only just come.
    fn same_database(&mut self) -> Result<(), String> {
        const FRESH: usize = usize::MAX;
        let mut ask = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
            let answer =
                self.apply(FRESH, &words).map_err(|why| format!("afterwards, {}: {why}", words.join(" ")))?;
            Ok::<_, String>(answer.expect("it has no timestamp"))
        };
        let items = ask(&["ITEMS"])?;
        ask(&["SIZE"])?;
        let keys = ask(&["KEYS"])?;
        for key in keys.split(", ") {
            ask(&["TTL", key])?;
        }
        for name in items.split(", ").filter_map(|item| item.split_once('(')?.0.split_once('.')) {
            ask(&["TTL", name.0, name.1])?;
        }
        self.end(FRESH);
        self.same_image()
    }

    /// What is written down while transactions are open is what is committed; and a copy of the engine goes on as
    /// it does.
    fn same_image(&mut self) -> Result<(), String> {
        self.engine = self.engine.clone();
        let loaded = loaded(&written(self.engine.image()));
        let [loaded, own] = [&mut loaded.map_err(|broken| broken.to_string())?, &mut self.engine].map(dump);
        if loaded == own { Ok(()) } else { Err(format!("the image holds {loaded:?}, not {own:?}")) }
    }
}

/// Queries of one record: the more often one stands here, the more often it is drawn.
const OF_A_RECORD: &str = "SET {k} {f} {v}|SET {k} {f} {v}|SET {k} {f} {v}|PUT {k} {v}|APPEND {k} {f} {v}|\
    GET {k} {f}|GET {k} {f}|GET {k}|EXISTS {k}|EXISTS {k} {f}|SCAN {k}|SCAN {k}|SCAN_BY_PREFIX {k} f1|\
    DELETE {k} {f}|DELETE {k} {f}|DELETE {k}|TTL {k}|TTL {k} {f}|PERSIST {k}|PERSIST {k} {f}|EXPIRE {k} {d}|\
    EXPIRE {k} {f} {d}|PUT_WITH_TTL {k} {v} {d}|SET_AT {k} {f} {v} {t}|SET_AT_WITH_TTL {k} {f} {v} {t} {d}|\
    SET_AT_WITH_TTL {k} {f} {v} {t} {d}|SET_AT_WITH_TTL {k} {f} {v} {t} {d}|GET_AT {k} {f} {t}|\
    DELETE_AT {k} {f} {t}|SCAN_AT {k} {t}|SCAN_BY_PREFIX_AT {k} f {t}|TICK {t}";

/// Queries that touch every record, all but the last without a change.
const OF_EVERY_RECORD: &str = "KEYS|VALUES|ITEMS|SIZE|FIND KEY LIKE *1|FIND FIELD EXACT f1|FIND VALUE REGEX v|\
    RESTORE {t} {w}";

/// Queries that change everything, or save it.
const OF_THE_WHOLE: &str = "BACKUP {t}|BACKUP {t}|RESTORE {t} {w}|RESTORE {t} {w}|CLEAR";

/// Writes the script of a seed.
struct Author {
    rng: Rng,
    keys: u64,
    fields: u64,
    /// Does time jump about?
    free: bool,
    /// The largest timestamp so far.
    now: u64,
    /// Is a transaction open, for each session? A guess that is always right.
    open: Vec<bool>,
}

/// The script that belongs to a seed.
pub(crate) fn script_of(seed: u64, free: bool) -> Vec<Step> {
    let mut rng = Rng(seed);
    let sessions = 3 + rng.below(4);
    // A record of more than some dozen fields may be held in another way.
    let wide = rng.chance(8);
    let (keys, fields) = (1 + rng.below(5), if wide { 50 } else { 1 + rng.below(3) });
    let mut author = Author { rng, keys, fields, free, now: 0, open: (0..sessions).map(|_| false).collect() };
    let filled = if wide { 40 } else { author.rng.below(6) };
    let filling = (0..filled).map(|place| {
        let (key, field) = if wide { (0, place) } else { (place % keys, place / keys) };
        Step {
            session: OWN,
            words: ["SET", &format!("k{key}"), &format!("f{field}"), "v"].map(str::to_owned).to_vec(),
        }
    });
    let mut script: Vec<Step> = filling.collect();
    script.extend((0..STEPS).map(|_| author.step()));
    script
}

impl Author {
    fn step(&mut self) -> Step {
        let session =
            usize::try_from(self.rng.below(self.open.len() as u64)).expect("there are few sessions");
        let ends = if session == OWN { 0 } else { 4 };
        let weights = if self.open[session] { [2, 14, 5, ends, 75] } else { [30, 1, 1, 1, 67] };
        let word = match self.rng.weighted(&weights) {
            0 => "BEGIN",
            1 => "COMMIT",
            2 => "ROLLBACK",
            3 if session != OWN => "",
            _ => return Step { session, words: self.query() },
        };
        self.open[session] = word == "BEGIN";
        Step { session, words: word.split_whitespace().map(str::to_owned).collect() }
    }

    fn query(&mut self) -> Vec<String> {
        let forms = [OF_A_RECORD, OF_EVERY_RECORD, OF_THE_WHOLE][self.rng.weighted(&[90, 5, 5])];
        let forms: Vec<_> = forms.split('|').collect();
        let form = *self.rng.pick(&forms);
        form.split(' ').map(|word| self.word(word)).collect()
    }

    fn word(&mut self, word: &str) -> String {
        match word {
            "{k}" => format!("k{}", self.rng.below(self.keys)),
            "{f}" => format!("f{}", self.rng.below(self.fields)),
            "{v}" => format!("v{}", self.rng.below(3)),
            "{d}" => self.rng.pick(&[0, 1, 2, 3, 5, 9, 20, u64::MAX]).to_string(),
            "{w}" => self.rng.below(self.now + 3).to_string(),
            "{t}" if self.free => {
                let time = self.rng.below(25);
                self.now = self.now.max(time);
                time.to_string()
            }
            "{t}" if self.now > 0 && self.rng.chance(40) => self.rng.below(self.now).to_string(),
            "{t}" => {
                self.now += self.rng.below(3);
                self.now.to_string()
            }
            word => word.to_owned(),
        }
    }
}

/// The stories below `fixtures/sessions`, in order.
fn stories() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(crate::top().join("fixtures/sessions")).expect("the folder is there");
    let mut stories: Vec<_> = folder.map(|entry| entry.expect("it can be listed").path()).collect();
    stories.sort();
    assert!(stories.len() > 5, "there are stories");
    stories
}

/// A story told again with the answers of now: `A> QUERY`, and what it is answered on the line below; `A ends`;
/// whatever else stands there is for the reader.
fn retold(story: &str, mut answer: impl FnMut(usize, Option<&[String]>) -> String) -> String {
    let (mut out, mut lines) = (String::new(), story.lines());
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let mut letters = line.chars();
        let session =
            letters.next().filter(char::is_ascii_uppercase).map(|name| usize::from(name as u8 - b'A') + 1);
        match (session, letters.as_str()) {
            (Some(session), " ends") => drop(answer(session, None)),
            (Some(session), rest) if rest.starts_with("> ") => {
                let word = |word: &str| if word == "\"\"" { String::new() } else { word.to_owned() };
                let words: Vec<_> = rest[2..].split(' ').map(word).collect();
                out.push_str(shown(&answer(session, Some(&words))));
                out.push('\n');
                lines.next();
            }
            _ => {}
        }
    }
    out
}

#[test]
fn stories_of_two_sessions_are_as_they_are_told() {
    for path in stories() {
        let (mut engine, mut sessions) = (Engine::new(ClockRule::Monotone), BTreeMap::new());
        crate::assert_document(&path, |story| {
            retold(story, |session, words| {
                let Some(words) = words else {
                    sessions.remove(&session);
                    return String::new();
                };
                let session = sessions.entry(session).or_default();
                engine
                    .apply_in(session, &parsed(words))
                    .map(|reply| reply.to_string())
                    .expect("time is in order")
            })
        });
    }
}

#[test]
fn the_model_tells_the_stories_too() {
    for path in stories() {
        let (story, mut model) =
            (std::fs::read_to_string(&path).expect("it can be read"), Sessions::new(false));
        let again = retold(&story, |session, words| match words {
            Some(words) => model.answer(session, words).expect("time is in order"),
            None => model.end(session).to_string(),
        });
        assert_eq!(again, story, "{}", path.display());
    }
}

#[test]
fn the_model_answers_the_suites_of_one_session() {
    for path in crate::fixtures("level6") {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let suite: Value = serde_json::from_str(&text).expect("it is JSON");
        for case in suite["cases"].as_array().expect("a suite has cases") {
            let mut model = Model::new(suite["clock"] == "free");
            let queries = case["queries"].as_array().expect("a case has queries");
            let answers: Vec<_> = queries.iter().map(|query| answer(&mut model, query)).collect();
            assert_eq!(json!(answers), case["expected"], "{}: {}", path.display(), case["name"]);
        }
    }
}

/// What the model answers to a query or a batch of them.
fn answer(model: &mut Model, query: &Value) -> Value {
    let text = |word: &Value| word.as_str().map_or_else(|| word.to_string(), str::to_owned);
    let texts =
        |query: &Value| query.as_array().expect("a query is an array").iter().map(text).collect::<Vec<_>>();
    let words = texts(query);
    if model.operation(&words[0]) == "BATCH" {
        let queries: Vec<_> = query.as_array().into_iter().flatten().skip(1).map(texts).collect();
        json!(model.answer_batch(&queries).expect("time is in order"))
    } else {
        json!(model.answer(&words).expect("time is in order"))
    }
}
