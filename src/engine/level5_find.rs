//! Level 5, search: FIND goes through the live records or cells, in their order, and keeps what matches.

use super::Engine;
use crate::query::{Pattern, SearchIn};
use crate::reply::{Reply, Value};
use crate::time::Time;

impl Engine {
    /// Finds what matches. Whether a value does is asked of `matches`, as only the caller may know what it stands for.
    pub(super) fn find<E>(
        &mut self,
        what: SearchIn,
        pattern: &Pattern<'_>,
        now: Time,
        mut matches: impl FnMut(&Pattern<'_>, &Value<'_>) -> Result<bool, E>,
    ) -> Result<Reply<'_>, E> {
        self.prepare(now);
        Ok(match what {
            SearchIn::Key => {
                let keys = self.live_records(now).into_iter().map(|(key, _)| key);
                Reply::Keys(keys.filter(|key| pattern.is_match(key)).map(Into::into).collect())
            }
            SearchIn::Field => {
                let fields = self.live_items(now).filter(|item| pattern.is_match(&item.field));
                Reply::Fields(fields.map(|item| (item.key, item.field)).collect())
            }
            SearchIn::Value => {
                let found = self.live_items(now).map(|item| Ok((matches(pattern, &item.value)?, item)));
                let found = found.filter(|found| !matches!(found, Ok((false, _))));
                Reply::Items(found.map(|found| found.map(|(_, item)| item)).collect::<Result<_, E>>()?)
            }
        })
    }
}
