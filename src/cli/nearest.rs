//! What was meant by a mistyped name.

/// How alike a name must be to be meant (Damerau-Levenshtein, 1 is equal).
const ALIKE: f64 = 0.5;

/// The name that comes nearest to a word, if one comes near.
pub(super) fn nearest<N: AsRef<str>>(names: impl IntoIterator<Item = N>, word: &str) -> Option<N> {
    let alike = |name: N| (strsim::normalized_damerau_levenshtein(name.as_ref(), word), name);
    let nearest = names.into_iter().map(alike).max_by(|(one, _), (other, _)| one.total_cmp(other));
    nearest.filter(|(alike, _)| *alike >= ALIKE).map(|(_, name)| name)
}
