//! Cases by their names.

use super::Failure;
use crate::script::plain;

/// How alike a name must be to be offered (Jaro-Winkler, 1 is equal).
const ALIKE: f64 = 0.6;
/// So many names are listed where none comes near.
const MOST_LISTED: usize = 10;

/// What has this name; where nothing has it, what has it as a part of its name, in whatever letters.
pub(super) fn find_case<T>(all: Vec<T>, name_of: fn(&T) -> &str, name: &str) -> Result<Vec<T>, Failure> {
    // A case is shown with its level before its name.
    let name =
        name.strip_prefix("level ").and_then(|rest| rest.split_once(": ")).map_or(name, |(_, name)| name);
    let lower = name.to_lowercase();
    let is_exact = all.iter().any(|one| name_of(one) == name);
    let is_meant = |one: &T| {
        if is_exact { name_of(one) == name } else { name_of(one).to_lowercase().contains(&lower) }
    };
    if !all.iter().any(is_meant) {
        return Err(Failure::Usage(unknown(&all.iter().map(name_of).collect::<Vec<_>>(), name)));
    }
    Ok(all.into_iter().filter(is_meant).collect())
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
