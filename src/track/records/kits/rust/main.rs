//! Connects your solution to `rewind judge`. You need not read this file, nor change it.
//!
//! It reads requests from standard input and writes replies to standard output, one JSON object a line.

mod solution;

use std::any::Any;
use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};

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
                let queries = request.get("queries").items()?.iter();
                let answers = queries.map(|query| session.answer(query));
                let answers = json::list(&answers.collect::<Result<Vec<_>, _>>()?);
                Ok(format!(r#","answers":{answers}"#))
            }
            "reset" => {
                *session = Session::start()?;
                Ok(String::new())
            }
            "hello" => Ok(r#","protocol":1,"name":"Solution (Rust)""#.to_string()),
            _ => Err(Failure::exception(format!("no request of type {kind}"))),
        }
    }
}

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

    /// The answer to a query, as JSON has it: a text, or a list of them to a query that is a list of queries.
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

/// Calls the method for a query, which its operation and the number of its words tell.
fn call(database: &mut Solution, query: &[&str]) -> String {
    match *query {
        ["SET", key, field, value] => database.set(key, field, value),
        ["GET", key, field] => database.get(key, field),
        ["DELETE", key, field] => database.delete(key, field),
        ["SCAN", key] => database.scan(key),
        ["SCAN_BY_PREFIX", key, prefix] => database.scan_by_prefix(key, prefix),
        ["SET_AT", key, field, value, time] => database.set_at(key, field, value, number(time)),
        ["SET_AT_WITH_TTL", key, field, value, time, ttl] => {
            database.set_at_with_ttl(key, field, value, number(time), number(ttl))
        }
        ["GET_AT", key, field, time] => database.get_at(key, field, number(time)),
        ["DELETE_AT", key, field, time] => database.delete_at(key, field, number(time)),
        ["SCAN_AT", key, time] => database.scan_at(key, number(time)),
        ["SCAN_BY_PREFIX_AT", key, prefix, time] => {
            database.scan_by_prefix_at(key, prefix, number(time))
        }
        ["BACKUP", time] => database.backup(number(time)),
        ["RESTORE", time, wanted] => database.restore(number(time), number(wanted)),
        ["TICK", time] => database.tick(number(time)),
        ["PUT", key, value] => database.put(key, value),
        ["PUT_WITH_TTL", key, value, ttl] => database.put_with_ttl(key, value, number(ttl)),
        ["GET", key] => database.get_own(key),
        ["DELETE", key] => database.delete_record(key),
        ["EXISTS", key] => database.exists_record(key),
        ["EXISTS", key, field] => database.exists(key, field),
        ["KEYS"] => database.keys(),
        ["VALUES"] => database.values(),
        ["ITEMS"] => database.items(),
        ["SIZE"] => database.size(),
        ["CLEAR"] => database.clear(),
        ["EXPIRE", key, ttl] => database.expire_record(key, number(ttl)),
        ["EXPIRE", key, field, ttl] => database.expire(key, field, number(ttl)),
        ["TTL", key] => database.ttl_of_record(key),
        ["TTL", key, field] => database.ttl(key, field),
        ["PERSIST", key] => database.persist_record(key),
        ["PERSIST", key, field] => database.persist(key, field),
        ["APPEND", key, field, item] => database.append(key, field, item),
        ["FIND", what, how, pattern] => database.find(what, how, pattern),
        ["BEGIN"] => database.begin(),
        ["COMMIT"] => database.commit(),
        ["ROLLBACK"] => database.rollback(),
        ["ALIAS", name, operation] => database.alias(name, operation),
        ["ALIASES"] => database.aliases(),
        ["RESET_ALIASES"] => database.reset_aliases(),
        _ => unimplemented!("no method for {}", query.join(" ")),
    }
}

fn number(word: &str) -> u64 {
    word.parse()
        .unwrap_or_else(|error| panic!("{word}: {error}"))
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

        /// The next byte that is no blank, without taking it.
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
