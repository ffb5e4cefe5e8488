//! Replies as bytes, in the two versions of the protocol.
//!
//! Invariants: a line holds no line break but its own; every text goes out with its escapes as bytes again, and lengths
//! count those.

use std::borrow::Cow;

use memchr::memchr2;

use super::escape;

/// The version of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// The one that a connection begins with.
    #[default]
    Resp2,
    /// The one it has after `HELLO 3`: with maps, sets, truth, doubles and messages that nobody asked for.
    Resp3,
}

/// Where replies are written to. The parts of an array, map, set or message are written after its header.
///
/// ```
/// use rewinddb::serve::resp::writer::{Protocol, Writer};
///
/// let mut out = Vec::new();
/// let mut writer = Writer::new(&mut out, Protocol::Resp2);
/// writer.map(1);
/// writer.bulk("field");
/// writer.integer(-7);
/// assert_eq!(out, b"*2\r\n$5\r\nfield\r\n:-7\r\n");
/// ```
#[derive(Debug)]
pub struct Writer<'o> {
    out: &'o mut Vec<u8>,
    protocol: Protocol,
}

impl<'o> Writer<'o> {
    /// Appends to these bytes.
    pub fn new(out: &'o mut Vec<u8>, protocol: Protocol) -> Self {
        Self { out, protocol }
    }

    /// The version that it writes.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// How many bytes there are by now.
    #[must_use]
    pub fn written(&self) -> usize {
        self.out.len()
    }

    /// `+OK`, the most frequent of all.
    #[inline]
    pub fn ok(&mut self) {
        self.out.extend_from_slice(b"+OK\r\n");
    }

    /// A word that is known beforehand, such as `QUEUED`.
    pub fn simple(&mut self, word: &str) {
        self.line(b'+', word);
    }

    /// An error: its code and its text, such as `ERR syntax error`. Line breaks in it become blanks.
    pub fn error(&mut self, text: &str) {
        self.line(b'-', text);
    }

    /// A number.
    #[inline]
    pub fn integer(&mut self, number: i64) {
        self.out.push(b':');
        push_integer(self.out, number);
        self.end();
    }

    /// A number that may be too large for the protocol's integers; it is told as text then, and as what it is in RESP3.
    #[inline]
    pub fn count(&mut self, number: u64) {
        match i64::try_from(number) {
            Ok(number) => self.integer(number),
            Err(_) if self.protocol == Protocol::Resp3 => self.header(b'(', number),
            Err(_) => self.bytes(number.to_string().as_bytes()),
        }
    }

    /// A text.
    #[inline]
    pub fn bulk(&mut self, text: &str) {
        self.header(b'$', escape::len(text) as u64);
        escape::append_bytes(self.out, text);
        self.end();
    }

    /// Bytes as they are.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.header(b'$', bytes.len() as u64);
        self.out.extend_from_slice(bytes);
        self.end();
    }

    /// A text that is to be shown to a person as it is.
    pub fn verbatim(&mut self, text: &str) {
        if self.protocol == Protocol::Resp2 {
            return self.bulk(text);
        }
        self.header(b'=', 4 + escape::len(text) as u64);
        self.out.extend_from_slice(b"txt:");
        escape::append_bytes(self.out, text);
        self.end();
    }

    /// No text.
    #[inline]
    pub fn null(&mut self) {
        self.out.extend_from_slice(self.either(b"$-1\r\n", b"_\r\n"));
    }

    /// No array.
    pub fn null_array(&mut self) {
        self.out.extend_from_slice(self.either(b"*-1\r\n", b"_\r\n"));
    }

    /// An array, whose items are written next.
    #[inline]
    pub fn array(&mut self, items: usize) {
        self.header(b'*', items as u64);
    }

    /// A map, whose keys and values are written next, by turns. In RESP2 it is an array of them.
    #[inline]
    pub fn map(&mut self, pairs: usize) {
        match self.protocol {
            Protocol::Resp2 => self.header(b'*', 2 * pairs as u64),
            Protocol::Resp3 => self.header(b'%', pairs as u64),
        }
    }

    /// A set, whose items are written next. In RESP2 it is an array.
    pub fn set(&mut self, items: usize) {
        let sign = self.either(b'*', b'~');
        self.header(sign, items as u64);
    }

    /// A message that nobody asked for, whose items are written next. In RESP2 it is an array.
    pub fn push(&mut self, items: usize) {
        let sign = self.either(b'*', b'>');
        self.header(sign, items as u64);
    }

    /// Is it so? In RESP2 1 or 0.
    #[inline]
    pub fn boolean(&mut self, truth: bool) {
        let line: &[u8] = match (self.protocol, truth) {
            (Protocol::Resp2, true) => b":1\r\n",
            (Protocol::Resp2, false) => b":0\r\n",
            (Protocol::Resp3, true) => b"#t\r\n",
            (Protocol::Resp3, false) => b"#f\r\n",
        };
        self.out.extend_from_slice(line);
    }

    /// A number with a fraction, in as few digits as say it exactly. In RESP2 a text.
    pub fn double(&mut self, number: f64) {
        let text = if number.is_nan() { "nan".to_owned() } else { number.to_string() };
        match self.protocol {
            Protocol::Resp2 => self.bytes(text.as_bytes()),
            Protocol::Resp3 => self.line(b',', &text),
        }
    }

    /// What the version has.
    fn either<T>(&self, resp2: T, resp3: T) -> T {
        match self.protocol {
            Protocol::Resp2 => resp2,
            Protocol::Resp3 => resp3,
        }
    }

    #[inline]
    fn header(&mut self, sign: u8, number: u64) {
        self.out.push(sign);
        push_number(self.out, number);
        self.end();
    }

    fn line(&mut self, sign: u8, text: &str) {
        self.out.push(sign);
        escape::append_bytes(self.out, &unbroken(text));
        self.end();
    }

    #[inline]
    fn end(&mut self) {
        self.out.extend_from_slice(b"\r\n");
    }
}

/// The text with blanks for what would end its line.
fn unbroken(text: &str) -> Cow<'_, str> {
    match memchr2(b'\r', b'\n', text.as_bytes()) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.replace(['\r', '\n'], " ")),
    }
}

/// All numbers of two digits, one after the other.
const PAIRS: [u8; 200] = {
    let mut pairs = [0; 200];
    let mut digits = [b'0', b'0'];
    let mut at = 0;
    while at < pairs.len() {
        [pairs[at], pairs[at + 1]] = digits;
        at += 2;
        digits = if digits[1] == b'9' { [digits[0] + 1, b'0'] } else { [digits[0], digits[1] + 1] };
    }
    pairs
};

/// Appends a number in decimal digits.
#[inline]
pub fn push_integer(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    push_number(out, number.unsigned_abs());
}

/// Appends a number in decimal digits, two at a time.
#[inline]
pub fn push_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    while number >= 10 {
        let pair = usize::try_from(number % 100).unwrap_or_default() * 2;
        number /= 100;
        at -= 2;
        digits[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    // One digit is left, or the number was 0.
    if number > 0 || at == digits.len() {
        at -= 1;
        digits[at] = PAIRS[usize::try_from(number).unwrap_or_default() * 2 + 1];
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::resp::random::Rng;

    fn both(write: impl Fn(&mut Writer<'_>)) -> [String; 2] {
        [Protocol::Resp2, Protocol::Resp3].map(|protocol| {
            let mut out = Vec::new();
            write(&mut Writer::new(&mut out, protocol));
            out.escape_ascii().to_string().replace("\\r\\n", "|")
        })
    }

    #[test]
    fn replies_are_as_both_versions_have_them() {
        type Row = (fn(&mut Writer<'_>), &'static str, &'static str);
        let rows: [Row; 26] = [
            (|out| out.ok(), "+OK|", "+OK|"),
            (|out| out.simple("QUEUED"), "+QUEUED|", "+QUEUED|"),
            (|out| out.error("ERR a\r\nb\nc"), "-ERR a  b c|", "-ERR a  b c|"),
            (|out| out.error("ERR '\u{10fe80}'"), "-ERR \\'\\x80\\'|", "-ERR \\'\\x80\\'|"),
            (|out| out.integer(0), ":0|", ":0|"),
            (|out| out.integer(i64::MIN), ":-9223372036854775808|", ":-9223372036854775808|"),
            (|out| out.count(i64::MAX.unsigned_abs()), ":9223372036854775807|", ":9223372036854775807|"),
            (|out| out.count(1 << 63), "$19|9223372036854775808|", "(9223372036854775808|"),
            (|out| out.bulk(""), "$0||", "$0||"),
            (|out| out.bulk("a\r\nb"), "$4|a|b|", "$4|a|b|"),
            (|out| out.bulk("é\u{10feff}z"), "$4|\\xc3\\xa9\\xffz|", "$4|\\xc3\\xa9\\xffz|"),
            (|out| out.bytes(b"\xff\x00"), "$2|\\xff\\x00|", "$2|\\xff\\x00|"),
            (|out| out.verbatim("a\u{10fe80}"), "$2|a\\x80|", "=6|txt:a\\x80|"),
            (|out| out.null(), "$-1|", "_|"),
            (|out| out.null_array(), "*-1|", "_|"),
            (|out| out.array(3), "*3|", "*3|"),
            (|out| out.map(5), "*10|", "%5|"),
            (|out| out.set(2), "*2|", "~2|"),
            (|out| out.push(2), "*2|", ">2|"),
            (|out| out.boolean(true), ":1|", "#t|"),
            (|out| out.boolean(false), ":0|", "#f|"),
            (|out| out.double(0.1), "$3|0.1|", ",0.1|"),
            (|out| out.double(-3.0), "$2|-3|", ",-3|"),
            (|out| out.double(f64::INFINITY), "$3|inf|", ",inf|"),
            (|out| out.double(f64::NEG_INFINITY), "$4|-inf|", ",-inf|"),
            (|out| out.double(f64::NAN), "$3|nan|", ",nan|"),
        ];
        for (write, resp2, resp3) in rows {
            assert_eq!(both(write), [resp2, resp3]);
        }
    }

    #[test]
    fn numbers_are_written_as_they_are_everywhere() {
        let mut rng = Rng(3);
        let near = (0..20).map(|power| 10_u64.pow(power)).flat_map(|near| [near - 1, near, near + 1]);
        let random = (0..5_000).map(|_| (rng.below(1 << 62) as u64) << 2 >> rng.below(64));
        for number in (0..11_000).chain([u64::MAX]).chain(near).chain(random.collect::<Vec<_>>()) {
            let mut out = b"x".to_vec();
            push_number(&mut out, number);
            assert_eq!(out, format!("x{number}").as_bytes());
        }
        for number in [i64::MIN, i64::MIN + 1, -100, -10, -1, 0, 1, i64::MAX] {
            let mut out = Vec::new();
            push_integer(&mut out, number);
            assert_eq!(out, number.to_string().as_bytes());
        }
    }
}
