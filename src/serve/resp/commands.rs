//! The commands of Redis that are offered, one table: name, number of words, what it does, who carries it out.
//!
//! Invariant: a command becomes queries of the one language, and has the replies and errors that Redis gives it.

pub(super) mod batch;
pub(super) mod clients;
pub(super) mod expiry;
pub(super) mod hashes;
pub(super) mod info;
pub(super) mod keys;
pub(super) mod lists;
pub(super) mod options;
pub(super) mod server;
pub(super) mod strings;
pub(super) mod subcommands;
pub(super) mod tells;
pub(super) mod transactions;
pub(super) mod walk;

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::call::{Call, Done};
use super::face::RespFace;

/// Who carries a command out.
#[derive(Clone, Copy)]
pub(super) enum Run {
    /// One that asks the database.
    Data(fn(&mut Call<'_>, &[&str]) -> Done),
    /// One that concerns the connection.
    Face(fn(&mut RespFace, &mut Call<'_>, &[&str]) -> Done),
}

/// What a command does, as clients and the server want to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    /// It only looks.
    Read,
    /// It may change something.
    Write,
    /// It is of the connection or of the server.
    Other,
}

/// A row of the table.
pub(super) struct Command {
    pub(super) name: &'static str,
    /// Words, with the name; so many at least where it is negative.
    pub(super) arity: i8,
    pub(super) flag: Flag,
    /// Where its keys are: the first, the last (from the end where negative), and every how many.
    pub(super) keys: (i8, i8, i8),
    pub(super) group: &'static str,
    pub(super) since: &'static str,
    pub(super) summary: &'static str,
    /// The words behind the name, as help shows them.
    pub(super) words: &'static str,
    pub(super) run: Run,
}

macro_rules! commands {
    ($($group:literal: { $(
        $name:literal $arity:literal $flag:ident $keys:tt $since:literal $run:ident $path:path,
        $words:literal $summary:literal;
    )* })*) => {
        /// All commands.
        pub(super) static COMMANDS: &[Command] = &[$($(Command {
            name: $name,
            arity: $arity,
            flag: Flag::$flag,
            keys: $keys,
            group: $group,
            since: $since,
            summary: $summary,
            words: $words,
            run: Run::$run($path),
        },)*)*];
    };
}

commands! {
    "string": {
        "GET" 2 Read (1, 1, 1) "1.0.0" Data strings::get, "key" "Returns the text of a key";
        "SET" -3 Write (1, 1, 1) "1.0.0" Data strings::set,
            "key value [NX|XX] [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|\
                PXAT unix-time-milliseconds|KEEPTTL]" "Gives a key a text";
        "SETNX" 3 Write (1, 1, 1) "1.0.0" Data strings::setnx, "key value" "Gives a key a text if it holds nothing";
        "SETEX" 4 Write (1, 1, 1) "2.0.0" Data strings::setex,
            "key seconds value" "Gives a key a text for so many seconds";
        "PSETEX" 4 Write (1, 1, 1) "2.6.0" Data strings::psetex,
            "key milliseconds value" "Gives a key a text for so many milliseconds";
        "GETSET" 3 Write (1, 1, 1) "1.0.0" Data strings::getset,
            "key value" "Gives a key a text and returns the one it had";
        "GETDEL" 2 Write (1, 1, 1) "6.2.0" Data strings::getdel, "key" "Returns the text of a key and deletes it";
        "GETEX" -2 Write (1, 1, 1) "6.2.0" Data strings::getex,
            "key [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|PERSIST]"
            "Returns the text of a key and changes its lifetime";
        "MGET" -2 Read (1, -1, 1) "1.0.0" Data strings::mget, "key [key ...]" "Returns the texts of keys";
        "MSET" -3 Write (1, -1, 2) "1.0.1" Data strings::mset,
            "key value [key value ...]" "Gives keys texts, all at once";
        "MSETNX" -3 Write (1, -1, 2) "1.0.1" Data strings::msetnx,
            "key value [key value ...]" "Gives keys texts if none of them holds anything";
        "STRLEN" 2 Read (1, 1, 1) "2.2.0" Data strings::strlen, "key" "Returns how many bytes the text of a key has";
        "GETRANGE" 4 Read (1, 1, 1) "2.4.0" Data strings::getrange,
            "key start end" "Returns bytes of the text of a key";
        "SUBSTR" 4 Read (1, 1, 1) "1.0.0" Data strings::getrange, "key start end" "Returns bytes of the text of a key";
        "APPEND" 3 Write (1, 1, 1) "2.0.0" Data strings::append, "key value" "Adds to the text of a key";
        "INCR" 2 Write (1, 1, 1) "1.0.0" Data strings::incr, "key" "Adds one to the number that a key holds";
        "DECR" 2 Write (1, 1, 1) "1.0.0" Data strings::decr, "key" "Takes one from the number that a key holds";
        "INCRBY" 3 Write (1, 1, 1) "1.0.0" Data strings::incrby, "key increment" "Adds to the number that a key holds";
        "DECRBY" 3 Write (1, 1, 1) "1.0.0" Data strings::decrby,
            "key decrement" "Takes from the number that a key holds";
    }
    "hash": {
        "HSET" -4 Write (1, 1, 1) "2.0.0" Data hashes::hset,
            "key field value [field value ...]" "Sets fields of a hash";
        "HMSET" -4 Write (1, 1, 1) "2.0.0" Data hashes::hmset,
            "key field value [field value ...]" "Sets fields of a hash";
        "HSETNX" 4 Write (1, 1, 1) "2.0.0" Data hashes::hsetnx,
            "key field value" "Sets a field of a hash if it is not there";
        "HINCRBY" 4 Write (1, 1, 1) "2.0.0" Data hashes::hincrby, "key field increment" "Adds to the number in a field";
        "HGET" 3 Read (1, 1, 1) "2.0.0" Data hashes::hget, "key field" "Returns a field of a hash";
        "HMGET" -3 Read (1, 1, 1) "2.0.0" Data hashes::hmget, "key field [field ...]" "Returns fields of a hash";
        "HEXISTS" 3 Read (1, 1, 1) "2.0.0" Data hashes::hexists, "key field" "Tells whether a hash has a field";
        "HSTRLEN" 3 Read (1, 1, 1) "3.2.0" Data hashes::hstrlen, "key field" "Returns how many bytes a field has";
        "HLEN" 2 Read (1, 1, 1) "2.0.0" Data hashes::hlen, "key" "Returns how many fields a hash has";
        "HKEYS" 2 Read (1, 1, 1) "2.0.0" Data hashes::hkeys, "key" "Returns the names of the fields of a hash";
        "HVALS" 2 Read (1, 1, 1) "2.0.0" Data hashes::hvals, "key" "Returns what the fields of a hash hold";
        "HGETALL" 2 Read (1, 1, 1) "2.0.0" Data hashes::hgetall, "key" "Returns all fields of a hash";
        "HSCAN" -3 Read (1, 1, 1) "2.8.0" Data hashes::hscan,
            "key cursor [MATCH pattern] [COUNT count] [NOVALUES]" "Walks over the fields of a hash";
        "HDEL" -3 Write (1, 1, 1) "2.0.0" Data hashes::hdel, "key field [field ...]" "Deletes fields of a hash";
    }
    "list": {
        "RPUSH" -3 Write (1, 1, 1) "1.0.0" Data lists::rpush, "key element [element ...]" "Adds to the end of a list";
        "LRANGE" 4 Read (1, 1, 1) "1.0.0" Data lists::lrange, "key start stop" "Returns a part of a list";
        "LLEN" 2 Read (1, 1, 1) "1.0.0" Data lists::llen, "key" "Returns how long a list is";
        "LINDEX" 3 Read (1, 1, 1) "1.0.0" Data lists::lindex, "key index" "Returns an element of a list";
    }
    "generic": {
        "DEL" -2 Write (1, -1, 1) "1.0.0" Data keys::del, "key [key ...]" "Deletes keys";
        "UNLINK" -2 Write (1, -1, 1) "4.0.0" Data keys::del, "key [key ...]" "Deletes keys";
        "EXISTS" -2 Read (1, -1, 1) "1.0.0" Data keys::exists, "key [key ...]" "Counts the keys that are there";
        "TOUCH" -2 Read (1, -1, 1) "3.2.1" Data keys::exists, "key [key ...]" "Counts the keys that are there";
        "TYPE" 2 Read (1, 1, 1) "1.0.0" Data keys::type_of, "key" "Tells what kind of value a key holds";
        "KEYS" 2 Read (0, 0, 0) "1.0.0" Data keys::keys, "pattern" "Returns the keys that match a pattern";
        "SCAN" -2 Read (0, 0, 0) "2.8.0" Data keys::scan,
            "cursor [MATCH pattern] [COUNT count] [TYPE type]" "Walks over the keys";
        "EXPIRE" -3 Write (1, 1, 1) "1.0.0" Data expiry::expire,
            "key seconds [NX|XX|GT|LT]" "Lets a key live so many seconds more";
        "PEXPIRE" -3 Write (1, 1, 1) "2.6.0" Data expiry::pexpire,
            "key milliseconds [NX|XX|GT|LT]" "Lets a key live so many milliseconds more";
        "EXPIREAT" -3 Write (1, 1, 1) "1.2.0" Data expiry::expireat,
            "key unix-time-seconds [NX|XX|GT|LT]" "Lets a key live until a second";
        "PEXPIREAT" -3 Write (1, 1, 1) "2.6.0" Data expiry::pexpireat,
            "key unix-time-milliseconds [NX|XX|GT|LT]" "Lets a key live until a millisecond";
        "TTL" 2 Read (1, 1, 1) "1.0.0" Data expiry::ttl, "key" "Returns how many seconds a key has left";
        "PTTL" 2 Read (1, 1, 1) "2.6.0" Data expiry::pttl, "key" "Returns how many milliseconds a key has left";
        "EXPIRETIME" 2 Read (1, 1, 1) "7.0.0" Data expiry::expiretime, "key" "Returns the second at which a key ends";
        "PEXPIRETIME" 2 Read (1, 1, 1) "7.0.0" Data expiry::pexpiretime,
            "key" "Returns the millisecond at which a key ends";
        "PERSIST" 2 Write (1, 1, 1) "2.2.0" Data expiry::persist, "key" "Lets a key live for ever";
        "OBJECT" -2 Read (0, 0, 0) "2.2.3" Data keys::object, "ENCODING key" "Tells how the value of a key is kept";
    }
    "transactions": {
        "MULTI" 1 Other (0, 0, 0) "1.2.0" Face transactions::multi, "" "Queues commands from here on";
        "EXEC" 1 Other (0, 0, 0) "1.2.0" Face transactions::exec, "" "Carries out what is queued, as one";
        "DISCARD" 1 Other (0, 0, 0) "2.0.0" Face transactions::discard, "" "Forgets what is queued";
        "WATCH" -2 Other (1, -1, 1) "2.2.0" Face transactions::watch,
            "key [key ...]" "Lets the next EXEC do nothing if a key is changed before";
        "UNWATCH" 1 Other (0, 0, 0) "2.2.0" Face transactions::unwatch, "" "Watches no key any more";
    }
    "connection": {
        "HELLO" -1 Other (0, 0, 0) "6.0.0" Face clients::hello,
            "[protover [AUTH username password] [SETNAME clientname]]" "Agrees on the protocol";
        "AUTH" -2 Other (0, 0, 0) "1.0.0" Face clients::auth, "[username] password" "Says who one is";
        "PING" -1 Other (0, 0, 0) "1.0.0" Data server::ping, "[message]" "Answers";
        "ECHO" 2 Other (0, 0, 0) "1.0.0" Data server::echo, "message" "Returns what it is given";
        "QUIT" -1 Other (0, 0, 0) "1.0.0" Face clients::quit, "" "Closes the connection";
        "RESET" 1 Other (0, 0, 0) "6.2.0" Face clients::reset, "" "Makes the connection as it was at first";
        "SELECT" 2 Other (0, 0, 0) "1.0.0" Data server::select, "index" "Takes the one database there is";
        "CLIENT" -2 Other (0, 0, 0) "2.4.0" Face clients::client, "subcommand [argument ...]" "Tells of connections";
    }
    "server": {
        "COMMAND" -1 Other (0, 0, 0) "2.8.13" Data tells::command,
            "[COUNT|DOCS|INFO|LIST] [name ...]" "Tells of commands";
        "CONFIG" -2 Other (0, 0, 0) "2.0.0" Data server::config, "GET parameter" "Tells how the server is set";
        "DBSIZE" 1 Read (0, 0, 0) "1.0.0" Data keys::dbsize, "" "Counts the keys";
        "FLUSHDB" -1 Write (0, 0, 0) "1.0.0" Data keys::flush, "[ASYNC|SYNC]" "Deletes all keys; backups stay";
        "FLUSHALL" -1 Write (0, 0, 0) "1.0.0" Data keys::flush, "[ASYNC|SYNC]" "Deletes all keys; backups stay";
        "INFO" -1 Other (0, 0, 0) "1.0.0" Data info::info, "[section ...]" "Tells of the server";
        "MODULE" -2 Other (0, 0, 0) "4.0.0" Data server::module, "LIST" "Tells that there is none";
        "MEMORY" -2 Read (0, 0, 0) "4.0.0" Data keys::memory, "USAGE key" "Estimates how many bytes a key takes";
        "TIME" 1 Other (0, 0, 0) "2.6.0" Data server::time, "" "Returns what the clock reads";
        "LASTSAVE" 1 Other (0, 0, 0) "1.0.0" Data server::lastsave, "" "Returns what the clock reads";
        "SAVE" 1 Other (0, 0, 0) "1.0.0" Data server::save, "" "Writes a snapshot";
        "BGSAVE" -1 Other (0, 0, 0) "1.0.0" Data server::bgsave, "[SCHEDULE]" "Writes a snapshot";
        "BGREWRITEAOF" 1 Other (0, 0, 0) "1.0.0" Data server::bgrewriteaof, "" "Writes a snapshot";
        "SHUTDOWN" -1 Other (0, 0, 0) "1.0.0" Face clients::shutdown, "[NOSAVE|SAVE]" "Ends the server";
    }
    "rewind": {
        "REWIND" -1 Other (0, 0, 0) "7.4.0" Face transactions::rewind,
            "[TEXT | operation [word ...]]"
            "Asks in the language of rewind; alone, from here on, with TEXT for answers";
    }
}

static BY_NAME: LazyLock<HashMap<&'static str, &'static Command, FixedState>> =
    LazyLock::new(|| COMMANDS.iter().map(|command| (command.name, command)).collect());

/// The command of a name, in any case.
pub(super) fn named(name: &str) -> Option<&'static Command> {
    let mut upper = [0; 16];
    let upper = upper.get_mut(..name.len())?;
    upper.copy_from_slice(name.as_bytes());
    upper.make_ascii_uppercase();
    BY_NAME.get(std::str::from_utf8(upper).ok()?).copied()
}

impl Command {
    /// May the word behind its name be part of it?
    pub(super) fn has_parts(&self) -> bool {
        self.keys.0 == 0 && self.arity < 0
    }

    /// Can it have so many words, with its name?
    pub(super) fn takes(&self, words: usize) -> bool {
        subcommands::takes(self.arity, words)
    }
}
