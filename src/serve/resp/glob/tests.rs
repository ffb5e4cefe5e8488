use std::cell::Cell;

use super::*;
use crate::serve::resp::random::{Rng, all};

thread_local! {
    /// How many words of masks were looked at.
    pub(super) static STEPS: Cell<usize> = const { Cell::new(0) };
}

fn is_match(pattern: &[u8], text: &[u8]) -> bool {
    Glob::new(pattern).expect("it is short").is_match(text)
}

/// Each as redis-server 7.0 answers `KEYS pattern` with that key alone.
#[test]
fn patterns_stand_for_what_redis_says() {
    let rows: [(&str, &[&str], &[&str]); 36] = [
        ("", &[""], &["a"]),
        ("*", &["", "a", "ab"], &[]),
        ("**", &["a", "ab"], &[""]),
        ("?", &["a"], &["", "ab"]),
        ("a*", &["a", "ab"], &["", "ba"]),
        ("*a", &["a", "ba"], &["", "ab"]),
        ("*a*", &["a", "bab"], &["", "b"]),
        ("a**b", &["ab", "axb"], &["a"]),
        ("a*b*c", &["abc", "axbbxc"], &["acb", "ab"]),
        ("a?c", &["abc"], &["ac", "abbc"]),
        ("[abc]", &["a", "c"], &["d", "", "ab"]),
        ("[^abc]", &["d"], &["a", ""]),
        ("[a-c]x", &["ax", "bx", "cx"], &["dx", "-x"]),
        ("[c-a]", &["a", "b"], &["d"]),
        ("[^a-c]", &["d", "-"], &["b"]),
        ("[]", &[], &["", "]", "[", "[]"]),
        ("[^]", &["a", "]"], &["", "aa"]),
        ("[]a]", &[], &["]", "a", "a]"]),
        ("[a", &["a"], &["b", "[a", "[", ""]),
        ("[", &[], &["[", "a", ""]),
        ("[^", &["a", "["], &["", "aa"]),
        ("[^a", &["b"], &["a"]),
        ("[a-", &["a", "-"], &["b"]),
        ("[a-]", &["a", "]", "^"], &["-", "b"]),
        ("[a-]x]", &["a", "]", "x"], &["ax]", "-"]),
        ("[-a]", &["-", "a"], &["b"]),
        ("[\\]]", &["]"], &["\\"]),
        ("[\\", &["\\"], &["a", ""]),
        ("[a\\-c]", &["a", "-", "c"], &["b", "\\"]),
        ("[\\a-c]", &["a", "-", "c"], &["b"]),
        ("[*?]", &["*", "?"], &["a"]),
        ("\\*", &["*"], &["a", "\\*"]),
        ("\\a", &["a"], &["\\a"]),
        ("a\\", &["a\\"], &["a"]),
        ("*\\", &["\\", "a\\"], &["a"]),
        ("é?", &["éa"], &["éé"]),
    ];
    for (pattern, good, bad) in rows {
        for (texts, wanted) in [(good, true), (bad, false)] {
            for text in texts {
                assert_eq!(is_match(pattern.as_bytes(), text.as_bytes()), wanted, "{pattern} {text}");
            }
        }
    }
    // The ends of a range are signed, as Redis has them where most run it: -1 to 97.
    assert!(is_match(b"[a-\xff]", b"\xff") && is_match(b"[a-\xff]", b"0") && !is_match(b"[a-\xff]", b"b"));
    assert!(is_match(b"[\x80-\xff]", b"\x90") && !is_match(b"[\x80-\xff]", b"a"));
}

/// One sign of a pattern: does it take this byte, and what is behind it.
fn takes(pattern: &[u8], byte: u8) -> (bool, &[u8]) {
    match pattern {
        [b'?', rest @ ..] => (true, rest),
        [b'\\', escaped, rest @ ..] => (*escaped == byte, rest),
        [b'[', b'^', rest @ ..] => {
            let (found, rest) = takes_class(rest, byte);
            (!found, rest)
        }
        [b'[', rest @ ..] => takes_class(rest, byte),
        [plain, rest @ ..] => (*plain == byte, rest),
        [] => (false, pattern),
    }
}

fn takes_class(mut rest: &[u8], byte: u8) -> (bool, &[u8]) {
    let mut found = false;
    while let [first, behind @ ..] = rest {
        let one = match (first, behind) {
            (b'\\', [escaped, ..]) => (*escaped == byte, 2),
            (b']', _) => return (found, behind),
            (_, [b'-', end, ..]) => ((*first.min(end)..=*first.max(end)).contains(&byte), 3),
            _ => (*first == byte, 1),
        };
        found |= one.0;
        rest = &rest[one.1..];
    }
    (found, rest)
}

/// By trying everything, as in a textbook.
fn naive(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([b'*', rest @ ..], _) => (0..=text.len()).any(|from| naive(rest, &text[from..])),
        ([], _) => text.is_empty(),
        (_, [byte, rest @ ..]) => {
            let (fits, pattern) = takes(pattern, *byte);
            fits && naive(pattern, rest)
        }
        _ => false,
    }
}

fn assert_same(pattern: &[u8], text: &[u8]) -> bool {
    let wanted = if text.is_empty() { matches!(pattern, b"" | b"*") } else { naive(pattern, text) };
    let glob = Glob::new(pattern).expect("it is short");
    assert_eq!(glob.is_match(text), wanted, "{} {}", pattern.escape_ascii(), text.escape_ascii());
    wanted
}

#[test]
fn every_short_pattern_is_what_trying_everything_finds() {
    let texts = all(b"ab]", 3);
    let matched = all(b"ab*?[]^-\\", 4)
        .iter()
        .map(|pattern| texts.iter().filter(|text| assert_same(pattern, text)).count())
        .sum::<usize>();
    assert!(matched > 5_000, "only {matched}");
}

#[test]
fn random_long_patterns_are_what_trying_everything_finds() {
    let mut rng = Rng(5);
    let mut matched = 0;
    for _ in 0..4_000 {
        // Mostly how a text goes, so that pieces over several words match to their end.
        let text = rng.many(b"abc\xff", 300);
        let from = rng.below(text.len() + 1);
        let to = from + rng.below(text.len() - from + 1);
        let signs: [&[u8]; 4] = [b"?", b"[abc\xff]", b"[^x]", b"[a-c\xff]"];
        let mut piece = Vec::new();
        for byte in &text[from..to] {
            if rng.below(3) == 0 { piece.extend_from_slice(rng.pick(&signs)) } else { piece.push(*byte) }
        }
        let pattern = [b"*", &piece[..], b"*"].concat();
        let Ok(glob) = Glob::new(&pattern) else { continue };
        assert!(glob.is_match(&text) || text.is_empty());
        let other: Vec<_> = text.iter().map(|byte| if rng.below(90) == 0 { b'b' } else { *byte }).collect();
        matched += usize::from(assert_same(&pattern, &other));
    }
    assert!((500..3_500).contains(&matched), "{matched} of 4,000 say little");
}

#[test]
fn a_million_bytes_cost_a_word_for_each_64_of_a_piece() {
    let text = "a".repeat(1 << 20);
    let pattern = format!("*a{}c*", "?".repeat(900));
    assert!(!is_match(pattern.as_bytes(), text.as_bytes()));
    assert_eq!(STEPS.take(), (1 << 20) * 15);
    // However many pieces there are, the text is gone through once.
    assert!(!is_match("*a?".repeat(300).as_bytes(), "ab".repeat(299).as_bytes()));
    // The last piece takes two at the end.
    assert_eq!(STEPS.take(), 2 * 298);
    // A plain piece takes no masks, and time in proportion to the text.
    let pattern = format!("*{}b*", "a".repeat(1_000));
    assert!(!is_match(pattern.as_bytes(), "a".repeat(1 << 24).as_bytes()));
    assert_eq!(STEPS.take(), 0);
}

#[test]
fn a_pattern_has_an_end() {
    assert!(Glob::new(&[b'a'; LONGEST]).is_ok());
    assert_eq!(Glob::new(&[b'*'; LONGEST + 1]).err(), Some(TooLong));
}
