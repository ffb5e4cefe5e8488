//! Frames: how a message lies in a file, so that damage is noticed and a torn end can be distinguished from it.
//!
//! Invariants: a length is compared with what is left of the file before anything is allocated, and a checksum is
//! compared before anything is parsed; every frame names the checksum of the one before.
//!
//! ```text
//!   binary    length u32 │ checksum u32 │ sequence u64 │ chain u32 │ payload          little-endian
//!   json      {"checksum":"0a1b2c3d","sequence":7,"chain":"…","group":[…]}\n          payload from `,"group"` to `}`
//! ```
//!
//! The checksum is the CRC-32 of all the rest of the frame. In binary files it starts from the file's salt, which
//! masks the sequence too: whoever chooses values does not know it, so no value can be made to look like a frame.

mod reader;

pub(super) use reader::{Frame, FrameReader};

use std::ops::Range;

use super::error::Error;
use super::message::Body;
use super::options::Encoding;

/// The bytes of a binary frame before its payload.
const HEAD: usize = 20;

/// What a frame of JSON begins with, and the part of it that the checksum does not cover.
const JSON_HEAD: &str = "{\"checksum\":\"";
pub(super) const JSON_UNCOVERED: usize = JSON_HEAD.len() + 9;

/// The longest payload.
const LONGEST: usize = 1 << 31;

/// Names a frame: what the next one is chained to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) sequence: u64,
    pub(super) checksum: u32,
}

impl Link {
    /// The number of the frame after it.
    pub(super) fn next(self) -> u64 {
        self.sequence.saturating_add(1)
    }
}

/// Appends a frame to `out`. Returns its link, and where in `out` its payload lies.
///
/// # Errors
/// [`Error::TooLarge`]; nothing was appended then.
pub(super) fn write(
    out: &mut Vec<u8>,
    encoding: Encoding,
    salt: u64,
    sequence: u64,
    chain: u32,
    body: &Body,
) -> Result<(Link, Range<usize>), Error> {
    let begin = out.len();
    let payload = match encoding {
        Encoding::Binary => put_binary(out, sequence ^ salt, chain, body),
        Encoding::Json => put_json(out, sequence, chain, body),
    };
    let length = u32::try_from(payload.len()).ok().filter(|_| payload.len() <= LONGEST);
    let Some(length) = length else {
        out.truncate(begin);
        return Err(Error::TooLarge);
    };
    let frame = &mut out[begin..];
    let checksum = match encoding {
        Encoding::Binary => {
            frame[..4].copy_from_slice(&length.to_le_bytes());
            let checksum = binary_checksum(frame, salt);
            frame[4..8].copy_from_slice(&checksum.to_le_bytes());
            checksum
        }
        Encoding::Json => {
            let checksum = crc32fast::hash(&frame[JSON_UNCOVERED..]);
            frame[JSON_HEAD.len()..][..8].copy_from_slice(format!("{checksum:08x}").as_bytes());
            checksum
        }
    };
    Ok((Link { sequence, checksum }, payload))
}

/// Appends a binary frame, its length and checksum left open. Returns where its payload lies.
fn put_binary(out: &mut Vec<u8>, masked: u64, chain: u32, body: &Body) -> Range<usize> {
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&masked.to_le_bytes());
    out.extend_from_slice(&chain.to_le_bytes());
    let begin = out.len();
    body.encode(out);
    begin..out.len()
}

/// Appends a line of JSON, its checksum left open. Returns where its payload lies.
fn put_json(out: &mut Vec<u8>, sequence: u64, chain: u32, body: &Body) -> Range<usize> {
    let head = format!("{JSON_HEAD}00000000\",\"sequence\":{sequence},\"chain\":\"{chain:08x}\"");
    out.extend_from_slice(head.as_bytes());
    let begin = out.len();
    serde_json::to_writer(&mut *out, body).expect("what is written in JSON is a message that JSON has");
    out[begin] = b',';
    out.push(b'\n');
    begin..out.len() - 1
}

/// The checksum of a binary frame: of all but the checksum itself.
fn binary_checksum(frame: &[u8], salt: u64) -> u32 {
    let [a, b, c, d, ..] = salt.to_le_bytes();
    let mut hasher = crc32fast::Hasher::new_with_initial(u32::from_le_bytes([a, b, c, d]));
    hasher.update(&frame[..4]);
    hasher.update(&frame[8..]);
    hasher.finalize()
}

/// Where the parts of a frame lie in its bytes.
struct Parts {
    link: Link,
    chain: u32,
    payload: Range<usize>,
}

fn binary_length(head: &[u8]) -> usize {
    head.first_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize)
}

fn binary_sequence(head: &[u8; HEAD], salt: u64) -> u64 {
    head[8..].first_chunk().map_or(0, |masked| u64::from_le_bytes(*masked) ^ salt)
}

/// Holds the bytes of a frame against its checksum.
fn check(bytes: &[u8], encoding: Encoding, salt: u64) -> Result<Parts, &'static str> {
    match encoding {
        Encoding::Binary => {
            let head = bytes.first_chunk::<HEAD>().ok_or("the file ends inside the head of a frame")?;
            let number = |at: usize| head[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
            let checksum = binary_checksum(bytes, salt);
            if checksum != number(4) {
                return Err("the checksum does not match");
            }
            let sequence = binary_sequence(head, salt);
            Ok(Parts { link: Link { sequence, checksum }, chain: number(16), payload: HEAD..bytes.len() })
        }
        Encoding::Json => {
            let checksum = crc32fast::hash(bytes.get(JSON_UNCOVERED..).ok_or("a line is too short")?);
            let head = format!("{JSON_HEAD}{checksum:08x}\"");
            if !bytes.starts_with(head.as_bytes()) {
                return Err("the checksum does not match");
            }
            json_parts(bytes, checksum).ok_or("a line does not begin as a frame does")
        }
    }
}

/// The parts of a line whose checksum is right.
fn json_parts(bytes: &[u8], checksum: u32) -> Option<Parts> {
    let text = std::str::from_utf8(bytes).ok()?;
    let rest = text.get(JSON_UNCOVERED..)?.strip_prefix(",\"sequence\":")?;
    let (sequence, rest) = rest.split_once(",\"chain\":\"")?;
    let chain = u32::from_str_radix(rest.get(..8)?, 16).ok()?;
    let payload = rest.get(8..)?.strip_prefix('"')?;
    payload.starts_with(',').then_some(())?;
    let link = Link { sequence: sequence.parse().ok()?, checksum };
    Some(Parts { link, chain, payload: text.len() - payload.len()..text.len() - 1 })
}
