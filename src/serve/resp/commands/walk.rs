//! What SCAN and HSCAN are told: a cursor, and which names are wanted.

use crate::serve::resp::call::{Refused, SYNTAX, glob, integer, is};
use crate::serve::resp::escape;
use crate::serve::resp::glob::Glob;

/// What a walk is told.
pub(super) struct Walk<'w> {
    pub(super) pattern: Option<Glob>,
    pub(super) count: usize,
    pub(super) kind: Option<&'w str>,
    pub(super) no_values: bool,
}

impl<'w> Walk<'w> {
    /// Reads what stands behind the cursor.
    pub(super) fn read(words: &[&'w str], of_keys: bool) -> Result<Self, Refused> {
        let mut walk = Self { pattern: None, count: 10, kind: None, no_values: false };
        let mut rest = words;
        while !rest.is_empty() {
            rest = match rest {
                [word, pattern, behind @ ..] if is(word, "MATCH") => {
                    walk.pattern = Some(glob(pattern)?);
                    behind
                }
                [word, count, behind @ ..] if is(word, "COUNT") => {
                    let count = usize::try_from(integer(count)?).ok().filter(|count| *count > 0);
                    walk.count = count.ok_or_else(|| Refused::said(SYNTAX))?;
                    behind
                }
                [word, kind, behind @ ..] if of_keys && is(word, "TYPE") => {
                    walk.kind = Some(kind);
                    behind
                }
                [word, behind @ ..] if !of_keys && is(word, "NOVALUES") => {
                    walk.no_values = true;
                    behind
                }
                _ => return Err(Refused::said(SYNTAX)),
            };
        }
        Ok(walk)
    }

    /// Does it walk over this?
    pub(super) fn takes(&self, name: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(&escape::bytes(name)))
    }
}

/// The number of a cursor, as C reads one: nothing is 0, and a negative one counts from the end of all numbers.
pub(super) fn cursor(word: &str) -> Result<u64, Refused> {
    let negative = word.strip_prefix('-');
    let digits = negative.or(word.strip_prefix('+')).unwrap_or(word);
    let invalid = || Refused::said("ERR invalid cursor");
    match digits {
        "" if word.is_empty() => Ok(0),
        _ if !digits.bytes().all(|byte| byte.is_ascii_digit()) => Err(invalid()),
        _ => {
            let number: u64 = digits.parse().map_err(|_| invalid())?;
            Ok(if negative.is_some() { number.wrapping_neg() } else { number })
        }
    }
}
