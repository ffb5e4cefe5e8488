//! Pieces of a pattern that may stand anywhere between two stars, and how the leftmost place of one is found.

use memchr::memmem::Finder;

use super::{LONGEST, Sign};

/// What stands between two stars.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Bytes as they are.
    Plain(Box<Finder<'static>>),
    /// One with classes in it.
    Mixed(Mixed),
}

impl Piece {
    pub(super) fn of(signs: &[Sign]) -> Self {
        let byte = |sign: &Sign| if let Sign::Byte(byte) = sign { Some(*byte) } else { None };
        match signs.iter().map(byte).collect::<Option<Vec<_>>>() {
            Some(bytes) => Self::Plain(Box::new(Finder::new(&bytes).into_owned())),
            None => Self::Mixed(Mixed::of(signs)),
        }
    }

    /// The text behind the leftmost place at which it stands: what begins there leaves most to the pieces after it.
    pub(super) fn behind<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        match self {
            Self::Plain(finder) => finder.find(text).map(|at| &text[at + finder.needle().len()..]),
            Self::Mixed(mixed) => mixed.behind(text),
        }
    }
}

/// A piece with classes: bit `n` of a mask says whether a byte may stand at its place `n`.
#[derive(Clone, Debug)]
pub(super) struct Mixed {
    /// The masks of all bytes, one behind the other.
    masks: Vec<u64>,
    /// How many words a mask has.
    words: usize,
    length: usize,
}

impl Mixed {
    fn of(signs: &[Sign]) -> Self {
        let words = signs.len().div_ceil(64);
        let mut masks = vec![0; 256 * words];
        for (byte, mask) in (0..=u8::MAX).zip(masks.chunks_exact_mut(words)) {
            let fits = signs.iter().enumerate().filter(|(_, sign)| sign.takes(byte));
            fits.for_each(|(place, _)| mask[place / 64] |= 1 << (place % 64));
        }
        Self { masks, words, length: signs.len() }
    }

    /// Goes through the text once. Bit `n` of `so_far` says whether the `n + 1` bytes read last are how the piece
    /// begins.
    fn behind<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let mut so_far = [0_u64; LONGEST / 64];
        let so_far = &mut so_far[..self.words];
        let (word, bit) = ((self.length - 1) / 64, (self.length - 1) % 64);
        for (at, byte) in text.iter().enumerate() {
            let mask = &self.masks[usize::from(*byte) * self.words..][..self.words];
            let mut carry = 1;
            for (so_far, fits) in so_far.iter_mut().zip(mask) {
                #[cfg(test)]
                super::tests::STEPS.with(|steps| steps.set(steps.get() + 1));
                let next = *so_far >> 63;
                *so_far = (*so_far << 1 | carry) & fits;
                carry = next;
            }
            if so_far[word] >> bit & 1 == 1 {
                return Some(&text[at + 1..]);
            }
        }
        None
    }
}
