use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::Path;

use rstest::rstest;
use tempfile::tempdir;

use super::{Client, Server, ended, refused, request, until};
use crate::{feed, rewind, text};

/// What a store holds under a key, once nobody has it open.
fn kept(store: &str, key: &str) -> String {
    let output = feed(&["run", "-", "--store", store], format!(r#"["GET","{key}"]"#).as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_str(&text(&output.stdout)).expect("an answer is a string")
}

fn name(path: &Path) -> String {
    path.to_str().expect("the system names its directories plainly").to_owned()
}

#[test]
fn it_says_where_it_listens_and_then_that_it_is_ready() {
    let folder = tempdir().unwrap();
    let unix = format!("unix:{}", name(&folder.path().join("s")));
    let listeners = ["--resp", "0", "--resp", "localhost:0", "--line", "127.0.0.1:0", "--resp", &unix];
    let server = Server::with(&listeners, &[]);
    let [first, second, third, line] = &server.lines[..] else { panic!("{:?}", server.lines) };
    for (said, face) in [(first, "resp"), (second, "resp"), (line, "line")] {
        let port = said.strip_prefix(face).and_then(|rest| rest.strip_prefix(" 127.0.0.1:"));
        assert!(port.is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port > 0)), "{said}");
    }
    assert_eq!(third, &format!("resp {unix}"));
    for said in [first, second, third] {
        assert_eq!(Client::to(&said[5..]).ask(&["PING"]), "+PONG");
    }
    assert_eq!(server.line().say("GET a"), "NOT_FOUND");
    server.stop();
}

#[test]
fn port_and_version_6_addresses_are_taken() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("left out, as there is no version 6 here");
        return;
    }
    let server = Server::with(&["--resp", "[::1]:0"], &[]);
    assert!(server.lines[0].starts_with("resp [::1]:"), "{:?}", server.lines);
    assert_eq!(server.resp().ask(&["PING"]), "+PONG");
}

#[rstest]
fn a_signal_ends_it_and_what_was_answered_is_kept(#[values("TERM", "INT", "HUP")] signal: &str) {
    let folder = tempdir().unwrap();
    let store = name(&folder.path().join("store"));
    let mut server = Server::start(&["--store", &store, "--sync", "never"]);
    let mut client = server.resp();
    assert_eq!(client.ask(&["SET", "a", "1"]), "+OK");
    server.signal(signal);
    assert_eq!(client.end(), "");
    assert_eq!(server.wait(), (Some(0), String::new()));
    assert_eq!(kept(&store, "a"), "1");
}

/// Started by `nohup` it ended with its terminal all the same.
#[cfg(target_os = "linux")]
#[test]
fn who_is_told_to_outlive_its_terminal_does() {
    let mut server = Server::by_shell("trap '' HUP; exec \"$0\" serve --resp 0", &[]);
    let mut client = server.resp();
    server.signal("HUP");
    assert_eq!(client.ask(&["PING"]), "+PONG");
    server.signal("TERM");
    assert_eq!(server.wait(), (Some(0), String::new()));
}

#[rstest]
#[case("resp")]
#[case("line")]
fn a_client_may_end_it(#[case] face: &str) {
    let folder = tempdir().unwrap();
    let store = name(&folder.path().join("store"));
    let mut server = Server::start(&["--store", &store]);
    let (mut other, mut client) = (server.resp(), Client::to(server.address(face)));
    assert_eq!(other.ask(&["SET", "a", "1"]), "+OK");
    client.send("SHUTDOWN\r\n");
    assert!(["", "Welcome to KVStore Server\nOK\n"].contains(&&*client.end()));
    assert_eq!(other.end(), "");
    assert_eq!(server.wait(), (Some(0), String::new()));
    assert_eq!(kept(&store, "a"), "1");
}

#[test]
fn without_leave_no_client_ends_it() {
    let server = Server::start(&["--no-shutdown"]);
    assert_eq!(server.resp().ask(&["SHUTDOWN"]), "-ERR SHUTDOWN is off");
    assert_eq!(server.resp().ask(&["SHUTDOWN", "NOSAVE"]), "-ERR SHUTDOWN is off");
    assert_eq!(server.line().say("SHUTDOWN"), "ERROR: SHUTDOWN is off");
    assert_eq!(server.resp().ask(&["PING"]), "+PONG");
}

/// SHUTDOWN waited until all was read that its client had asked before.
#[test]
fn who_ends_it_and_reads_nothing_does_not_hold_it_up() {
    let mut server = Server::start(&["--drain-timeout", "300"]);
    let (mut client, mut other) = (server.resp(), server.resp());
    assert_eq!(client.ask(&["SET", "a", &"x".repeat(200_000)]), "+OK");
    let mut waits =
        || other.ask(&["CLIENT", "LIST"]).lines().next().is_some_and(|line| !line.contains("omem=0 "));
    until("a reply that finds no room", || {
        client.send(request(&["GET", "a"]));
        waits().then_some(())
    });
    client.send(request(&["SHUTDOWN"]));
    assert_eq!(server.wait().0, Some(0));
}

#[test]
fn what_is_in_hand_is_answered_before_it_ends() {
    let mut server = Server::start(&[]);
    let (mut half, mut idle) = (server.resp(), server.resp());
    assert_eq!(idle.ask(&["PING"]), "+PONG");
    half.send("*2\r\n$4\r\nECHO\r\n$5\r\nhe");
    until("the half request", || server.resp().ask(&["CLIENT", "LIST"]).contains("qbuf=2").then_some(()));
    server.signal("TERM");
    assert_eq!(idle.end(), "");
    assert!(Client::try_to(server.address("resp")).is_err(), "nobody is let in any more");
    half.send("llo\r\n");
    assert_eq!(half.reply(), "hello");
    assert_eq!(half.end(), "");
    assert_eq!(server.wait(), (Some(0), String::new()));
}

#[test]
fn it_does_not_wait_for_a_client_for_ever() {
    let mut server = Server::start(&["--drain-timeout", "200"]);
    let mut half = server.resp();
    half.send("*2\r\n$4\r\nECHO\r\n$5\r\nhe");
    until("the half request", || server.resp().ask(&["CLIENT", "LIST"]).contains("qbuf=2").then_some(()));
    server.signal("TERM");
    assert_eq!(server.wait(), (Some(0), String::new()));
}

#[test]
fn a_second_signal_breaks_it_off() {
    let mut server = Server::start(&["--drain-timeout", "600000"]);
    let (mut half, mut idle) = (server.resp(), server.resp());
    half.send("*2\r\n$4\r\nECHO\r\n$5\r\nhe");
    until("the half request", || idle.ask(&["CLIENT", "LIST"]).contains("qbuf=2").then_some(()));
    server.signal("TERM");
    assert_eq!(idle.end(), "");
    server.signal("INT");
    assert_eq!(server.wait().0, Some(130));
}

#[test]
fn a_socket_is_its_owners_alone_and_goes_with_the_server() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let unix = format!("unix:{}", name(&path));
    // One at which nobody listens any more.
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let mut server = Server::with(&["--resp", &unix], &[]);
    let there = std::fs::symlink_metadata(&path).unwrap();
    assert!(there.file_type().is_socket());
    assert_eq!(there.permissions().mode() & 0o777, 0o600);
    assert_eq!(server.resp().ask(&["PING"]), "+PONG");
    let (status, message) = refused(&["--resp", &unix]);
    assert_eq!(status, Some(2));
    assert!(message.contains("cannot listen at unix:") && message.contains("in use"), "{message}");
    assert_eq!(server.resp().ask(&["PING"]), "+PONG", "it has it still");
    server.signal("TERM");
    assert_eq!(server.wait(), (Some(0), String::new()));
    assert!(!path.exists());
}

#[test]
fn a_file_where_a_socket_should_be_is_left_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let unix = format!("unix:{}", name(&path));
    std::fs::write(&path, "precious").unwrap();
    let (status, message) = refused(&["--line", &unix]);
    assert_eq!(status, Some(2));
    assert!(message.contains("another file"), "{message}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

/// A server removed at its end whatever had its place by then.
#[test]
fn a_socket_of_somebody_else_stays_at_the_end() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let unix = format!("unix:{}", name(&path));
    let first = Server::with(&["--resp", &unix], &[]);
    std::fs::remove_file(&path).unwrap();
    let second = Server::with(&["--resp", &unix], &[]);
    first.stop();
    assert_eq!(second.resp().ask(&["PING"]), "+PONG");
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "precious").unwrap();
    second.stop();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn an_address_that_is_in_use_is_refused() {
    let server = Server::start(&[]);
    for face in ["--resp", "--line"] {
        let (status, message) = refused(&[face, server.address("resp")]);
        assert_eq!(status, Some(2));
        assert!(message.contains(server.address("resp")) && message.contains("in use"), "{message}");
    }
    server.stop();
}

/// What a server that does not begin had made of its record was in the way of the next.
#[test]
fn who_finds_no_place_to_listen_at_leaves_no_record() {
    let folder = tempdir().unwrap();
    let record = name(&folder.path().join("record"));
    let server = Server::start(&[]);
    assert_eq!(refused(&["--resp", server.address("resp"), "--record", &record]).0, Some(2));
    assert!(!Path::new(&record).exists());
}

#[rstest]
#[case("name.example:7400", "a host is a number")]
#[case("127.0.0.1:port", "`port` is no port")]
#[case("65536", "is no port")]
#[case("unix:", "a path is missing")]
fn what_is_no_address_is_refused(#[case] address: &str, #[case] why: &str) {
    let (status, message) = refused(&["--resp", address]);
    assert!(status == Some(2) && message.contains(why), "{status:?} {message}");
}

#[test]
fn a_service_manager_is_told() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(super::PATIENCE)).unwrap();
    let mut command = rewind(&["serve", "--resp", "0"]);
    let server = Server::run({
        command.env("NOTIFY_SOCKET", &path);
        command
    });
    let mut told = [0; 100];
    let count = manager.recv(&mut told).unwrap();
    assert_eq!(&told[..count], b"READY=1");
    server.stop();
    let count = manager.recv(&mut told).unwrap();
    assert_eq!(&told[..count], b"STOPPING=1");
}

#[cfg(target_os = "linux")]
#[test]
fn a_service_manager_without_a_file_is_told() {
    use std::os::linux::net::SocketAddrExt;
    let name = format!("rewind-test-{}", std::process::id());
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
    let manager = UnixDatagram::bind_addr(&address).unwrap();
    manager.set_read_timeout(Some(super::PATIENCE)).unwrap();
    let mut command = rewind(&["serve", "--resp", "0"]);
    command.env("NOTIFY_SOCKET", format!("@{name}"));
    let server = Server::run(command);
    let mut told = [0; 100];
    let count = manager.recv(&mut told).unwrap();
    assert_eq!(&told[..count], b"READY=1");
    server.stop();
}

/// Nobody reads there, and the queue is full: the server waited for ever.
#[test]
fn a_service_manager_that_does_not_listen_holds_nothing_up() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("notify");
    let _manager = UnixDatagram::bind(&path).unwrap();
    let other = UnixDatagram::unbound().unwrap();
    other.set_nonblocking(true).unwrap();
    while other.send_to(&[0; 100], &path).is_ok() {}
    let mut command = rewind(&["serve", "--resp", "0"]);
    command.env("NOTIFY_SOCKET", &path);
    let server = Server::run(command);
    assert_eq!(server.resp().ask(&["PING"]), "+PONG");
    server.stop();
}

/// Most of what a request waited for was the way to its page.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[rstest]
#[case("", true)]
#[case("glibc.malloc.arena_max=2", true)]
#[case("glibc.malloc.hugetlb=0", false)]
fn its_memory_lies_in_huge_pages_unless_somebody_has_said_otherwise(#[case] given: &str, #[case] lies: bool) {
    let modes = std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled");
    if !modes.is_ok_and(|modes| modes.contains("[madvise]")) {
        eprintln!("skipped: this system gives no huge pages to who asks for them");
        return;
    }
    let mut command = rewind(&["serve", "--resp", "0", "--line", "0", "--max-words", "7"]);
    if !given.is_empty() {
        command.env("GLIBC_TUNABLES", given);
    }
    let server = Server::run(command);
    let mut client = server.resp();
    // The first piece of a heap may be smaller than a huge page; below 128 KiB a value has no piece of its own.
    for number in 0..80 {
        assert_eq!(client.ask(&["SET", &number.to_string(), &"x".repeat(100 << 10)]), "+OK");
    }
    let of_process =
        |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", server.child.id())).expect("it runs");
    let maps = of_process("smaps");
    let pieces = maps.split_inclusive("VmFlags:").zip(maps.split("VmFlags:").skip(1));
    let of_heap = pieces.filter(|(piece, _)| piece.contains("[heap]"));
    let flags: Vec<&str> = of_heap.filter_map(|(_, after)| after.lines().next()).collect();
    assert_eq!(flags.iter().any(|flags| flags.split(' ').any(|flag| flag == "hg")), lies, "{flags:?}");
    // It was started as it had been.
    assert!(of_process("cmdline").ends_with("\0--max-words\x007\0"));
    assert_eq!(of_process("comm"), "rewind\n");
    server.stop();
}

#[test]
fn a_store_that_is_open_elsewhere_is_refused() {
    let folder = tempdir().unwrap();
    let store = name(&folder.path().join("store"));
    let server = Server::start(&["--store", &store]);
    let held = format!("error: {store}: this store is open already, in this process or another\n");
    assert_eq!(refused(&["--resp", "0", "--store", &store]), (Some(75), held.clone()));
    let log = rewind(&["log", "stats", &store]);
    assert_eq!(ended(log), (Some(75), held));
    server.stop();
    assert_eq!(kept(&store, "a"), "");
}

#[test]
fn a_store_of_the_free_rule_is_refused() {
    let folder = tempdir().unwrap();
    let store = name(&folder.path().join("store"));
    let made = feed(&["run", "-", "--store", &store, "--clock", "free"], br#"[["PUT","a","1"]]"#);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let (status, message) = refused(&["--resp", "0", "--store", &store]);
    assert!(status == Some(2) && message.contains("free rule"), "{status:?} {message}");
}
