use super::*;
use crate::serve::resp::random::{Rng, all};

fn parse(line: &str) -> Result<Command<'_>, Mistake> {
    Command::parse(line.as_bytes())
}

fn put<'l>(key: &'l str, value: &'l str, seconds: u64) -> Command<'l> {
    Command::Put { key, value: value.into(), ttl: (seconds > 0).then_some(Ttl(seconds * 1_000)) }
}

fn rows() -> Vec<(&'static str, Command<'static>)> {
    vec![
        ("PUT name suraj", put("name", "suraj", 0)),
        ("PUT session:abc token123 TTL 60", put("session:abc", "token123", 60)),
        ("PUT note two  words TTL 60", put("note", "two words", 60)),
        ("PUT k TTL 60", put("k", "TTL 60", 0)),
        ("PUT k v TTL 0", put("k", "v", 0)),
        ("PUT k v ttl 007", put("k", "v", 7)),
        ("PUT k v TTL soon", put("k", "v TTL soon", 0)),
        ("PUT k v TTL -1", put("k", "v TTL -1", 0)),
        ("PUT k v TTL", put("k", "v TTL", 0)),
        ("PUT k TTL TTL 5", put("k", "TTL", 5)),
        ("PUT k v TTL 1 TTL 2", put("k", "v TTL 1", 2)),
        ("PUT k 5", put("k", "5", 0)),
        ("PUT TTL TTL 5", put("TTL", "TTL 5", 0)),
        // As no clock can count so far, it is permanent.
        ("PUT k v TTL 18446744073709551616", put("k", "v", 0)),
        ("PUT k v TTL 18446744073709552", put("k", "v", 0)),
        ("PUT k v TTL 18446744073709551", put("k", "v", 18_446_744_073_709_551)),
        ("  put\tk \t a\t b\x0cc\rd ", put("k", "a b c d", 0)),
        ("PUT é \u{a0}", put("é", "\u{a0}", 0)),
        ("PUT k [1]", put("k", "[1]", 0)),
        ("GET name", Command::Get { key: "name" }),
        ("gEt  name ", Command::Get { key: "name" }),
        ("DEL name", Command::Del { key: "name" }),
        ("TTL name 3600", Command::Ttl { key: "name", ttl: Some(Ttl(3_600_000)) }),
        ("TTL name 0", Command::Ttl { key: "name", ttl: None }),
        ("STATS", Command::Stats),
        ("stats all", Command::Stats),
        ("COMPACT", Command::Compact),
        ("AUTH secret", Command::Auth { name: None, password: "secret" }),
        ("AUTH ada secret", Command::Auth { name: Some("ada"), password: "secret" }),
        ("EXIT", Command::Exit),
        ("shutdown now", Command::Shutdown),
        (" [\"SCAN\", \"user\"] ", Command::Query("[\"SCAN\", \"user\"]")),
        ("[", Command::Query("[")),
    ]
}

#[test]
fn lines_are_commands() {
    for (line, wanted) in rows() {
        assert_eq!(parse(line), Ok(wanted), "{line:?}");
    }
}

#[test]
fn what_is_no_command_is_told_word_for_word() {
    let rows = [
        ("", "Unknown command"),
        (" \t ", "Unknown command"),
        ("BOGUS", "Unknown command: BOGUS"),
        ("bogus a b", "Unknown command: BOGUS"),
        ("straße", "Unknown command: STRASSE"),
        ("SHUTDOWNS", "Unknown command: SHUTDOWNS"),
        ("a\x1b[2J", "Unknown command: A\\u{1b}[2J"),
        ("put", "PUT requires: PUT key value"),
        ("put a", "PUT requires: PUT key value"),
        ("GET", "GET requires: GET key"),
        ("GET a b", "GET requires: GET key"),
        ("del", "DEL requires: DEL key"),
        ("DEL a b", "DEL requires: DEL key"),
        ("TTL", "TTL requires: TTL key seconds"),
        ("TTL name", "TTL requires: TTL key seconds"),
        ("TTL name soon", "TTL requires: TTL key seconds"),
        ("TTL name -1", "TTL requires: TTL key seconds"),
        ("TTL name 1.5", "TTL requires: TTL key seconds"),
        ("TTL name 5 6", "TTL requires: TTL key seconds"),
        ("AUTH", "AUTH requires: AUTH password"),
        ("AUTH a b c", "AUTH requires: AUTH password"),
    ];
    for (line, wanted) in rows {
        let mistake = parse(line).expect_err(line);
        assert_eq!(mistake.to_string(), wanted, "{line:?}");
        assert!(mistake.is_told());
    }
    let long = parse(&"x".repeat(60_000)).expect_err("it has no such name").to_string();
    assert_eq!(long, format!("Unknown command: {}…", "X".repeat(64)));
    assert_eq!(
        Command::parse(b"PUT a \xff").expect_err("it is no text").to_string(),
        "the line is not UTF-8"
    );
}

#[test]
fn http_is_closed_and_not_told() {
    for line in ["POST / HTTP/1.1", "post x", "GET / HTTP/1.1", "get /a", "Host: localhost", "host:"] {
        let mistake = parse(line).expect_err(line);
        assert!(!mistake.is_told(), "{line}");
    }
    assert!(parse("GET a/").is_ok() && parse("DEL /a").is_ok());
}

/// The words of a line, read in the simplest way.
fn simple(line: &str) -> Option<(Vec<&str>, String, Option<u64>)> {
    let words: Vec<_> = line.split_ascii_whitespace().collect();
    let [name, _, values @ ..] = &words[..] else { return None };
    let is_number = |word: &str| word.bytes().all(|digit| digit.is_ascii_digit());
    let (values, seconds) = match values {
        [values @ .., ttl, seconds] if !values.is_empty() && *ttl == "TTL" && is_number(seconds) => {
            (values, seconds.parse().ok())
        }
        _ => (values, None),
    };
    (*name == "PUT" && !values.is_empty()).then(|| (words.clone(), values.join(" "), seconds))
}

#[test]
fn random_lines_are_what_their_words_say() {
    let mut rng = Rng(12);
    let parts = ["PUT", "PUT ", "TTL", " ", "  ", "\t", "5", "0", "a", "é", " TTL 60"];
    let mut good = 0;
    for _ in 0..20_000 {
        let line = format!("{}{}", rng.pick(&["PUT ", ""]), rng.many(&parts, 10).concat());
        let read = parse(&line);
        let wanted = simple(&line);
        let Some((words, value, seconds)) = wanted else {
            assert!(!matches!(read, Ok(Command::Put { .. })), "{line:?}");
            continue;
        };
        good += 1;
        assert_eq!(read, Ok(put(words[1], &value, seconds.unwrap_or_default())), "{line:?}");
        // What is read once is read again the same.
        let again = format!("{} {value} TTL {}", words[..2].join(" "), seconds.unwrap_or_default());
        assert_eq!(parse(&again), read, "{again:?}");
    }
    assert!(good > 3_000, "only {good} were good");
}

#[test]
fn every_line_is_a_command_or_a_mistake_of_one_line() {
    let mut rng = Rng(13);
    let random = (0..20_000).map(|_| rng.many(b"PUTGETTL [ \t\r/:\x00\x1b\xff\xc3\xa9", 30)).collect();
    for line in [all(b"aG[ \r\xff", 4), random].concat() {
        if let Err(mistake) = Command::parse(&line) {
            assert!(!mistake.to_string().contains(char::is_control), "{}", line.escape_ascii());
        }
    }
}
