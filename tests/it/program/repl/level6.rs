//! Sessions in the shell: transactions, batches, and operations with other names.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::Value;

use super::{replayed, scratch, shell, told};

#[test]
fn nothing_of_an_open_transaction_is_on_disk_whatever_ends_the_shell() {
    let scratch = scratch();
    let mut shell = shell(scratch.path(), &["--store", "db"]);
    let mut first = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = first.stdin.take().expect("it is piped");
    lines.write_all(b"PUT A B\nBEGIN\nPUT A C\nBACKUP 5\nPUT Z 1\nITEMS\n").expect("it listens");
    let answers = BufReader::new(first.stdout.take().expect("it is piped")).lines();
    let told_of = answers.map_while(Result::ok).find(|answer| answer.contains('('));
    assert_eq!(told_of.as_deref(), Some(r#""A(C), Z(1)""#));
    first.kill().expect("it runs");
    first.wait().expect("it ends");
    // One that ends by itself rolls back too.
    for end in ["PUT A D\n", "exit\n", "NOTHING\n"] {
        let (answers, ..) = told(scratch.path(), &["--store", "db"], &format!("ITEMS\nBEGIN\nCLEAR\n{end}"));
        assert_eq!(answers.lines().next(), Some(r#""A(B)""#), "{end}");
    }
    let (answers, ..) = told(scratch.path(), &["--store", "db"], "BEGIN\nPUT Y 2\nCOMMIT\nBEGIN\nCLEAR\n");
    assert_eq!(answers.lines().count(), 5);
    assert_eq!(told(scratch.path(), &["--store", "db"], "ITEMS\n").0, "\"A(B), Y(2)\"\n");
}

#[test]
fn a_session_saved_inside_a_transaction_replays_and_says_that_it_is_open() {
    let scratch = scratch();
    let lines = "PUT A B\nBEGIN\nPUT A C\nGET A\n.save open.json\nCOMMIT\n.save done.json\n";
    let (answers, messages, status) = told(scratch.path(), &[], lines);
    assert_eq!(status, Some(0));
    let answers: Vec<Value> =
        answers.lines().map(|answer| serde_json::from_str(answer).expect("it is JSON")).collect();
    assert_eq!(replayed(scratch.path(), "open.json", 4), answers[..4]);
    assert_eq!(replayed(scratch.path(), "done.json", 5), answers);
    assert_eq!(
        messages,
        "saved 4 queries in open.json; a transaction is open at their end\nsaved 5 queries in done.json\n"
    );
}

#[test]
fn by_the_wall_clock_a_batch_happens_at_one_moment_and_its_step_is_that_after_it() {
    let scratch = scratch();
    let ahead = u64::MAX - 10;
    let lines = format!(
        "BATCH [PUT A B] [PUT_WITH_TTL C D 1000000] [TTL C]\nBATCH [SIZE] [GET_AT A x {ahead}]\n.steps\n\
         BATCH [SIZE] [GET_AT A x 5]\n"
    );
    let (answers, messages, status) = told(scratch.path(), &["--clock", "wall"], &lines);
    assert_eq!(answers.lines().next(), Some(r#"["","","1000000"]"#));
    let rows = answers.lines().skip(2).map(|row| serde_json::from_str::<Value>(row).expect("it is JSON"));
    let clocks: Vec<_> = rows.filter_map(|row| row["clock"].as_u64()).collect();
    assert!(clocks[0] > 1_577_836_800_000, "{clocks:?}");
    assert_eq!(clocks[1], ahead);
    assert!(status == Some(2) && messages.contains("time runs backwards: 5 after"), "{messages}");
}

#[test]
fn the_other_names_of_a_store_are_there_from_the_start() {
    let scratch = scratch();
    told(scratch.path(), &["--store", "db"], "ALIAS g GET\nALIAS all BATCH\nPUT A B\n");
    let lines = "g A\nall [g A] [SIZE]\n.back\ng A\n.help g\n";
    let (answers, messages, status) = told(scratch.path(), &["--store", "db"], lines);
    assert_eq!(status, Some(0), "{messages}");
    assert!(answers.starts_with("\"B\"\n[\"B\",\"1\"]\n\"B\"\ng stands for GET.\n"), "{answers}");
}
