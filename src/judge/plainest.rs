//! Which of several failures is understood at a glance.

use super::exercise::Exercise;
use super::failed::Failed;

/// How plain a failure is, the least first: a list that keeps the promises before one that does not, few queries before
/// many, names of letters and digits before others.
#[must_use]
pub fn plainness(exercise: &dyn Exercise, failed: &Failed) -> (bool, usize, usize) {
    let odd = |text: &&String| !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let texts = failed.queries.iter().flatten().flat_map(crate::wire::Term::texts);
    (exercise.broken_promise(&failed.queries).is_some(), failed.queries.len(), texts.filter(odd).count())
}
