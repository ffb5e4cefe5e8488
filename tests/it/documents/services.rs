//! What `docs/serve.md` gives to other programs is taken by them, where they are.

use std::path::Path;
use std::process::Command;

use super::read;
use crate::serve::server::Server;
use crate::{rewind, text, top};

/// The block of the page that begins so.
fn block(begin: &str) -> String {
    let page = read(&top().join("docs/serve.md"));
    let from = page.find(&format!("```{begin}")).unwrap_or_else(|| panic!("there is no {begin}"));
    let (_, block) = page[from..].split_once('\n').expect("it has lines");
    block.split("```").next().expect("it has a text").to_owned()
}

/// Runs a program, if it is there.
fn run(program: &str, arguments: &[&str], home: &Path) -> Option<std::process::Output> {
    let output = Command::new(program).args(arguments).env("HOME", home).output().ok();
    if output.is_none() {
        eprintln!("skipped: no {program} was found, so what the page gives to it was not tried");
    }
    output
}

#[test]
fn the_unit_is_taken_by_systemd() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("rewind.service");
    let unit = block("ini").replace("/usr/local/bin/rewind", env!("CARGO_BIN_EXE_rewind"));
    for (unit, is_right) in
        [(unit.clone(), true), (unit.replace("ProtectHome=yes", "ProtectHome=maybe"), false)]
    {
        std::fs::write(&file, unit).expect("there is room");
        let path = file.to_str().expect("it has a plain name");
        let Some(output) = run("systemd-analyze", &["verify", path], folder.path()) else { return };
        let complaints = text(&output.stderr);
        let ours: Vec<_> = complaints.lines().filter(|line| line.contains("rewind.service")).collect();
        assert_eq!(ours.is_empty(), is_right, "{complaints}");
    }
}

#[test]
fn the_command_of_the_unit_serves() {
    let unit = block("ini");
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/rewind "));
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("db").display().to_string();
    let command = command.expect("it starts the program").replace("/var/lib/rewind/db", &store);
    let mut server = rewind(&command.split(' ').collect::<Vec<_>>());
    server.args(["--resp", "127.0.0.1:0", "--http", "127.0.0.1:0"]).env("REWIND_AUTH", "ada:correct-horse");
    let server = Server::of(server);
    assert!(server.address("http").starts_with("127.0.0.1:"));
}

#[test]
fn the_proxy_is_taken_by_caddy() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("Caddyfile");
    std::fs::write(&file, block("text\ndb.example")).expect("there is room");
    let path = file.to_str().expect("it has a plain name");
    let arguments = ["validate", "--adapter", "caddyfile", "--config", path];
    let Some(output) = run("caddy", &arguments, folder.path()) else { return };
    assert!(output.status.success(), "{}", text(&output.stderr));
}
