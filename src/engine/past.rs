//! Pages of cells as they are, or as a backup has them: nothing changes, and no clock moves.
//!
//! Invariant: what is held is a page, however much there is.

use std::collections::BinaryHeap;
use std::convert::Infallible;

use super::Engine;
use super::fields::Fields;
use super::seen::LiveCell;
use super::stored::StoredValue;
use super::timeline::View;
use crate::reply::Value;
use crate::time::Time;

/// Which part of all cells is asked for, in byte order of their keys and then of their fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    /// Only keys that begin with it.
    pub(crate) prefix: &'a str,
    /// Only what stands behind this cell.
    pub(crate) after: Option<(&'a str, &'a str)>,
    /// So many at most.
    pub(crate) limit: usize,
    /// None is added once their texts have so many bytes.
    pub(crate) bytes: usize,
}

/// Such a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageOfCells<C> {
    /// The moment that it is of.
    pub(crate) at: Time,
    pub(crate) cells: Vec<C>,
    /// Are there more behind it?
    pub(crate) has_more: bool,
}

impl Engine {
    /// [`Self::try_page`] where every value is at hand.
    pub(crate) fn page<C>(
        &self,
        moment: Option<Time>,
        page: Page<'_>,
        each: impl FnMut(LiveCell<'_>) -> C,
    ) -> Option<PageOfCells<C>> {
        let Ok(page) = self.try_page(moment, page, |stored| Ok::<_, Infallible>(stored.value()), each);
        page
    }

    /// A page of the cells that were live at the latest backup taken at a moment or before; without a moment, of those
    /// that are live now. `None` if there is no such backup.
    ///
    /// # Errors
    /// The first of `value`.
    pub(crate) fn try_page<C, E>(
        &self,
        moment: Option<Time>,
        page: Page<'_>,
        mut value: impl FnMut(&StoredValue) -> Result<Value<'_>, E>,
        mut each: impl FnMut(LiveCell<'_>) -> C,
    ) -> Result<Option<PageOfCells<C>>, E> {
        let (common, head) = (&self.common, &self.own);
        let position;
        let (at, view, now) = match moment.map(|moment| head.backups.latest(moment)) {
            None => (common.clock.now(), common.view(head), head.own_time(common.clock.now())),
            Some(None) => return Ok(None),
            Some(Some((taken, backup))) => {
                position = common.timeline.position_at(backup.savepoint);
                (taken, common.timeline.view(&position), backup.now)
            }
        };
        let records = self.records_of(page, view, now);
        let cells = records.iter().flat_map(|(key, fields)| {
            fields.live("", now).map(move |(field, content)| (*key, field.as_str(), content))
        });
        let cells = cells.filter(|(key, field, _)| page.after.is_none_or(|after| (*key, *field) > after));
        let (mut page_of, mut bytes, mut has_more) = (Vec::new(), 0, false);
        for (key, field, content) in cells {
            has_more = page_of.len() >= page.limit || bytes >= page.bytes;
            if has_more {
                break;
            }
            let value = value(&content.value)?;
            bytes += key.len() + field.len() + value.texts().iter().map(|text| text.len()).sum::<usize>();
            let remaining = content.lifetime.left_at(now);
            let ends = remaining.and_then(|left| at.0.checked_add(left.0)).map(Time);
            page_of.push(each(LiveCell { key, field, value, remaining, ends }));
        }
        Ok(Some(PageOfCells { at, cells: page_of, has_more }))
    }

    /// The keys of a page's live records, so many at most, and whether there are more.
    pub(crate) fn page_of_keys(&self, page: Page<'_>) -> (Vec<&str>, bool) {
        let (common, head) = (&self.common, &self.own);
        let records = self.records_of(page, common.view(head), head.own_time(common.clock.now()));
        let keys = records.into_iter().map(|(key, _)| key);
        let mut keys: Vec<_> = keys.filter(|key| page.after.is_none_or(|(after, _)| *key > after)).collect();
        let has_more = keys.len() > page.limit;
        keys.truncate(page.limit);
        (keys, has_more)
    }

    /// The first records of a page that are live, one more than it may have cells, in order.
    fn records_of<'e>(&'e self, page: Page<'_>, view: View<'_>, now: Time) -> Vec<(&'e str, &'e Fields)> {
        let records = &self.common.records;
        let (most, mut first) = (page.limit.saturating_add(2), BinaryHeap::new());
        for (key, record) in records.iter() {
            let key = key.as_str();
            let is_of_page = key.starts_with(page.prefix) && page.after.is_none_or(|(after, _)| key >= after);
            let is_among_first = first.len() < most || first.peek().is_some_and(|last| key < *last);
            if is_of_page && is_among_first && record.seen(view).is_some_and(|fields| fields.is_live(now)) {
                first.push(key);
                if first.len() > most {
                    first.pop();
                }
            }
        }
        let first = first.into_sorted_vec().into_iter();
        first.filter_map(|key| records.seen(key, view).map(|fields| (key, fields))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;
    use crate::time::{ClockRule, Ttl};

    /// The cells of all pages, one after the other, each as it is shown.
    fn all(engine: &Engine, moment: Option<u64>, prefix: &str, limit: usize) -> Option<Vec<String>> {
        let (mut told, mut after): (Vec<String>, Option<(String, String)>) = (Vec::new(), None);
        loop {
            let after_it = after.as_ref().map(|(k, f)| (&**k, &**f));
            let page = Page { prefix, after: after_it, limit, bytes: usize::MAX };
            let page = engine.page(moment.map(Time), page, |cell| {
                (cell.key.to_owned(), cell.field.to_owned(), cell.value.to_string(), cell.remaining)
            })?;
            assert!(page.cells.len() <= limit && (page.cells.len() == limit || !page.has_more));
            for (key, field, value, left) in &page.cells {
                told.push(format!("{key}.{field}={value}/{}", left.map_or(0, |left| left.0)));
            }
            after = page.cells.last().map(|(key, field, ..)| (key.clone(), field.clone()));
            if !page.has_more {
                return Some(told);
            }
        }
    }

    #[test]
    fn pages_have_every_live_cell_once_now_and_at_backups() {
        let mut engine = Engine::new(ClockRule::Monotone);
        let ask = |engine: &mut Engine, query| drop(engine.apply(&query).expect("it is in time"));
        ask(&mut engine, Query::Put { key: "b", value: "own" });
        ask(
            &mut engine,
            Query::SetAtWithTtl { key: "b", field: "g", value: "1", timestamp: Time(2), ttl: Ttl(9) },
        );
        ask(&mut engine, Query::Set { key: "a", field: "f", value: "2" });
        ask(&mut engine, Query::Set { key: "ba", field: "x", value: "3" });
        ask(&mut engine, Query::Backup { timestamp: Time(5) });
        ask(&mut engine, Query::DeleteRecord { key: "ba" });
        ask(&mut engine, Query::Append { key: "l", field: "", item: "i" });
        ask(&mut engine, Query::Backup { timestamp: Time(20) });
        ask(&mut engine, Query::Clear {});
        ask(&mut engine, Query::Put { key: "now", value: "4" });
        for limit in 1..6 {
            let at = |moment, prefix| all(&engine, moment, prefix, limit);
            let first = ["a.f=2/0", "b.=own/0", "b.g=1/6", "ba.x=3/0"].map(str::to_owned).to_vec();
            assert_eq!(at(Some(4), ""), None);
            assert_eq!(at(Some(5), "").as_ref(), Some(&first));
            assert_eq!(at(Some(19), "b"), Some(first[1..].to_vec()));
            assert_eq!(
                at(Some(99), ""),
                Some(["a.f=2/0", "b.=own/0", "l.=[i]/0"].map(str::to_owned).to_vec())
            );
            assert_eq!(at(None, ""), Some(vec!["now.=4/0".to_owned()]));
        }
    }

    #[test]
    fn pages_of_keys_have_every_live_record_once() {
        let mut engine = Engine::new(ClockRule::Monotone);
        for key in ["d", "a", "", "c", "ca", "b", "cb"] {
            engine.apply(&Query::SetAt { key, field: "f", value: "1", timestamp: Time(2) }).expect("in time");
            engine.apply(&Query::Set { key, field: "g", value: "1" }).expect("in time");
        }
        let ends = Query::SetAtWithTtl { key: "bb", field: "f", value: "1", timestamp: Time(2), ttl: Ttl(3) };
        engine.apply(&ends).expect("in time");
        engine.apply(&Query::DeleteRecord { key: "b" }).expect("in time");
        let all = |prefix: &str, limit: usize| {
            let mut told: Vec<&str> = Vec::new();
            loop {
                let after = told.last().map(|key| (*key, ""));
                let (keys, has_more) = engine.page_of_keys(Page { prefix, after, limit, bytes: 0 });
                assert!(keys.len() == limit || !has_more);
                told.extend(keys);
                if !has_more {
                    return told;
                }
            }
        };
        for limit in 1..9 {
            assert_eq!(all("", limit), ["", "a", "bb", "c", "ca", "cb", "d"]);
            assert_eq!(all("c", limit), ["c", "ca", "cb"]);
        }
    }

    #[test]
    fn a_page_ends_where_its_texts_are_long_enough() {
        let mut engine = Engine::new(ClockRule::Monotone);
        for key in ["a", "b", "c"] {
            engine.apply(&Query::Put { key, value: &"x".repeat(9) }).expect("it is in time");
        }
        let count = |bytes, after| {
            let page = Page { prefix: "", after, limit: 9, bytes };
            let page = engine.page(None, page, |_| ()).expect("now is always there");
            (page.cells.len(), page.has_more)
        };
        // There is always one, however long it is.
        assert_eq!([count(1, None), count(10, None), count(11, None)], [(1, true), (1, true), (2, true)]);
        assert_eq!([count(20, Some(("a", ""))), count(30, None)], [(2, false), (3, false)]);
    }
}
