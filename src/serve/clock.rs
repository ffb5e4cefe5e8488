//! The machine's clock, the only one that this room reads.

use std::time::SystemTime;

use crate::time::Time;

/// What the machine's clock reads, in milliseconds since 1970.
pub(super) fn machine() -> Time {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
