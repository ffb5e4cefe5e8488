//! The numbers that operations have in a file.

use super::error::Error;
use super::message::Header;
use super::options::Encoding;
use crate::query::{Operation, RETIRED};

/// The operations by the numbers that a file gives them; `None` has the number of what is none.
#[derive(Debug)]
pub(super) struct Numbering(Vec<Option<Operation>>);

impl Numbering {
    /// The one that this program writes: places in the table.
    pub(super) fn own() -> Self {
        let mut operations: Vec<_> = Operation::ALL.iter().copied().map(Some).collect();
        operations.insert(RETIRED.0, None);
        Self(operations)
    }

    /// The number of an operation in that one.
    pub(super) fn own_number(operation: Operation) -> u32 {
        let place = operation as u32;
        if operation as usize >= RETIRED.0 { place + 1 } else { place }
    }

    /// What the header of a file says of it.
    pub(super) fn shapes(&self) -> Vec<String> {
        let shape = |one: &Option<Operation>| one.map_or_else(|| RETIRED.1.to_owned(), Operation::shape);
        self.0.iter().map(shape).collect()
    }

    /// The one of a file. In JSON operations have their names, and what is read is numbered as this program does.
    pub(super) fn of(header: &Header, file: &str, encoding: Encoding) -> Result<Self, Error> {
        let find = |shape: &String| {
            if shape == RETIRED.1 {
                return Ok(None);
            }
            let is_it = |one: &&Operation| shape.starts_with(one.name()) && one.shape() == *shape;
            let operation = Operation::ALL.iter().find(is_it);
            let why = || format!("{shape} is no operation of this one");
            operation.map(|one| Some(*one)).ok_or_else(|| Error::Newer { file: file.to_owned(), why: why() })
        };
        let numbering = header.operations.iter().map(find).collect::<Result<_, _>>().map(Self)?;
        Ok(if encoding == Encoding::Json { Self::own() } else { numbering })
    }

    /// The operation of a number, if one has it.
    pub(super) fn operation(&self, number: u32) -> Option<Operation> {
        self.0.get(number as usize).copied().flatten()
    }
}
