//! Lists: one JSON array of queries, read whole before anything of it takes effect.

use std::ops::Range;

use bumpalo::Bump;

use super::Context;
use super::fault::{Fault, Faults};
use super::scanner::{Next, Scanner, Words};
use super::settled::settled;
use crate::query::{Form, Language, Level, Query, RawQuery, WordKind};
use crate::time::{Backwards, Time};
use crate::wire::Request;

/// Reads a JSON array of queries for a database that knows what is in `context`. Words are borrowed from `text`, or kept in `arena` if they had escapes.
///
/// # Errors
/// Everything that is wrong with it, time that runs backwards included.
pub fn read_list<'a>(
    text: &'a str,
    arena: &'a Bump,
    level: Level,
    context: Context,
) -> Result<Vec<Request<'a>>, Faults> {
    let list = ListReader::of(text, arena, Checker::new(level, context), None);
    list.scanner.faults.or(list.requests)
}

/// The same with the words as they stand there, which may call operations by other names.
///
/// # Errors
/// Its faults.
pub fn read_with_words<'a>(
    text: &'a str,
    arena: &'a Bump,
    level: Level,
    context: Context,
) -> Result<(Vec<Request<'a>>, Vec<RawQuery<'a>>), Faults> {
    let list = ListReader::of(text, arena, Checker::new(level, context), Some(Vec::new()));
    list.scanner.faults.or((list.requests, list.raw.unwrap_or_default()))
}

/// Finds where the words of a query stand in what it was read from.
pub(super) trait WordPlaces {
    /// Where the word at the end of this way stands ([`crate::query::Mistake::way`]), or the whole query if there is none.
    fn span_of(&self, way: &[usize]) -> Range<usize>;

    /// Is a further fault only counted?
    fn is_full(&self) -> bool {
        false
    }
}

/// The places of an array in JSON.
pub(super) struct InText<'s, 'a> {
    pub(super) scanner: &'s Scanner<'a>,
    pub(super) span: &'s Range<usize>,
}

impl WordPlaces for InText<'_, '_> {
    fn span_of(&self, way: &[usize]) -> Range<usize> {
        self.scanner.span_of(self.span, way)
    }

    fn is_full(&self) -> bool {
        self.scanner.faults.is_full()
    }
}

/// Checks queries one after the other: their words, their level, and that time does not run backwards.
pub(super) struct Checker {
    level: Level,
    /// What the database will know when it has been asked what was read so far.
    context: Context,
    /// What the clock read before the first query; `None` where queries are checked one at a time.
    began: Option<Time>,
}

impl Checker {
    pub(super) fn new(level: Level, context: Context) -> Self {
        Self { level, began: Some(context.clock.now()), context }
    }

    /// One for a single query of a session.
    pub(super) fn typed(level: Level, context: Context) -> Self {
        Self { level, began: None, context }
    }

    /// What the words ask. What they are settled to is kept in the arena.
    pub(super) fn request<'a>(
        &mut self,
        words: &RawQuery<'a>,
        places: &impl WordPlaces,
        arena: &'a Bump,
    ) -> Result<Request<'a>, Fault> {
        let Context { clock, aliases, settles } = &self.context;
        let settled = settles.then(|| settled(words, arena, aliases, clock.now()));
        let words = settled.as_ref().unwrap_or(words);
        let request = Request::parse(words, &self.context.aliases, self.level).map_err(|mistake| {
            let fault = Fault::new(places.span_of(&mistake.way()), mistake.to_string());
            // Looking for what was meant takes time, so it is not done for what is only counted.
            if places.is_full() { fault } else { fault.with_help(mistake.help(&self.context.aliases)) }
        })?;
        match &request {
            Request::One(query) => {
                self.context.aliases.learn(query);
                self.advance(query).map_err(|fault| fault.at(places, None))?;
            }
            Request::Batch(queries) => (1..).zip(queries).try_for_each(|(place, query)| {
                self.advance(query).map_err(|fault| fault.at(places, Some(place)))
            })?,
        }
        Ok(request)
    }

    #[inline]
    fn advance(&mut self, query: &Query<'_>) -> Result<(), OutOfTime> {
        self.context.clock.advance(query.timestamp()).map(drop).map_err(|backwards| {
            let form = self.context.aliases.language().form_of(query.operation());
            let word = form.and_then(|form| form.words().position(|word| word.kind == WordKind::Time));
            OutOfTime { backwards, word: word.map_or(0, |word| word + 1), began: self.began }
        })
    }
}

/// A query that would happen before what has happened.
struct OutOfTime {
    backwards: Backwards,
    /// Which word of it is the time.
    word: usize,
    began: Option<Time>,
}

impl OutOfTime {
    /// The fault of a query that stands there or, with a place, of one that is a word of it.
    fn at(self, places: &impl WordPlaces, place: Option<usize>) -> Fault {
        let way: Vec<_> = place.into_iter().chain([self.word]).collect();
        let help = match self.began {
            Some(Time(0)) => "--clock free lets them jump".to_owned(),
            None => "a look at the past is `.at TIME`".to_owned(),
            Some(began) => format!("the clock read {began} before the first query"),
        };
        let help = format!("timestamps may repeat but not decrease; {help}");
        let fault = Fault::new(places.span_of(&way), self.backwards.to_string()).with_help(help);
        Fault { is_late: true, ..fault }
    }
}

struct ListReader<'a> {
    scanner: Scanner<'a>,
    words: Words<'a>,
    checker: Checker,
    requests: Vec<Request<'a>>,
    /// What each was read from, if that is wanted.
    raw: Option<Vec<RawQuery<'a>>>,
}

impl<'a> ListReader<'a> {
    /// Reads a list, and notes its faults.
    fn of(text: &'a str, arena: &'a Bump, checker: Checker, raw: Option<Vec<RawQuery<'a>>>) -> Self {
        let scanner = Scanner::new(text, arena);
        let requests = Vec::with_capacity(text.len() / 48);
        let mut list = Self { scanner, words: Words::default(), checker, requests, raw };
        if let Err(fatal) = list.read() {
            list.scanner.add(fatal);
        }
        list
    }

    /// Reads the whole list. The error is of a text that cannot be read on; the scanner has noted all others.
    fn read(&mut self) -> Result<(), Fault> {
        if self.scanner.peek().is_none() {
            return Err(Fault::new(self.scanner.here(), "the input is empty").with_help(shape()));
        }
        if !self.scanner.take(b'[') {
            return Err(not_an_array(&self.scanner, "this is not a list of queries", shape()));
        }
        if !self.scanner.take(b']') {
            loop {
                self.scanner.query = Some(self.scanner.query.map_or(1, |number| number + 1));
                self.element()?;
                if let Next::End = self.scanner.next(b'[')? {
                    break;
                }
            }
        }
        self.scanner.query = None;
        self.scanner.end("the list")
    }

    fn element(&mut self) -> Result<(), Fault> {
        match self.scanner.peek() {
            Some(b'[') => {
                if self.scanner.array(&mut self.words)? {
                    let places = InText { scanner: &self.scanner, span: &self.words.span };
                    match self.checker.request(&self.words.raw, &places, self.scanner.arena()) {
                        Ok(request) => {
                            self.requests.push(request);
                            self.raw.iter_mut().for_each(|raw| raw.push(self.words.raw.clone()));
                        }
                        Err(fault) => self.scanner.add(fault),
                    }
                }
            }
            Some(_) => {
                let begin = self.scanner.here().start;
                let what = self.scanner.skip_value()?;
                let span = begin..self.scanner.here().start;
                let fault = Fault::new(span, format!("a query is an array of words, not {what}"));
                self.scanner.add(fault.with_help(shape()));
            }
            None => return Err(Fault::new(self.scanner.here(), "not JSON: the input ends inside the list")),
        }
        Ok(())
    }
}

/// The fault of an input that does not begin with `[`.
pub(super) fn not_an_array(scanner: &Scanner<'_>, message: &str, shape: String) -> Fault {
    if scanner.is_at_byte_order_mark() {
        let message = "a byte order mark stands before the text";
        return Fault::new(scanner.here(), message).with_help("save the file as UTF-8 without it");
    }
    Fault::new(scanner.here(), message).with_help(shape)
}

/// What an input should look like.
fn shape() -> String {
    let [first, second, ..] = Language::records().forms() else { return String::new() };
    format!("a list looks like [{}, {}]", example(first), example(second))
}

/// A query of a form, as JSON.
pub(super) fn example(form: &Form) -> String {
    let words: Vec<_> = form.usage().split(' ').map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", words.join(", "))
}
