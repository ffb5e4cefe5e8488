//! The table of operations: what it says is true, and the documents printed from it have not drifted.

use rewinddb::engine::Engine;
use rewinddb::query::{Access, Aliases, Level, OPERATIONS, Query, Row, Word, WordKind};
use rewinddb::time::ClockRule;
use rewinddb::wire::{self, Term};

use crate::{assert_document, top, with_part};

/// The words of a line: parted by blanks, or in JSON quotes; those of a query in it in brackets.
fn words(line: &str) -> Vec<Term> {
    let (mut words, mut rest) = (Vec::new(), line.trim_start());
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let mut array = Vec::new();
            rest = inner.trim_start();
            while !rest.starts_with(']') {
                array.push(next_word(&mut rest, &[' ', ']']));
            }
            rest = rest[1..].trim_start();
            words.push(Term::Array(array));
        } else {
            words.push(Term::Text(next_word(&mut rest, &[' '])));
        }
    }
    words
}

/// Takes the next word of a line, which one of `ends` comes after.
fn next_word(rest: &mut &str, ends: &[char]) -> String {
    let (word, length) = if rest.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        let word = values.next().expect("there is a word").expect("its quotes are closed");
        (word, values.byte_offset())
    } else {
        let length = rest.find(ends).unwrap_or(rest.len());
        (rest[..length].to_owned(), length)
    };
    *rest = rest[length..].trim_start();
    word
}

/// The answer to a line on a database.
fn answer(engine: &mut Engine, line: &str) -> Term {
    let words = words(line);
    let query = Query::parse_raw(&wire::raw_query(&words), engine.aliases(), Level::LAST);
    let query = query.unwrap_or_else(|mistake| panic!("{line}: {mistake}"));
    let reply = engine.apply(&query).unwrap_or_else(|backwards| panic!("{line}: {backwards}"));
    Term::from(&reply)
}

/// An answer as a row tells it: the text, or an array as JSON.
fn told_by(row: &Row) -> Term {
    match row.access {
        Access::Each => serde_json::from_str(row.example.answer).expect("it is an array"),
        _ => row.example.answer.into(),
    }
}

#[test]
fn every_example_answers_what_its_row_says() {
    for row in OPERATIONS {
        let mut engine = Engine::new(ClockRule::Monotone);
        let mut last = "".into();
        row.example.queries.iter().for_each(|query| last = answer(&mut engine, query));
        assert_eq!(last, told_by(row), "{}", row.name);
        let is_shown = row.example.queries.iter().any(|query| query.split(' ').next() == Some(row.name));
        assert!(is_shown, "the example of {} shows it", row.name);
    }
}

#[test]
fn rows_are_in_order_of_level_and_told_apart_by_name_and_number_of_words() {
    assert!(OPERATIONS.is_sorted_by_key(|row| row.level));
    for (place, row) in OPERATIONS.iter().enumerate() {
        let same = |other: &&Row| other.name == row.name && other.words.len() == row.words.len();
        assert_eq!(
            OPERATIONS.iter().position(|other| same(&other)),
            Some(place),
            "{} stands twice",
            row.usage()
        );
        assert_eq!(row.name, row.name.to_uppercase());
        assert!(row.does.ends_with('.') && !row.answers.is_empty(), "{}", row.name);
    }
}

#[test]
fn every_row_reads_back_what_it_writes() {
    for row in OPERATIONS {
        let word = |word: &Word| match word.kind {
            WordKind::Choice(names) => names[0].into(),
            WordKind::Queries => Term::Array(["GET", "7", "7"].map(str::to_owned).to_vec()),
            _ => "7".into(),
        };
        let given: Vec<Term> = std::iter::once(row.name.into()).chain(row.words.iter().map(word)).collect();
        let spoken = |words: &[Term], level| {
            Query::parse_raw(&wire::raw_query(words), &Aliases::default(), level)
                .map(|query| wire::words(&query))
        };
        assert_eq!(spoken(&given, Level::LAST).expect("7 is a text and a number"), given);
        let many = [&given[..], &["x"; 9].map(Term::from)].concat();
        assert!(spoken(&many, Level::LAST).is_err(), "too many words");
        let below = Level::all().take_while(|level| *level < row.level);
        assert!(below.into_iter().all(|level| spoken(&given, level).is_err()), "the level gate");
    }
}

/// The rows of a level as LEVELS.md shows them.
fn printed(level: Level) -> String {
    let mut table = String::from("| operation | what it does | answer | |\n|---|---|---|---|\n");
    for row in OPERATIONS.iter().filter(|row| row.level == level) {
        let access = match row.access {
            Access::Rollback => "rolls back".to_owned(),
            Access::Each => "asks".to_owned(),
            Access::Language => "names".to_owned(),
            access => format!("{access:?}s").to_lowercase(),
        };
        table.push_str(&format!("| `{}` | {} | {} | {access} |\n", row.usage(), row.does, row.answers));
    }
    table
}

#[test]
fn the_tables_in_levels_md_are_those_of_the_code() {
    assert_document(&top().join("LEVELS.md"), |text| {
        let tables = Level::all().map(|level| (format!("operations of level {level}"), printed(level)));
        tables.fold(text.to_owned(), |text, (mark, table)| with_part(&text, &mark, &table))
    });
}

#[test]
fn the_worked_examples_in_levels_md_are_answered_so() {
    let text = std::fs::read_to_string(top().join("LEVELS.md")).expect("LEVELS.md is there");
    let mut lines = text.lines().enumerate();
    let mut run = 0;
    while let Some((_, fence)) = lines.next() {
        let Some(rule) = fence.trim().strip_prefix("```rewind") else { continue };
        let rule = if rule.trim() == "free" { ClockRule::Free } else { ClockRule::Monotone };
        let mut engine = Engine::new(rule);
        for (number, line) in lines.by_ref().take_while(|(_, line)| line.trim() != "```") {
            if let Some((query, wanted)) = line.rsplit_once("=>") {
                let wanted: Term = serde_json::from_str(wanted.trim()).expect("the answer is in quotes");
                assert_eq!(answer(&mut engine, query), wanted, "LEVELS.md, line {}", number + 1);
                run += 1;
            }
        }
    }
    assert!(run > 50, "only {run} lines were found");
}
