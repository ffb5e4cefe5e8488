//! Classes: which bytes one sign of a pattern stands for.

/// A set of bytes, a bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class([u64; 4]);

impl Class {
    /// Every byte.
    pub(super) const ANY: Self = Self([u64::MAX; 4]);

    const NONE: Self = Self([0; 4]);

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }

    fn add(&mut self, byte: u8) {
        self.0[usize::from(byte / 64)] |= 1 << (byte % 64);
    }

    /// Reads what is behind the bracket that opens, and returns what is behind the one that closes.
    pub(super) fn read(behind: &[u8]) -> (Self, &[u8]) {
        match behind.strip_prefix(b"^") {
            None => Self::NONE.with_all(behind),
            Some(behind) => {
                let (Self(named), rest) = Self::NONE.with_all(behind);
                (Self(named.map(|word| !word)), rest)
            }
        }
    }

    /// With all that is named up to the bracket that closes, or to the end where none does.
    fn with_all(mut self, mut rest: &[u8]) -> (Self, &[u8]) {
        loop {
            rest = match rest {
                [b'\\', escaped, behind @ ..] => {
                    self.add(*escaped);
                    behind
                }
                [b']', behind @ ..] => return (self, behind),
                [one, b'-', other, behind @ ..] => {
                    self.add_range(*one, *other);
                    behind
                }
                [byte, behind @ ..] => {
                    self.add(*byte);
                    behind
                }
                [] => return (self, rest),
            };
        }
    }

    fn add_range(&mut self, one: u8, other: u8) {
        let [one, other] = [one, other].map(u8::cast_signed);
        (one.min(other)..=one.max(other)).for_each(|byte| self.add(byte.cast_unsigned()));
    }
}
