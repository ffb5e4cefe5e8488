//! Random lists over HTTP, whole and line by line, beside a database in memory.

use std::io::{BufRead, BufReader, Write};

use bumpalo::Bump;
use rewinddb::db::Database;
use rewinddb::judge::QueryList;
use rewinddb::script::{Context, read_list};
use rewinddb::wire::{Request, Term, raw_query};

use super::client::{Client, start, start_still};
use crate::amounts::HTTP_LISTS;
use crate::judge::lists::any_list_of;

/// What a list is answered in memory, up to the query that is refused, if one is.
fn answers(list: &QueryList) -> Vec<Term> {
    let mut database = Database::in_memory();
    let mut answers = Vec::new();
    for words in list {
        let aliases = database.aliases().clone();
        let Ok(request) = Request::parse(&raw_query(words), &aliases, crate::whole()) else { break };
        let Ok(answer) = database.apply(&request) else { break };
        answers.push(Term::from(&answer));
    }
    answers
}

#[test]
fn lists_are_answered_as_in_memory_whole_and_line_by_line() {
    let (mut refused, mut answered) = (0, 0);
    for seed in HTTP_LISTS.seeds() {
        let list = any_list_of(seed, false);
        let wanted = answers(&list);
        let whole = serde_json::to_string(&list).expect("it is JSON");
        let server = start_still(&[]);
        let response = Client::to(&server).post("/v1/query", &whole);
        if wanted.len() == list.len() {
            answered += 1;
            assert_eq!(response.status, 200, "seed {seed}: {}", response.text());
            let told: Vec<Term> = serde_json::from_slice(&response.body).expect("it is JSON");
            assert_eq!(told, wanted, "seed {seed}");
        } else {
            refused += 1;
            assert_eq!(response.status, 422, "seed {seed}: {}", response.text());
            let left = Client::to(&server).post("/v1/query", "[[\"ITEMS\"],[\"ALIASES\"]]").text();
            assert_eq!(left, "[\"\",\"\"]", "seed {seed}");
        }
        let server = start_still(&[]);
        let lines: String = list.iter().flat_map(|words| [json(words), "\n".to_owned()]).collect();
        let response =
            Client::to(&server).ask("POST", "/v1/query", &["content-type: application/x-ndjson"], &lines);
        let text = response.text();
        let (told, rest): (Vec<_>, Vec<_>) = text.lines().partition(|line| !line.starts_with('{'));
        assert_eq!(told, wanted.iter().map(json).collect::<Vec<_>>(), "seed {seed}");
        let is_refused = rest.len() == 1 && rest[0].contains("\"status\":422");
        assert_eq!(is_refused, wanted.len() < list.len(), "seed {seed}: {rest:?}");
    }
    println!("{answered} lists answered, {refused} refused");
    assert!(answered > refused, "{answered} answered, {refused} refused");
}

/// Over HTTP and by lines a number of many digits was kept as another, as `1.2345678901234568e+22`; one with a fraction
/// was taken.
#[test]
fn a_word_that_is_a_number_is_the_same_on_every_face() {
    let server = start(&["--resp", "127.0.0.1:0", "--line", "127.0.0.1:0"]);
    for word in [
        "7",
        "-7",
        "12345678901234567890123",
        "18446744073709551615",
        "007",
        "1.5",
        "1e3",
        "-0",
        "true",
        "null",
    ] {
        let put = format!("[\"PUT\",\"n\",{word}]");
        let (list, arena) = (format!("[{put}]"), Bump::new());
        let wanted = match read_list(&list, &arena, crate::whole(), Context::default()) {
            Ok(requests) => requests[0].words(crate::language())[2].clone(),
            Err(_) => Term::from("nothing"),
        };
        let mut http = Client::to(&server);
        let (mut resp, mut line) = (server.client(), BufReader::new(server.line_client()));
        let mut by = |name: &str, ask: &mut dyn FnMut()| {
            http.post("/v1/query", r#"[["PUT","n","nothing"]]"#);
            ask();
            let told: Vec<Term> =
                serde_json::from_slice(&http.post("/v1/query", r#"[["GET","n"]]"#).body).expect("it is JSON");
            assert_eq!(told[0], wanted, "{word} by {name}");
        };
        let lines = &["content-type: application/x-ndjson"];
        by("a list", &mut || drop(Client::to(&server).post("/v1/query", &list)));
        by("lines", &mut || drop(Client::to(&server).ask("POST", "/v1/query", lines, &put)));
        by("a batch", &mut || drop(resp.ask(&["BATCH", &put])));
        by("the line protocol", &mut || {
            // Greeted it was too.
            line.get_mut().write_all(format!("{put}\n").as_bytes()).expect("it is heard");
            (0..2).for_each(|_| drop(line.read_line(&mut String::new())));
        });
    }
}

fn json(value: &(impl serde::Serialize + ?Sized)) -> String {
    serde_json::to_string(value).expect("it is JSON")
}
