//! `LIKE`: a pattern as the pieces between its stars, which are looked for one after the other.
//!
//! Invariant: a character of the text is looked at once by the pieces between the first and the last, and costs at
//! most a word for every 64 characters of a piece.
//!
//! ```text
//!   ab*c?d*é*f      "ab" at the beginning, "f" at the end; in between the leftmost "c?d", behind it the leftmost "é"
//! ```

/// A pattern, taken apart.
pub(super) struct Like<'p> {
    first: &'p str,
    between: Vec<Piece<'p>>,
    /// `None` where there is no star, so that the first piece is the whole text.
    last: Option<&'p str>,
}

/// What stands between two stars.
enum Piece<'p> {
    /// A text as it is.
    Plain(&'p str),
    /// One with question marks in it.
    Holes(Holes),
}

impl<'p> Like<'p> {
    pub(super) fn new(pattern: &'p str) -> Self {
        let mut pieces = pattern.split('*');
        let (first, last) = (pieces.next().unwrap_or_default(), pieces.next_back());
        Self { first, between: pieces.filter(|piece| !piece.is_empty()).map(Piece::of).collect(), last }
    }

    /// Does it stand for this text, from end to end?
    pub(super) fn is_match(&self, text: &str) -> bool {
        let Some(rest) = without_first(text, self.first) else { return false };
        let Some(last) = self.last else { return rest.is_empty() };
        let Some(rest) = without_last(rest, last) else { return false };
        self.between.iter().try_fold(rest, |rest, piece| piece.behind(rest)).is_some()
    }
}

/// The text behind a piece that it begins with.
fn without_first<'t>(text: &'t str, piece: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    piece.chars().all(|sign| rest.next().is_some_and(|c| sign == '?' || sign == c)).then_some(rest.as_str())
}

/// The text before a piece that it ends with.
fn without_last<'t>(text: &'t str, piece: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    let is_there = |sign| rest.next_back().is_some_and(|c| sign == '?' || sign == c);
    piece.chars().rev().all(is_there).then_some(rest.as_str())
}

impl<'p> Piece<'p> {
    fn of(piece: &'p str) -> Self {
        if piece.contains('?') { Self::Holes(Holes::of(piece)) } else { Self::Plain(piece) }
    }

    /// The text behind the leftmost place at which it stands: what begins there leaves most to the pieces after it.
    fn behind<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Plain(piece) => text.find(piece).map(|at| &text[at + piece.len()..]),
            Self::Holes(holes) => holes.behind(text),
        }
    }
}

/// A piece with question marks: bit `n` of a mask says whether a character may stand at its place `n`.
struct Holes {
    /// Of each character that stands in the piece, in order.
    masks: Vec<(char, Vec<u64>)>,
    /// Of any other.
    others: Vec<u64>,
    length: usize,
}

impl Holes {
    fn of(piece: &str) -> Self {
        let signs: Vec<_> = piece.chars().collect();
        let mut known: Vec<_> = signs.iter().copied().filter(|sign| *sign != '?').collect();
        known.sort_unstable();
        known.dedup();
        let mask = |c: Option<char>| {
            let mut mask = vec![0; signs.len().div_ceil(64)];
            let fits = signs.iter().enumerate().filter(|(_, sign)| **sign == '?' || Some(**sign) == c);
            fits.for_each(|(place, _)| mask[place / 64] |= 1 << (place % 64));
            mask
        };
        let masks = known.into_iter().map(|c| (c, mask(Some(c)))).collect();
        Self { masks, others: mask(None), length: signs.len() }
    }

    /// Goes through the text once. Bit `n` of `so_far` says whether the `n + 1` characters read last are how the piece
    /// begins.
    fn behind<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut so_far = vec![0_u64; self.others.len()];
        let (word, bit) = ((self.length - 1) / 64, (self.length - 1) % 64);
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let mut carry = 1;
            for (so_far, fits) in so_far.iter_mut().zip(self.mask(c)) {
                #[cfg(test)]
                tests::STEPS.with(|steps| steps.set(steps.get() + 1));
                let next = *so_far >> 63;
                *so_far = (*so_far << 1 | carry) & fits;
                carry = next;
            }
            if so_far[word] >> bit & 1 == 1 {
                return Some(rest.as_str());
            }
        }
        None
    }

    fn mask(&self, c: char) -> &[u64] {
        let found = self.masks.binary_search_by_key(&c, |(known, _)| *known);
        found.map_or(&self.others, |place| &self.masks[place].1)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many words of masks were looked at.
        pub(super) static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    /// By trying everything, as in a textbook.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], _) => text.is_empty(),
            (['*', rest @ ..], _) => (0..=text.len()).any(|from| naive(rest, &text[from..])),
            ([sign, signs @ ..], [c, rest @ ..]) => (sign == c || *sign == '?') && naive(signs, rest),
            _ => false,
        }
    }

    fn assert_same(pattern: &[char], text: &[char]) {
        let [shown, read] = [pattern, text].map(|chars| chars.iter().collect::<String>());
        assert_eq!(Like::new(&shown).is_match(&read), naive(pattern, text), "{shown:?} {read:?}");
    }

    /// All texts of up to so many of these characters.
    fn texts(of: &[char], longest: u32) -> Vec<Vec<char>> {
        let mut all = vec![Vec::new()];
        let mut from = 0;
        for _ in 0..longest {
            let to = all.len();
            for place in from..to {
                all.extend(of.iter().map(|c| [&all[place][..], &[*c]].concat()).collect::<Vec<_>>());
            }
            from = to;
        }
        all
    }

    #[test]
    fn every_short_pattern_is_what_trying_everything_finds() {
        let read = texts(&['a', 'é'], 5);
        for pattern in texts(&['a', 'é', '*', '?'], 5) {
            for text in &read {
                assert_same(&pattern, text);
            }
        }
    }

    #[test]
    fn random_long_patterns_are_what_trying_everything_finds() {
        let mut state = 1_u64;
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((state >> 33) % below).expect("it is small")
        };
        let mut matched = 0;
        for _ in 0..4_000 {
            // Mostly how a text goes, so that pieces over several words match to their end.
            let text: Vec<_> = (0..draw(300)).map(|_| ['a', 'b', 'é', '😀'][draw(4)]).collect();
            let from = draw(text.len() as u64 + 1);
            let to = from + draw((text.len() - from) as u64 + 1);
            let hide = |c: &char| if draw(3) == 0 { '?' } else { *c };
            let piece: Vec<_> = text[from..to].iter().map(hide).collect();
            let pattern = [&['*'], &piece[..], &['*']].concat();
            assert_same(&pattern, &text);
            let other: Vec<_> = text.iter().map(|c| if draw(90) == 0 { 'b' } else { *c }).collect();
            assert_same(&pattern, &other);
            matched += usize::from(naive(&pattern, &other));
        }
        assert!((500..3_500).contains(&matched), "{matched} of 4,000 say little");
    }

    #[test]
    fn a_million_characters_cost_a_word_for_each_64_of_a_piece() {
        let text = "a".repeat(1 << 20);
        let pattern = format!("*a{}c*", "?".repeat(900));
        assert!(!Like::new(&pattern).is_match(&text));
        assert_eq!(STEPS.take(), (1 << 20) * 15);
        // However many pieces there are, the text is gone through once.
        assert!(!Like::new(&"*a?".repeat(300)).is_match(&"ab".repeat(299)));
        // The last piece takes two at the end.
        assert_eq!(STEPS.take(), 2 * 298);
    }
}
