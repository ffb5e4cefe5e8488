//! What lists are like, and how often which operations are drawn.

use std::ops::Range;

use super::operations::Mix;
use crate::judge::rng::Rng;

/// What the lists of a kind are like.
pub(super) struct Profile {
    /// The first level that is drawn so.
    from: u8,
    /// How often a list is of this kind, among all.
    share: u64,
    pub(super) length: Range<u64>,
    /// At most so many keys, and so many fields. Few are odd texts, many are numbered.
    pub(super) names: [u64; 2],
    /// How often an operation of each class is drawn.
    pub(super) mix: Mix,
    /// The longest usual step of time, and the longest usual ttl.
    pub(super) spans: [u64; 2],
    /// One in so many timestamps goes to where a cell dies.
    pub(super) haste: u64,
}

/// Each kind of list is there for a way in which a database breaks.
static PROFILES: [Profile; 7] = [
    // Everything meets everything within a few queries.
    Profile {
        from: 1,
        share: 88,
        length: 20..60,
        names: [3, 6],
        mix: [5, 2, 6, 2, 2, 1, 1, 1],
        spans: [3, 12],
        haste: 4,
    },
    // A long life.
    Profile {
        from: 1,
        share: 2,
        length: 2000..2001,
        names: [3, 8],
        mix: [8, 2, 6, 4, 3, 3, 2, 1],
        spans: [3, 30],
        haste: 6,
    },
    // Wide records, which grow and shrink.
    Profile {
        from: 1,
        share: 4,
        length: 300..900,
        names: [2, 300],
        mix: [40, 4, 9, 1, 1, 1, 1, 1],
        spans: [2, 900],
        haste: 40,
    },
    // One hot cell with a long history.
    Profile {
        from: 1,
        share: 3,
        length: 300..900,
        names: [1, 1],
        mix: [6, 1, 6, 6, 4, 3, 1, 1],
        spans: [3, 40],
        haste: 4,
    },
    // Thousands of cells that die while backups hold some of them, and while none does.
    Profile {
        from: 1,
        share: 2,
        length: 2000..4000,
        names: [30, 40],
        mix: [60, 2, 8, 1, 1, 1, 1, 0],
        spans: [6, 900],
        haste: 40,
    },
    Profile {
        from: 1,
        share: 1,
        length: 2000..4000,
        names: [30, 40],
        mix: [60, 2, 8, 0, 0, 1, 0, 0],
        spans: [6, 900],
        haste: 40,
    },
    // Transactions with a little of everything in them, one after the other.
    Profile {
        from: 6,
        share: 150,
        length: 12..40,
        names: [3, 4],
        mix: [6, 2, 7, 2, 2, 6, 2, 2],
        spans: [3, 12],
        haste: 4,
    },
];

/// What a list of a level is like.
pub(super) fn of_level(rng: &mut Rng, level: u8) -> &'static Profile {
    let share = |profile: &Profile| if profile.from <= level { profile.share } else { 0 };
    &PROFILES[rng.weighted(&PROFILES.each_ref().map(share))]
}
