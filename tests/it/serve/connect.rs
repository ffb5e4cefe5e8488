//! What clients send at connect, each a transcript in `fixtures/serve/connect`.
//!
//! Invariant: nothing of it is answered by an error but what no client minds.

use std::fs;

use super::proxy::Exchange;
use crate::top;

/// The words that every script sends once it is connected.
pub(super) const MARK: [&str; 2] = ["ECHO", "connected"];

/// What may be answered by an error: all clients go on.
const MINDED_BY_NOBODY: [&str; 2] = ["MAINT_NOTIFICATIONS", "SETINFO"];

/// Asserts that a client found nothing wrong. `INSTA_UPDATE=always cargo test` writes what it sends anew.
pub(super) fn assert_welcome(client: &str, exchanges: &[Exchange]) {
    assert!(!exchanges.is_empty(), "{client} sends something first");
    for (words, reply) in exchanges {
        let is_free =
            words.get(1).is_some_and(|word| MINDED_BY_NOBODY.iter().any(|free| word == free.as_bytes()));
        let (typed, said) = (typed(words), reply.escape_ascii());
        assert!(reply[0] != b'-' || is_free, "{client} is refused {typed}: {said}");
    }
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        let lines: String = exchanges.iter().map(|(words, _)| typed(words) + "\n").collect();
        let path = top().join(format!("fixtures/serve/connect/{client}.txt"));
        fs::write(path, format!("# What {client} sends at connect\n{lines}")).expect("it can be written");
    }
}

/// A command as it is typed.
fn typed(words: &[Vec<u8>]) -> String {
    let word = |word: &Vec<u8>| {
        let is_plain =
            !word.is_empty() && word.iter().all(|byte| byte.is_ascii_graphic() && !b"\"'\\".contains(byte));
        if is_plain {
            String::from_utf8_lossy(word).into_owned()
        } else {
            format!("\"{}\"", word.escape_ascii())
        }
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}
