//! What a server tells of itself, of its commands and of its connections.

use std::collections::{BTreeMap, BTreeSet};

use super::client::{Client, taken_apart};
use super::redis::Redis;
use super::server::Server;
use crate::text;

/// The text that a reply is.
fn said(reply: &[u8]) -> String {
    let begin = reply.iter().position(|byte| *byte == b'\n').expect("a line ends") + 1;
    text(&reply[begin..reply.len() - 2])
}

fn number(reply: &[u8]) -> i64 {
    let digits = text(reply).trim_end().strip_prefix(':').map(str::to_owned);
    digits.and_then(|digits| digits.parse().ok()).expect("it is a number")
}

#[test]
fn info_tells_what_clients_look_for() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.ask(&["MSET", "a", "1", "b", "2"]);
    let info = said(&client.ask(&["INFO"]));
    let wanted = [
        "# Server",
        "redis_version:7.4.0",
        "rewind_version:",
        "redis_mode:standalone",
        "loading:0",
        "used_memory:",
        "connected_clients:1",
        "total_commands_processed:1",
        "role:master",
        "# Keyspace",
        "db0:keys=2,",
    ];
    for line in wanted {
        assert!(info.lines().any(|told| told.starts_with(line)), "{line}: {info}");
    }
    let part = said(&client.ask(&["info", "REPLICATION", "keyspace", "nosuch"]));
    let sections: Vec<_> = part.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(sections, ["# Replication", "# Keyspace"]);
}

#[test]
fn connections_are_listed_and_closed() {
    let server = Server::start(&[]);
    let [mut one, mut other] = [server.client(), server.client()];
    other.ask(&["CLIENT", "SETNAME", "other"]);
    other.ask(&["CLIENT", "SETINFO", "LIB-NAME", "library"]);
    other.ask(&["HELLO", "3"]);
    let list = said(&one.ask(&["CLIENT", "LIST"]));
    assert_eq!(list.lines().count(), 2, "{list}");
    let line = list.lines().find(|line| line.contains(" name=other ")).expect("it is listed");
    for wanted in ["addr=127.0.0.1:", " resp=3 ", " lib-name=library ", " cmd=hello ", " user=default "] {
        assert!(line.contains(wanted), "{wanted}: {line}");
    }
    assert!(said(&one.ask(&["CLIENT", "INFO"])).contains("cmd=client"));
    let id = number(&other.ask(&["CLIENT", "ID"])).to_string();
    assert!(line.starts_with(&format!("id={id} ")), "{line}");
    assert_eq!(one.ask(&["CLIENT", "KILL", "ID", &id]), b":1\r\n");
    assert_eq!(other.reply(), b"");
    assert_eq!(one.ask(&["CLIENT", "KILL", "ID", &id]), b":0\r\n");
    assert_eq!(one.ask(&["QUIT"]), b"+OK\r\n");
    assert_eq!(one.reply(), b"");
}

/// With a store GET and SET were no commands.
#[test]
fn the_last_command_of_a_connection_is_listed_with_a_store_as_well() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = Server::start(&["--store", &store]);
    let [mut one, mut other] = [server.client(), server.client()];
    other.ask(&["SET", "a", "1"]);
    let list = said(&one.ask(&["CLIENT", "LIST"]));
    assert!(list.contains(" cmd=set "), "{list}");
}

#[test]
fn shutdown_ends_the_server() {
    let mut server = Server::start(&[]);
    let mut client = server.client();
    assert_eq!(client.ask(&["SHUTDOWN", "NOSAVE"]), b"");
    assert_eq!(server.status(), Some(0));
}

#[test]
fn commands_are_counted_and_listed_alike() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let count = number(&client.ask(&["COMMAND", "COUNT"]));
    let list = client.ask(&["COMMAND", "LIST"]);
    let names: BTreeSet<_> = taken_apart(&list).1.into_iter().map(said).collect();
    assert_eq!(i64::try_from(names.len()), Ok(count));
    for (asked, by) in [(&["COMMAND"][..], 1), (&["COMMAND", "INFO"], 1), (&["COMMAND", "DOCS"], 2)] {
        assert_eq!(taken_apart(&client.ask(asked)).1.len(), by * names.len(), "{asked:?}");
    }
    for name in ["get", "hscan", "rewind", "set_at", "batch"] {
        assert!(names.contains(name), "{name}");
    }
}

/// What COMMAND tells of each command: its words, whether it writes, and where its keys are.
fn commands(client: &mut Client) -> BTreeMap<String, (i64, bool, [i64; 3])> {
    let reply = client.ask(&["COMMAND"]);
    let told = taken_apart(&reply).1.into_iter().map(|command| {
        let parts = taken_apart(command).1;
        let writes = parts[2].windows(8).any(|flag| flag == b"+write\r\n");
        (said(parts[0]), (number(parts[1]), writes, [3, 4, 5].map(|place| number(parts[place]))))
    });
    told.collect()
}

#[test]
fn commands_are_told_as_redis_tells_them() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start(&[]);
    let [ours, theirs] = [server.client(), redis.client()].map(|mut client| commands(&mut client));
    let mut differences = Vec::new();
    for (name, told) in &ours {
        // RESTORE is of our own language.
        let wanted = theirs.get(name).filter(|wanted| *wanted != told && name != "restore");
        if let Some(wanted) = wanted {
            differences.push(format!("{name}: {told:?}, and not {wanted:?}"));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(ours.keys().filter(|name| theirs.contains_key(*name)).count() > 70);
}

#[test]
fn a_walk_tells_each_key_that_stays_once() {
    let server = Server::start(&[]);
    let [mut walking, mut writing] = [server.client(), server.client()];
    let stays: BTreeSet<_> = (0..1_000).map(|number| format!("stays:{number}")).collect();
    for key in &stays {
        assert_eq!(writing.ask(&["SET", key, "x"]), b"+OK\r\n");
    }
    let (mut cursor, mut found, mut step) = ("0".to_owned(), Vec::new(), 0);
    loop {
        let reply = walking.ask(&["SCAN", &cursor, "COUNT", "7", "MATCH", "stays:*"]);
        let parts = taken_apart(&reply).1;
        cursor = said(parts[0]);
        found.extend(taken_apart(parts[1]).1.into_iter().map(said));
        if cursor == "0" {
            break;
        }
        for number in step * 10..step * 10 + 30 {
            writing.ask(&["SET", &format!("comes:{number}"), "x"]);
            writing.ask(&["DEL", &format!("comes:{}", number + 15)]);
        }
        step += 1;
    }
    assert!(step > 10, "only {step} steps");
    found.sort();
    assert!(found.iter().eq(&stays), "{} of {} were told", found.len(), stays.len());
}

/// A bug once: who carried out a transaction had to wait for room until others forgot what they watched.
#[test]
fn exec_has_room_however_many_watch() {
    let scratch = tempfile::tempdir().expect("there is room");
    let store = scratch.path().to_str().expect("a plain name");
    let server = Server::start(&["--store", store, "--max-transactions", "1"]);
    let [mut watching, mut client] = [server.client(), server.client()];
    assert_eq!(watching.ask(&["WATCH", "a"]), b"+OK\r\n");
    assert_eq!(client.ask(&["WATCH", "a"]), b"-ERR too many transactions are open\r\n");
    // A WATCH that failed lets nothing pass.
    assert_eq!([client.ask(&["MULTI"]), client.ask(&["EXEC"])].concat(), b"+OK\r\n*-1\r\n");
    assert_eq!(client.ask(&["MULTI"]), b"+OK\r\n");
    for value in ["1", "2"] {
        assert_eq!(client.ask(&["SET", "a", value]), b"+QUEUED\r\n");
    }
    assert_eq!(client.ask(&["EXEC"]), b"*2\r\n+OK\r\n+OK\r\n");
    assert_eq!([watching.ask(&["MULTI"]), watching.ask(&["EXEC"])].concat(), b"+OK\r\n*-1\r\n");
}

/// A bug once: they were carried out with words too many or too few.
#[test]
fn commands_before_a_password_have_their_words_counted() {
    let mut command = crate::rewind(&["serve", "--resp", "127.0.0.1:0"]);
    command.env("REWIND_AUTH", "secret");
    let server = Server::of(command);
    let mut client = server.client();
    for (words, name) in [(&["AUTH"][..], "auth"), (&["RESET", "x"], "reset")] {
        let wanted = format!("-ERR wrong number of arguments for '{name}' command\r\n");
        assert_eq!(text(&client.ask(words)), wanted);
    }
    assert_eq!(client.ask(&["GET"]), b"-NOAUTH Authentication required.\r\n");
    assert_eq!(client.ask(&["AUTH", "secret"]), b"+OK\r\n");
}

#[test]
fn what_is_watched_is_bounded() {
    let server = Server::start(&["--max-queries", "3", "--max-request", "1KiB"]);
    let mut client = server.client();
    assert_eq!(client.ask(&["WATCH", "a", "b", "c"]), b"+OK\r\n");
    assert_eq!(client.ask(&["WATCH", "a"]), b"+OK\r\n");
    assert_eq!(client.ask(&["WATCH", "d"]), b"-ERR too many keys are watched\r\n");
    assert_eq!(client.ask(&["UNWATCH"]), b"+OK\r\n");
    for key in ["d", "e"] {
        let reply = client.ask(&["WATCH", &key.repeat(600)]);
        assert_eq!(reply, if key == "d" { &b"+OK\r\n"[..] } else { b"-ERR too many keys are watched\r\n" });
    }
}
