//! What the database answers, as a client of Redis gets it.
//!
//! Invariant: everything is there that the reply has; a text stays a text, however long, and a list an array.
//!
//! ```text
//!   Done +OK   Bool #t   Count :n   Value $ or _, of a list *   Keys, Values *   Fields * of *2   Items * of *3
//!   Remaining :n, of a permanent one :-1   Cells, Aliases %   Batch * of these
//! ```

use super::writer::Writer;
use crate::reply::{Item, Reply, Value};
use crate::wire::Answer;

/// Writes the answer to a request.
pub fn write_answer(out: &mut Writer<'_>, answer: &Answer<'_>) {
    match answer {
        Answer::One(reply) => write(out, reply),
        Answer::Batch(replies) => array(out, replies, write),
    }
}

/// Writes a reply.
///
/// ```
/// use rewinddb::reply::{Reply, Value};
/// use rewinddb::serve::resp::{reply, writer::{Protocol, Writer}};
///
/// let mut out = Vec::new();
/// reply::write(&mut Writer::new(&mut out, Protocol::Resp2), &Reply::Value(Some(Value::from("x7"))));
/// assert_eq!(out, b"$2\r\nx7\r\n");
/// ```
pub fn write(out: &mut Writer<'_>, reply: &Reply<'_>) {
    match reply {
        Reply::Done => out.ok(),
        Reply::Bool(truth) => out.boolean(*truth),
        Reply::Value(Some(found)) => value(out, found),
        Reply::Value(None) => out.null(),
        Reply::Count(count) => out.count(*count),
        Reply::Remaining(Some(left)) => out.count(*left),
        Reply::Remaining(None) => out.integer(-1),
        Reply::Cells(cells) => map(out, cells, |out, (field, cell)| {
            out.bulk(field);
            value(out, cell);
        }),
        Reply::Keys(keys) => texts(out, keys),
        Reply::Values(values) => array(out, values, value),
        Reply::Fields(fields) => array(out, fields, |out, (key, field)| texts(out, &[key, field])),
        Reply::Items(items) => array(out, items, item),
        Reply::Aliases(aliases) => map(out, aliases, |out, (name, operation)| {
            out.bulk(name);
            out.bulk(operation);
        }),
    }
}

/// Writes a value: a text, or an array of texts.
pub fn value(out: &mut Writer<'_>, value: &Value<'_>) {
    match value {
        Value::Text(text) => out.bulk(text),
        Value::List(items) => texts(out, items),
    }
}

fn item(out: &mut Writer<'_>, item: &Item<'_>) {
    out.array(3);
    out.bulk(&item.key);
    out.bulk(&item.field);
    value(out, &item.value);
}

fn texts(out: &mut Writer<'_>, texts: &[impl AsRef<str>]) {
    array(out, texts, |out, text| out.bulk(text.as_ref()));
}

fn array<T>(out: &mut Writer<'_>, items: &[T], write: impl Fn(&mut Writer<'_>, &T)) {
    out.array(items.len());
    for item in items {
        write(out, item);
    }
}

fn map<T>(out: &mut Writer<'_>, pairs: &[T], write: impl Fn(&mut Writer<'_>, &T)) {
    out.map(pairs.len());
    for pair in pairs {
        write(out, pair);
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::serve::resp::writer::Protocol;

    fn both(answer: &Answer<'_>) -> [String; 2] {
        [Protocol::Resp2, Protocol::Resp3].map(|protocol| {
            let mut out = Vec::new();
            write_answer(&mut Writer::new(&mut out, protocol), answer);
            out.escape_ascii().to_string().replace("\\r\\n", "|")
        })
    }

    fn list() -> Value<'static> {
        Value::List(vec!["x".into(), "".into()])
    }

    /// Each reply, and how the two versions have it where they differ.
    fn rows() -> Vec<(Reply<'static>, &'static str, &'static str)> {
        let item = |key: &'static str, field: &'static str, value| Item {
            key: key.into(),
            field: field.into(),
            value,
        };
        let pair = |key: &'static str, field: &'static str| (Cow::from(key), Cow::from(field));
        vec![
            (Reply::Done, "+OK|", ""),
            (Reply::Bool(true), ":1|", "#t|"),
            (Reply::Bool(false), ":0|", "#f|"),
            (Reply::Count(0), ":0|", ""),
            (Reply::Count(u64::MAX), "$20|18446744073709551615|", "(18446744073709551615|"),
            (Reply::Value(None), "$-1|", "_|"),
            (Reply::Value(Some("a b".into())), "$3|a b|", ""),
            (Reply::Value(Some("".into())), "$0||", ""),
            (Reply::Value(Some("\u{10fe80}".into())), "$1|\\x80|", ""),
            (Reply::Value(Some(list())), "*2|$1|x|$0||", ""),
            (Reply::Value(Some(Value::List(vec![]))), "*0|", ""),
            (Reply::Remaining(None), ":-1|", ""),
            (Reply::Remaining(Some(10)), ":10|", ""),
            (Reply::Remaining(Some(u64::MAX - 1)), "$20|18446744073709551614|", "(18446744073709551614|"),
            (Reply::Cells(vec![]), "*0|", "%0|"),
            (
                Reply::Cells(vec![("f".into(), "v".into()), ("g".into(), list())]),
                "*4|$1|f|$1|v|$1|g|*2|$1|x|$0||",
                "%2|$1|f|$1|v|$1|g|*2|$1|x|$0||",
            ),
            (Reply::Keys(vec!["a".into(), "é".into()]), "*2|$1|a|$2|\\xc3\\xa9|", ""),
            (Reply::Values(vec!["v".into(), list()]), "*2|$1|v|*2|$1|x|$0||", ""),
            (Reply::Fields(vec![pair("k", "f"), pair("k", "")]), "*2|*2|$1|k|$1|f|*2|$1|k|$0||", ""),
            (Reply::Items(vec![item("k", "", "v".into())]), "*1|*3|$1|k|$0||$1|v|", ""),
            (Reply::Items(vec![item("k", "f", list())]), "*1|*3|$1|k|$1|f|*2|$1|x|$0||", ""),
            (Reply::Aliases(vec![("g".into(), "GET")]), "*2|$1|g|$3|GET|", "%1|$1|g|$3|GET|"),
        ]
    }

    #[test]
    fn replies_are_as_the_table_says() {
        for (reply, resp2, resp3) in rows() {
            let resp3 = if resp3.is_empty() { resp2 } else { resp3 };
            assert_eq!(both(&Answer::One(reply.clone())), [resp2, resp3], "{reply:?}");
        }
    }

    #[test]
    fn the_replies_of_a_batch_keep_their_types() {
        let replies = rows().into_iter().map(|(reply, ..)| reply).collect::<Vec<_>>();
        let [resp2, resp3] = both(&Answer::Batch(replies));
        let all = |pick: fn(&(Reply<'_>, &'static str, &'static str)) -> &'static str| {
            format!("*{}|{}", rows().len(), rows().iter().map(pick).collect::<String>())
        };
        assert_eq!(resp2, all(|row| row.1));
        assert_eq!(resp3, all(|row| if row.2.is_empty() { row.1 } else { row.2 }));
        assert_eq!(both(&Answer::Batch(vec![])), ["*0|", "*0|"]);
    }
}
