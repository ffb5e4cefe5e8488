//! The transcript of the server's page, by curl where that is found, and by raw sockets anywhere.

use std::process::Command;

use super::client::{Client, start_still};
use crate::{text, top};

/// The words of a command line: separated by spaces, or quoted.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words
}

/// The commands of the transcript, each with what it shows.
fn transcript() -> Vec<(Vec<String>, String)> {
    let page = std::fs::read_to_string(top().join("docs/serve.md")).expect("it is there");
    let (_, shown) = page.split_once("```text\n$ curl ").expect("it is shown");
    let (shown, _) = shown.split_once("```").expect("it ends");
    let commands = shown.split("$ curl ").map(|command| {
        let (line, answer) = command.split_once('\n').expect("a command has a line");
        (words(line), answer.trim_end().to_owned())
    });
    commands.collect()
}

#[test]
fn the_transcript_of_the_page_is_what_a_server_answers() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let commands = transcript();
    assert!(commands.len() >= 5);
    for (words, wanted) in commands {
        let json = words.iter().position(|word| word == "--json").map(|place| words[place + 1].as_str());
        let method = match (words.iter().position(|word| word == "-X"), json) {
            (Some(place), _) => words[place + 1].as_str(),
            (None, Some(_)) => "POST",
            (None, None) => "GET",
        };
        let target = words.last().and_then(|url| url.strip_prefix("localhost:7480")).expect("it is a URL");
        let kind: &[&str] = if json.is_some() { &["content-type: application/json"] } else { &[] };
        let response = client.ask(method, target, kind, json.unwrap_or_default());
        assert_eq!(response.text(), wanted, "{words:?}");
    }
}

#[test]
fn curl_has_the_same_answers() {
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("socket").display().to_string();
    let server = start_still(&["--http", &format!("unix:{path}")]);
    for (number, (words, wanted)) in transcript().into_iter().enumerate() {
        let address = server.address("http");
        let words = words.into_iter().map(|word| word.replace("localhost:7480", address));
        let mut curl = Command::new("curl");
        curl.args(["-s", "--noproxy", "*"]).args(words);
        if number % 2 == 1 {
            // A socket in the file system is the same server.
            curl.args(["--unix-socket", &path]);
        }
        let output = curl.output().expect("it runs");
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), wanted));
    }
}
