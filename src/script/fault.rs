//! Faults of an input: what is wrong, where, and how to mend it.

use std::ops::Range;

/// So many faults of one input are kept; the others are only counted.
pub const MOST_SHOWN: usize = 20;

/// Something that is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes at fault.
    pub span: Range<usize>,
    /// The number of the query they lie in, from 1.
    pub query: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Is it nothing but a time that is past?
    pub is_late: bool,
}

impl Fault {
    /// A fault outside any query.
    #[must_use]
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, query: None, message: message.into(), help: None, is_late: false }
    }

    /// The same, with how to mend it.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// The faults of one input: the first [`MOST_SHOWN`], and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    first: Vec<Fault>,
    count: usize,
    /// How many of them are times that are past.
    late: usize,
}

impl Faults {
    /// Adds a fault in the query of this number, or outside any.
    pub fn add(&mut self, query: Option<usize>, fault: Fault) {
        self.count += 1;
        self.late += usize::from(fault.is_late);
        if !self.is_full() {
            self.first.push(Fault { query, ..fault });
        }
    }

    /// The first of them, in the order of the input.
    #[must_use]
    pub fn first(&self) -> &[Fault] {
        &self.first
    }

    /// What is wrong first.
    #[must_use]
    pub fn message(&self) -> &str {
        self.first.first().map_or("", |fault| &fault.message)
    }

    /// Are further faults only counted?
    pub(super) fn is_full(&self) -> bool {
        self.first.len() == MOST_SHOWN
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Is nothing wrong but times that are past?
    #[must_use]
    pub fn are_late(&self) -> bool {
        self.late == self.count
    }

    /// What was read from the part that begins at `offset`; or adds its faults, and names the part in each.
    pub(super) fn sort_out<T>(
        &mut self,
        part: Result<T, Self>,
        offset: usize,
        name: Option<&str>,
    ) -> Option<T> {
        let of_part = match part {
            Ok(good) => return Some(good),
            Err(of_part) => of_part,
        };
        self.count += of_part.count;
        self.late += of_part.late;
        let room = MOST_SHOWN - self.first.len();
        self.first.extend(of_part.first.into_iter().take(room).map(|fault| Fault {
            span: fault.span.start + offset..fault.span.end + offset,
            message: name.map_or_else(String::new, |name| format!("in {name}: ")) + &fault.message,
            ..fault
        }));
        None
    }

    /// The same faults, each at the span that `place` returns.
    pub(super) fn moved(mut self, place: impl Fn(Range<usize>) -> Range<usize>) -> Self {
        self.first.iter_mut().for_each(|fault| fault.span = place(fault.span.clone()));
        self
    }

    /// `Err` with the faults if there are any.
    pub(super) fn or<T>(self, good: T) -> Result<T, Self> {
        if self.count == 0 { Ok(good) } else { Err(self) }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        let mut faults = Self::default();
        faults.add(fault.query, fault);
        faults
    }
}
