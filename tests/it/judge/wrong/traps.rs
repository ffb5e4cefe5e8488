//! The traps of the books: where a table says what a mistaken program answers, one of the wrong solutions answers so.

use rewinddb::judge::{Candidate, QueryList, Run};
use rewinddb::wire::Term;
use rstest::rstest;

use super::table::{Mistaken, host, table};
use crate::language::table::words;
use crate::top;

/// A row of a table of traps.
struct Trap<'t> {
    row: &'t str,
    /// The block of queries that stands above the table.
    list: QueryList,
    /// The places in it where the mistake may show.
    places: Vec<usize>,
    /// What is said then.
    said: Term,
}

impl Trap<'_> {
    fn is_sprung(&self, run: &Run) -> bool {
        self.places.iter().any(|place| match run.answers.get(*place) {
            Some(answer) => *answer == self.said,
            // A text in the place of an array ends the list.
            None => run.stop.as_ref().is_some_and(|stop| stop.why.starts_with(&self.told_at(*place))),
        })
    }

    /// How the judge begins to tell that it is no array.
    fn told_at(&self, place: usize) -> String {
        format!("answer {} is the string {},", place + 1, serde_json::json!(self.said))
    }
}

/// The rows below the headings "Traps" that show in a query of their block.
fn traps(text: &str) -> Vec<Trap<'_>> {
    let (mut traps, mut list, mut is_of_traps, mut is_block) = (Vec::new(), QueryList::new(), false, false);
    for line in text.lines() {
        match line {
            _ if line.starts_with("##") => is_of_traps = line == "### Traps",
            "```rewind" if is_of_traps => (is_block, list) = (true, QueryList::new()),
            "```" => is_block = false,
            _ if is_block => list.extend(line.rsplit_once(" => ").map(|(query, _)| words(query))),
            _ if is_of_traps => traps.extend(trap(line, &list)),
            _ => {}
        }
    }
    traps
}

fn trap<'t>(row: &'t str, list: &QueryList) -> Option<Trap<'t>> {
    let [_, place, said, _] = row.split(" |").collect::<Vec<_>>().try_into().ok()?;
    let said = said.trim().trim_matches('`');
    let said =
        serde_json::from_str(said).map(Term::Text).or_else(|_| serde_json::from_str(said).map(Term::Array));
    // The name of an operation is a query too.
    let shown = place.split('`').nth(1).unwrap_or_else(|| place.rsplit(' ').next().unwrap_or_default());
    let shown = words(shown);
    let places: Vec<_> = list
        .iter()
        .enumerate()
        .filter(|(_, query)| query.starts_with(&shown))
        .map(|(place, _)| place)
        .collect();
    Some(Trap { row, list: list.clone(), places, said: said.ok()? })
}

#[rstest]
#[case("LEVELS.md", 25)]
#[case("docs/beyond.md", 11)]
fn what_a_mistaken_program_says_some_wrong_solution_says(#[case] book: &str, #[case] least: usize) {
    let Some(mut host) = host() else { return };
    let text = std::fs::read_to_string(top().join(book)).expect("it is there");
    let mut left = traps(&text);
    assert!(left.len() >= least, "{book}: {} rows", left.len());
    for row in 0..table().len() {
        let mut mistaken = Mistaken::row(&mut *host, row);
        left.retain(|trap| !trap.is_sprung(&mistaken.run(&trap.list).expect("it starts")));
    }
    let left: Vec<_> = left.iter().map(|trap| trap.row).collect();
    assert!(left.is_empty(), "{book}: no wrong solution says so:\n{}", left.join("\n"));
}
