//! What SET and GETEX are told: when they do something, and how long what they write lives.
//!
//! Invariant: a lifetime is said once, or in the same unit again.

use crate::serve::resp::call::{Call, Refused, SYNTAX, integer, is};

/// What becomes of the lifetime of a key that is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lives {
    ForEver,
    /// So many milliseconds.
    For(u64),
    /// As long as it would have.
    On,
    /// It has ended already.
    Not,
}

/// What a SET or a GETEX is told.
#[derive(Default)]
pub(super) struct Options<'w> {
    pub(super) end: End<'w>,
    pub(super) if_nothing: bool,
    pub(super) if_something: bool,
    pub(super) returns: bool,
}

/// What is said of a lifetime.
#[derive(Default)]
pub(super) enum End<'w> {
    #[default]
    Unsaid,
    /// KEEPTTL of SET, or PERSIST of GETEX.
    Word,
    /// A unit and how many of it.
    Given(&'static Unit, &'w str),
}

/// The name of a unit, whether it is seconds, and whether they are counted from 1970.
pub(super) type Unit = (&'static str, bool, bool);

/// How a lifetime is written: in seconds, and until a moment.
static UNITS: [Unit; 4] =
    [("EX", true, false), ("PX", false, false), ("EXAT", true, true), ("PXAT", false, true)];

/// The lifetime that a word and its unit say.
pub(super) fn lifetime(
    call: &Call<'_>,
    (word, in_seconds, is_moment): (&str, bool, bool),
    command: &str,
) -> Result<Lives, Refused> {
    let invalid = || Refused::said(format!("ERR invalid expire time in '{command}' command"));
    let number = integer(word)?;
    let number = if in_seconds { number.checked_mul(1000) } else { Some(number) };
    let number = number.filter(|number| *number > 0).ok_or_else(invalid)?;
    let (number, now) = (number.unsigned_abs(), call.now().0);
    if !is_moment {
        // What would end past all numbers is no lifetime there.
        let end = i64::try_from(now).ok().and_then(|now| now.checked_add_unsigned(number));
        return end.map(|_| Lives::For(number)).ok_or_else(invalid);
    }
    Ok(if number > now { Lives::For(number - now) } else { Lives::Not })
}

impl<'w> Options<'w> {
    pub(super) fn read(words: &[&'w str], is_set: bool) -> Result<Self, Refused> {
        let mut options = Self::default();
        let mut rest = words;
        while let [word, behind @ ..] = rest {
            let unit = UNITS.iter().find(|(name, ..)| is(word, name));
            rest = match (unit, behind) {
                (Some(unit), [number, behind @ ..]) if options.end.takes(unit) => {
                    options.end = End::Given(unit, number);
                    behind
                }
                (None, _) if is_set && options.takes(word) => behind,
                (None, _)
                    if is(word, if is_set { "KEEPTTL" } else { "PERSIST" }) && !options.end.is_given() =>
                {
                    options.end = End::Word;
                    behind
                }
                _ => return Err(Refused::said(SYNTAX)),
            };
        }
        Ok(options)
    }

    /// Takes a word that says when SET does something, or what it answers.
    fn takes(&mut self, word: &str) -> bool {
        let option = match () {
            () if is(word, "NX") && !self.if_something => &mut self.if_nothing,
            () if is(word, "XX") && !self.if_nothing => &mut self.if_something,
            () if is(word, "GET") => &mut self.returns,
            () => return false,
        };
        *option = true;
        true
    }
}

impl End<'_> {
    fn is_given(&self) -> bool {
        matches!(self, Self::Given(..))
    }

    /// May a lifetime follow in this unit? In the same one again: the last counts.
    fn takes(&self, unit: &Unit) -> bool {
        match self {
            Self::Unsaid => true,
            Self::Word => false,
            Self::Given(given, _) => given.0 == unit.0,
        }
    }

    /// The lifetime that is said; what the command does where none is, and what its word stands for.
    pub(super) fn lives(
        &self,
        call: &Call<'_>,
        command: &str,
        unsaid: Lives,
        word: Lives,
    ) -> Result<Lives, Refused> {
        match self {
            Self::Unsaid => Ok(unsaid),
            Self::Word => Ok(word),
            Self::Given((_, in_seconds, is_moment), number) => {
                lifetime(call, (number, *in_seconds, *is_moment), command)
            }
        }
    }
}

/// Is this what may stand behind a SET?
pub(super) fn is_option(word: &str) -> bool {
    let others = ["NX", "XX", "GET", "KEEPTTL"];
    UNITS.iter().map(|(name, ..)| name).chain(&others).any(|option| is(word, option))
}
