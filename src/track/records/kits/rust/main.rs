//! Connects your solution to `rewind judge`. You need not read this file, nor change it.
//!
//! It reads requests from standard input and writes replies to standard output, one JSON object a line. The methods
//! of a solution may take `&str` or `String`, numbers of any kind, and the timestamp last or first. In their place
//! there may be `pub fn solution(queries)`, which takes all queries as `Vec<Vec<String>>` or the like and answers
//! with a vector. Answers may be texts, options, booleans, numbers, vectors, pairs, ordered maps, or nothing.

// What build.rs has seen.
#![allow(unknown_lints, unexpected_cfgs)]

mod solution;

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Write};
use std::ops::Deref;
use std::panic::{self, AssertUnwindSafe};
use std::str::FromStr;

#[cfg(not(takes_list))]
use solution::Solution;

fn main() -> io::Result<()> {
    silence_todos();
    let (mut requests, mut replies) = (io::stdin().lock(), io::stdout().lock());
    let mut server = Server::start();
    let mut line = Vec::new();
    while requests.read_until(b'\n', &mut line)? > 0 {
        let Some(reply) = server.reply(&line) else {
            break;
        };
        replies.write_all(format!("{reply}\n").as_bytes())?;
        replies.flush()?;
        line.clear();
    }
    Ok(())
}

// The protocol

struct Server {
    session: Result<Session, Failure>,
}

/// A solution, and other names of operations as far as it has granted them. It is told each query by its own name.
struct Session {
    database: Solution,
    aliases: HashMap<String, String>,
}

/// Why there is no result.
#[derive(Clone)]
struct Failure {
    code: &'static str,
    text: String,
}

impl Failure {
    fn exception(text: impl Into<String>) -> Self {
        Self {
            code: "exception",
            text: text.into(),
        }
    }
}

impl Server {
    fn start() -> Self {
        let session = Session::start().map_err(|failure| Failure {
            code: "load",
            ..failure
        });
        Self { session }
    }

    /// The reply to a line, or `None` for the last one.
    fn reply(&mut self, line: &[u8]) -> Option<String> {
        let read = std::str::from_utf8(line).map_err(|error| Failure::exception(error.to_string()));
        let request = match read.and_then(json::read) {
            // Whoever speaks otherwise learns what is spoken here.
            Ok(Json::List(_)) => return Some(GREETING.to_string()),
            Ok(request) => request,
            Err(failure) => return Some(error("null", &failure)),
        };
        let kind = request.get("type").text().unwrap_or_default();
        let id = request.get("id").number().unwrap_or("null");
        if kind == "bye" {
            return None;
        }
        Some(match self.result(kind, &request) {
            Ok(rest) => format!(r#"{{"type":"{kind}_ok","id":{id}{rest}}}"#),
            Err(failure) => error(id, &failure),
        })
    }

    /// What stands in the reply to a request behind type and id.
    fn result(&mut self, kind: &str, request: &Json) -> Result<String, Failure> {
        let session = self.session.as_mut().map_err(|failure| failure.clone())?;
        match kind {
            "step" => {
                let answer = session.answer(request.get("query"))?;
                Ok(format!(r#","answer":{answer}"#))
            }
            "list" => {
                let answers = json::list(&session.answers(request.get("queries").items()?)?);
                Ok(format!(r#","answers":{answers}"#))
            }
            "reset" => {
                *session = Session::start()?;
                Ok(String::new())
            }
            "hello" => Ok(format!(r#","protocol":1,"name":"Solution (Rust)"{NOTE}"#)),
            _ => Err(Failure::exception(format!("no request of type {kind}"))),
        }
    }
}

/// What is told of the solution.
#[cfg(not(timestamps_first))]
const NOTE: &str = "";
#[cfg(timestamps_first)]
const NOTE: &str = r#","note":"timestamps come first, as Solution has them""#;

const GREETING: &str = r#"{"type":"hello_ok","id":null,"protocol":1}"#;

fn error(id: &str, failure: &Failure) -> String {
    let text = failure
        .text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    format!(
        r#"{{"type":"error","id":{id},"code":"{}","text":{}}}"#,
        failure.code,
        json::quoted(&text)
    )
}

/// The words of a query: texts, or integers, which stand for their digits.
fn words(query: &Json) -> Result<Vec<&str>, Failure> {
    query.items()?.iter().map(word).collect()
}

fn word(word: &Json) -> Result<&str, Failure> {
    word.text()
        .or(word.number())
        .ok_or_else(|| Failure::exception("a word is no text"))
}

// The solution

impl Session {
    fn start() -> Result<Self, Failure> {
        Ok(Self {
            database: protect(Solution::default)?,
            aliases: HashMap::new(),
        })
    }

    /// The answers to some queries, as JSON has them.
    #[cfg(not(takes_list))]
    fn answers(&mut self, queries: &[Json]) -> Result<Vec<String>, Failure> {
        queries.iter().map(|query| self.answer(query)).collect()
    }

    #[cfg(takes_list)]
    fn answers(&mut self, queries: &[Json]) -> Result<Vec<String>, Failure> {
        for query in queries {
            let words = words(query)?.into_iter().map(str::to_string).collect();
            self.database.past.push(words);
        }
        let past = self.database.past.clone();
        let answers = protect(|| all_told(solution::solution(Lists::of(&past))))?;
        let before = past.len() - queries.len();
        Ok(answers.iter().skip(before).map(|answer| json::quoted(answer)).collect())
    }

    /// A list in which it stands is answered anew.
    #[cfg(takes_list)]
    fn answer(&mut self, query: &Json) -> Result<String, Failure> {
        let answers = self.answers(std::slice::from_ref(query))?;
        let [answer] = &answers[..] else {
            return Err(Failure::exception("another number of answers than of queries"));
        };
        Ok(answer.clone())
    }

    /// The answer to a query, as JSON has it: a text, or a list of them to a query that is a list of queries.
    #[cfg(not(takes_list))]
    fn answer(&mut self, query: &Json) -> Result<String, Failure> {
        let (name, inner) = query
            .items()?
            .split_first()
            .ok_or_else(|| Failure::exception("a query has no words"))?;
        let name = word(name)?;
        let operation = self
            .aliases
            .get(name)
            .map_or(name, String::as_str)
            .to_string();
        if operation == "BATCH" {
            let answers = inner.iter().map(|query| self.answer(query));
            return Ok(json::list(&answers.collect::<Result<Vec<_>, _>>()?));
        }
        let mut words = words(query)?;
        words[0] = &operation;
        let answer = protect(|| call(&mut self.database, &words))?;
        match words[..] {
            ["ALIAS", name, meant] if answer == "true" => {
                self.aliases.insert(name.to_string(), meant.to_string());
            }
            ["RESET_ALIASES"] => self.aliases.clear(),
            _ => {}
        }
        Ok(json::quoted(&answer))
    }
}

/// What stands for a solution that takes all queries: those that were asked.
#[cfg(takes_list)]
#[derive(Default)]
struct Solution {
    past: Vec<Vec<String>>,
}

/// Queries as a function wants them.
#[cfg(takes_list)]
trait Lists<'a> {
    fn of(lists: &'a Vec<Vec<String>>) -> Self;
}

#[cfg(takes_list)]
impl<'a> Lists<'a> for &'a [Vec<String>] {
    fn of(lists: &'a Vec<Vec<String>>) -> Self {
        lists
    }
}

#[cfg(takes_list)]
impl<'a> Lists<'a> for &'a Vec<Vec<String>> {
    fn of(lists: &'a Vec<Vec<String>>) -> Self {
        lists
    }
}

#[cfg(takes_list)]
impl<'a, T: From<&'a str>> Lists<'a> for Vec<Vec<T>> {
    fn of(lists: &'a Vec<Vec<String>>) -> Self {
        let texts = |words: &'a Vec<String>| words.iter().map(|word| text(word.as_str())).collect();
        lists.iter().map(texts).collect()
    }
}

#[cfg(takes_list)]
fn all_told<T: Told>(answers: impl IntoIterator<Item = T>) -> Vec<String> {
    answers.into_iter().map(|answer| answer.told()).collect()
}

/// Calls a method whose timestamp stands where the solution has it.
#[cfg(not(timestamps_first))]
macro_rules! at {
    ($time:expr, $database:ident.$method:ident($($word:expr),*) $(, $ttl:expr)?) => {
        told(&$database.$method($($word,)* number($time) $(, number($ttl))?))
    };
}
#[cfg(timestamps_first)]
macro_rules! at {
    ($time:expr, $database:ident.$method:ident($($word:expr),*) $(, $ttl:expr)?) => {
        told(&$database.$method(number($time) $(, $word)* $(, number($ttl))?))
    };
}

/// Calls the method for a query, which its operation and the number of its words tell.
#[cfg(not(takes_list))]
fn call(database: &mut Solution, query: &[&str]) -> String {
    match *query {
        ["SET", key, field, value] => told(&database.set(text(key), text(field), text(value))),
        ["GET", key, field] => told(&database.get(text(key), text(field))),
        ["DELETE", key, field] => told(&database.delete(text(key), text(field))),
        ["SCAN", key] => told(&database.scan(text(key))),
        ["SCAN_BY_PREFIX", key, prefix] => told(&database.scan_by_prefix(text(key), text(prefix))),
        ["SET_AT", key, field, value, time] => {
            at!(time, database.set_at(text(key), text(field), text(value)))
        }
        ["SET_AT_WITH_TTL", key, field, value, time, ttl] => {
            at!(time, database.set_at_with_ttl(text(key), text(field), text(value)), ttl)
        }
        ["GET_AT", key, field, time] => at!(time, database.get_at(text(key), text(field))),
        ["DELETE_AT", key, field, time] => at!(time, database.delete_at(text(key), text(field))),
        ["SCAN_AT", key, time] => at!(time, database.scan_at(text(key))),
        ["SCAN_BY_PREFIX_AT", key, prefix, time] => {
            at!(time, database.scan_by_prefix_at(text(key), text(prefix)))
        }
        ["BACKUP", time] => told(&database.backup(number(time))),
        ["RESTORE", time, wanted] => told(&database.restore(number(time), number(wanted))),
        ["TICK", time] => told(&database.tick(number(time))),
        ["PUT", key, value] => told(&database.put(text(key), text(value))),
        ["PUT_WITH_TTL", key, value, ttl] => {
            told(&database.put_with_ttl(text(key), text(value), number(ttl)))
        }
        ["GET", key] => told(&database.get_own(text(key))),
        ["DELETE", key] => told(&database.delete_record(text(key))),
        ["EXISTS", key] => told(&database.exists_record(text(key))),
        ["EXISTS", key, field] => told(&database.exists(text(key), text(field))),
        ["KEYS"] => told(&database.keys()),
        ["VALUES"] => told(&database.values()),
        ["ITEMS"] => told(&database.items()),
        ["SIZE"] => told(&database.size()),
        ["FORGET", before] => told(&database.forget(number(before))),
        ["CLEAR"] => told(&database.clear()),
        ["EXPIRE", key, ttl] => told(&database.expire_record(text(key), number(ttl))),
        ["EXPIRE", key, field, ttl] => told(&database.expire(text(key), text(field), number(ttl))),
        ["TTL", key] => told(&database.ttl_of_record(text(key))),
        ["TTL", key, field] => told(&database.ttl(text(key), text(field))),
        ["PERSIST", key] => told(&database.persist_record(text(key))),
        ["PERSIST", key, field] => told(&database.persist(text(key), text(field))),
        ["APPEND", key, field, item] => told(&database.append(text(key), text(field), text(item))),
        ["FIND", what, how, pattern] => told(&database.find(text(what), text(how), text(pattern))),
        ["BEGIN"] => told(&database.begin()),
        ["COMMIT"] => told(&database.commit()),
        ["ROLLBACK"] => told(&database.rollback()),
        ["ALIAS", name, operation] => told(&database.alias(text(name), text(operation))),
        ["ALIASES"] => told(&database.aliases()),
        ["RESET_ALIASES"] => told(&database.reset_aliases()),
        _ => unimplemented!("no method for {}", query.join(" ")),
    }
}

/// What a solution does not have: it is looked for here after all that it has.
pub struct NotWritten;

impl Deref for Solution {
    type Target = NotWritten;

    fn deref(&self) -> &NotWritten {
        &NotWritten
    }
}

macro_rules! not_written {
    ($($name:ident($($word:ty),*);)*) => {
        #[allow(dead_code)] // those that the solution has
        impl NotWritten {
            $(fn $name(&self $(, _: $word)*) -> String {
                unimplemented!("no method {}", stringify!($name))
            })*
        }
    };
}

not_written! {
    set(&str, &str, &str);
    get(&str, &str);
    delete(&str, &str);
    scan(&str);
    scan_by_prefix(&str, &str);
    backup(u64);
    restore(u64, u64);
    tick(u64);
    put(&str, &str);
    put_with_ttl(&str, &str, u64);
    get_own(&str);
    delete_record(&str);
    exists_record(&str);
    exists(&str, &str);
    keys();
    values();
    items();
    size();
    forget(u64);
    clear();
    expire_record(&str, u64);
    expire(&str, &str, u64);
    ttl_of_record(&str);
    ttl(&str, &str);
    persist_record(&str);
    persist(&str, &str);
    append(&str, &str, &str);
    find(&str, &str, &str);
    begin();
    commit();
    rollback();
    alias(&str, &str);
    aliases();
    reset_aliases();
}

#[cfg(not(timestamps_first))]
not_written! {
    set_at(&str, &str, &str, u64);
    set_at_with_ttl(&str, &str, &str, u64, u64);
    get_at(&str, &str, u64);
    delete_at(&str, &str, u64);
    scan_at(&str, u64);
    scan_by_prefix_at(&str, &str, u64);
}

#[cfg(timestamps_first)]
not_written! {
    set_at(u64, &str, &str, &str);
    set_at_with_ttl(u64, &str, &str, &str, u64);
    get_at(u64, &str, &str);
    delete_at(u64, &str, &str);
    scan_at(u64, &str);
    scan_by_prefix_at(u64, &str, &str);
}

/// A word as a method wants it: borrowed, or its own.
fn text<'a, T: From<&'a str>>(word: &'a str) -> T {
    word.into()
}

/// A time as a method wants it.
fn number<T: FromStr>(word: &str) -> T {
    word.parse()
        .unwrap_or_else(|_| panic!("{word} is no number of this type"))
}

/// The exercise's text of an answer.
fn told(answer: &impl Told) -> String {
    answer.told()
}

/// What a solution may answer with.
trait Told {
    fn told(&self) -> String;
}

/// What is told as it is displayed.
macro_rules! told_as_shown {
    ($($kind:ty)*) => {
        $(impl Told for $kind {
            fn told(&self) -> String {
                self.to_string()
            }
        })*
    };
}

told_as_shown! { String str bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f64 }

impl Told for () {
    fn told(&self) -> String {
        String::new()
    }
}

impl<T: Told + ?Sized> Told for &T {
    fn told(&self) -> String {
        (**self).told()
    }
}

impl<T: Told> Told for Option<T> {
    fn told(&self) -> String {
        self.as_ref().map_or_else(String::new, Told::told)
    }
}

impl<T: Told> Told for Vec<T> {
    fn told(&self) -> String {
        self.iter().map(Told::told).collect::<Vec<_>>().join(", ")
    }
}

/// A field and its value.
impl<K: Told, V: Told> Told for (K, V) {
    fn told(&self) -> String {
        format!("{}({})", self.0.told(), self.1.told())
    }
}

impl<K: Told, V: Told> Told for BTreeMap<K, V> {
    fn told(&self) -> String {
        self.iter()
            .map(|cell| cell.told())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Makes a failure of a panic.
fn protect<T>(action: impl FnOnce() -> T) -> Result<T, Failure> {
    panic::catch_unwind(AssertUnwindSafe(action)).map_err(|payload| {
        let text = text_of(&*payload);
        let code = if is_todo(text) {
            "not-supported"
        } else {
            "exception"
        };
        Failure {
            code,
            text: format!("panic: {text}"),
        }
    })
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    let literal = payload.downcast_ref::<&str>().copied();
    literal
        .or(payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("not a text")
}

/// Knows the panics of `todo!` and `unimplemented!` by the words they begin with.
fn is_todo(text: &str) -> bool {
    text.starts_with("not yet implemented") || text.starts_with("not implemented")
}

/// Panics are told on standard error as ever, except for what is still to be written.
fn silence_todos() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !is_todo(text_of(panic.payload())) {
            tell(panic);
        }
    }));
}

// JSON

/// A value of JSON. Numbers keep their text.
enum Json {
    Null,
    Bool,
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn get(&self, name: &str) -> &Json {
        let Json::Object(fields) = self else {
            return &Json::Null;
        };
        fields
            .iter()
            .rev()
            .find(|(field, _)| field == name)
            .map_or(&Json::Null, |(_, value)| value)
    }

    fn items(&self) -> Result<&[Json], Failure> {
        if let Json::List(items) = self {
            Ok(items)
        } else {
            Err(Failure::exception("a list is missing"))
        }
    }

    fn text(&self) -> Option<&str> {
        if let Json::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    fn number(&self) -> Option<&str> {
        if let Json::Number(digits) = self {
            Some(digits)
        } else {
            None
        }
    }
}

mod json {
    use super::{Failure, Json};

    const DEEPEST: usize = 64;

    pub fn read(text: &str) -> Result<Json, Failure> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0).filter(|_| reader.next().is_none());
        value.ok_or_else(|| Failure::exception(format!("not JSON at byte {}", reader.at + 1)))
    }

    /// A list of what is JSON already.
    pub fn list(items: &[String]) -> String {
        format!("[{}]", items.join(","))
    }

    pub fn quoted(text: &str) -> String {
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('"');
        for sign in text.chars() {
            match sign {
                '"' | '\\' => quoted.extend(['\\', sign]),
                '\0'..='\x1f' => quoted.push_str(&format!("\\u{:04x}", sign as u32)),
                _ => quoted.push(sign),
            }
        }
        quoted.push('"');
        quoted
    }

    /// Every method gives `None` where the text is not JSON.
    struct Reader<'a> {
        text: &'a str,
        at: usize,
    }

    impl<'a> Reader<'a> {
        fn value(&mut self, depth: usize) -> Option<Json> {
            match self.next().filter(|_| depth <= DEEPEST)? {
                b'{' => self.object(depth),
                b'[' => self.list(depth),
                b'"' => self.string().map(Json::Text),
                b't' => self.literal("true", Json::Bool),
                b'f' => self.literal("false", Json::Bool),
                b'n' => self.literal("null", Json::Null),
                _ => self.number(),
            }
        }

        fn object(&mut self, depth: usize) -> Option<Json> {
            let mut fields = Vec::new();
            self.expect(b'{')?;
            while self.next()? != b'}' {
                if !fields.is_empty() {
                    self.expect(b',')?;
                }
                let name = self.string()?;
                self.expect(b':')?;
                fields.push((name, self.value(depth + 1)?));
            }
            self.at += 1;
            Some(Json::Object(fields))
        }

        fn list(&mut self, depth: usize) -> Option<Json> {
            let mut items = Vec::new();
            self.expect(b'[')?;
            while self.next()? != b']' {
                if !items.is_empty() {
                    self.expect(b',')?;
                }
                items.push(self.value(depth + 1)?);
            }
            self.at += 1;
            Some(Json::List(items))
        }

        fn literal(&mut self, name: &str, value: Json) -> Option<Json> {
            self.rest()
                .starts_with(name)
                .then(|| self.at += name.len())?;
            Some(value)
        }

        fn number(&mut self) -> Option<Json> {
            let begin = self.at;
            self.skip("-");
            if !self.skip("0") {
                self.digits()?;
            }
            if self.skip(".") {
                self.digits()?;
            }
            if self.skip("eE") {
                self.skip("+-");
                self.digits()?;
            }
            Some(Json::Number(self.text[begin..self.at].to_string()))
        }

        fn digits(&mut self) -> Option<()> {
            let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
            self.at += count;
            (count > 0).then_some(())
        }

        fn skip(&mut self, any: &str) -> bool {
            let found = self.rest().starts_with(|sign| any.contains(sign));
            self.at += usize::from(found);
            found
        }

        fn string(&mut self) -> Option<String> {
            let mut text = String::new();
            self.expect(b'"')?;
            loop {
                let plain = self
                    .rest()
                    .find(|sign| matches!(sign, '"' | '\\' | '\0'..='\x1f'))?;
                text.push_str(&self.rest()[..plain]);
                self.at += plain;
                match self.take()? {
                    '"' => return Some(text),
                    '\\' => text.push(self.escape()?),
                    _ => return None,
                }
            }
        }

        fn escape(&mut self) -> Option<char> {
            Some(match self.take()? {
                sign @ ('"' | '\\' | '/') => sign,
                'b' => '\x08',
                'f' => '\x0c',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let unit = self.hex4()?;
                    if !(0xD800..0xDC00).contains(&unit) {
                        return char::from_u32(unit);
                    }
                    (self.take()? == '\\' && self.take()? == 'u').then_some(())?;
                    let low = self.hex4().filter(|low| (0xDC00..0xE000).contains(low))?;
                    char::from_u32(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))?
                }
                _ => return None,
            })
        }

        fn hex4(&mut self) -> Option<u32> {
            (0..4).try_fold(0, |unit, _| Some(unit * 16 + self.take()?.to_digit(16)?))
        }

        /// The next byte that is no space, without taking it.
        fn next(&mut self) -> Option<u8> {
            let rest = self.rest().trim_start_matches([' ', '\t', '\r', '\n']);
            self.at = self.text.len() - rest.len();
            rest.bytes().next()
        }

        fn expect(&mut self, byte: u8) -> Option<()> {
            (self.next()? == byte).then(|| self.at += 1)
        }

        fn take(&mut self) -> Option<char> {
            let sign = self.rest().chars().next()?;
            self.at += sign.len_utf8();
            Some(sign)
        }

        fn rest(&self) -> &'a str {
            &self.text[self.at..]
        }
    }
}
