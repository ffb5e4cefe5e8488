//! What is written: cells of 100 bytes, one after the other in one text, so that no store pays for how they lie in
//! memory and a plain file can take a group as it is.
//!
//! ```text
//!   user:00000001234 field5 Zk3…            one cell
//!   ├── 16 ────────┤├─ 6 ─┤├─ 78 ───┤
//! ```

use crate::meter::Random;

const KEY: usize = 16;
const FIELD: usize = 6;

/// Bytes of a cell: key, field and value.
pub(crate) const CELL: usize = 100;

/// Fields of each record.
pub(crate) const FIELDS: usize = 8;

/// Where a cell is, and what it holds.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'t> {
    pub(crate) key: &'t str,
    pub(crate) field: &'t str,
    pub(crate) value: &'t str,
}

impl Cell<'_> {
    /// `key NUL field`: the one key that the peers take.
    pub(crate) fn path(&self) -> [u8; KEY + 1 + FIELD] {
        let mut path = [0; KEY + 1 + FIELD];
        path[..KEY].copy_from_slice(self.key.as_bytes());
        path[KEY + 1..].copy_from_slice(self.field.as_bytes());
        path
    }
}

/// The cells of a text.
pub(crate) fn cells(text: &str) -> impl ExactSizeIterator<Item = Cell<'_>> {
    (0..text.len() / CELL).map(|place| {
        let (key, rest) = text[place * CELL..][..CELL].split_at(KEY);
        let (field, value) = rest.split_at(FIELD);
        Cell { key, field, value }
    })
}

/// So many cells in groups, each a text of `group` cells.
pub(crate) fn groups(text: &str, group: usize) -> impl Iterator<Item = &str> {
    let bytes = group * CELL;
    (0..text.len().div_ceil(bytes))
        .map(move |place| &text[place * bytes..text.len().min((place + 1) * bytes)])
}

/// Every cell below `cells` once, in order.
pub(crate) fn all(random: &mut Random, cells: usize) -> String {
    let mut text = String::with_capacity(cells * CELL);
    (0..cells).for_each(|number| push(&mut text, number, random));
    text
}

/// `writes` writes to cells below `cells`, drawn at random. No value is written twice.
pub(crate) fn drawn(random: &mut Random, writes: usize, cells: usize) -> String {
    let mut text = String::with_capacity(writes * CELL);
    for _ in 0..writes {
        let number = random.below(cells);
        push(&mut text, number, random);
    }
    text
}

/// Writes a cell with a fresh value, which no compression makes shorter by much.
fn push(text: &mut String, number: usize, random: &mut Random) {
    use std::fmt::Write;
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
    let end = text.len() + CELL;
    write!(text, "user:{:011}field{}", number / FIELDS, number % FIELDS).expect("a text takes everything");
    while text.len() < end {
        // One number is good for three letters.
        let bits = random.below(1 << 18);
        let left = end - text.len();
        text.extend((0..left.min(3)).map(|place| char::from(LETTERS[bits >> (6 * place) & 63])));
    }
}
