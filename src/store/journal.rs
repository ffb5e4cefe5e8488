//! A journal: what keeps the groups of a database in order, and hands each back when it takes effect.
//!
//! Invariants: groups come back in the order of their sequence numbers, each once; one whose submission has failed never
//! comes back; who asks for the next one says that all before it have taken effect.
//!
//! ```text
//!   Group ── submit ──►  the log in files, or a list in memory  ── next ──► sequence, LoggedGroup
//! ```

use std::borrow::Cow;
use std::ops::Range;

use super::blob_store::BlobLocation;
use super::data_file::FileName;
use super::error::Error;
use super::group::literals;
use super::message::Group;
use super::options::Encoding;

/// What keeps groups in order.
pub(super) trait Journal {
    /// Why a group is not kept.
    type Error: From<Error>;

    /// Hands a group in.
    fn submit(&mut self, group: Group) -> Result<(), Self::Error>;

    /// The group that takes effect next, with its sequence number; `None` while there is none.
    fn next(&mut self) -> Result<Option<(u64, LoggedGroup<'_>)>, Self::Error>;
}

/// A group that is kept.
#[derive(Debug)]
pub(super) struct LoggedGroup<'j> {
    pub(super) group: Group,
    /// Where it lies, if texts can be read from there.
    pub(super) lies: Option<Lies<'j>>,
}

/// Where a group lies.
#[derive(Debug)]
pub(super) struct Lies<'j> {
    pub(super) file: FileName,
    /// Its payload, and where that begins in the file.
    pub(super) payload: &'j [u8],
    pub(super) payload_at: u64,
}

/// Finds where a text lies, by its place among the texts of a group.
pub(super) type Locate<'l> = dyn FnMut(usize) -> Option<BlobLocation> + 'l;

impl LoggedGroup<'_> {
    /// Finds where texts lie. Nothing is looked for until the first is asked for.
    pub(super) fn finder(&self) -> impl FnMut(usize) -> Option<BlobLocation> {
        let mut spans = None;
        move |text| {
            let Lies { file, payload, payload_at } = self.lies.as_ref()?;
            let spans: &Vec<_> = spans.get_or_insert_with(|| self.spans(*file, payload).unwrap_or_default());
            let span = spans.get(text)?.clone();
            BlobLocation::of(*file, payload_at + span.start as u64, payload.get(span)?)
        }
    }

    /// Where each text lies in the payload; nothing if that cannot be found out.
    fn spans(&self, file: FileName, payload: &[u8]) -> Option<Vec<Range<usize>>> {
        match file.encoding {
            Encoding::Binary => {
                let begin = payload.len().checked_sub(self.group.texts.len())?;
                let shift = |span: Range<usize>| begin + span.start..begin + span.end;
                Some(self.group.text_spans().map(shift).collect())
            }
            Encoding::Json => {
                // A payload begins with the comma that stands before it, unless it was read.
                let mut json = Cow::Borrowed(payload);
                if json.first() == Some(&b',') {
                    json.to_mut()[0] = b'{';
                }
                literals(&json)
            }
        }
    }
}

/// A journal in memory.
#[cfg(test)]
#[derive(Debug, Default)]
pub(super) struct MemoryJournal {
    /// All groups that were submitted.
    pub(super) groups: Vec<Group>,
    /// How many of them were handed back.
    next: usize,
}

#[cfg(test)]
impl Journal for MemoryJournal {
    type Error = Error;

    fn submit(&mut self, group: Group) -> Result<(), Error> {
        self.groups.push(group);
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(u64, LoggedGroup<'_>)>, Error> {
        let Some(group) = self.groups.get(self.next) else { return Ok(None) };
        self.next += 1;
        Ok(Some((self.next as u64, LoggedGroup { group: group.clone(), lies: None })))
    }
}
