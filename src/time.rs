//! Time as the caller hands it in: unsigned milliseconds, and no clock of the machine anywhere.
//!
//! Invariants: nothing in this room, or in any room that builds on it, asks the machine for the time; a
//! [`Clock`] under the monotone rule never runs backwards.
//!
//! ```text
//!   set at t, ttl d        live: t <= now < t + d
//!   ├───────────────────┤
//!   t              t+d-1 t+d
//!                  ▲     ▲
//!         Lifetime.last  dead from here on
//! ```

mod number;

pub use number::BadNumber;
pub(crate) use number::number;

use std::fmt;
use std::str::FromStr;

/// A moment: milliseconds since whatever the caller counts from.
///
/// ```
/// use rewinddb::time::{BadNumber, Time};
///
/// assert_eq!("17".parse(), Ok(Time(17)));
/// assert_eq!("017".parse::<Time>(), Err(BadNumber::LeadingZero));
/// assert_eq!(Time::from(17).to_string(), "17");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

impl Time {
    /// The last moment there is.
    pub const LAST: Self = Self(u64::MAX);
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<u64> for Time {
    fn from(milliseconds: u64) -> Self {
        Self(milliseconds)
    }
}

impl FromStr for Time {
    type Err = BadNumber;

    /// Reads canonical decimal digits.
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        number(text).map(Self)
    }
}

/// How long a cell lives from the moment it is set, in milliseconds. Zero is dead on arrival.
///
/// ```
/// use rewinddb::time::Ttl;
///
/// assert_eq!("60000".parse(), Ok(Ttl(60_000)));
/// assert_eq!(Ttl::from(60_000).to_string(), "60000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ttl(pub u64);

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<u64> for Ttl {
    fn from(milliseconds: u64) -> Self {
        Self(milliseconds)
    }
}

impl FromStr for Ttl {
    type Err = BadNumber;

    /// Reads canonical decimal digits.
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        number(text).map(Self)
    }
}

/// Until when a cell is live, held as the *last* moment at which it is.
///
/// Holding the last live moment, not the first dead one, makes the top of the scale exact: a sum past 2^64-1
/// saturates to "live at every moment there is", and that is what permanent means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lifetime {
    last: Time,
}

impl Lifetime {
    /// Live at every moment.
    pub const PERMANENT: Self = Self { last: Time::LAST };

    /// The lifetime of a cell set at `at` to live for `ttl`; `None` if it ends before the first moment there
    /// is.
    ///
    /// With a ttl of 0 it has ended when it starts.
    #[must_use]
    pub fn starting(at: Time, ttl: Ttl) -> Option<Self> {
        match at.0.checked_add(ttl.0) {
            Some(end) => end.checked_sub(1).map(|last| Self { last: Time(last) }),
            None => Some(Self::PERMANENT),
        }
    }

    /// Is a cell with this lifetime live at `now`?
    #[must_use]
    pub fn holds_at(self, now: Time) -> bool {
        now <= self.last
    }

    /// Does it never end?
    #[must_use]
    pub fn is_permanent(self) -> bool {
        self == Self::PERMANENT
    }

    /// The last moment at which it holds.
    #[must_use]
    pub fn last(self) -> Time {
        self.last
    }

    /// Milliseconds left at `now`; `None` for a permanent lifetime, 0 for one that has ended.
    #[must_use]
    pub fn left_at(self, now: Time) -> Option<Ttl> {
        // What is not permanent ends before the last moment there is. What has ended has nothing left.
        (!self.is_permanent()).then(|| Ttl((self.last.0 + 1).saturating_sub(now.0)))
    }

    /// The lifetime that has as much left at `to` as this one has at `from`, where it must still hold.
    #[must_use]
    pub fn rebased(self, from: Time, to: Time) -> Self {
        if self.is_permanent() {
            return self;
        }
        debug_assert!(self.holds_at(from), "{self:?} has ended at {from}");
        // Past the end of time it is permanent.
        Self { last: Time((self.last.0 - from.0).saturating_add(to.0)) }
    }

    /// The same lifetime on a clock that stands `shift` milliseconds behind, where it must still hold at 0.
    #[must_use]
    pub fn earlier_by(self, shift: u64) -> Self {
        if self.is_permanent() {
            return self;
        }
        debug_assert!(shift <= self.last.0, "{self:?} ends before 0 on a clock {shift} behind");
        Self { last: Time(self.last.0 - shift) }
    }
}

/// What a timestamp may do.
///
/// ```
/// use rewinddb::{db::Database, time::ClockRule};
///
/// let mut db = Database::in_memory_with(ClockRule::Monotone);
/// db.set_at("A", "B", "C", 5)?;
/// assert!(db.get_at("A", "B", 4).is_err(), "time does not run backwards");
///
/// let mut db = Database::in_memory_with(ClockRule::Free);
/// db.set_at("A", "B", "C", 5)?;
/// assert!(db.get_at("A", "B", 4)?.is_some(), "there is no order of time");
/// # Ok::<(), rewinddb::db::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClockRule {
    /// Time only moves forward, and an operation without a timestamp happens at the largest one seen.
    #[default]
    Monotone,
    /// Every timestamp is judged for itself; an operation without one ignores expiry.
    Free,
}

/// The logical clock: the largest timestamp seen, under a [`ClockRule`].
///
/// ```
/// use rewinddb::time::{Clock, ClockRule, Time};
///
/// let mut clock = Clock::new(ClockRule::Monotone);
/// assert_eq!(clock.advance(Some(Time(5))), Ok(Time(5)));
/// assert_eq!(clock.advance(None), Ok(Time(5)), "what has no timestamp happens now");
/// assert!(clock.advance(Some(Time(4))).is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    rule: ClockRule,
    now: Time,
}

impl Clock {
    /// A clock that stands at 0.
    #[must_use]
    pub fn new(rule: ClockRule) -> Self {
        Self { rule, now: Time(0) }
    }

    /// The rule it goes by.
    #[must_use]
    pub fn rule(self) -> ClockRule {
        self.rule
    }

    /// The largest timestamp seen; always 0 under the free rule.
    #[must_use]
    pub fn now(self) -> Time {
        self.now
    }

    /// The same clock as it was at an earlier moment; one under the free rule stays at 0.
    #[cfg(any(test, feature = "store"))]
    pub(crate) fn back_at(self, moment: Time) -> Self {
        Self { now: self.now.min(moment), ..self }
    }

    /// Moves the clock to a timestamp. Returns the moment at which the operation happens.
    ///
    /// Under the free rule an operation without a timestamp happens at 0, where every lifetime still holds:
    /// that is what ignoring expiry means.
    ///
    /// # Errors
    /// [`Backwards`] if the rule is monotone and the timestamp is earlier than the clock, which stays as it
    /// was.
    pub fn advance(&mut self, timestamp: Option<Time>) -> Result<Time, Backwards> {
        match (self.rule, timestamp) {
            (_, None) => Ok(self.now),
            (ClockRule::Free, Some(given)) => Ok(given),
            (ClockRule::Monotone, Some(given)) if given < self.now => Err(Backwards { now: self.now, given }),
            (ClockRule::Monotone, Some(given)) => {
                self.now = given;
                Ok(given)
            }
        }
    }
}

/// A timestamp earlier than one already seen, under the monotone rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backwards {
    /// What the clock reads.
    pub now: Time,
    /// What was handed in.
    pub given: Time,
}

impl fmt::Display for Backwards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "time runs backwards: {} after {}", self.given, self.now)
    }
}

impl std::error::Error for Backwards {}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: u64 = u64::MAX;

    #[test]
    fn a_lifetime_is_half_open_and_exact_to_the_end_of_time() {
        // set at, ttl, a moment at which it is live, one at which it is dead
        let rows = [
            (0, 1, Some(0), Some(1)),
            (1, 10, Some(10), Some(11)),
            (5, 0, Some(4), Some(5)),
            (0, 0, None, Some(0)),
            (0, LAST, Some(LAST - 1), Some(LAST)),
            (1, LAST - 1, Some(LAST - 1), Some(LAST)),
            (1, LAST, Some(LAST), None),
            (LAST, 1, Some(LAST), None),
            (LAST, LAST, Some(LAST), None),
        ];
        for (at, ttl, live, dead) in rows {
            let lifetime = Lifetime::starting(Time(at), Ttl(ttl));
            let holds_at = |moment| lifetime.is_some_and(|lifetime| lifetime.holds_at(Time(moment)));
            assert!(live.is_none_or(holds_at), "set at {at} for {ttl}: live at {live:?}");
            assert!(!dead.is_some_and(holds_at), "set at {at} for {ttl}: dead at {dead:?}");
        }
    }

    #[test]
    fn a_rebased_lifetime_has_as_much_left() {
        let lifetime = Lifetime::starting(Time(1), Ttl(10)).expect("it is live");
        assert_eq!(lifetime.left_at(Time(3)), Some(Ttl(8)));
        assert_eq!(lifetime.rebased(Time(3), Time(10)).left_at(Time(10)), Some(Ttl(8)));
        assert!(lifetime.rebased(Time(3), Time(LAST - 2)).is_permanent());
        assert!(Lifetime::PERMANENT.rebased(Time(3), Time(0)).is_permanent());
        assert_eq!(lifetime.left_at(Time(100)), Some(Ttl(0)));
    }

    #[test]
    fn a_refused_timestamp_leaves_the_clock_as_it_was() {
        let mut clock = Clock::new(ClockRule::Monotone);
        assert_eq!(clock.advance(Some(Time(5))), Ok(Time(5)));
        assert_eq!(clock.advance(Some(Time(5))), Ok(Time(5)));
        assert_eq!(clock.advance(Some(Time(4))), Err(Backwards { now: Time(5), given: Time(4) }));
        assert_eq!(clock.advance(None), Ok(Time(5)));
    }
}
