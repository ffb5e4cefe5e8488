//! Frames as the format describes them, read and sealed by the tests themselves.
//!
//! ```text
//!   binary    length u32 │ checksum u32 │ sequence u64 │ chain u32 │ payload          little-endian
//!   json      {"checksum":"0a1b2c3d","sequence":7,"chain":"…","group":[…]}\n
//! ```

use rewinddb::store::Encoding;

const HEAD: usize = 20;

/// A frame without what follows from the rest: its length, its checksum and its chain.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) sequence: u64,
    /// In JSON what follows the chain, from the comma to the closing brace.
    pub(super) payload: Vec<u8>,
}

/// A file, taken apart.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) encoding: Encoding,
    /// What all frames but the first are masked with.
    pub(super) salt: u64,
    /// What the first is chained to.
    pub(super) chain: u32,
    pub(super) frames: Vec<Frame>,
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(*bytes[at..].first_chunk().expect("they are there"))
}

/// Where the frames of a file end.
pub(super) fn ends(bytes: &[u8], encoding: Encoding) -> Vec<usize> {
    let mut ends = Vec::new();
    match encoding {
        Encoding::Json => {
            ends.extend(bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1));
        }
        Encoding::Binary => {
            let mut at = 0;
            while at < bytes.len() {
                at += HEAD + u32_at(bytes, at) as usize;
                ends.push(at);
            }
        }
    }
    assert_eq!(ends.last(), Some(&bytes.len()), "the file ends with a frame");
    ends
}

impl File {
    pub(super) fn parse(bytes: &[u8], encoding: Encoding, salt: u64) -> Self {
        let mut file = Self { encoding, salt, chain: 0, frames: Vec::new() };
        let mut begin = 0;
        for end in ends(bytes, encoding) {
            let frame = &bytes[begin..end];
            let (sequence, chain, payload) = match encoding {
                Encoding::Binary => {
                    let masked = u64::from_le_bytes(*frame[8..].first_chunk().expect("it is there"));
                    let mask = if begin == 0 { 0 } else { salt };
                    (masked ^ mask, u32_at(frame, 16), frame[HEAD..].to_vec())
                }
                Encoding::Json => {
                    let text = std::str::from_utf8(frame).expect("JSON is text").trim_end();
                    let (_, rest) = text.split_once("\"sequence\":").expect("it is there");
                    let (sequence, rest) = rest.split_once(",\"chain\":\"").expect("it is there");
                    let chain = u32::from_str_radix(&rest[..8], 16).expect("it is a number");
                    (sequence.parse().expect("it is a number"), chain, rest.as_bytes()[9..].to_vec())
                }
            };
            if begin == 0 {
                file.chain = chain;
            }
            file.frames.push(Frame { sequence, payload });
            begin = end;
        }
        file
    }

    /// The bytes of the file with every checksum and chain right, and the number and checksum of its last frame.
    pub(super) fn seal(&self) -> (Vec<u8>, u64, u32) {
        let (mut bytes, mut chain, mut sequence, mut salt) = (Vec::new(), self.chain, 0, 0);
        for frame in &self.frames {
            let sealed = match self.encoding {
                Encoding::Binary => binary(frame, salt, chain),
                Encoding::Json => json(frame, chain),
            };
            (chain, sequence, salt) = (sealed.1, frame.sequence, self.salt);
            bytes.extend(sealed.0);
        }
        (bytes, sequence, chain)
    }
}

fn binary(frame: &Frame, salt: u64, chain: u32) -> (Vec<u8>, u32) {
    let length = u32::try_from(frame.payload.len()).expect("it is short").to_le_bytes();
    let masked = (frame.sequence ^ salt).to_le_bytes();
    let rest = [&length[..], &masked, &chain.to_le_bytes(), &frame.payload].concat();
    let mut hasher = crc32fast::Hasher::new_with_initial(u32_at(&salt.to_le_bytes(), 0));
    hasher.update(&rest);
    let checksum = hasher.finalize();
    let (length, rest) = rest.split_at(4);
    ([length, &checksum.to_le_bytes(), rest].concat(), checksum)
}

fn json(frame: &Frame, chain: u32) -> (Vec<u8>, u32) {
    let mut rest = format!(",\"sequence\":{},\"chain\":\"{chain:08x}\"", frame.sequence).into_bytes();
    rest.extend(&frame.payload);
    rest.push(b'\n');
    let checksum = crc32fast::hash(&rest);
    let mut line = format!("{{\"checksum\":\"{checksum:08x}\"").into_bytes();
    line.extend(rest);
    (line, checksum)
}

/// A watermark, both slots of which name this frame.
pub(super) fn watermark(sequence: u64, checksum: u32) -> Vec<u8> {
    let body = [&b"watermark"[..], &sequence.to_le_bytes(), &checksum.to_le_bytes()].concat();
    let mut slot = [&body[..], &crc32fast::hash(&body).to_le_bytes()].concat();
    slot.resize(512, 0);
    slot.repeat(2)
}
