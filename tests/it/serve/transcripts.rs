//! Transcripts in `fixtures/serve`: what clients send, and what they are answered.
//!
//! A line of a `.txt` is a command, its words quoted as in redis-cli, sent by connection `a` or, where it begins so, by
//! `b> `. `#` begins a comment. Those in `redis` are held against Redis too, where it is installed; `line` is of the
//! line protocol.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use rewinddb::serve::resp::inline::split;

use super::client::Client;
use super::redis::Redis;
use super::same::is_same;
use super::server::Server;
use crate::{assert_golden, top};

/// The clock stands still, so every lifetime is exact.
const STILL: [&str; 2] = ["--clock", "logical"];

/// The transcripts in a folder, each with its name.
fn transcripts(folder: &str) -> BTreeMap<String, String> {
    let entries = fs::read_dir(top().join("fixtures").join(folder)).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let name = |path: &PathBuf| path.file_stem().expect("it has a name").to_string_lossy().into_owned();
    let texts = paths.filter(|path| path.extension().is_some_and(|end| end == "txt"));
    texts.map(|path| (name(&path), fs::read_to_string(&path).expect("it is text"))).collect()
}

/// A line of a transcript: who says it, and what.
fn read(line: &str) -> Option<(usize, Vec<Vec<u8>>)> {
    let (who, typed) = line.strip_prefix("b> ").map_or((0, line), |typed| (1, typed));
    if typed.is_empty() || typed.starts_with('#') {
        return None;
    }
    let (mut text, mut places) = (Vec::new(), Vec::new());
    split(typed.as_bytes(), &mut text, &mut places).unwrap_or_else(|_| panic!("the quotes of {line}"));
    Some((who, places.into_iter().map(|place| text[place].to_vec()).collect()))
}

/// A reply as text: headers as they are, texts in quotes.
fn shown(reply: &[u8]) -> String {
    let (mut shown, mut rest) = (Vec::new(), reply);
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let (line, behind) = (&rest[..end], &rest[end + 2..]);
        shown.push(line.escape_ascii().to_string().replace("\\\'", "'").replace("\\\"", "\""));
        rest = behind;
        let length =
            matches!(line[0], b'$' | b'=').then(|| std::str::from_utf8(&line[1..]).ok()?.parse().ok());
        if let Some(Some(length)) = length {
            let (text, behind) = rest.split_at(length);
            shown.push(format!("\"{}\"", text.escape_ascii()));
            rest = &behind[2..];
        }
    }
    assert!(rest.is_empty(), "it is whole: {}", reply.escape_ascii());
    if shown.is_empty() { "(closed)".to_owned() } else { shown.join(" ") }
}

/// What tells of the process is never the same, and what is long tells of all commands: both are looked at elsewhere.
fn cut(shown: &str) -> String {
    let is_cut = shown.len() > 1500 || shown.contains("process_id");
    if is_cut { format!("{}… and more", &shown[..1]) } else { shown.to_owned() }
}

/// What a transcript is answered, line by line.
fn answered(text: &str, clients: &mut [Client; 2]) -> String {
    let line = |line: &str| match read(line) {
        None => format!("{line}\n"),
        Some((who, words)) => format!("{line}\n    {}\n", cut(&shown(&clients[who].ask(&words)))),
    };
    text.lines().map(line).collect()
}

#[test]
fn transcripts_are_answered_as_they_were() {
    for folder in ["serve", "serve/redis", "serve/connect"] {
        for (name, text) in transcripts(folder) {
            let server = Server::start(&STILL);
            let said = answered(&text, &mut [server.client(), server.client()]);
            assert_golden(folder, &name, &said);
        }
    }
}

#[test]
fn transcripts_of_redis_are_answered_as_redis_answers_them() {
    let Some(redis) = Redis::start() else { return };
    let mut differences = String::new();
    for (name, text) in transcripts("serve/redis") {
        for protocol in ["2", "3"] {
            let server = Server::start(&[]);
            assert_eq!(redis.client().ask(&["FLUSHALL"]), b"+OK\r\n");
            let mut sides = [[server.client(), server.client()], [redis.client(), redis.client()]];
            for client in sides.as_flattened_mut() {
                client.ask(&["HELLO", protocol]);
            }
            let told = |difference| format!("{name}, RESP{protocol}: {difference}");
            differences.extend(compared(&text, sides).map(told));
        }
    }
    assert_eq!(differences, "");
}

/// Where Redis answers a transcript otherwise.
fn compared(text: &str, mut sides: [[Client; 2]; 2]) -> impl Iterator<Item = String> {
    let mut queued = [Vec::new(), Vec::new()];
    text.lines().filter_map(move |line| {
        let (who, words) = read(line)?;
        let [ours, theirs] = sides.each_mut().map(|side| side[who].ask(&words));
        let is_same = is_same(&words, &queued[who], [&ours, &theirs]);
        match &ours[..] {
            b"+QUEUED\r\n" => queued[who].push(words),
            _ => queued[who].clear(),
        }
        (!is_same).then(|| format!("{line}\n  rewind {}\n  redis  {}\n", shown(&ours), shown(&theirs)))
    })
}

/// What is said on a connection of the line protocol, up to its end, which the last line asks for.
fn spoken(text: &str, client: &mut Client) -> String {
    let mut said = format!("S: {}\n", one_line(client));
    for line in text.lines() {
        if line.starts_with('#') {
            said += &format!("{line}\n");
            continue;
        }
        client.send_bytes(format!("{line}\r\n").as_bytes());
        let is_long = line.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case("STATS"));
        let replies = if is_long { 6 } else { 1 };
        said += &format!("C: {line}\n");
        said.extend((0..replies).map(|_| format!("S: {}\n", one_line(client))));
    }
    said + &format!("S: {}\n", one_line(client))
}

fn one_line(client: &mut Client) -> String {
    let line = client.line();
    let text = String::from_utf8(line).expect("lines are UTF-8");
    if text.is_empty() { "(closed)".to_owned() } else { text.trim_end().to_owned() }
}

/// Runs a transcript of the line protocol.
fn assert_lines(name: &str, passwords: Option<&str>, more: &[&str]) {
    let options = [&["serve", "--line", "127.0.0.1:0"], &STILL[..], more].concat();
    let mut command = crate::rewind(&options);
    command.env_remove("REWIND_AUTH");
    command.envs(passwords.map(|text| ("REWIND_AUTH", text)));
    let server = Server::of(command);
    let text = &transcripts("serve/line")[name];
    assert_golden("serve/line", name, &spoken(text, &mut Client::to(server.address("line"))));
}

#[test]
fn the_line_protocol_is_spoken_as_its_transcripts_have_it() {
    assert_lines("commands", None, &[]);
    assert_lines("password", Some("secret\nada:other\n"), &[]);
    assert_lines("no_shutdown", None, &["--no-shutdown"]);
}
