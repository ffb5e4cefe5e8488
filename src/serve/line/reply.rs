//! Answers as lines.
//!
//! Invariant: each is one line, and STATS six, whatever is in it.

use std::fmt::{Display, Write as _};

use memchr::memchr2;

use crate::reply::Value;
use crate::serve::resp::writer::push_number;
use crate::wire::{is_unseen, plain};

/// What a connection is greeted with.
pub const GREETING: &str = "Welcome to KVStore Server";

/// It is done.
pub const OK: &str = "OK";

/// It is deleted, or was not there.
pub const DELETED: &str = "DELETED";

/// There is no such key.
pub const NOT_FOUND: &str = "NOT_FOUND";

/// An error: a password has to be told first.
pub const AUTH_REQUIRED: &str = "AUTH required";

/// An error: no client may end the server.
pub const SHUTDOWN_OFF: &str = "SHUTDOWN is off";

/// Writes a line as it is: one of the words above, or JSON, which has no line break.
pub fn line(out: &mut Vec<u8>, text: &str) {
    let from = out.len();
    out.extend_from_slice(text.as_bytes());
    end(out, from);
}

/// Writes an error.
pub fn error(out: &mut Vec<u8>, what: impl Display) {
    line(out, &format!("ERROR: {what}"));
}

/// Writes what GET has found of a key: its value, if it fits in a line.
///
/// ```
/// use rewinddb::{reply::Value, serve::line::reply};
///
/// let mut out = Vec::new();
/// reply::found(&mut out, "name", Some(&Value::from("suraj")));
/// reply::found(&mut out, "nobody", None);
/// assert_eq!(out, b"VALUE suraj\nNOT_FOUND\n");
/// ```
pub fn found(out: &mut Vec<u8>, key: &str, value: Option<&Value<'_>>) {
    let Some(value) = value else { return line(out, NOT_FOUND) };
    let is_broken = |text: &str| memchr2(b'\r', b'\n', text.as_bytes()).is_some();
    if value.texts().iter().any(|text| is_broken(text)) {
        let (shown, quoted) = (plain(key), json(key));
        return error(out, format_args!("the value of {shown} has a line break; ask [\"GET\",{quoted}]"));
    }
    out.extend_from_slice(b"VALUE ");
    line(out, &value.shown());
}

/// What STATS tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many keys have a value.
    pub keys_in_index: u64,
    /// How many of them are in memory.
    pub keys_in_cache: u64,
    /// How often a value or a lifetime was set.
    pub put_count: u64,
    /// How often one was deleted.
    pub delete_count: u64,
    /// How long the files of the store are.
    pub file_size_bytes: u64,
    /// When it was made smaller last, as the clock counts; `None` if it never was.
    pub last_compaction_time: Option<u64>,
}

/// Writes what STATS tells, in six lines.
pub fn stats(out: &mut Vec<u8>, stats: &Stats) {
    let rows = [
        ("keys_in_index", Some(stats.keys_in_index)),
        ("keys_in_cache", Some(stats.keys_in_cache)),
        ("put_count", Some(stats.put_count)),
        ("delete_count", Some(stats.delete_count)),
        ("file_size_bytes", Some(stats.file_size_bytes)),
        ("last_compaction_time", stats.last_compaction_time),
    ];
    for (name, number) in rows {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        match number {
            Some(number) => push_number(out, number),
            None => out.extend_from_slice(b"None"),
        }
        out.push(b'\n');
    }
}

/// Ends the line that begins here, with spaces for what would have ended it before.
fn end(out: &mut Vec<u8>, from: usize) {
    for byte in out[from..].iter_mut().filter(|byte| matches!(byte, b'\r' | b'\n')) {
        *byte = b' ';
    }
    out.push(b'\n');
}

/// A text in JSON, with nothing in it that a terminal would obey.
fn json(text: &str) -> String {
    let mut json = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            c if is_unseen(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::resp::random::Rng;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = b"before\n".to_vec();
        write(&mut out);
        let text = String::from_utf8(out).expect("it is text");
        text.strip_prefix("before\n").expect("nothing before it is touched").to_owned()
    }

    fn value_of(key: &str, value: &Value<'_>) -> String {
        written(|out| found(out, key, Some(value)))
    }

    #[test]
    fn answers_are_lines() {
        assert_eq!(written(|out| line(out, GREETING)), "Welcome to KVStore Server\n");
        assert_eq!(written(|out| found(out, "a", None)), "NOT_FOUND\n");
        assert_eq!(written(|out| error(out, AUTH_REQUIRED)), "ERROR: AUTH required\n");
        assert_eq!(written(|out| error(out, "a\r\nb\nc")), "ERROR: a  b c\n");
        assert_eq!(written(|out| line(out, "\"name(Ada), token(x7)\"")), "\"name(Ada), token(x7)\"\n");
    }

    #[test]
    fn a_value_is_a_line_or_told_to_be_none() {
        let list = |items: &[&'static str]| Value::List(items.iter().map(|item| (*item).into()).collect());
        let rows = [
            ("a", "suraj".into(), "VALUE suraj\n"),
            ("a", "two  words\t".into(), "VALUE two  words\t\n"),
            ("a", "".into(), "VALUE \n"),
            ("a", list(&["a", "b"]), "VALUE [a, b]\n"),
            ("a", list(&[]), "VALUE []\n"),
            ("note", "a\nb".into(), "ERROR: the value of note has a line break; ask [\"GET\",\"note\"]\n"),
            ("note", "a\r".into(), "ERROR: the value of note has a line break; ask [\"GET\",\"note\"]\n"),
            ("é", list(&["a", "\n"]), "ERROR: the value of é has a line break; ask [\"GET\",\"é\"]\n"),
            (
                "a\"\\\x1b\u{1fffe}",
                "\n".into(),
                "ERROR: the value of a\"\\\\u{1b}\\u{1fffe} has a line break; ask [\"GET\",\"a\\\"\\\\\\u001b\\ud83f\\udffe\"]\n",
            ),
        ];
        for (key, value, wanted) in rows {
            assert_eq!(value_of(key, &value), wanted);
        }
    }

    #[test]
    fn the_key_that_is_told_reads_back_as_json() {
        let mut rng = Rng(14);
        let signs: Vec<_> = "a\"\\\x00\x1b\u{7f}\u{2028}\u{1fffe}é😀".chars().collect();
        for _ in 0..2_000 {
            let key: String = rng.many(&signs, 12).into_iter().collect();
            let answer = value_of(&key, &"\n".into());
            let array = answer.trim_end().split_once("; ask ").expect("it says what to ask").1;
            assert_eq!(
                serde_json::from_str::<[String; 2]>(array).expect("it is JSON"),
                ["GET".to_owned(), key]
            );
            assert!(!answer.trim_end().contains(is_unseen));
        }
    }

    #[test]
    fn counters_take_six_lines() {
        let mut told = Stats {
            keys_in_index: 4,
            keys_in_cache: 4,
            put_count: 5,
            delete_count: 0,
            file_size_bytes: 512,
            last_compaction_time: None,
        };
        let wanted = "keys_in_index: 4\nkeys_in_cache: 4\nput_count: 5\ndelete_count: 0\nfile_size_bytes: 512\n\
                      last_compaction_time: None\n";
        assert_eq!(written(|out| stats(out, &told)), wanted);
        told.last_compaction_time = Some(u64::MAX);
        assert_eq!(written(|out| stats(out, &told)), wanted.replace("None", "18446744073709551615"));
    }
}
