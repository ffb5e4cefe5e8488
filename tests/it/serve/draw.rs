//! Random lists of the commands that we and Redis have.
//!
//! Not drawn, for our answer is deliberately another:
//! - commands with so many words that they are of our language (`GET k f`), and `SET k f v`, whose error says so;
//! - the empty field where one is set, which is the key's own value here; NOVALUES, which Redis 7.0 has not;
//! - what tells of the server: HELLO, CLIENT ID and LIST, COMMAND, CONFIG, INFO, OBJECT, MEMORY, TIME, LASTSAVE;
//! - FLUSHALL while a key is watched: here it breaks every WATCH, in Redis those of keys that were there;
//! - patterns of more than a thousand bytes; lifetimes that end while the test runs.

mod palette;

use std::collections::BTreeSet;

use rewinddb::judge::Rng;
use rewinddb::query::Language;

use palette::{
    BAD_WALKS, CLIENT, FIELDS, KEYS, NUMBERS, NUMBERS_OF_NO_LIFE, PATTERNS, PLAIN, SHAPES, TRANSACTIONS,
    VALUES,
};

/// A command and the connection that sends it.
pub(super) struct Step {
    pub(super) who: usize,
    pub(super) words: Vec<Vec<u8>>,
    /// Is it the first of a walk, which goes on with the cursors that come back?
    pub(super) is_walk: bool,
    /// May it be sent before the one ahead of it is answered?
    pub(super) is_piped: bool,
}

/// Who draws.
struct Draw {
    rng: Rng,
    /// Lifetimes that are taken: no two are about the same, so which is longer never depends on the moment.
    taken: BTreeSet<u64>,
    /// May keys be watched in this list? Else all may be deleted.
    may_watch: bool,
    /// Are commands sent many at once, most of them GET and SET?
    is_piped: bool,
}

/// The list of a seed.
pub(super) fn list(seed: u64) -> Vec<Step> {
    let mut rng = Rng(seed);
    let may_watch = !rng.chance(4);
    let is_piped = rng.chance(2);
    let mut draw = Draw { rng, taken: BTreeSet::new(), may_watch, is_piped };
    let length = 10 + draw.rng.below(50);
    let (mut is_queuing, mut steps) = ([false; 2], Vec::new());
    for _ in 0..length {
        let who = usize::from(draw.rng.chance(if is_piped { 20 } else { 4 }));
        draw.step(who, &mut is_queuing[who], &mut steps);
    }
    steps
}

/// Redis counts what is past until somebody looks at it.
fn looks() -> Vec<Vec<u8>> {
    std::iter::once(b"EXISTS".to_vec()).chain(KEYS.iter().map(|key| key.to_vec())).collect()
}

impl Draw {
    /// Draws a command of a connection, which may be between MULTI and EXEC.
    fn step(&mut self, who: usize, is_queuing: &mut bool, steps: &mut Vec<Step>) {
        let (mut words, is_walk) = self.command(*is_queuing);
        *is_queuing = match &words[0][..] {
            b"MULTI" => true,
            b"EXEC" | b"DISCARD" => false,
            _ => *is_queuing,
        };
        if words[0] == b"DBSIZE" {
            steps.push(Step { who, words: looks(), is_walk: false, is_piped: false });
        }
        self.respell(&mut words[0]);
        let is_piped = self.is_piped && !self.rng.chance(10);
        steps.push(Step { who, words, is_walk, is_piped });
    }

    /// A command; a walk may only be drawn where commands are carried out at once.
    fn command(&mut self, is_queuing: bool) -> (Vec<Vec<u8>>, bool) {
        let kind = self.rng.below(100);
        if kind < if self.is_piped { 3 } else { 15 } {
            return (self.of_transactions(is_queuing), false);
        }
        if kind < 20 && !is_queuing {
            return (self.walk(), true);
        }
        let is_plain = self.is_piped && !self.rng.chance(3);
        let (name, shape) = *self.rng.pick(if is_plain { PLAIN } else { SHAPES });
        let mut words = vec![name.as_bytes().to_vec()];
        if name.starts_with("FLUSH") && self.may_watch {
            return (vec![b"PING".to_vec()], false);
        }
        self.shape(shape, &mut words);
        if self.rng.chance(25) {
            self.miscount(&mut words);
        }
        (words, false)
    }

    fn of_transactions(&mut self, is_queuing: bool) -> Vec<Vec<u8>> {
        let place = self.rng.weighted(&TRANSACTIONS.map(|(_, weights)| weights[usize::from(is_queuing)]));
        let name = TRANSACTIONS[place].0;
        let mut words = vec![name.as_bytes().to_vec()];
        if name == "WATCH" && !self.may_watch {
            return vec![b"UNWATCH".to_vec()];
        }
        if name == "WATCH" {
            self.shape("(k)", &mut words);
        } else if self.rng.chance(30) {
            words.push(b"x".to_vec());
            // What is counted wrong neither begins nor ends one.
            words[0].make_ascii_lowercase();
        }
        words
    }

    /// SCAN or HSCAN from the beginning.
    fn walk(&mut self) -> Vec<Vec<u8>> {
        let is_of_keys = self.rng.chance(2);
        let mut words = if is_of_keys {
            vec![b"SCAN".to_vec(), b"0".to_vec()]
        } else {
            vec![b"HSCAN".to_vec(), self.pick(KEYS), b"0".to_vec()]
        };
        if self.rng.chance(2) {
            words.extend([b"MATCH".to_vec(), self.pick(PATTERNS)]);
        }
        if self.rng.chance(2) {
            words.extend([b"count".to_vec(), self.rng.within(&(1..30)).to_string().into_bytes()]);
        }
        if is_of_keys && self.rng.chance(2) {
            words.extend([b"TYPE".to_vec(), self.pick(&["string", "LIST", "hash", "zset", "none", "x"])]);
        }
        words
    }

    /// Some words too many or too few, but not so that they are of our own language.
    fn miscount(&mut self, words: &mut Vec<Vec<u8>>) {
        let mut other = words.clone();
        if self.rng.chance(2) {
            other.pop();
        } else {
            self.shape("v", &mut other);
        }
        let name = String::from_utf8_lossy(&words[0]).to_ascii_uppercase();
        let forms = Language::records().named(&name);
        let is_ours = forms.iter().any(|form| form.words().count() + 1 == other.len());
        if !other.is_empty() && !is_ours && !["SET", "PING", "SCAN", "HSCAN"].contains(&&*name) {
            *words = other;
        }
    }

    /// A name in other letters.
    fn respell(&mut self, name: &mut [u8]) {
        match self.rng.below(8) {
            0 => name.make_ascii_lowercase(),
            1 => name[0].make_ascii_lowercase(),
            _ => {}
        }
    }

    fn pick<T: AsRef<[u8]>>(&mut self, from: &[T]) -> Vec<u8> {
        self.rng.pick(from).as_ref().to_vec()
    }

    fn shape(&mut self, shape: &str, words: &mut Vec<Vec<u8>>) {
        let (once, more) = shape.split_once('(').unwrap_or((shape, ""));
        once.chars().for_each(|letter| self.letter(letter, words));
        if more.is_empty() {
            return;
        }
        for _ in 0..=self.rng.below(4) {
            more.trim_end_matches(')').chars().for_each(|letter| self.letter(letter, words));
        }
    }

    /// The words of a letter.
    fn letter(&mut self, letter: char, words: &mut Vec<Vec<u8>>) {
        match letter {
            'k' => words.push(self.key(&words[0])),
            'F' if self.rng.chance(20) => words.push(Vec::new()),
            'K' => words.push(self.pick(&KEYS[..4])),
            'f' | 'F' => words.push(self.pick(FIELDS)),
            'v' => words.push(self.value()),
            'i' if self.rng.chance(2) => words.push(self.rng.below(12).to_string().into_bytes()),
            'n' | 'i' => words.push(self.pick(NUMBERS)),
            'p' => words.push(self.pick(PATTERNS)),
            's' | 'm' | 't' | 'T' => words.push(self.lifetime(letter)),
            'O' => self.options(words),
            'G' => self.ends(words, "getex"),
            'C' => self.some(words, &["NX", "XX", "GT", "LT", "gt", "lt", "xx", "no"]),
            'a' => self.some(words, &["ASYNC", "sync", "x"]),
            'w' => self.bad_walk(words),
            'c' => self.client(words),
            _ => panic!("no word is {letter}"),
        }
    }

    /// A key, most often one of those that mostly hold what the command is for.
    fn key(&mut self, name: &[u8]) -> Vec<u8> {
        let fit = match name[0].to_ascii_uppercase() {
            _ if self.rng.chance(3) => KEYS,
            b'H' => &KEYS[..3],
            b'L' | b'R' => &KEYS[3..5],
            _ => &KEYS[5..],
        };
        self.pick(fit)
    }

    fn value(&mut self) -> Vec<u8> {
        match self.rng.below(40) {
            0 => {
                let length =
                    [100, 5_000, 70_000, 300_000][usize::try_from(self.rng.below(4)).expect("it is small")];
                let sign = *self.rng.pick(b"xyz\xff");
                vec![sign; length]
            }
            1..6 => (0..self.rng.below(20)).map(|_| self.rng.next_u64().to_le_bytes()[0]).collect(),
            _ => self.pick(VALUES),
        }
    }

    /// One word or none, seldom two.
    fn some(&mut self, words: &mut Vec<Vec<u8>>, from: &[&str]) {
        for _ in 0..self.rng.below(8).saturating_sub(4).min(2) {
            words.push(self.pick(from));
        }
    }

    /// A lifetime: long, past, or none. `s` and `m` are from now on, `t` and `T` since 1970, small letters in seconds
    /// but for `m`.
    fn lifetime(&mut self, letter: char) -> Vec<u8> {
        let unit = if matches!(letter, 'm' | 'T') { 1000 } else { 1 };
        match self.rng.below(12) {
            0 => return self.pick(NUMBERS_OF_NO_LIFE),
            1 => return b"-1".to_vec(),
            2 if matches!(letter, 't' | 'T') => return b"1000".to_vec(),
            3 if matches!(letter, 't' | 'T') => return (4_000_000_000_u64 * unit).to_string().into_bytes(),
            _ => {}
        }
        let mut far = 100 + self.rng.below(100_000);
        while !self.taken.insert(far) {
            far += 1;
        }
        let from = if matches!(letter, 't' | 'T') { 5_000_000_000 } else { 0 };
        ((from + far * 1_000) * unit).to_string().into_bytes()
    }

    /// An end of a text's life, or several.
    fn ends(&mut self, words: &mut Vec<Vec<u8>>, command: &str) {
        let last = if command == "set" { "KEEPTTL" } else { "PERSIST" };
        let times = 1 + u64::from(self.rng.chance(8));
        for _ in 0..times {
            let (name, letter) =
                *self.rng.pick(&[("EX", 's'), ("px", 'm'), ("EXAT", 't'), ("PxAt", 'T'), (last, ' ')]);
            words.push(name.as_bytes().to_vec());
            if letter != ' ' && !self.rng.chance(30) {
                words.push(self.lifetime(letter));
            }
        }
    }

    /// Options of SET, in any order. One option alone is a value where it is none: see the top.
    fn options(&mut self, words: &mut Vec<Vec<u8>>) {
        for _ in 0..=self.rng.below(3) {
            match self.rng.below(5) {
                0 => words.push(b"NX".to_vec()),
                1 => words.push(b"xx".to_vec()),
                2 => words.push(b"GET".to_vec()),
                _ => self.ends(words, "set"),
            }
        }
        let is_alone = words.len() == 4
            && !["NX", "XX", "GET", "KEEPTTL"]
                .iter()
                .any(|word| words[3].eq_ignore_ascii_case(word.as_bytes()));
        if is_alone {
            words.push(b"100".to_vec());
        }
        if self.rng.chance(25) && words.len() > 4 {
            words.push(b"PERSIST".to_vec());
        }
    }

    /// The cursor and the options of a walk that is refused.
    fn bad_walk(&mut self, words: &mut Vec<Vec<u8>>) {
        words.extend(self.rng.pick(BAD_WALKS).iter().map(|word| word.as_bytes().to_vec()));
    }

    fn client(&mut self, words: &mut Vec<Vec<u8>>) {
        words.extend(self.rng.pick(CLIENT).iter().map(|word| word.as_bytes().to_vec()));
    }
}
