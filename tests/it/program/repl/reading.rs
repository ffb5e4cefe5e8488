//! A line as a person types it, read: whatever it is.

use bumpalo::Bump;
use rewinddb::query::Query;
use rewinddb::script::{Context, Fault, SoFar, as_typed, read_typed, typed_so_far, typed_words, unfinished};
use rewinddb::wire::Request;

/// What a database knows that calls BATCH `b` too.
fn with_an_alias() -> Context {
    let mut context = Context::default();
    context.aliases.learn(&Query::Alias { name: "b", operation: "BATCH" });
    context
}

/// Texts of what matters to whoever reads a line, drawn from a seed.
fn scraps(seed: u64) -> String {
    const SCRAPS: [&str; 19] = [
        " ", " ", "\"", "'", "\\", "[", "]", ",", "ä", "\n", "SET", "A", "\\u", "1", "😀", "\t", ".at",
        "[\"", "SIZE",
    ];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = |of: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 40).expect("it is small") % of
    };
    let begin = ["", "", "BATCH ", "b [", "BATCH [GET A] ", "[\"BATCH\","][draw(6)];
    begin.to_owned() + &(0..draw(12)).map(|_| SCRAPS[draw(SCRAPS.len())]).collect::<String>()
}

#[test]
fn whatever_is_typed_is_read_or_refused_at_a_place_that_is_there() {
    let (mut read, mut refused) = (0, 0);
    let context = with_an_alias();
    let aliases = &context.aliases;
    for seed in 0..200_000 {
        let line = scraps(seed);
        let arena = bumpalo::Bump::new();
        let there = |begin: usize| line.get(begin..).is_some();
        assert!(typed_so_far(&line, aliases).is_none_or(|so_far| there(so_far.begin)), "{line:?}");
        match read_typed(&line, &arena, crate::language().last_level(), context.clone(), 1) {
            Ok(_) => read += 1,
            Err(faults) => {
                refused += 1;
                let is_there = |fault: &Fault| line.get(fault.span.clone()).is_some();
                assert!(faults.first().iter().all(is_there), "{line:?}: {faults:?}");
            }
        }
        let _ = unfinished(&line, aliases);
        let batch = format!("BATCH [GET {}]", as_typed(&line));
        let read = read_typed(&batch, &arena, crate::language().last_level(), Context::default(), 1)
            .expect("it is a query");
        assert_eq!(read.request, Request::Batch(vec![Query::GetOwn { key: &line }]));
        // A word that is shown as it would be typed is that word again.
        let words = typed_words(&format!("x {} y", as_typed(&line))).expect("it is a word");
        assert_eq!(words.len(), 3, "{line:?}");
        assert_eq!(words[1].0, line);
    }
    assert!(read > 1_000 && refused > 100_000, "{read} read, {refused} refused");
}

/// What was typed is that query as JSON.
fn is_read_as(line: &str, json: &str) {
    let arena = Bump::new();
    let read = read_typed(line, &arena, crate::language().last_level(), with_an_alias(), 1);
    assert_eq!(read.map(|typed| typed.json()), Ok(json.into()), "{line:?}");
}

#[test]
fn brackets_part_queries_where_an_operation_takes_such_and_are_letters_elsewhere() {
    is_read_as("BATCH [PUT A B][GET A] [ SIZE ]", r#"["BATCH",["PUT","A","B"],["GET","A"],["SIZE"]]"#);
    is_read_as("b [PUT 'x ]' \"]\\\"\"]", r#"["b",["PUT","x ]","]\""]]"#);
    is_read_as("\"BATCH\" [PUT A a\\]b] [GET\nA]", r#"["BATCH",["PUT","A","a]b"],["GET","A"]]"#);
    is_read_as("BATCH [\"PUT\",\n\"A\", 7] [\"SIZE\"]", r#"["BATCH",["PUT","A","7"],["SIZE"]]"#);
    is_read_as("PUT k [x", r#"["PUT","k","[x"]"#);
    is_read_as("SET [a] b] [\"x\"]", r#"["SET","[a]","b]","[\"x\"]"]"#);
}

#[test]
fn a_line_goes_on_while_a_query_in_brackets_lacks_its_end() {
    let context = with_an_alias();
    let goes_on = |line: &str| unfinished(line, &context.aliases).is_some();
    for line in [
        "BATCH [",
        "b [PUT A",
        "BATCH [GET A] [PUT A\n",
        "BATCH [PUT A 'x",
        "BATCH [\"PUT\",",
        "[\"BATCH\", [",
    ] {
        assert!(goes_on(line), "{line}");
    }
    for line in [
        "BATCH",
        "BATCH [GET A]",
        "PUT k [x",
        "BACTH [PUT A",
        "c [PUT A",
        "BATCH [PUT A [",
        "BATCH [PUT A B]x [",
    ] {
        assert!(!goes_on(line), "{line}");
    }
}

#[test]
fn what_is_typed_so_far_is_of_the_innermost_query() {
    let context = with_an_alias();
    let so_far = |line: &str| typed_so_far(line, &context.aliases);
    let told = |line: &str, words: &[&str], last: &str, begin, (is_json, is_within)| {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let want = SoFar { words, last: last.to_owned(), begin, is_json, is_within };
        assert_eq!(so_far(line), Some(want), "{line}");
    };
    told("SET A", &["SET"], "A", 4, (false, false));
    told("BATCH [SET A", &["SET"], "A", 11, (false, true));
    told("BATCH [SET A] [", &[], "", 15, (false, true));
    told("b [SET 'a b", &["SET"], "a b", 7, (false, true));
    told("BATCH [GET A] ", &["BATCH", ""], "", 14, (false, false));
    told("BATCH [\"SET\", \"a b", &["SET"], "a b", 14, (true, true));
    told("[\"SET\",\"a", &["SET"], "a", 7, (true, false));
    told("[\"BATCH\",[\"SET\", 5", &["SET"], "5", 17, (true, true));
    told("[\"BATCH\",[\"SET\"], ", &["BATCH", ""], "", 18, (true, false));
    told("PUT [a", &["PUT"], "[a", 4, (false, false));
    assert_eq!(so_far("[\"A\"]"), None);
    assert_eq!(so_far("BATCH [A [B"), None);
}
