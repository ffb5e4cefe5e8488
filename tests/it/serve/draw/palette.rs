//! What is drawn from.

/// What words a command has: a letter for each, of `Draw::letter`; those in parentheses come once or more.
pub(super) const SHAPES: &[(&str, &str)] = &[
    ("GET", "k"),
    ("MGET", "(k)"),
    ("STRLEN", "k"),
    ("GETRANGE", "kii"),
    ("SUBSTR", "kii"),
    ("SET", "kv"),
    ("SET", "kvO"),
    ("SET", "kvO"),
    ("SETNX", "kv"),
    ("SETEX", "ksv"),
    ("PSETEX", "kmv"),
    ("GETSET", "kv"),
    ("GETDEL", "k"),
    ("GETEX", "kG"),
    ("GETEX", "k"),
    ("MSET", "(kv)"),
    ("MSETNX", "(kv)"),
    ("INCR", "k"),
    ("DECR", "k"),
    ("INCRBY", "kn"),
    ("DECRBY", "kn"),
    ("APPEND", "kv"),
    ("DEL", "(k)"),
    ("UNLINK", "(k)"),
    ("EXISTS", "(k)"),
    ("TOUCH", "(k)"),
    ("TYPE", "k"),
    ("EXPIRE", "ksC"),
    ("PEXPIRE", "kmC"),
    ("EXPIREAT", "ktC"),
    ("PEXPIREAT", "kTC"),
    ("TTL", "k"),
    ("PTTL", "k"),
    ("EXPIRETIME", "k"),
    ("PEXPIRETIME", "k"),
    ("PERSIST", "k"),
    ("HSET", "k(fv)"),
    ("HMSET", "k(fv)"),
    ("HSETNX", "kfv"),
    ("HINCRBY", "kfn"),
    ("HGET", "kF"),
    ("HMGET", "k(F)"),
    ("HEXISTS", "kF"),
    ("HSTRLEN", "kF"),
    ("HLEN", "k"),
    ("HKEYS", "k"),
    ("HVALS", "k"),
    ("HGETALL", "k"),
    ("HDEL", "k(F)"),
    ("RPUSH", "k(v)"),
    ("LRANGE", "kii"),
    ("LLEN", "k"),
    ("LINDEX", "ki"),
    ("KEYS", "p"),
    ("DBSIZE", ""),
    ("FLUSHDB", "a"),
    ("FLUSHALL", "a"),
    ("SELECT", "n"),
    ("PING", ""),
    ("PING", "v"),
    ("ECHO", "v"),
    ("CLIENT", "c"),
    ("NOSUCH", "kv"),
    ("SCAN", "w"),
    ("HSCAN", "kw"),
];

/// What pipelines mostly have, and what changes the kind of a key.
pub(super) const PLAIN: &[(&str, &str)] = &[
    ("GET", "K"),
    ("GET", "K"),
    ("SET", "Kv"),
    ("SET", "Kv"),
    ("MGET", "(K)"),
    ("DEL", "K"),
    ("HSET", "Kfv"),
    ("RPUSH", "Kv"),
    ("EXPIREAT", "Kt"),
];

/// Those of transactions, and their weights outside of MULTI and within.
pub(super) const TRANSACTIONS: [(&str, [u64; 2]); 5] =
    [("WATCH", [6, 1]), ("MULTI", [8, 1]), ("EXEC", [1, 12]), ("DISCARD", [1, 2]), ("UNWATCH", [1, 1])];

/// Numbers, and what is none.
pub(super) const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "5",
    "-2",
    "-3",
    "-100",
    "100",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "-9223372036854775807",
    "-0",
    "01",
    "+1",
    " 1",
    "1 ",
    "1.5",
    "",
    "abc",
    "99999999999999999999",
];

/// Values.
pub(super) const VALUES: &[&[u8]] = &[
    b"",
    b"1",
    b"-5",
    b"17",
    b"0",
    b"007",
    b"+1",
    b" 1",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"abc",
    b"two words",
    b"a\r\nb",
    b"\x80\x00\xff",
    b"\xf4\x8f\xb8\x80",
    b"\xf4\x8f\xbb\xbf",
    b"\xed\xa0\x80",
    "\u{e9}t\u{e9}".as_bytes(),
    b"\x80\x03}q\x00.",
    b"NX",
    b"hello world, this is a text of more than forty-four bytes in all",
];

/// Keys: those that mostly hold hashes, then those for lists, then those for texts.
pub(super) const KEYS: &[&[u8]] =
    &[b"a", b"b", b"c", b"user:1", b"user:2", b"", b"\xff\x00k", b"a*b", b"a\r\nb", "cl\u{e9}".as_bytes()];

/// Fields.
pub(super) const FIELDS: &[&[u8]] =
    &[b"f", b"g", b"h", b"1", b"\x80\xff", "\u{e9}".as_bytes(), b"a b", b"\xf4\x8f\xb8\x81"];

/// Patterns.
pub(super) const PATTERNS: &[&[u8]] = &[
    b"*",
    b"",
    b"?",
    b"a*",
    b"user:[0-9]",
    b"user:[^1]",
    b"*\\*b",
    b"\xff*",
    b"*\xa9",
    b"[a-c]",
    b"[",
    b"[^",
    b"a[]",
    b"\\",
    b"*:*",
    b"[c-a]",
    b"??????",
    b"*a*b*",
];

/// Those that no key lives for.
pub(super) const NUMBERS_OF_NO_LIFE: &[&str] = &[
    "0",
    "-9223372036854775808",
    "-9223372036854775807",
    "9223372036854775807",
    "9223372036854775",
    "9223372036854776",
    "abc",
    "",
    "01",
    "-9223372036854775",
    "-9223372036854776",
    "9223372036854775808",
    "1.5",
];

/// Cursors and options of walks that are refused.
pub(super) const BAD_WALKS: &[&[&str]] = &[
    &["x"],
    &[" 0"],
    &["1x"],
    &["99999999999999999999"],
    &["0", "MATCH"],
    &["0", "COUNT", "0"],
    &["0", "COUNT", "-1"],
    &["0", "COUNT", "x"],
    &["0", "NO"],
    &["0", "COUNT"],
    &["0", "MATCH", "a", "b"],
    &["x", "NO"],
];

/// What may be behind CLIENT.
pub(super) const CLIENT: &[&[&str]] = &[
    &["GETNAME"],
    &["getname"],
    &["SETNAME", "n"],
    &["SETNAME", ""],
    &["SETNAME", "a b"],
    &["SETNAME", "\u{e9}"],
    &["SETNAME"],
    &["GETNAME", "x"],
    &["NOSUCH"],
    &["NOSUCH", "x"],
    &["NO-EVICT", "x"],
    &["NO-EVICT", "on"],
    &["KILL", "ID", "x"],
    &["KILL", "ID", "0"],
    &["KILL", "ID", "999999"],
];
