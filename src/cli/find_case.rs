//! Cases by their numbers and names.

use regex_automata::meta;
use regex_automata::util::syntax;

use super::Failure;
use crate::script::plain;

/// How alike a name must be to be offered (Jaro-Winkler, 1 is equal).
const ALIKE: f64 = 0.6;
/// So many names are listed where none comes near.
const MOST_LISTED: usize = 10;

/// What has this name; where nothing has it, what has this number; else what has it as a part of its name, in whatever
/// letters. Between two strokes it is a pattern that names match.
pub(super) fn find_case<T>(
    all: Vec<T>,
    of: impl Fn(&T) -> (usize, &str),
    wanted: &str,
) -> Result<Vec<T>, Failure> {
    // A case is shown with its level before its name.
    let wanted =
        wanted.strip_prefix("level ").and_then(|rest| rest.split_once(": ")).map_or(wanted, |(_, name)| name);
    let is_meant = meant(&all, &of, wanted)?;
    if !all.iter().any(|one| is_meant(of(one))) {
        return Err(Failure::Usage(unknown(&all.iter().map(|one| of(one).1).collect::<Vec<_>>(), wanted)));
    }
    Ok(all.into_iter().filter(|one| is_meant(of(one))).collect())
}

/// Whether a number and a name are meant.
type IsMeant = Box<dyn Fn((usize, &str)) -> bool>;

fn meant<T>(all: &[T], of: impl Fn(&T) -> (usize, &str), wanted: &str) -> Result<IsMeant, Failure> {
    let owned = wanted.to_owned();
    if all.iter().any(|one| of(one).1 == wanted) {
        return Ok(Box::new(move |(_, name)| name == owned));
    }
    if let Some(pattern) = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        let syntax = syntax::Config::new().case_insensitive(true);
        let pattern = meta::Builder::new().syntax(syntax).build(pattern);
        let pattern = pattern.map_err(|error| Failure::Usage(no_pattern(wanted, &error)))?;
        return Ok(Box::new(move |(_, name)| pattern.is_match(name)));
    }
    if let Ok(wanted) = wanted.parse::<usize>()
        && all.iter().any(|one| of(one).0 == wanted)
    {
        return Ok(Box::new(move |(number, _)| number == wanted));
    }
    let lower = owned.to_lowercase();
    // Every name has nothing as a part, so nothing means none.
    Ok(Box::new(move |(_, name)| !lower.is_empty() && name.to_lowercase().contains(&lower)))
}

/// What is said of a pattern that is none.
fn no_pattern(wanted: &str, error: &meta::BuildError) -> String {
    // Its last line says what is wrong, the others show where.
    let error = error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string);
    let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
    format!(
        "{} is no pattern: {why}\n  = help: a pattern is a regular expression between strokes, as in /dead.*end/",
        plain(wanted)
    )
}

/// What is said of a name that nothing has.
fn unknown(names: &[&str], name: &str) -> String {
    let alike = |other: &str| strsim::jaro_winkler(&other.to_lowercase(), &name.to_lowercase());
    let nearest = names.iter().max_by(|one, two| alike(one).total_cmp(&alike(two)));
    let quoted = |name: &&str| format!("\"{}\"", plain(name));
    let more = if names.len() > MOST_LISTED { ", …" } else { "" };
    let help = match nearest {
        None => "there is no case at all".to_owned(),
        Some(nearest) if alike(nearest) >= ALIKE => format!("did you mean {}?", quoted(nearest)),
        Some(_) => {
            let listed: Vec<_> = names.iter().take(MOST_LISTED).map(quoted).collect();
            format!("the cases are {}{more}", listed.join(", "))
        }
    };
    format!("there is no case {}\n  = help: {help}", quoted(&name))
}
