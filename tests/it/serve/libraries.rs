//! Clients in other languages, as programs use them: scripts beside this file, run where the client is installed.
//! REWIND_PYTHON names a Python that has redis-py, REWIND_NODE_MODULES a folder with `redis` and `ioredis`.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::connect::{MARK, assert_welcome};
use super::proxy::Proxy;
use super::server::Server;
use crate::{rewind, text, top};

fn script(name: &str) -> PathBuf {
    top().join("tests/it/serve/scripts").join(name)
}

/// Does a command succeed that asks whether a client is there? Else says that it is not.
fn is_there(client: &str, mut asking: Command) -> bool {
    let asked = asking.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_there = asked.is_ok_and(|status| status.success());
    if !is_there {
        eprintln!("skipped: {client} is not installed");
    }
    is_there
}

/// Runs a script through a proxy, and looks at what it sent at connect.
fn run(client: &str, mut command: Command, proxy: &Proxy, more: &[&str]) {
    let output =
        command.arg(proxy.port.to_string()).args(more).stdin(Stdio::null()).output().expect("it runs");
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| text(bytes));
    assert!(output.status.success() && out.trim_end().ends_with("done"), "{client} {more:?}: {out}{err}");
    assert_welcome(client, &proxy.exchanged_before(&MARK));
}

fn python() -> Command {
    Command::new(env::var_os("REWIND_PYTHON").unwrap_or_else(|| "python3".into()))
}

fn node() -> Command {
    let mut node = Command::new("node");
    node.envs(env::var_os("REWIND_NODE_MODULES").map(|folder| ("NODE_PATH", folder)));
    node
}

#[test]
fn redis_py_is_served() {
    let mut asking = python();
    asking.args(["-c", "import redis; assert int(redis.__version__.split('.')[0]) >= 5"]);
    if !is_there("redis-py", asking) {
        return;
    }
    for protocol in ["2", "3"] {
        let mut command = rewind(&["serve", "--resp", "127.0.0.1:0"]);
        command.env("REWIND_AUTH", "default:secret");
        let server = Server::of(command);
        let mut python = python();
        python.arg(script("redis_py.py"));
        run(&format!("redis-py-resp{protocol}"), python, &Proxy::to(&server), &[protocol, "secret"]);
    }
}

#[test]
fn node_redis_is_served() {
    let mut asking = node();
    asking.args(["-e", "require('redis')"]);
    if !is_there("node-redis", asking) {
        return;
    }
    for protocol in ["2", "3"] {
        let server = Server::start(&[]);
        let mut node = node();
        node.arg(script("node_redis.cjs"));
        run(&format!("node-redis-resp{protocol}"), node, &Proxy::to(&server), &[protocol]);
    }
}

#[test]
fn ioredis_is_served() {
    let mut asking = node();
    asking.args(["-e", "require('ioredis')"]);
    if !is_there("ioredis", asking) {
        return;
    }
    let server = Server::start(&[]);
    let mut node = node();
    node.arg(script("ioredis.cjs"));
    run("ioredis", node, &Proxy::to(&server), &[]);
}
