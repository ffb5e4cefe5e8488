use std::net::UdpSocket;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use rstest::rstest;
use tempfile::{TempDir, tempdir};

use super::{Client, Server, ended, refused, request};
use crate::rewind;

/// A file of passwords that nobody else may read.
fn passwords(text: &str) -> (TempDir, String) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("passwords");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let name = path.to_str().unwrap().to_owned();
    (folder, name)
}

#[test]
fn who_could_be_reached_from_elsewhere_must_ask_for_a_password() {
    let (_folder, file) = passwords("secret\n");
    for face in ["--resp", "--line"] {
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:7400"] {
            let (status, message) = refused(&["--resp", "0", face, address]);
            assert!(status == Some(78) && message.contains("--auth FILE"), "{status:?} {message}");
        }
    }
    let mut server = Server::with(&["--resp", "0.0.0.0:0"], &["--auth", &file]);
    super::until("the note", || server.told().contains("is not encrypted").then_some(()));
    let port = server.address("resp").rsplit_once(':').unwrap().1.to_owned();
    assert!(Client::to(&format!("127.0.0.1:{port}")).ask(&["PING"]).starts_with("-NOAUTH "));
    server.signal("TERM");
    assert_eq!(server.wait().0, Some(0));
}

#[rstest]
fn a_file_that_others_may_read_is_refused(#[values(0o640, 0o604, 0o660, 0o644)] mode: u32) {
    let (_folder, file) = passwords("secret\n");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    let (status, message) = refused(&["--resp", "0", "--auth", &file]);
    assert_eq!(status, Some(78), "{message}");
    assert!(message.contains("may be read by others") && !message.contains("secret"), "{message}");
}

#[rstest]
#[case("", "has no password")]
#[case("\n\n", "has no password")]
#[case("ada:\n", "has an empty password")]
fn what_holds_no_password_is_refused(#[case] text: &str, #[case] why: &str) {
    let (_folder, file) = passwords(text);
    let (status, message) = refused(&["--resp", "0", "--auth", &file]);
    assert!(status == Some(2) && message.contains(why), "{status:?} {message}");
    let mut command = rewind(&["serve", "--resp", "0"]);
    command.env("REWIND_AUTH", text);
    let (status, message) = ended(command);
    assert!(status == Some(2) && message.contains(why), "{status:?} {message}");
}

/// It was taken for none, and everybody was let in.
#[test]
fn a_password_that_is_no_text_is_refused() {
    let mut command = rewind(&["serve", "--resp", "0"]);
    command.env("REWIND_AUTH", std::ffi::OsStr::from_bytes(b"secr\xff\xfet"));
    let (status, message) = ended(command);
    assert!(status == Some(2) && message.contains("REWIND_AUTH cannot be read"), "{status:?} {message}");
    let (_folder, file) = passwords("");
    std::fs::write(&file, b"secr\xff\xfet\n").unwrap();
    let (status, message) = refused(&["--resp", "0", "--auth", &file]);
    assert!(status == Some(2) && message.contains("cannot be read"), "{status:?} {message}");
}

#[test]
fn passwords_come_from_a_file_the_environment_or_standard_input() {
    let (_folder, file) = passwords("secret\nada:lovelace\n");
    let from_file = || rewind(&["serve", "--resp", "0", "--line", "0", "--auth", &file]);
    let from_environment = || {
        let mut command = rewind(&["serve", "--resp", "0", "--line", "0"]);
        command.env("REWIND_AUTH", "secret\nada:lovelace");
        command
    };
    let from_input = || {
        let mut command = rewind(&["serve", "--resp", "0", "--line", "0", "--auth", "-"]);
        command.stdin(Stdio::from(std::fs::File::open(&file).unwrap()));
        command
    };
    for command in [from_file(), from_environment(), from_input()] {
        let server = Server::run(command);
        let mut client = server.resp();
        assert_eq!(client.ask(&["GET", "a"]), "-NOAUTH Authentication required.");
        assert_eq!(
            client.ask(&["AUTH", "ada", "secret"]),
            "-WRONGPASS invalid username-password pair or user is disabled."
        );
        assert_eq!(client.ask(&["AUTH", "secret"]), "+OK");
        assert_eq!(client.ask(&["GET", "a"]), "$-1");
        assert_eq!(server.resp().ask(&["AUTH", "ada", "lovelace"]), "+OK");
        let mut line = server.line();
        assert_eq!(line.say("GET a"), "ERROR: AUTH required");
        assert_eq!(line.say("[\"GET\",\"a\"]"), "ERROR: AUTH required");
        assert_eq!(line.say("AUTH ada lovelace"), "OK");
        assert_eq!(line.say("GET a"), "NOT_FOUND");
        server.stop();
    }
}

#[test]
fn before_the_password_nothing_else_is_to_be_had() {
    let (_folder, file) = passwords("secret\n");
    let server = Server::start(&["--auth", &file]);
    let mut client = server.resp();
    let noauth = "-NOAUTH Authentication required.";
    for words in [
        &["PING"][..],
        &["GET", "a"],
        &["SET", "a", "1"],
        &["INFO"],
        &["CLIENT", "LIST"],
        &["CLIENT", "SETNAME", "x"],
        &["SHUTDOWN"],
        &["MULTI"],
        &["EXEC"],
        &["COMMAND"],
        &["REWIND", "PUT", "a", "1"],
        &["REWIND"],
        &["PUT", "a", "1"],
        &["NOSUCH"],
    ] {
        assert_eq!(client.ask(words), noauth, "{words:?}");
    }
    assert!(client.ask(&["HELLO", "3"]).starts_with("-NOAUTH HELLO must be called"));
    assert_eq!(client.ask(&["RESET"]), "+RESET");
    assert_eq!(client.ask(&["GET", "a"]), noauth);
    assert_eq!(client.ask(&["QUIT"]), "+OK");
    assert_eq!(client.end(), "");
    let mut line = server.line();
    for command in ["GET a", "PUT a 1", "STATS", "COMPACT", "SHUTDOWN", "TTL a 5"] {
        assert_eq!(line.say(command), "ERROR: AUTH required");
    }
    assert_eq!(line.say("EXIT"), "OK");
    let mut client = server.resp();
    let hello = client.ask(&["HELLO", "3", "AUTH", "default", "secret", "SETNAME", "x"]);
    assert!(hello.starts_with("[server, rewind,"), "{hello}");
    assert_eq!(client.ask(&["GET", "a"]), "_");
    assert_eq!(client.ask(&["RESET"]), "+RESET");
    assert_eq!(client.ask(&["GET", "a"]), noauth, "who resets has to say it again");
}

/// They were listed under the name that they had before.
#[test]
fn who_resets_is_nobody() {
    let (_folder, file) = passwords("ada:secret\nother\n");
    let server = Server::start(&["--auth", &file]);
    let (mut client, mut other) = (server.resp(), server.resp());
    assert_eq!([client.ask(&["AUTH", "ada", "secret"]), other.ask(&["AUTH", "other"])], ["+OK"; 2]);
    assert!(other.ask(&["CLIENT", "LIST"]).contains(" user=ada "));
    assert_eq!(client.ask(&["RESET"]), "+RESET");
    assert!(!other.ask(&["CLIENT", "LIST"]).contains(" user=ada "));
    server.stop();
}

#[test]
fn after_five_wrong_passwords_it_closes() {
    let (_folder, file) = passwords("secret\n");
    let server = Server::start(&["--auth", &file]);
    let mut client = server.resp();
    for _ in 0..3 {
        assert!(client.ask(&["AUTH", "wrong"]).starts_with("-WRONGPASS "));
    }
    assert!(client.ask(&["HELLO", "2", "AUTH", "default", "wrong"]).starts_with("-WRONGPASS "));
    client.send([request(&["RESET"]), request(&["AUTH", "wrong"]), request(&["AUTH", "secret"])].concat());
    assert_eq!(client.reply(), "+RESET");
    assert!(client.reply().starts_with("-WRONGPASS "));
    assert_eq!(client.end(), "", "the right one comes too late");
    let mut line = server.line();
    for _ in 0..5 {
        assert_eq!(line.say("AUTH wrong"), "ERROR: wrong password");
    }
    assert_eq!(line.end(), "");
    server.stop();
}

#[test]
fn before_the_password_words_are_short_and_few() {
    let (_folder, file) = passwords("secret\n");
    let server = Server::start(&["--auth", &file]);
    let (fits, long) = ("x".repeat(4 << 10), "x".repeat((4 << 10) + 1));
    assert!(server.resp().ask(&["AUTH", &fits]).starts_with("-WRONGPASS "));
    let mut client = server.resp();
    client.send(request(&["AUTH", &long]));
    assert_eq!(client.reply(), "-ERR Protocol error: invalid bulk length");
    assert_eq!(client.end(), "");
    assert!(server.resp().ask(&["x"; 16]).starts_with("-NOAUTH "));
    let mut client = server.resp();
    client.send("*17\r\n");
    assert_eq!(client.reply(), "-ERR Protocol error: invalid multibulk length");
    assert_eq!(client.end(), "");
    let mut line = server.line();
    assert_eq!(line.say(&format!("GET {long}")), "ERROR: line too long");
    assert_eq!(line.end(), "");
    // So it is again for who resets.
    let mut client = server.resp();
    assert_eq!([client.ask(&["AUTH", "secret"]), client.ask(&["RESET"])], ["+OK", "+RESET"]);
    client.send("*17\r\n");
    assert_eq!(client.end(), "-ERR Protocol error: invalid multibulk length\r\n");
    // Afterwards they are as long as ever, and at once.
    let mut client = server.resp();
    let many: Vec<String> = (0..40).map(|number| format!("k{number}")).collect();
    let mset: Vec<&str> = std::iter::once("MSET").chain(many.iter().map(String::as_str)).collect();
    client.send([request(&["AUTH", "secret"]), request(&mset), request(&["SET", "a", &long])].concat());
    assert_eq!([client.reply(), client.reply(), client.reply()], ["+OK"; 3]);
    let mut line = server.line();
    line.send(format!("AUTH secret\nPUT b {long}\n"));
    assert_eq!([line.line(), line.line()], ["OK"; 2]);
    server.stop();
}

/// Who has said no password could let replies pile up.
#[test]
fn nothing_is_held_back_for_who_has_said_no_password() {
    let (_folder, file) = passwords("secret\n");
    let server = Server::start(&["--auth", &file, "--write-timeout", "600000"]);
    let mut client = server.resp();
    let many = request(&["PING"]).repeat(10_000);
    let closed = super::until("the end", || client.try_send(&many).err());
    assert!([std::io::ErrorKind::ConnectionReset, std::io::ErrorKind::BrokenPipe].contains(&closed.kind()));
    server.stop();
}

/// An address of this machine that is not loopback, where it has one.
fn far() -> Option<String> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent: this asks for the way alone.
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then(|| address.to_string())
}

#[test]
fn of_one_source_elsewhere_come_no_more_than_its_share() {
    let Some(far) = far() else {
        eprintln!("left out, as this machine has no other address");
        return;
    };
    let (_folder, file) = passwords("secret\n");
    let options = ["--auth", &file, "--max-connections-per-source", "2"];
    let server = Server::with(&["--resp", "0.0.0.0:0"], &options);
    let port = server.address("resp").rsplit_once(':').unwrap().1;
    let (far, near) = (format!("{far}:{port}"), format!("127.0.0.1:{port}"));
    let ask = |address: &str| {
        let mut client = Client::to(address);
        (client.ask(&["AUTH", "secret"]), client)
    };
    let (first, second) = (ask(&far), ask(&far));
    assert_eq!([&*first.0, &*second.0], ["+OK"; 2]);
    assert_eq!(Client::to(&far).end(), "-ERR max number of clients reached\r\n");
    let near: Vec<_> = (0..5).map(|_| ask(&near)).collect();
    assert!(near.iter().all(|(answer, _)| answer == "+OK"), "this machine has no share");
    drop(first);
    super::until("room for another", || {
        let mut client = Client::to(&far);
        client.send(request(&["AUTH", "secret"]));
        client.try_reply().is_ok_and(|reply| reply == "+OK").then_some(())
    });
}
