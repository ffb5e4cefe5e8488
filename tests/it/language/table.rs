//! The table of operations: what it says is true, and the documents printed from it have not drifted.

use rewinddb::engine::Engine;
use rewinddb::query::{Access, Aliases, Asks, Form, Level, Mistake, Operation, Word, WordKind};
use rewinddb::time::ClockRule;
use rewinddb::wire::{self, Request, Term};
use rstest::rstest;

use crate::{assert_document, top, with_part};

/// The words of a line: separated by spaces, or in JSON quotes; those of a query in it in brackets.
pub(crate) fn words(line: &str) -> Vec<Term> {
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
    let request = Request::parse(&wire::raw_query(&words), engine.aliases(), crate::whole());
    let request = request.unwrap_or_else(|mistake| panic!("{line}: {mistake}"));
    crate::answer(engine, &request).unwrap_or_else(|backwards| panic!("{line}: {backwards}"))
}

/// An answer as a form tells it: the text, or an array as JSON.
fn told_by(form: &Form) -> Term {
    match form.asks {
        Asks::Batch => Term::Array(serde_json::from_str(form.example.answer).expect("it is an array")),
        Asks::One(_) => form.example.answer.into(),
    }
}

#[test]
fn every_example_answers_what_its_form_says() {
    for form in crate::language().forms() {
        let mut engine = Engine::new(ClockRule::Monotone);
        let mut last = "".into();
        form.example.queries.iter().for_each(|query| last = answer(&mut engine, query));
        assert_eq!(last, told_by(form), "{}", form.name);
        let is_shown = form.example.queries.iter().any(|query| query.split(' ').next() == Some(form.name));
        assert!(is_shown, "the example of {} shows it", form.name);
    }
}

#[test]
fn forms_are_in_order_of_level_and_told_apart_by_name_and_number_of_words() {
    let forms = crate::language().forms();
    assert!(forms.is_sorted_by_key(|form| form.level));
    for (place, form) in forms.iter().enumerate() {
        let same = |other: &&Form| other.name == form.name && other.words().len() == form.words().len();
        assert_eq!(forms.iter().position(|other| same(&other)), Some(place), "{} stands twice", form.usage());
        assert_eq!(form.name, form.name.to_uppercase());
        assert!(form.does().ends_with('.') && !form.answers.is_empty(), "{}", form.name);
    }
}

#[test]
fn every_operation_has_a_form_and_a_shape_of_its_own() {
    for (place, operation) in Operation::ALL.iter().enumerate() {
        let form = crate::language().form_of(*operation).expect("the whole language can ask everything");
        assert_eq!(form.asks, Asks::One(*operation));
        assert_eq!(*operation as usize, place);
        let same = |other: &&Operation| other.shape() == operation.shape();
        assert_eq!(Operation::ALL.iter().filter(same).count(), 1, "{}", operation.shape());
        assert_eq!(Operation::named(operation.name(), operation.words().len()), Some(*operation));
    }
}

/// Some words that a form takes.
fn some_words(form: &Form) -> Vec<Term> {
    let word = |word: &Word| match word.kind {
        WordKind::Choice(names) => names[0].into(),
        _ => "7".into(),
    };
    let arrays =
        (form.asks == Asks::Batch).then(|| Term::Array(["GET", "7", "7"].map(str::to_owned).to_vec()));
    std::iter::once(form.name.into()).chain(form.words().map(word)).chain(arrays).collect()
}

#[test]
fn every_form_reads_back_what_it_writes() {
    for form in crate::language().forms() {
        let given = some_words(form);
        let read = |words: &[Term], level| {
            Request::parse(&wire::raw_query(words), &Aliases::default(), level)
                .map(|request| request.words(crate::language()))
        };
        assert_eq!(read(&given, crate::whole()).expect("7 is a text and a number"), given);
        let many = [&given[..], &["x"; 9].map(Term::from)].concat();
        let too_many = read(&many, crate::whole());
        let is_told = match form.asks {
            Asks::Batch => matches!(too_many, Err(Mistake::NoArray { .. })),
            Asks::One(_) => matches!(too_many, Err(Mistake::WordCount { given: 9.., .. })),
        };
        assert!(is_told, "{}: {too_many:?}", form.usage());
        for level in crate::language().levels().take_while(|level| *level < form.level) {
            let gate = read(&given, level);
            let is_it = |above: &Form, open| above.usage() == form.usage() && open == level;
            let is_shut = matches!(gate, Err(Mistake::AboveLevel { form, level, .. }) if is_it(form, level));
            assert!(is_shut, "{} at level {level}: {gate:?}", form.usage());
        }
    }
}

/// Where the levels are explained: those of the exercise, and those beyond it.
const BOOKS: [&str; 2] = ["LEVELS.md", "docs/beyond.md"];

/// The forms of a level as its book shows them.
fn printed(level: Level) -> String {
    let mut table = String::from("| operation | what it does | answer | |\n|---|---|---|---|\n");
    for form in crate::language().forms().iter().filter(|form| form.level == level) {
        let access = match form.asks {
            Asks::Batch => "asks",
            Asks::One(operation) => match operation.access() {
                Access::Read => "reads",
                Access::Write => "writes",
                Access::Begin => "begins",
                Access::Commit => "commits",
                Access::Rollback => "rolls back",
                Access::Alias => "names",
            },
        };
        table.push_str(&format!("| `{}` | {} | {} | {access} |\n", form.usage(), form.does(), form.answers));
    }
    table
}

#[test]
fn the_tables_of_operations_are_those_of_the_code() {
    let language = crate::language();
    for (place, book) in BOOKS.iter().enumerate() {
        let levels = language.levels().filter(|level| usize::from(*level > language.exercise()) == place);
        let tables = levels.map(|level| (format!("operations of level {level}"), printed(level)));
        assert_document(&top().join(book), |text| {
            tables.fold(text.to_owned(), |text, (mark, table)| with_part(&text, &mark, &table))
        });
    }
}

#[rstest]
#[case(BOOKS[0], 150)]
#[case(BOOKS[1], 80)]
fn the_worked_examples_are_answered_so(#[case] book: &str, #[case] least: usize) {
    let text = std::fs::read_to_string(top().join(book)).expect("it is there");
    let mut lines = text.lines().enumerate();
    let mut run = 0;
    while let Some((_, fence)) = lines.next() {
        let Some(rule) = fence.trim().strip_prefix("```rewind") else { continue };
        let rule = if rule.trim() == "free" { ClockRule::Free } else { ClockRule::Monotone };
        let mut engine = Engine::new(rule);
        for (number, line) in lines.by_ref().take_while(|(_, line)| line.trim() != "```") {
            if let Some((query, wanted)) = line.rsplit_once("=>") {
                let text = |wanted| serde_json::from_str(wanted).map(Term::Text);
                let texts = |_| serde_json::from_str(wanted.trim()).map(Term::Array);
                let wanted = text(wanted.trim()).or_else(texts).expect("the answer is in quotes");
                assert_eq!(answer(&mut engine, query), wanted, "{book}, line {}", number + 1);
                run += 1;
            }
        }
    }
    assert!(run > least, "only {run} lines were found");
}
