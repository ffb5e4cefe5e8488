//! Level 5, search: FIND goes through the live records or cells, in their order, and keeps what matches.

use super::Common;
use super::blobs::Blobs;
use super::head::Head;
use crate::query::{Pattern, SearchIn};
use crate::reply::Reply;
use crate::time::Time;

impl Common {
    /// Finds what matches. A blob is fetched to be looked into.
    pub(super) fn find<B: Blobs>(
        &self,
        head: &Head,
        what: SearchIn,
        pattern: &Pattern<'_>,
        now: Time,
        blobs: &mut B,
    ) -> Result<Reply<'_, B::Value<'_>>, B::Error> {
        self.index(head, now);
        let mut matcher = pattern.matcher();
        Ok(match what {
            SearchIn::Key => {
                let keys = self.live_records(head, now).into_iter().map(|(key, _)| key);
                Reply::Keys(keys.filter(|key| matcher.is_match(key)).map(|key| key.as_str().into()).collect())
            }
            SearchIn::Field => {
                let fields = self.live_items(head, now).filter(|item| matcher.is_match(&item.field));
                Reply::Fields(fields.map(|item| (item.key, item.field)).collect())
            }
            SearchIn::Value => {
                let mut found = Vec::new();
                for item in self.live_items(head, now) {
                    let value = item.value.fetched(&mut |blob| blobs.fetch(blob))?;
                    if matcher.is_match(&value.shown()) {
                        found.push(item.with(B::value));
                    }
                }
                Reply::Items(found)
            }
        })
    }
}
