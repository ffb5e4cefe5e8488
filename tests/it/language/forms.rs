//! A set of forms of the tests' own: the same operations in other words, which stand in another order.

use std::sync::LazyLock;

use bumpalo::Bump;
use rewinddb::engine::Engine;
use rewinddb::query::{Aliases, Asks, Example, Form, Language, Level, Mistake, Operation, Query};
use rewinddb::script::{Context, read_list};
use rewinddb::time::{Clock, ClockRule, Time};
use rewinddb::wire::Request;

/// Timestamps first; a value before its cell; and the batch under another name.
static FORMS: [Form; 5] = [
    form(1, "PUT", Asks::One(Operation::Set), &[2, 0, 1]),
    form(1, "READ", Asks::One(Operation::GetAt), &[2, 0, 1]),
    form(2, "PUT", Asks::One(Operation::SetAtWithTtl), &[3, 0, 1, 2, 4]),
    form(2, "BACK", Asks::One(Operation::Restore), &[1, 0]),
    form(3, "TOGETHER", Asks::Batch, &[]),
];

const fn form(level: u8, name: &'static str, asks: Asks, order: &'static [usize]) -> Form {
    let example = Example { queries: &[], answer: "" };
    Form { name, asks, order, level: Level::new(level), answers: "", example }
}

static OTHER: LazyLock<Language> = LazyLock::new(|| Language::new(&FORMS, Level::new(2)));

#[test]
fn words_in_another_order_mean_what_the_form_says() {
    let query = OTHER.parse(&["PUT", "5", "k", "f", "v", "10"]).expect("it is a query");
    let (timestamp, ttl) = (Time(5), rewinddb::time::Ttl(10));
    assert_eq!(query, Query::SetAtWithTtl { key: "k", field: "f", value: "v", timestamp, ttl });
    assert_eq!(OTHER.words(&query), ["PUT", "5", "k", "f", "v", "10"]);
    let fewer = OTHER.parse(&["PUT", "v", "k", "f"]).expect("it is another form of the name");
    assert_eq!(fewer, Query::Set { key: "k", field: "f", value: "v" });
    let mut engine = Engine::new(ClockRule::Monotone);
    engine.apply(&query).expect("time moves forward");
    let read = OTHER.parse(&["READ", "14", "k", "f"]).expect("it is a query");
    assert_eq!(engine.apply(&read).expect("time moves forward").to_string(), "v");
}

#[test]
fn names_levels_and_messages_come_from_the_set_in_hand() {
    assert_eq!(OTHER.levels().map(Level::number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((OTHER.exercise(), OTHER.last_level()), (Level::new(2), Level::new(3)));
    assert_eq!(OTHER.level_of("4"), Err("levels go from 1 to 3".to_owned()));
    assert_eq!(OTHER.names().collect::<Vec<_>>(), ["PUT", "READ", "BACK", "TOGETHER"]);
    assert_eq!(FORMS[2].usage(), "PUT timestamp key field value ttl");
    assert_eq!(FORMS[4].usage(), "TOGETHER [query]…");
    let aliases = Aliases::new(&OTHER);
    let messages = [
        (&["PUT", "x", "k", "f", "v", "1"][..], 3, "the timestamp of PUT must be a number, not `x`", vec![1]),
        (&["BACK", "0", "no"], 3, "the timestamp of BACK must be a number, not `no`", vec![2]),
        (&["GET", "k", "f"], 3, "unknown operation `GET`", vec![0]),
        (&["PUT", "k"], 3, "PUT takes 3 or 5 words, 1 given", vec![]),
        (&["BACK", "0", "1"], 1, "BACK belongs to level 2, only levels up to 1 are open", vec![0]),
    ];
    for (words, level, message, way) in messages {
        let mistake = OTHER.parse_up_to(Level::new(level), words).expect_err(message);
        assert_eq!((mistake.to_string(), mistake.way()), (message.to_owned(), way));
    }
    let mistake = OTHER.parse(&["RED", "1", "k", "f"]).expect_err("it has another name");
    assert_eq!(mistake.help(&aliases), "did you mean READ?");
}

/// Comparing takes as long as the product of both lengths: one such name held whoever reads for seconds.
#[test]
fn a_name_that_is_long_is_compared_with_no_other() {
    let (long, mut aliases) = ("x".repeat(65), Aliases::default());
    for name in [&*long, "fetch"] {
        assert!(aliases.learn(&Query::Alias { name, operation: "GET" }));
    }
    let meant = |given: &str| Mistake::unknown_operation(given).meant(&aliases);
    assert_eq!(meant("fetchh").as_deref(), Some("did you mean fetch?"));
    assert_eq!([&long[1..], &*format!("{long}x")].map(meant), [None, None]);
}

#[test]
fn a_list_in_another_language_is_read_whole_and_faults_stand_at_their_words() {
    let context =
        || Context { clock: Clock::new(ClockRule::Monotone), aliases: Aliases::new(&OTHER), settles: false };
    let arena = Bump::new();
    let list = r#"[["PUT", 5, "k", "f", "v", 10], ["TOGETHER", ["READ", 6, "k", "f"], ["BACK", 0, 7]]]"#;
    let read = read_list(list, &arena, OTHER.last_level(), context()).expect("it has no fault");
    let batch = [
        Query::GetAt { key: "k", field: "f", timestamp: Time(6) },
        Query::Restore { timestamp: Time(7), timestamp_to_restore: rewinddb::query::RestorePoint(Time(0)) },
    ];
    assert_eq!(read[1], Request::Batch(batch.to_vec()));
    let words = serde_json::to_string(&read[1].words(&OTHER)).expect("it is JSON");
    assert_eq!(words, r#"["TOGETHER",["READ","6","k","f"],["BACK","0","7"]]"#);
    let back = r#"[["PUT", 5, "k", "f", "v", 10], ["TOGETHER", ["BACK", 0, 4]]]"#;
    let faults = read_list(back, &arena, OTHER.last_level(), context()).expect_err("time runs backwards");
    let first = faults.first().first().expect("there is one");
    assert_eq!(&back[first.span.clone()], "4", "{first:?}");
}
