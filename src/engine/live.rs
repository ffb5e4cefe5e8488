//! How many records are live, at this moment or a later one, and which.
//!
//! Invariants: the moments at or after now, with the permanent ones, are the deaths of just the live records
//! that are seen. Those before are garbage, which may go at any time. The index, where there is one, has
//! every record that is seen and has cells, with its death, and else only dead ones.
//!
//! ```text
//!   deaths   4: 1   9: 3 │ 12: 2   15: 1      how many records die when: what is behind now is live
//!                        now
//!   keys     a: 12   b: never   c: 9 …        made when first listed where most records are not live
//! ```
//!
//! It is a value: a backup keeps it as it is, a restore takes it back, a transaction begins with it, for the
//! price of a pointer. So nothing happens when time passes, nor for what is live again after a restore.

use std::sync::{Arc, OnceLock};

use super::Text;
use super::invariant::{Found, ensure};
use super::tree::{Summed, Tree};
use crate::time::Time;

/// So many records more or less are no reason for an index.
const FEW: usize = 4;

/// Moments that are past are dropped when so many were added.
const PACE: u8 = 16;

/// The live records.
#[derive(Clone, Debug, Default)]
pub(super) struct Live {
    permanent: u64,
    deaths: Tree<Time, Deaths>,
    added: u8,
    /// Shared by all who stand where just these are live: whoever lists first makes it for all.
    index: Arc<OnceLock<Index>>,
}

/// The death of each record.
pub(super) type Index = Tree<Text, Time>;

/// How many records die at a moment.
#[derive(Clone, Copy, Debug)]
struct Deaths(u64);

impl Summed for Deaths {
    type Sum = u64;

    fn sum(&self) -> u64 {
        self.0
    }

    fn join(one: u64, other: u64) -> u64 {
        one + other
    }
}

impl Summed for Time {
    type Sum = Self;

    fn sum(&self) -> Self {
        *self
    }

    fn join(one: Self, other: Self) -> Self {
        one.max(other)
    }
}

impl Live {
    /// None is live, and all of them are known.
    pub(super) fn none() -> Self {
        let live = Self::default();
        live.index.get_or_init(Index::default);
        live
    }

    /// A record dies at another moment than before; without one it has no cells. What was dead before `gone`
    /// is not known any more.
    #[inline]
    pub(super) fn change(&mut self, key: &Text, before: Option<Time>, death: Option<Time>, gone: Time) {
        if before != death {
            self.change_death(key, before, death, gone);
        }
    }

    #[inline(never)]
    fn change_death(&mut self, key: &Text, before: Option<Time>, death: Option<Time>, gone: Time) {
        match before {
            // At the last epoch of all, which backups share, it may be an untruth.
            Some(Time::LAST) => self.permanent = self.permanent.saturating_sub(1),
            Some(before) if gone <= before => self.deaths.change(before, |deaths| {
                let left = deaths.map_or(0, |deaths| deaths.0).saturating_sub(1);
                (left > 0).then_some(Deaths(left))
            }),
            _ => {}
        }
        match death {
            Some(Time::LAST) => self.permanent += 1,
            Some(death) => {
                self.deaths.change(death, |deaths| Some(Deaths(deaths.map_or(1, |deaths| deaths.0 + 1))));
                self.added += 1;
            }
            None => {}
        }
        if self.added == PACE {
            self.drop_past(gone);
        }
        self.change_index(key, death);
    }

    /// What is live where so many records more die at these moments, or less.
    pub(super) fn changed(&self, deaths: impl Iterator<Item = (Time, i64)>) -> Self {
        let mut live = Self { index: Arc::default(), ..self.clone() };
        for (death, more) in deaths {
            if death == Time::LAST {
                live.permanent = live.permanent.saturating_add_signed(more);
                continue;
            }
            live.deaths.change(death, |deaths| {
                let records = deaths.map_or(0, |deaths| deaths.0).saturating_add_signed(more);
                (records > 0).then_some(Deaths(records))
            });
        }
        live
    }

    /// Forgets the moments that are past.
    pub(super) fn drop_past(&mut self, gone: Time) {
        self.added = 0;
        self.deaths.drop_before(&gone);
    }

    /// A record has no cells any more, all of which were dead.
    pub(super) fn forget(&mut self, key: &Text) {
        self.change_index(key, None);
    }

    fn change_index(&mut self, key: &Text, death: Option<Time>) {
        let change = |index: &mut Index| index.change(key.clone(), |_| death);
        if let Some(own) = Arc::get_mut(&mut self.index) {
            own.get_mut().map(change);
            return;
        }
        // Others stand where another record is live, or dies at another moment.
        let index = self.index.get().cloned().map(|mut index| {
            change(&mut index);
            index
        });
        self.index = Arc::new(index.map_or_else(OnceLock::new, OnceLock::from));
    }

    /// How many are live at a moment, now or later.
    pub(super) fn count(&self, moment: Time) -> u64 {
        self.permanent + self.deaths.sum_from(&moment).unwrap_or(0)
    }

    /// Is a walk over so many records a waste, and no index there?
    pub(super) fn wants_index(&self, all: usize, now: Time) -> bool {
        let live = usize::try_from(self.count(now)).unwrap_or(usize::MAX);
        self.index.get().is_none() && all > live.saturating_mul(2).saturating_add(FEW)
    }

    /// Sees to it that there is an index: of all records that are seen and have cells.
    pub(super) fn make_index(&self, all: impl FnOnce() -> Vec<(Text, Time)>) {
        self.index.get_or_init(|| {
            let mut all = all();
            all.sort_unstable();
            Index::of_sorted(all.into_iter())
        });
    }

    pub(super) fn has_index(&self) -> bool {
        self.index.get().is_some()
    }

    /// The keys of the live records in order, and of dead ones that are not there any more, if there is an index.
    pub(super) fn keys(&self, now: Time) -> Option<impl Iterator<Item = &Text>> {
        let index = self.index.get()?;
        Some(index.wanted(move |death| now <= death).map(|(key, _)| key))
    }

    /// How many moments are kept.
    pub(super) fn moments(&self) -> usize {
        self.deaths.len()
    }

    /// Are these the deaths of all records that are seen and have cells?
    pub(super) fn check(&self, seen: &[(&str, Time)], now: Time) -> Found {
        self.deaths.check()?;
        let mut moments: Vec<_> =
            seen.iter().map(|(_, death)| *death).filter(|death| now <= *death).collect();
        moments.sort_unstable();
        let later = self.deaths.walk(&now, |_| true);
        let mut kept: Vec<_> = later.flat_map(|(moment, deaths)| (0..deaths.0).map(|_| *moment)).collect();
        kept.extend((0..self.permanent).map(|_| Time::LAST));
        ensure(kept == moments, || format!("{kept:?} are, and it is {moments:?}"))?;
        let Some(index) = self.index.get() else { return Ok(()) };
        index.check()?;
        let missing = seen.iter().find(|(key, death)| index.get(*key) != Some(death));
        ensure(missing.is_none(), || format!("the index is without {missing:?}"))?;
        let is_seen = |key: &str| seen.iter().any(|(other, _)| *other == key);
        let other = self.keys(now).and_then(|mut keys| keys.find(|key| !is_seen(key)));
        ensure(other.is_none(), || format!("the index has {other:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_live_records_is_known_for_every_moment_and_past_moments_go() {
        let mut live = Live::default();
        for death in 0..10_000 {
            live.change(&Text::new(death.to_string()), None, Some(Time(death)), Time(death / 2));
            assert_eq!(live.count(Time(death / 2)), death - death / 2 + 1);
        }
        assert!(live.moments() <= 5_000 + usize::from(PACE));
        live.change(&Text::new("9000"), Some(Time(9_000)), Some(Time::LAST), Time(5_000));
        assert_eq!((live.count(Time(9_999)), live.count(Time(20_000))), (2, 1));
    }

    #[test]
    fn wrong_moments_and_a_wrong_index_are_found() {
        let (key, mut live) = (Text::new("k"), Live::none());
        live.change(&key, None, Some(Time(9)), Time(3));
        let found = |live: &Live, seen: &[(&str, Time)]| live.check(seen, Time(3));
        assert_eq!(found(&live, &[("k", Time(9))]), Ok(()));
        for seen in [&[][..], &[("k", Time(8))], &[("l", Time(9))], &[("k", Time(9)), ("l", Time(9))]] {
            assert!(found(&live, seen).is_err());
        }
        live.forget(&key);
        assert!(found(&live, &[("k", Time(9))]).is_err());
    }

    #[test]
    fn who_stands_in_one_state_shares_its_index_and_who_leaves_it_has_another() {
        let (key, one) = (Text::new("k"), Live::default());
        let mut other = one.clone();
        one.make_index(|| vec![(key.clone(), Time(5))]);
        assert!(other.has_index());
        other.change(&key, Some(Time(5)), None, Time(0));
        let keys = |live: &Live| live.keys(Time(0)).map(Iterator::count);
        assert_eq!((keys(&one), keys(&other)), (Some(1), Some(0)));
    }
}
