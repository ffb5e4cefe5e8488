use std::cell::Cell;

use super::*;
use crate::serve::resp::random::Rng;

thread_local! {
    /// How many bytes were looked through for the end of a line.
    pub(super) static SCANNED: Cell<usize> = const { Cell::new(0) };
}

/// Limits that short inputs reach.
const SMALL: WordLimits = WordLimits { word: 20, request: 57, words: 5, inline: 30 };

/// What a connection has sent, as it is read: its requests, then why it ends or how many bytes are left.
type Read = (Vec<Vec<Vec<u8>>>, Result<usize, ProtocolError>);

/// Reads what comes in pieces that end at these places.
fn read(stream: &[u8], ends: &[usize], limits: WordLimits) -> Read {
    let mut parser = Parser::new(limits);
    let (mut from, mut requests) = (0, Vec::new());
    for end in ends.iter().chain([&stream.len()]) {
        loop {
            let buffer = &stream[from..*end];
            match parser.next(buffer) {
                Ok(None) => break,
                Ok(Some(consumed)) => {
                    requests.push(parser.words(buffer).map(<[u8]>::to_vec).collect());
                    from += consumed;
                }
                Err(error) => {
                    assert_eq!(parser.next(buffer), Err(error), "it stays");
                    assert_eq!(parser.words(buffer).len(), 0);
                    return (requests, Err(error));
                }
            }
        }
        assert_eq!(parser.words(b"").len(), 0);
        // What is kept is what has arrived.
        assert!(parser.words.len() <= *end - from && parser.typed.is_empty());
    }
    (requests, Ok(stream.len() - from))
}

fn read_whole(stream: &[u8]) -> Read {
    read(stream, &[], WordLimits::default())
}

fn array(words: &[&[u8]]) -> Vec<u8> {
    let mut stream = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        stream.extend(format!("${}\r\n", word.len()).as_bytes());
        stream.extend([word, &b"\r\n"[..]].concat());
    }
    stream
}

#[test]
fn requests_are_read_as_they_were_sent() {
    type Row<'r> = (&'r [u8], &'r [&'r [&'r [u8]]], usize);
    let rows: [Row<'_>; 14] = [
        (b"", &[], 0),
        (b"*1\r\n$4\r\nPING\r\n", &[&[b"PING"]], 0),
        (b"*2\r\n$1\r\na\r\n$0\r\n\r\n", &[&[b"a", b""]], 0),
        (b"*1\r\n$6\r\na\r\nb\xff\x00\r\n", &[&[b"a\r\nb\xff\x00"]], 0),
        (b"*0\r\n*-1\r\n*-9223372036854775808\r\n", &[&[], &[], &[]], 0),
        (b"\r\n\n  \r\nPING\r\n", &[&[], &[], &[], &[b"PING"]], 0),
        (b"SET a \"b c\\n\" ''\nGET a\r\n", &[&[b"SET", b"a", b"b c\n", b""], &[b"GET", b"a"]], 0),
        (b"$1\r\n", &[&[b"$1"]], 0),
        (b"PING\r\n*1\r\n$4\r\nPING\r\nPI", &[&[b"PING"], &[b"PING"]], 2),
        (b"PING", &[], 4),
        (b"PING\r", &[], 5),
        (b"*1\r\n$4\r\nPING\r", &[], 13),
        (b"*1\r", &[], 3),
        (b"*10\r\n", &[], 5),
    ];
    for (stream, requests, left) in rows {
        let requests = requests.iter().map(|words| words.iter().map(|word| word.to_vec()).collect());
        assert_eq!(read_whole(stream), (requests.collect(), Ok(left)), "{}", stream.escape_ascii());
    }
}

#[test]
fn what_is_no_request_is_told_as_redis_tells_it() {
    let rows: [(&[u8], &str); 27] = [
        (b"*\r\n", "invalid multibulk length"),
        (b"*x\r\n", "invalid multibulk length"),
        (b"*+1\r\n", "invalid multibulk length"),
        (b"*01\r\n", "invalid multibulk length"),
        (b"*-0\r\n", "invalid multibulk length"),
        (b"*-\r\n", "invalid multibulk length"),
        (b"* 1\r\n", "invalid multibulk length"),
        (b"*1 \r\n", "invalid multibulk length"),
        (b"*2147483647\r\n", "invalid multibulk length"),
        (b"*9223372036854775808\r\n", "invalid multibulk length"),
        (b"*99999999999999999999999\r\n", "invalid multibulk length"),
        (b"*1\rx", "invalid multibulk length"),
        (b"*1\r\n$\r\n", "invalid bulk length"),
        (b"*1\r\n$-1\r\n", "invalid bulk length"),
        (b"*1\r\n$x\r\n", "invalid bulk length"),
        (b"*1\r\n$16777217\r\n", "invalid bulk length"),
        (b"*1\r\n$1000000000000\r\n", "invalid bulk length"),
        (b"*1\r\n$1\rx", "invalid bulk length"),
        (b"*1\r\n$1\r\nabc", "invalid bulk length"),
        (b"*1\r\n$3\r\nab\r\n$1", "invalid bulk length"),
        (b"*1\r\n*1\r\n", "expected '$', got '*'"),
        (b"*1\r\n\r\n", "expected '$', got '\r'"),
        (b"*2\r\n$1\r\na\r\n:1\r\n", "expected '$', got ':'"),
        (b"*1\r\n\x80", "expected '$', got '\u{10fe80}'"),
        (b"GET \"a\r\n", "unbalanced quotes in request"),
        (b"GET 'a'b\r\n", "unbalanced quotes in request"),
        (b"GET \"a\n\"\r\n", "unbalanced quotes in request"),
    ];
    for (stream, wanted) in rows {
        let (requests, ended) = read_whole(stream);
        let told = ended.expect_err("it is no request");
        assert_eq!(told.to_string(), format!("Protocol error: {wanted}"), "{}", stream.escape_ascii());
        assert!(requests.is_empty() && told.is_told());
    }
}

#[test]
fn http_is_closed_and_not_told() {
    let rows: [&[u8]; 8] = [
        b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\n",
        b"get /a\n",
        b"Host: localhost:7400\r\n",
        b"host:\n",
        b"*1\r\n$4\r\npost\r\n",
        b"*2\r\n$5\r\nHost:\r\n$1\r\na\r\n",
        b"'POST' x\n",
    ];
    for stream in rows {
        let stream = [&b"PING\r\n"[..], stream, b"SET a b\r\n"].concat();
        let (requests, ended) = read_whole(&stream);
        assert_eq!(ended, Err(ProtocolError::OtherProtocol), "{}", stream.escape_ascii());
        assert!(requests.len() == 1 && !ProtocolError::OtherProtocol.is_told());
    }
    // A key may begin with a stroke.
    let good: [&[u8]; 3] = [b"*2\r\n$3\r\nGET\r\n$2\r\n/a\r\n", b"GET a\r\n", b"SET Host: POST\r\n"];
    assert!(good.iter().all(|stream| read_whole(stream).1 == Ok(0)));
}

#[test]
fn each_limit_is_the_last_that_passes() {
    let read = |stream: &[u8]| read(stream, &[], SMALL).1;
    let (multibulk, bulk) = (Err(ProtocolError::InvalidMultibulk), Err(ProtocolError::InvalidBulk));
    assert_eq!(read(&array(&[&b"a"[..]; 5])), Ok(0));
    assert_eq!(read(&array(&[&b"a"[..]; 6])), multibulk);
    assert_eq!(read(&array(&[&[b'a'; 20]])), Ok(0));
    assert_eq!(read(&array(&[&[b'a'; 21]])), bulk);
    let (longest, longer) = (array(&[&[b'a'; 20], &[b'a'; 19]]), array(&[&[b'a'; 20], &[b'a'; 20]]));
    assert_eq!((longest.len(), read(&longest), read(&longer)), (57, Ok(0), bulk));
    for (head, error) in [
        (&b""[..], ProtocolError::TooBigInline),
        (b"*", ProtocolError::TooBigMultibulkCount),
        (b"*1\r\n$", ProtocolError::TooBigBulkCount),
    ] {
        let of = |digits: usize| read(&[head, &vec![b'1'; digits]].concat());
        // The sign of a header is part of its line.
        let most = if head.is_empty() { 30 } else { 29 };
        assert_eq!((of(most), of(most + 1)), (Ok(head.len() + most), Err(error)));
    }
    assert_eq!(read(&[&[b'a'; 30][..], b"\n"].concat()), Ok(0));
    assert_eq!(read(&[&[b'a'; 31][..], b"\n"].concat()), Err(ProtocolError::TooBigInline));
}

#[test]
fn other_limits_hold_from_then_on() {
    let mut parser = Parser::new(WordLimits::BEFORE_AUTH);
    let stream = array(&[&b"a"[..]; 17]);
    assert_eq!(parser.next(&stream), Err(ProtocolError::InvalidMultibulk));
    let mut parser = Parser::new(WordLimits::BEFORE_AUTH);
    parser.set_limits(WordLimits::default());
    assert_eq!(parser.next(&stream), Ok(Some(stream.len())));
    let most = array(&[&[b'a'; 4096][..]; 16]);
    assert_eq!(Parser::new(WordLimits::BEFORE_AUTH).next(&most), Ok(Some(most.len())));
}

#[test]
fn a_header_takes_no_memory_and_a_bomb_no_time() {
    let mut parser =
        Parser::new(WordLimits { word: usize::MAX / 4, words: usize::MAX, ..WordLimits::default() });
    assert_eq!(parser.next(b"*2147483647\r\n"), Ok(None));
    assert_eq!((parser.words.capacity(), parser.typed.capacity()), (0, 0));
    let mut parser = Parser::new(WordLimits { word: 1 << 40, request: 1 << 41, ..WordLimits::default() });
    assert_eq!(parser.next(b"*1\r\n$1000000000000\r\n"), Ok(None));
    assert_eq!((parser.words.capacity(), parser.typed.capacity()), (0, 0));
    let nested = b"*1\r\n".repeat(100_000);
    assert_eq!(read_whole(&nested), (vec![], Err(ProtocolError::Expected(b'*'))));
    assert_eq!(read_whole(&b"*-1\r\n".repeat(1_000)).0.len(), 1_000);
}

#[test]
fn an_unusual_request_leaves_no_memory_behind() {
    let mut parser = Parser::new(WordLimits::default());
    let most = array(&vec![&b""[..]; 65_536]);
    assert_eq!(parser.next(&most), Ok(Some(most.len())));
    assert!(parser.words.capacity() >= 65_536);
    let typed = [&b"a".repeat(60_000)[..], b"\n"].concat();
    assert_eq!(parser.next(&typed), Ok(Some(typed.len())));
    assert!(parser.words.capacity() <= 1_024 && parser.typed.capacity() >= 60_000);
    assert_eq!(parser.next(b""), Ok(None));
    assert!(parser.typed.capacity() <= 1_024);
}

#[test]
fn what_comes_byte_by_byte_is_looked_at_once() {
    let stream = [&array(&[&[b'a'; 9_000], b"", &[b'\r'; 1_000]])[..], &[b' '; 9_000], b"PING\r\n"].concat();
    SCANNED.set(0);
    let whole = read_whole(&stream);
    assert_eq!(whole.0.len(), 2);
    let at_once = SCANNED.take();
    let ends: Vec<_> = (0..stream.len()).collect();
    assert_eq!(read(&stream, &ends, WordLimits::default()), whole);
    // The word of none has a header that is read at a glance if it is whole.
    assert!(SCANNED.take() <= at_once + 10, "{at_once}");
}

/// Requests and what is nearly one.
fn stream(rng: &mut Rng) -> Vec<u8> {
    let signs = b"a\r\n*$:1 \"\\\xff\x00";
    let mut stream = Vec::new();
    for _ in 0..rng.below(4) {
        let words: Vec<_> = (0..rng.below(4)).map(|_| rng.many(signs, 12)).collect();
        match rng.below(8) {
            0 => stream.extend(rng.many(signs, 12)),
            1 | 2 => stream.extend_from_slice(b" PING 'a b' \"\\x41\"\r\n"),
            3 => stream.extend_from_slice(rng.pick(&[
                &b"*-1\r\n"[..],
                b"*0\r\n",
                b"\r\n",
                b"*10\r\n",
                b"Host: a\n",
            ])),
            _ => stream.extend(array(&words.iter().map(Vec::as_slice).collect::<Vec<_>>())),
        }
    }
    for _ in 0..rng.below(3).saturating_sub(1) {
        let at = rng.below(stream.len() + 1);
        stream.insert(at, rng.pick(signs));
    }
    stream
}

#[test]
fn however_it_is_cut_the_same_is_read() {
    let mut rng = Rng(9);
    let (mut read_requests, mut refused) = (0, 0);
    for round in 0..4_000 {
        let stream = stream(&mut rng);
        for limits in [SMALL, WordLimits::default()] {
            let whole = read(&stream, &[], limits);
            let bytes: Vec<_> = (0..stream.len()).collect();
            assert_eq!(read(&stream, &bytes, limits), whole, "{round}: {}", stream.escape_ascii());
            let mut ends: Vec<_> = (0..rng.below(5)).map(|_| rng.below(stream.len() + 1)).collect();
            ends.sort_unstable();
            assert_eq!(read(&stream, &ends, limits), whole, "{round} at {ends:?}: {}", stream.escape_ascii());
            read_requests += whole.0.len();
            refused += usize::from(whole.1.is_err());
        }
    }
    assert!(read_requests > 5_000 && refused > 1_000, "{read_requests} and {refused} say little");
}

#[test]
fn whatever_words_are_sent_arrive() {
    let mut rng = Rng(10);
    for _ in 0..2_000 {
        let sent: Vec<Vec<Vec<u8>>> = (0..rng.below(5))
            .map(|_| (0..rng.below(6)).map(|_| rng.many(b"ab\r\n$*\xff\x00", 30)).collect())
            .collect();
        let stream: Vec<u8> = sent
            .iter()
            .flat_map(|words| array(&words.iter().map(Vec::as_slice).collect::<Vec<_>>()))
            .collect();
        assert_eq!(read_whole(&stream), (sent, Ok(0)));
    }
}

#[test]
fn words_may_outlive_what_is_read_next() {
    let stream = [array(&[b"GET", b"a"]), array(&[b"GET", b"b"]), b"GET c\n".to_vec()].concat();
    let mut parser = Parser::new(WordLimits::default());
    let (mut from, mut words) = (0, Vec::new());
    while let Ok(Some(consumed)) = parser.next(&stream[from..]) {
        let places = parser.ranges().unwrap_or_default().iter().cloned();
        words.extend(places.map(|place| &stream[from..][place]));
        from += consumed;
    }
    assert_eq!(words, [&b"GET"[..], b"a", b"GET", b"b"]);
    assert_eq!((from, parser.ranges()), (stream.len(), None));
}
