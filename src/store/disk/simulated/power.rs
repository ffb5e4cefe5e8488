//! What may be found on a simulated disk after a loss of power.
//!
//! Invariants: an image is a row of choices, one for each thing in doubt; choice 0 is the oldest that may be found,
//! the last one what was there when the power went. No row comes twice, and the same doubts give the same rows.
//!
//! ```text
//!   names in order   file 3: length   sector 0   sector 1   file 4: length …
//!   [0..=changes]    [0..lengths]     [0..versions] …
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::directory::SimulatedNames;
use super::file::{File, SECTOR};

/// Which changes of names that were not synced a loss of power may undo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// The last ones, so that each survives only with all before it: a file system with a journal.
    #[default]
    InOrder,
    /// Any of them: stricter than most file systems are.
    Apart,
}

/// Which images of a loss of power to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerLoss {
    /// What becomes of names.
    pub names: Names,
    /// All images are made if the things in doubt can be combined in no more ways than this.
    pub all: usize,
    /// Otherwise, about how many of those at the edges are made at most: every n-th, beginning where the seed says.
    pub edges: usize,
    /// And how many are drawn then. What repeats one before it is left out.
    pub random: usize,
    /// What they are drawn from.
    pub seed: u64,
}

impl Default for PowerLoss {
    /// Names in order; all images of up to 256; otherwise up to 200 at the edges and 32 random ones, from seed 0.
    fn default() -> Self {
        Self { names: Names::InOrder, all: 256, edges: 200, random: 32, seed: 0 }
    }
}

/// One choice for each thing in doubt.
type LossRow = Vec<usize>;

/// The files of an image, by name.
type DiskImage = BTreeMap<String, Arc<Vec<u8>>>;

/// The things in doubt.
struct Doubts {
    files: Vec<File>,
    directory: SimulatedNames,
    order: Names,
    /// The files that an image may hold.
    parts: Vec<LossPart>,
    /// How many choices there are for each thing: first the names, then of each part its length and its sectors.
    options: Vec<usize>,
}

/// A file's share of a row.
struct LossPart {
    file: usize,
    /// Where in the row its length stands; its sectors follow.
    place: usize,
    lengths: Vec<usize>,
    sectors: Vec<usize>,
}

/// The images, each once.
pub(super) fn images(
    files: Vec<File>,
    directory: SimulatedNames,
    loss: PowerLoss,
) -> impl Iterator<Item = DiskImage> {
    let doubts = Arc::new(Doubts::new(files, directory, loss.names));
    let mut seen = BTreeSet::new();
    rows(&doubts, loss).filter_map(move |mut row| {
        let image = doubts.image(&mut row);
        seen.insert(row).then_some(image)
    })
}

/// The rows to make images of, in an order of their own; some may come twice.
fn rows(doubts: &Arc<Doubts>, loss: PowerLoss) -> Box<dyn Iterator<Item = LossRow>> {
    let options = doubts.options.clone();
    let combined = options.iter().try_fold(1_usize, |product, options| product.checked_mul(*options));
    if let Some(combined) = combined.filter(|combined| *combined <= loss.all) {
        return Box::new((0..combined).map(move |number| digits(number, &options)));
    }
    let drawn = Arc::clone(doubts);
    let (from, step) = doubts.stride(loss);
    let mut state = loss.seed;
    let drawn = (0..loss.random).map(move |_| drawn.draw(&mut state));
    Box::new(doubts.bases().into_iter().chain(edges(doubts).skip(from).step_by(step)).chain(drawn))
}

/// The rows at the edges.
fn edges(doubts: &Arc<Doubts>) -> impl Iterator<Item = LossRow> + use<> {
    let [moments, cuts, singles] = [(); 3].map(|()| Arc::clone(doubts));
    let moments = moments.times().into_iter().map(move |time| moments.at(time));
    let cuts = (0..cuts.parts.len()).flat_map(move |part| cuts.cuts(part));
    let singles = doubts.bases().into_iter().flat_map(move |base| {
        let singles = Arc::clone(&singles);
        (0..base.len()).map(move |place| singles.with_other(&base, place))
    });
    moments.chain(cuts).chain(singles)
}

/// The digits of a number, the base of each being its number of options.
fn digits(mut number: usize, options: &[usize]) -> LossRow {
    let digit = |options: &usize| {
        let digit = number % options;
        number /= options;
        digit
    };
    options.iter().map(digit).collect()
}

impl Doubts {
    fn new(files: Vec<File>, directory: SimulatedNames, order: Names) -> Self {
        let changes = directory.times().count();
        let mut options = match order {
            Names::InOrder => vec![changes + 1],
            Names::Apart => vec![2; changes],
        };
        let mut parts = Vec::new();
        for file in directory.files().collect::<BTreeSet<_>>() {
            let (place, lengths) = (options.len(), files[file].lengths());
            let (sectors, versions): (Vec<_>, Vec<_>) = files[file].doubts().unzip();
            options.push(lengths.len());
            options.extend(versions);
            parts.push(LossPart { file, place, lengths, sectors });
        }
        Self { files, directory, order, parts, options }
    }

    /// The places of the names in a row.
    fn names(&self) -> usize {
        self.parts.first().map_or(self.options.len(), |part| part.place)
    }

    /// Nothing unsynced survives; all does; names and lengths do, but no bytes.
    fn bases(&self) -> Vec<LossRow> {
        let old = vec![0; self.options.len()];
        let new: LossRow = self.options.iter().map(|options| options - 1).collect();
        let mut hollow = new.clone();
        for part in &self.parts {
            hollow[part.sectors()].fill(0);
        }
        vec![old, new, hollow]
    }

    /// Where to begin among the rows at the edges, and which of them to take: all, every second, every third…
    fn stride(&self, loss: PowerLoss) -> (usize, usize) {
        let cuts: usize = self.parts.iter().map(|part| part.lengths.len() / SECTOR).sum();
        let edges = self.times().len() + cuts + 3 * self.options.len();
        let step = edges.div_ceil(loss.edges.max(1)).max(1);
        (usize::try_from(loss.seed % step as u64).unwrap_or_default(), step)
    }

    /// When something changed that is in doubt.
    fn times(&self) -> BTreeSet<u64> {
        let files = self.parts.iter().flat_map(|part| self.files[part.file].times());
        files.chain(self.directory.times()).collect()
    }

    /// What the disk was after the change of that time.
    fn at(&self, time: u64) -> LossRow {
        let happened = self.directory.times().map(|changed| usize::from(changed <= time));
        let mut row: LossRow = match self.order {
            Names::InOrder => vec![happened.sum()],
            Names::Apart => happened.collect(),
        };
        for part in &self.parts {
            let (length, versions) = self.files[part.file].at(time);
            row.extend(part.lengths.iter().position(|other| *other == length));
            row.extend(versions);
        }
        row
    }

    /// Everything new but the length of one file, which ends between two of its sectors.
    fn cuts(&self, part: usize) -> Vec<LossRow> {
        let [_, new, _] = &self.bases()[..] else { return Vec::new() };
        let LossPart { place, lengths, .. } = &self.parts[part];
        let whole = lengths.iter().enumerate().filter(|(_, length)| length.is_multiple_of(SECTOR));
        whole.map(|(choice, _)| replaced(new, *place, choice)).collect()
    }

    /// The row with the other extreme at one place.
    fn with_other(&self, base: &LossRow, place: usize) -> LossRow {
        let last = self.options[place] - 1;
        replaced(base, place, if base[place] == last { 0 } else { last })
    }

    /// A random row: of each thing the oldest, the newest, or, half the time, any.
    fn draw(&self, state: &mut u64) -> LossRow {
        let mut below = |bound: usize| usize::try_from(next(state) % bound as u64).unwrap_or_default();
        let choice = |options: &usize| match below(4) {
            0 => 0,
            1 => options - 1,
            _ => below(*options),
        };
        self.options.iter().map(choice).collect()
    }

    /// The image of a row. A choice that makes no difference beside the others becomes 0.
    fn image(&self, row: &mut LossRow) -> DiskImage {
        let names = &row[..self.names()];
        let survives: Vec<bool> = match self.order {
            Names::InOrder => (0..self.options[0]).map(|change| change < names[0]).collect(),
            Names::Apart => names.iter().map(|survives| *survives == 1).collect(),
        };
        let table = self.directory.found(&survives);
        let held: BTreeSet<usize> = table.values().copied().collect();
        let mut found = BTreeMap::new();
        for part in &self.parts {
            if held.contains(&part.file) {
                let length = part.lengths[row[part.place]];
                let visible = part.sectors.partition_point(|sector| sector * SECTOR < length);
                row[part.sectors()][visible..].fill(0);
                found.insert(part.file, self.files[part.file].found(length, &row[part.sectors()]));
            } else {
                row[part.place..part.sectors().end].fill(0);
            }
        }
        table.into_iter().filter_map(|(name, file)| Some((name, Arc::clone(found.get(&file)?)))).collect()
    }
}

impl LossPart {
    /// The places of its sectors in a row.
    fn sectors(&self) -> std::ops::Range<usize> {
        self.place + 1..self.place + 1 + self.sectors.len()
    }
}

/// The row with another choice at one place.
fn replaced(row: &LossRow, place: usize, choice: usize) -> LossRow {
    let mut row = row.clone();
    row[place] = choice;
    row
}

/// The next of a row of random numbers: splitmix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
