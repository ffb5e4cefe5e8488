//! Replies whose order or time is nobody's promise, compared.

use super::client::taken_apart;

/// Two servers are asked one after the other: so many seconds may lie between.
const APART: u64 = 20;

/// Do two servers say the same? What EXEC says is held against the commands that were queued.
pub(super) fn is_same(words: &[Vec<u8>], queued: &[Vec<Vec<u8>>], [one, other]: [&[u8]; 2]) -> bool {
    if one == other {
        return true;
    }
    let name = words[0].to_ascii_uppercase();
    match &name[..] {
        b"KEYS" | b"HKEYS" | b"HVALS" => sorted(one, 1) == sorted(other, 1),
        b"HGETALL" => sorted(one, 2) == sorted(other, 2),
        b"TTL" | b"EXPIRETIME" => is_near(one, other, APART),
        b"PTTL" | b"PEXPIRETIME" => is_near(one, other, APART * 1000),
        b"EXEC" => is_same_transaction(queued, [one, other]),
        _ => false,
    }
}

/// An array or a map with its values in order, so many at a time; none where it is something else.
fn sorted(reply: &[u8], by: usize) -> Option<Vec<u8>> {
    if !matches!(reply[0], b'*' | b'%') {
        return None;
    }
    let (header, values) = taken_apart(reply);
    let mut chunks: Vec<_> = values.chunks(by).map(<[_]>::concat).collect();
    chunks.sort();
    Some([header.to_vec(), chunks.concat()].concat())
}

/// Lifetimes: the clock has moved meanwhile, but all that are drawn are far from each other.
fn is_near(one: &[u8], other: &[u8], far: u64) -> bool {
    let number =
        |reply: &[u8]| std::str::from_utf8(reply).ok()?.strip_prefix(':')?.trim_end().parse::<u64>().ok();
    number(one).zip(number(other)).is_some_and(|(one, other)| one.abs_diff(other) < far)
}

/// Each reply like the command that it answers.
fn is_same_transaction(queued: &[Vec<Vec<u8>>], replies: [&[u8]; 2]) -> bool {
    if replies.iter().any(|reply| reply[0] != b'*') {
        return false;
    }
    let [(header, ones), (other_header, others)] = replies.map(taken_apart);
    let mut pairs = ones.into_iter().zip(others).zip(queued);
    header == other_header && pairs.all(|((one, other), words)| is_same(words, &[], [one, other]))
}
