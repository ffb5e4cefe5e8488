//! What an operation answers, before any format: each caller decides how to write it.
//!
//! Invariant: the text of a reply is exactly the answer of the exercise; `Display` writes it.

use std::fmt;

/// The answer to one query. It borrows from the engine, so nothing is copied to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<'e> {
    /// Done, with nothing to tell: the empty text.
    Done,
    /// `true` or `false`.
    Bool(bool),
    /// A value, or `None` where there is no live cell: the empty text.
    Value(Option<&'e str>),
    /// Fields with their values, in field order: `f1(v1), f2(v2)`.
    Cells(Vec<(&'e str, &'e str)>),
    /// A number of records.
    Count(u64),
}

impl Reply<'_> {
    /// Hands the text of the answer to `write`, piece by piece.
    ///
    /// # Errors
    /// Whatever `write` fails with; nothing more is written then.
    pub fn try_pieces<E>(&self, mut write: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Done | Self::Value(None) => Ok(()),
            Self::Bool(truth) => write(if *truth { "true" } else { "false" }),
            Self::Value(Some(value)) => write(value),
            Self::Count(count) => write(&count.to_string()),
            Self::Cells(cells) => {
                for (place, (field, value)) in cells.iter().enumerate() {
                    if place > 0 {
                        write(", ")?;
                    }
                    write(field)?;
                    write("(")?;
                    write(value)?;
                    write(")")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.try_pieces(|piece| f.write_str(piece))
    }
}
