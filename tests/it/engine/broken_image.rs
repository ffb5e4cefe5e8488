//! Images with a mistake in them: each is refused, or the database made of it never panics.
//!
//! ```text
//!   Image ── one number, place or text is wrong ──► loaded ──┬──► refused
//!                                                            └──► a full life, without a panic
//! ```

use std::panic::{AssertUnwindSafe, catch_unwind};

use rewinddb::engine::Engine;
use rewinddb::engine::image::{BackupImage, BranchImage, State};
use rewinddb::query::{Query, RestorePoint};
use rewinddb::time::{ClockRule, Time, Ttl};

use crate::amounts::{BROKEN_IMAGES, LAST_EPOCHS};
use crate::engine::image::{Image, answer, begun, loaded, rule, written};
use crate::judge::lists::{List, list_of};

#[test]
fn an_image_with_one_mistake_is_refused_or_harmless_while_time_moves_forward() {
    check_mistakes(false);
}

#[test]
fn an_image_with_one_mistake_is_refused_or_harmless_while_time_jumps_about() {
    check_mistakes(true);
}

fn check_mistakes(free: bool) {
    let (mut refused, mut survived) = (0, 0);
    for seed in BROKEN_IMAGES.seeds() {
        let (mut engine, rest) = begun(seed, free);
        if rest.len() > 60 || engine.sizes().versions > 60 {
            continue;
        }
        let image = written(engine.image());
        for number in 0.. {
            let mut editor = Editor { left: number, edited: false };
            let mut mistaken = image.clone();
            editor.edit(&mut mistaken);
            if !editor.edited {
                break;
            }
            let live = || loaded(&mistaken).map(|engine| live_on(engine, &mistaken, &rest));
            let Ok(lived) = catch_unwind(AssertUnwindSafe(live)) else {
                panic!("seed {seed}, free: {free}, edit {number}: {mistaken:?}\nrest: {rest:?}");
            };
            if lived.is_ok() { survived += 1 } else { refused += 1 }
        }
    }
    let enough = refused > 1000 && survived > 1000;
    assert!(enough || BROKEN_IMAGES.seeds().count() < 100, "{refused} were refused, {survived} survived");
}

/// Leads a full life: the rest of a list, then every backup is restored and everything written, till time ends.
fn live_on(mut engine: Engine, image: &Image, rest: &List) {
    for words in rest {
        let _ = answer(&mut engine, words);
    }
    for leap in [0, 1, 30, 1 << 40, u64::MAX] {
        for backup in &image.state.backups {
            let timestamp = Time(engine.clock().now().0.saturating_add(leap));
            let _ =
                engine.apply(&Query::Restore { timestamp, timestamp_to_restore: RestorePoint(backup.taken) });
            for (key, versions) in &image.records {
                let (field, _, _) = &versions.first().cloned().unwrap_or_default();
                let _ = engine.apply(&Query::ScanAt { key, timestamp });
                let _ = engine.apply(&Query::DeleteAt { key, field, timestamp });
                let ttl = Ttl(leap);
                let _ = engine.apply(&Query::SetAtWithTtl { key, field, value: "v", timestamp, ttl });
            }
            let _ = engine.apply(&Query::Backup { timestamp });
        }
    }
    assert!(engine.cells().len() <= engine.sizes().cells);
}

/// Makes one mistake in an image: the one that is left when so many places where one could be made are passed.
struct Editor {
    left: usize,
    edited: bool,
}

impl Editor {
    /// Which of the ways to be wrong here is due, if one is.
    fn way(&mut self, ways: usize) -> Option<usize> {
        let way = self.left;
        self.left = self.left.saturating_sub(ways);
        let due = !self.edited && way < ways;
        self.edited |= due;
        due.then_some(way)
    }

    fn number(&mut self, number: &mut u64, largest: u64) {
        if let Some(way) = self.way(5) {
            *number = [0, 1, largest, number.wrapping_add(1), number.wrapping_sub(1)][way] & largest;
        }
    }

    fn small(&mut self, number: &mut u32) {
        let mut large = u64::from(*number);
        self.number(&mut large, u64::from(u32::MAX));
        *number = u32::try_from(large).unwrap();
    }

    fn list<T: Clone>(&mut self, list: &mut Vec<T>) {
        for place in 0..list.len() {
            match self.way(3) {
                Some(0) => drop(list.remove(place)),
                Some(1) => list.insert(place, list[place].clone()),
                Some(_) => list.swap(place, place.saturating_sub(1)),
                None => continue,
            }
            return;
        }
    }

    fn edit(&mut self, Image { state, records }: &mut Image) {
        let State { rule, now, changed, shift, open, branches, backups, aliases } = state;
        self.list(aliases);
        if self.way(1).is_some() {
            *rule = if *rule == ClockRule::Free { ClockRule::Monotone } else { ClockRule::Free };
        }
        for number in [&mut now.0, &mut changed.0, shift] {
            self.number(number, u64::MAX);
        }
        self.small(open);
        self.list(branches);
        for BranchImage { first, fork, parent } in branches {
            for number in [first, fork, parent] {
                self.small(number);
            }
        }
        self.list(backups);
        for BackupImage { taken, now, epoch, branch } in backups {
            for number in [&mut taken.0, &mut now.0] {
                self.number(number, u64::MAX);
            }
            for number in [epoch, branch] {
                self.small(number);
            }
        }
        self.list(records);
        for (_, versions) in records {
            self.list(versions);
            for (field, epoch, content) in versions {
                self.small(epoch);
                if self.way(1).is_some() {
                    field.push('~');
                }
                if let Some((_, last)) = content {
                    self.number(&mut last.0, u64::MAX);
                }
                if self.way(1).is_some() {
                    *content = content.is_none().then(Default::default);
                }
            }
        }
    }
}

#[test]
fn at_the_end_of_all_epochs_nothing_panics() {
    for seed in LAST_EPOCHS.seeds() {
        for left in 0..4 {
            let free = seed % 2 == 0;
            let mut image = written(Engine::new(rule(free)).image());
            image.state.open = u32::MAX - left;
            let mut engine = loaded(&image).expect("an epoch like any other");
            for words in list_of(seed, free) {
                let _ = answer(&mut engine, &words);
            }
        }
    }
}
