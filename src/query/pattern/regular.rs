//! `REGEX`: a regular expression is checked where it is read, and compiled where it is asked.
//!
//! Invariants: what was checked compiles; what is compiled is kept by its text, and all that is kept has no more than
//! [`MOST_KEPT`] bytes. (It is kept for the whole process: how many databases there are says nothing about how many
//! patterns they are asked.)

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use quick_cache::Weighter;
use quick_cache::unsync::Cache;
use regex_automata::Input;
use regex_automata::meta;
use regex_automata::nfa::thompson::WhichCaptures;
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

use super::BadPattern;

/// What an expression may take in memory, in bytes, as [`size`] estimates it.
pub(super) const LARGEST: u64 = 1 << 20;

/// What is kept of compiled ones, in bytes.
const MOST_KEPT: u64 = 16 << 20;

/// What a state of an automaton takes.
const STATE: u64 = 24;

/// An expression that is compiled, and what it needs while it looks.
pub(super) struct Regular {
    regex: Arc<meta::Regex>,
    cache: meta::Cache,
}

impl Regular {
    /// Takes an expression that was checked from those that are kept, or compiles it.
    pub(super) fn new(text: &str) -> Self {
        // It is whole between any two calls, so one that a panic has left behind will do.
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let regex = kept.get(text).cloned().unwrap_or_else(|| {
            let regex = compiled(text);
            kept.insert(text.into(), Arc::clone(&regex));
            regex
        });
        Self { cache: regex.create_cache(), regex }
    }

    pub(super) fn is_match(&mut self, text: &str) -> bool {
        self.regex.search_half_with(&mut self.cache, &Input::new(text).earliest(true)).is_some()
    }
}

/// Those that were asked last.
static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(|| Mutex::new(kept()));

type Kept = Cache<Box<str>, Arc<meta::Regex>, Weight>;

fn kept() -> Kept {
    Cache::with_weighter(256, MOST_KEPT, Weight)
}

/// How many bytes of it are kept.
#[derive(Clone)]
struct Weight;

impl Weighter<Box<str>, Arc<meta::Regex>> for Weight {
    fn weight(&self, text: &Box<str>, regex: &Arc<meta::Regex>) -> u64 {
        (FRAME + text.len() + regex.memory_usage()) as u64
    }
}

/// What a kept one has beside its automata.
const FRAME: usize = 4 << 10;

/// Compiles what was checked.
fn compiled(text: &str) -> Arc<meta::Regex> {
    // That it is not too large is known; and it is only asked whether it matches.
    let config = meta::Config::new().nfa_size_limit(None).which_captures(WhichCaptures::Implicit);
    Arc::new(meta::Builder::new().configure(config).build(text).expect("what was checked compiles"))
}

/// Whether a text is a regular expression, without compiling it.
///
/// # Errors
/// Why it is none.
pub(super) fn check(text: &str) -> Result<(), BadPattern> {
    let syntax = regex_syntax::parse(text).map_err(|error| {
        // The last line says what is wrong; those before it draw where.
        let why = error.to_string();
        let why = why.lines().last().unwrap_or_default();
        BadPattern::Wrong(why.strip_prefix("error: ").unwrap_or(why).to_owned())
    })?;
    if size(&syntax) > LARGEST { Err(BadPattern::TooLarge) } else { Ok(()) }
}

/// About so many bytes has the automaton of an expression. What is repeated is there as often.
fn size(syntax: &Hir) -> u64 {
    match syntax.kind() {
        HirKind::Empty | HirKind::Look(_) => STATE,
        HirKind::Literal(literal) => STATE * literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => size_of_class(class),
        HirKind::Class(Class::Bytes(class)) => STATE * class.ranges().len() as u64,
        HirKind::Capture(group) => size(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(|part| STATE + size(part)).fold(0, u64::saturating_add)
        }
        HirKind::Repetition(repeated) => {
            let times = repeated.max.unwrap_or(repeated.min).max(1);
            u64::from(times).saturating_mul(STATE + size(&repeated.sub))
        }
    }
}

/// Beyond ASCII a character is several bytes, each with a state that has its own ranges.
fn size_of_class(class: &ClassUnicode) -> u64 {
    let of_bytes = if class.is_ascii() { 0 } else { 8 * STATE };
    of_bytes + STATE * class.ranges().len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expressions of different kinds that grow with a number.
    const GROWING: [fn(u32) -> String; 8] = [
        |times| format!(r"\w{{{times}}}"),
        |times| format!(r"(?s).{{{times}}}"),
        |times| format!("(ab{{{times}}}){{{times}}}"),
        |times| format!("(?i:k{{{times}}}|é)"),
        |times| format!(r"(?:é|[^\w]){{{times}}}"),
        |times| format!(r"(.*foo|bar){{{times}}}"),
        |times| format!(r"[\x{{800}}-\x{{10ffff}}]{{{times}}}"),
        // Characters that have few bytes in common.
        |times| {
            let far = |at: u32| char::from_u32(0x1_0fff + at * 0x4_441).unwrap_or('a');
            format!("[{}]{{{times}}}", (0..200).map(far).collect::<String>())
        },
    ];

    #[test]
    fn what_is_not_refused_takes_a_few_mebibytes_at_most() {
        for growing in GROWING {
            let is_good = |times: u32| check(&growing(times)).is_ok();
            let most = (1..16).map(|bits| 1 << bits).take_while(|times| is_good(*times)).last();
            let expression = growing(most.expect("a small one is good"));
            let regex = compiled(&expression);
            let bytes = regex.memory_usage() + regex.create_cache().memory_usage();
            assert!(bytes < 12 << 20, "{bytes} bytes for {expression:?}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut kept = kept();
        for number in 0..200 {
            let text = format!(r"[^x]{{100}}{number}");
            let regex = compiled(&text);
            kept.insert(text.into_boxed_str(), regex);
        }
        assert!((20..180).contains(&kept.len()), "{} of 200", kept.len());
        assert!(kept.weight() <= MOST_KEPT);
    }

    #[test]
    fn what_is_asked_again_is_not_compiled_again() {
        let [first, second] = [(); 2].map(|()| Regular::new("kept[0-9]"));
        assert!(Arc::ptr_eq(&first.regex, &second.regex));
    }
}
