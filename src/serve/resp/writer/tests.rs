use super::*;
use crate::serve::resp::random::Rng;

fn both(write: impl Fn(&mut Writer<'_>)) -> [String; 2] {
    [Protocol::Resp2, Protocol::Resp3].map(|protocol| {
        let mut out = Vec::new();
        write(&mut Writer::new(&mut out, protocol));
        out.escape_ascii().to_string().replace("\\r\\n", "|")
    })
}

#[test]
fn replies_are_as_both_versions_have_them() {
    type Row = (fn(&mut Writer<'_>), &'static str, &'static str);
    let rows: [Row; 20] = [
        (|out| out.ok(), "+OK|", "+OK|"),
        (|out| out.simple("QUEUED"), "+QUEUED|", "+QUEUED|"),
        (|out| out.error("ERR a\r\nb\nc"), "-ERR a  b c|", "-ERR a  b c|"),
        (|out| out.error("ERR '\u{10fe80}'"), "-ERR \\'\\x80\\'|", "-ERR \\'\\x80\\'|"),
        (|out| out.integer(0), ":0|", ":0|"),
        (|out| out.integer(i64::MIN), ":-9223372036854775808|", ":-9223372036854775808|"),
        (|out| out.count(i64::MAX.unsigned_abs()), ":9223372036854775807|", ":9223372036854775807|"),
        (|out| out.count(1 << 63), "$19|9223372036854775808|", "(9223372036854775808|"),
        (|out| out.bulk(""), "$0||", "$0||"),
        (|out| out.bulk("a\r\nb"), "$4|a|b|", "$4|a|b|"),
        (|out| out.bulk("é\u{10feff}z"), "$4|\\xc3\\xa9\\xffz|", "$4|\\xc3\\xa9\\xffz|"),
        (|out| out.bytes(b"\xff\x00"), "$2|\\xff\\x00|", "$2|\\xff\\x00|"),
        (|out| out.verbatim("a\u{10fe80}"), "$2|a\\x80|", "=6|txt:a\\x80|"),
        (|out| out.null(), "$-1|", "_|"),
        (|out| out.null_array(), "*-1|", "_|"),
        (|out| out.array(3), "*3|", "*3|"),
        (|out| out.map(5), "*10|", "%5|"),
        (|out| out.set(2), "*2|", "~2|"),
        (|out| out.boolean(true), ":1|", "#t|"),
        (|out| out.boolean(false), ":0|", "#f|"),
    ];
    for (write, resp2, resp3) in rows {
        assert_eq!(both(write), [resp2, resp3]);
    }
}

#[test]
fn numbers_are_written_as_they_are_everywhere() {
    let mut rng = Rng(3);
    let near = (0..20).map(|power| 10_u64.pow(power)).flat_map(|near| [near - 1, near, near + 1]);
    let random = (0..5_000).map(|_| (rng.below(1 << 62) as u64) << 2 >> rng.below(64));
    for number in (0..11_000).chain([u64::MAX]).chain(near).chain(random.collect::<Vec<_>>()) {
        let mut out = b"x".to_vec();
        push_number(&mut out, number);
        assert_eq!(out, format!("x{number}").as_bytes());
    }
    for number in [i64::MIN, i64::MIN + 1, -100, -10, -1, 0, 1, i64::MAX] {
        let mut out = Vec::new();
        push_integer(&mut out, number);
        assert_eq!(out, number.to_string().as_bytes());
    }
}
