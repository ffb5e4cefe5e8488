//! Level 2: `SCAN` and `SCAN_BY_PREFIX` list the cells of a record.
//!
//! A record keeps its fields in byte order and enters no part of a wide one that is dead, so that a scan costs
//! what it returns.

use super::Common;
use super::blobs::Blobs;
use super::head::Head;
use crate::reply::Reply;
use crate::time::Time;

impl Common {
    /// Lists the live cells whose field begins with `prefix`.
    pub(super) fn scan<B: Blobs>(
        &self,
        head: &Head,
        key: &str,
        prefix: &str,
        now: Time,
    ) -> Reply<'_, B::Value<'_>> {
        let record = self.records.seen(key, self.view(head));
        let cells = record.into_iter().flat_map(|fields| fields.live(prefix, now));
        Reply::Cells(
            cells.map(|(field, content)| (field.as_str().into(), B::value(&content.value))).collect(),
        )
    }
}
