//! A second reader of binary files, written from src/store/FORMAT.md alone. It knows good files only: whatever is not
//! as the document says is a panic.
//!
//! Invariant: nothing of the store's own is used, nor a library of checksums or of messages.

use std::collections::BTreeMap;
use std::ops::Range;

/// The files of a directory, by name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A frame whose checksum and chain are right.
pub(crate) struct Frame<'b> {
    pub(crate) at: usize,
    pub(crate) sequence: u64,
    pub(crate) checksum: u32,
    pub(crate) payload: &'b [u8],
}

/// The CRC-32 of zip and PNG, going on from `initial`.
pub(crate) fn crc32(initial: u32, bytes: &[u8]) -> u32 {
    let shift = |register: u32, _| (register >> 1) ^ (0xedb8_8320 & (register & 1).wrapping_neg());
    !bytes.iter().fold(!initial, |register, byte| (0..8).fold(register ^ u32::from(*byte), shift))
}

pub(crate) fn little_u32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

pub(crate) fn little_u64(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// The frames of a file, the header first.
pub(crate) fn frames(bytes: &[u8]) -> Vec<Frame<'_>> {
    let (mut frames, mut at, mut salt) = (Vec::<Frame<'_>>::new(), 0, 0);
    while bytes[at..].iter().any(|byte| *byte != 0) {
        let end = at + 20 + little_u32(bytes, at) as usize;
        let covered = [&bytes[at..at + 4], &bytes[at + 8..end]].concat();
        let checksum = little_u32(bytes, at + 4);
        let low = u32::try_from(salt & 0xffff_ffff).expect("the lower half");
        assert_eq!(crc32(low, &covered), checksum, "the checksum at {at}");
        let sequence = little_u64(bytes, at + 8) ^ salt;
        if let Some(before) = frames.last() {
            assert_eq!((sequence, little_u32(bytes, at + 16)), (before.sequence + 1, before.checksum));
        }
        let payload = &bytes[at + 20..end];
        if frames.is_empty() {
            salt = Message::of(payload).message(1).number(4);
        }
        frames.push(Frame { at, sequence, checksum, payload });
        at = end;
    }
    frames
}

/// A field of a message: its number, where it and its value lie, and the value if it is a number.
pub(crate) struct Field {
    pub(crate) number: u64,
    pub(crate) span: Range<usize>,
    pub(crate) value: Range<usize>,
    pub(crate) scalar: Option<u64>,
}

pub(crate) fn varint(bytes: &[u8], at: &mut usize) -> u64 {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let byte = bytes[*at];
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

/// The fields of a message in Protocol Buffers, in order.
pub(crate) fn fields(bytes: &[u8]) -> Vec<Field> {
    let (mut fields, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let begin = at;
        let tag = varint(bytes, &mut at);
        let mut from = at;
        let scalar = match tag & 7 {
            0 => Some(varint(bytes, &mut at)),
            1 | 5 => {
                at += if tag & 7 == 1 { 8 } else { 4 };
                let little = bytes[from..at].iter().rev();
                Some(little.fold(0, |number, byte| number << 8 | u64::from(*byte)))
            }
            2 => {
                let length = usize::try_from(varint(bytes, &mut at)).expect("it fits");
                from = at;
                at += length;
                None
            }
            other => panic!("no field of the format has the wire type {other}"),
        };
        fields.push(Field { number: tag >> 3, span: begin..at, value: from..at, scalar });
    }
    fields
}

/// A message, to take fields out of.
pub(crate) struct Message<'b> {
    bytes: &'b [u8],
    fields: Vec<Field>,
}

impl<'b> Message<'b> {
    pub(crate) fn of(bytes: &'b [u8]) -> Self {
        Self { bytes, fields: fields(bytes) }
    }

    fn all(&self, number: u64) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.number == number)
    }

    /// A number; `None` if it was left out.
    fn optional(&self, number: u64) -> Option<u64> {
        self.all(number).last().and_then(|field| field.scalar)
    }

    fn number(&self, number: u64) -> u64 {
        self.optional(number).unwrap_or(0)
    }

    fn bytes_of(&self, number: u64) -> Option<&'b [u8]> {
        self.all(number).last().map(|field| &self.bytes[field.value.clone()])
    }

    pub(crate) fn text(&self, number: u64) -> &'b str {
        std::str::from_utf8(self.bytes_of(number).unwrap_or_default()).expect("texts are UTF-8")
    }

    pub(crate) fn message(&self, number: u64) -> Self {
        Self::of(self.bytes_of(number).expect("the message is there"))
    }

    /// Repeated messages or texts.
    fn each(&self, number: u64) -> impl Iterator<Item = &'b [u8]> {
        self.all(number).map(|field| &self.bytes[field.value.clone()])
    }

    /// Repeated numbers, packed: as varints, or four bytes each.
    fn numbers(&self, number: u64, fixed: bool) -> Vec<u64> {
        let packed = self.bytes_of(number).unwrap_or_default();
        let (mut numbers, mut at) = (Vec::new(), 0);
        while at < packed.len() {
            if fixed {
                numbers.push(u64::from(little_u32(packed, at)));
                at += 4;
            } else {
                numbers.push(varint(packed, &mut at));
            }
        }
        numbers
    }
}

/// The queries of a log's group as words, and `clock N` where reads have moved the clock.
fn queries(group: &Message<'_>, forms: &[&str]) -> Vec<Vec<String>> {
    let (mut numbers, mut lengths) =
        (group.numbers(2, false).into_iter(), group.numbers(3, false).into_iter());
    let mut texts = group.text(6);
    let moves = group.numbers(4, false).into_iter().zip(group.numbers(5, false));
    let mut moves = moves.peekable();
    let mut told = Vec::new();
    let clock = |(_, to): (u64, u64)| vec!["clock".to_owned(), to.to_string()];
    let operations = group.numbers(1, false);
    for (place, operation) in operations.iter().enumerate() {
        while let Some(moved) = moves.next_if(|(before, _)| *before == place as u64) {
            told.push(clock(moved));
        }
        let mut words = forms[usize::try_from(*operation).expect("few")].split(' ');
        let mut query = vec![words.next().expect("a name").to_owned()];
        for word in words {
            query.push(if word == "number" {
                numbers.next().expect("a number").to_string()
            } else {
                let length = usize::try_from(lengths.next().expect("a length")).expect("it fits");
                let (text, rest) = texts.split_at(length);
                texts = rest;
                text.to_owned()
            });
        }
        told.push(query);
    }
    told.extend(moves.map(clock));
    assert!(numbers.next().is_none() && lengths.next().is_none() && texts.is_empty(), "columns end together");
    told
}

/// The groups of a segment of the log, by number.
pub(crate) fn groups(segment: &[u8]) -> Vec<(u64, Vec<Vec<String>>)> {
    let frames = frames(segment);
    let header = Message::of(frames[0].payload).message(1);
    assert_eq!((header.number(1), header.text(2)), (2, "log"));
    let forms: Vec<_> = header.each(3).map(|form| std::str::from_utf8(form).expect("it is UTF-8")).collect();
    let group = |frame: &Frame<'_>| queries(&Message::of(frame.payload).message(2), &forms);
    frames[1..].iter().map(|frame| (frame.sequence, group(frame))).collect()
}

/// The live cells that a snapshot tells of: key, field, value, and what is left of the lifetime.
pub(crate) fn live_cells(files: &Files, snapshot: &str) -> Vec<(String, String, String, Option<u64>)> {
    let frames = frames(&files[snapshot]);
    let payloads: Vec<_> = frames.iter().map(|frame| Message::of(frame.payload)).collect();
    assert_eq!(payloads[0].message(1).text(2), "snapshot");
    assert_eq!(payloads.last().expect("there are frames").message(8).number(1), frames.len() as u64 - 1);
    let state = payloads[1].message(4);
    let now = state.number(1) - state.number(2);
    let branches: Vec<_> = state.each(6).map(Message::of).collect();
    let mut places = BTreeMap::new();
    for rows in payloads.iter().filter_map(|payload| payload.bytes_of(7)).map(Message::of) {
        let columns = [rows.numbers(3, false), rows.numbers(4, false), rows.numbers(5, true)];
        for (row, number) in rows.numbers(2, false).into_iter().enumerate() {
            places.insert(number, (rows.text(1), columns.each_ref().map(|column| column[row])));
        }
    }
    let value_of = |held: &str| match held.strip_prefix('\0') {
        None => held.to_owned(),
        Some(rest) => match rest.strip_prefix('#').map(|number| &places[&number.parse().expect("digits")]) {
            None => rest.to_owned(),
            Some((file, [at, length, checksum])) => {
                let begin = usize::try_from(*at).expect("it fits");
                let stored = &files[*file][begin..begin + usize::try_from(*length).expect("it fits")];
                assert_eq!(u64::from(crc32(0, stored)), *checksum);
                String::from_utf8(stored.to_vec()).expect("it is UTF-8")
            }
        },
    };
    let mut cells = Vec::new();
    for records in payloads.iter().filter_map(|payload| payload.bytes_of(5)).map(Message::of) {
        for record in records.each(1).map(Message::of) {
            let (mut newest, mut items) = (BTreeMap::new(), Vec::new());
            for version in record.each(3).map(Message::of) {
                let list = version.bytes_of(5).map(Message::of);
                if list.as_ref().is_none_or(|list| list.number(1) == 0) {
                    items.clear();
                }
                let own = list.iter().flat_map(|list| list.each(2));
                items.extend(own.map(|item| value_of(std::str::from_utf8(item).expect("it is UTF-8"))));
                let held = match (list, version.bytes_of(3)) {
                    (Some(_), _) => Some(format!("[{}]", items.join(", "))),
                    (None, Some(_)) => Some(value_of(version.text(3))),
                    (None, None) => None,
                };
                if is_seen(&branches, version.number(2)) {
                    newest.insert(version.text(1), (version, held));
                }
            }
            for (field, (version, held)) in newest {
                let last = version.optional(4).unwrap_or(u64::MAX);
                if let Some(held) = held.filter(|_| now <= last) {
                    // What would die after the end of the caller's time is permanent too.
                    let dies = version.optional(4).filter(|last| *last < u64::MAX - state.number(2));
                    let left = dies.map(|last| last - now + 1);
                    cells.push((record.text(1).to_owned(), field.to_owned(), held, left));
                }
            }
        }
    }
    cells.sort();
    cells
}

/// Is what was written in this epoch seen from the open one?
fn is_seen(branches: &[Message<'_>], epoch: u64) -> bool {
    let mut branch = branches.last().expect("there is a branch");
    let mut end = u64::MAX;
    while epoch < branch.number(1) {
        end = branch.number(2);
        branch = &branches[usize::try_from(branch.number(3)).expect("few")];
    }
    epoch <= end
}
