use rstest::rstest;

use super::{Client, Server, until};

#[rstest]
#[case("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\nSET a 2\r\n")]
#[case("GET / HTTP/1.1\r\nHost: localhost\r\n\r\nSET a 2\r\n")]
#[case("GET /a HTTP/1.1\r\nX: y\r\n\r\nSET a 2\r\n")]
#[case("post /x HTTP/1.0\r\n\r\nSET a 2\r\n")]
#[case("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\nSET a 2\r\n")]
#[case("*1\r\n$4\r\nPOST\r\nSET a 2\r\n")]
fn what_a_browser_says_is_never_carried_out(#[case] sent: &str) {
    let server = Server::start(&[]);
    assert_eq!(server.resp().ask(&["SET", "a", "1"]), "+OK");
    let mut client = server.resp();
    client.send(sent);
    let said = client.end();
    assert!(!said.contains("+OK") && said.matches('\n').count() <= 1, "{said}");
    if !sent.starts_with('*') {
        let mut line = Client::to(server.address("line"));
        line.send(sent.replace("SET a", "PUT a"));
        let said = line.end();
        assert!(!said.contains("OK\n") && said.matches("ERROR").count() <= 1, "{said}");
    }
    assert_eq!(server.resp().ask(&["GET", "a"]), "1");
    let faces = if sent.starts_with('*') { 1 } else { 2 };
    until("the note", || {
        (server.told().matches("speaks HTTP, and was closed").count() == faces).then_some(())
    });
}

#[test]
fn what_is_told_of_clients_is_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a\n\u{1b}[31mb");
    let server = Server::with(&["--resp", &format!("unix:{}", path.to_str().unwrap())], &[]);
    let mut client = Client::to(&format!("unix:{}", path.to_str().unwrap()));
    client.send("POST / HTTP/1.1\r\n\r\n");
    assert_eq!(client.end(), "");
    until("the note", || server.told().contains("speaks HTTP").then_some(()));
    assert!(!server.told().contains('\u{1b}') && server.told().lines().count() == 1, "{}", server.told());
}
