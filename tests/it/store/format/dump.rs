//! The bytes of a file, part by part, with what they mean.

use super::schema::Schema;
use super::second_reader::{fields, frames, little_u32, little_u64, varint};

/// Bytes in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// A row: where, which bytes, what they mean.
fn row(out: &mut String, at: usize, bytes: &str, meaning: &str) {
    out.push_str(&format!("{at:04x}  {bytes:<26}  {meaning}\n"));
}

/// Bytes that are a text.
fn quoted(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(bytes))
}

/// A binary file of frames.
pub(super) fn file(name: &str, bytes: &[u8], schema: &Schema) -> String {
    let mut out = format!("{name}, {} bytes\n", bytes.len());
    let mut end = 0;
    for (place, frame) in frames(bytes).iter().enumerate() {
        let at = frame.at;
        let parts =
            [at..at + 4, at + 4..at + 8, at + 8..at + 16, at + 16..at + 20].map(|part| hex(&bytes[part]));
        let masked = if place == 0 { "" } else { ", masked" };
        let (length, chain) = (little_u32(bytes, at), little_u32(bytes, at + 16));
        out.push_str(&format!("\n{at:04x}  {}\n", parts.join(" │ ")));
        out.push_str(&format!("      length {length} │ checksum {:08x}", frame.checksum));
        out.push_str(&format!(" │ sequence {}{masked} │ chain {chain:08x}\n", frame.sequence));
        message(&mut out, at + 20, frame.payload, "Payload", 0, schema);
        end = at + 20 + frame.payload.len();
    }
    if end < bytes.len() {
        out.push('\n');
        row(&mut out, end, "00 …", &format!("room: {} zeros", bytes.len() - end));
    }
    out
}

/// The fields of a message that begins at `at` in the file, those of messages in it indented.
fn message(out: &mut String, at: usize, bytes: &[u8], name: &str, depth: usize, schema: &Schema) {
    let fields = fields(bytes);
    for (place, field) in fields.iter().enumerate() {
        let like_it = |other: usize| fields.get(other).is_some_and(|other| other.number == field.number);
        if place > 1 && like_it(place - 2) && like_it(place - 1) && like_it(place + 1) {
            // Of a long list the first two and the last are enough.
            if !(place > 2 && like_it(place - 3)) {
                out.push_str(&format!("      {:<26}  {}…\n", "…", "  ".repeat(depth)));
            }
            continue;
        }
        let told =
            schema[name].get(&field.number).unwrap_or_else(|| panic!("{name} has no {}", field.number));
        let (value, indent) = (&bytes[field.value.clone()], "  ".repeat(depth));
        let head = hex(&bytes[field.span.start..field.value.start]);
        let whole = hex(&bytes[field.span.clone()]);
        let (shown, meaning) = match (told.kind.as_str(), told.label.as_str(), field.scalar) {
            ("string", ..) => (format!("{head} …"), quoted(value)),
            ("fixed32", _, Some(number)) => (whole, format!("{number:08x}")),
            ("fixed64", _, Some(number)) => (whole, format!("{number:016x}")),
            (_, _, Some(number)) => (whole, number.to_string()),
            ("fixed32", "repeated", None) => {
                let numbers: Vec<_> =
                    value.chunks(4).map(|part| format!("{:08x}", little_u32(part, 0))).collect();
                (whole, numbers.join(", "))
            }
            ("uint32" | "uint64", "repeated", None) => {
                let (mut numbers, mut at) = (Vec::new(), 0);
                while at < value.len() {
                    numbers.push(varint(value, &mut at).to_string());
                }
                (whole, numbers.join(", "))
            }
            (kind, ..) => (head, format!("{kind}, {} bytes", value.len())),
        };
        row(out, at + field.span.start, &shown, &format!("{indent}{} {meaning}", told.name));
        if schema.contains_key(&told.kind) {
            message(out, at + field.value.start, value, &told.kind, depth + 1, schema);
        }
    }
}

/// The watermark.
pub(super) fn watermark(bytes: &[u8]) -> String {
    let mut out = format!("watermark, {} bytes\n", bytes.len());
    for at in [0, 512] {
        out.push('\n');
        row(&mut out, at, &hex(&bytes[at..at + 9]), &quoted(&bytes[at..at + 9]));
        row(
            &mut out,
            at + 9,
            &hex(&bytes[at + 9..at + 17]),
            &format!("sequence {}", little_u64(bytes, at + 9)),
        );
        row(
            &mut out,
            at + 17,
            &hex(&bytes[at + 17..at + 21]),
            &format!("checksum {:08x}", little_u32(bytes, at + 17)),
        );
        let crc = format!("CRC-32 of the 21 bytes before, {:08x}", little_u32(bytes, at + 21));
        row(&mut out, at + 21, &hex(&bytes[at + 21..at + 25]), &crc);
        assert!(bytes[at + 25..at + 512].iter().all(|byte| *byte == 0));
        row(&mut out, at + 25, "00 …", "zeros up to the next slot, or the end");
    }
    out
}
