//! `rewind serve`: the database on the network.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod huge_pages;
mod limits;
mod lists;

use std::env::VarError;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;

use super::store_args::StoreArgs;
use super::{Failure, on_interrupt, say};
use crate::db::Database;
use crate::script::Faults;
use crate::serve::{self, Address, ClockSource, Compat, Event, FaceKind, Lists, Options, Passwords, Unsafe};
use crate::time::{ClockRule, Ttl};
use limits::LimitArgs;
use lists::BuiltinLists;

/// Where it listens if nothing else is said.
const RESP: &str = "127.0.0.1:7400";
const HTTP: &str = "127.0.0.1:7480";

/// Serve a database to Redis clients, over HTTP, and in a line protocol
///
/// It prints a line for each place where it listens, then `ready`. SIGTERM, SIGINT or SHUTDOWN end it: what is in hand
/// is answered and committed first.
#[derive(clap::Args)]
#[allow(clippy::doc_markdown, reason = "a person reads it in a terminal")]
#[command(after_long_help = DIFFERENCES)]
pub(super) struct ServeArgs {
    /// Listen for Redis clients: PORT, HOST:PORT, [::1]:PORT or unix:PATH; port 0 takes a free one
    /// [default: 127.0.0.1:7400, if no place to listen is named]
    #[arg(long, value_name = "ADDR")]
    resp: Vec<Address>,

    /// Listen for HTTP [default: 127.0.0.1:7480, if no place to listen is named]
    #[arg(long, value_name = "ADDR")]
    http: Vec<Address>,

    /// Listen for the line protocol
    #[arg(long, value_name = "ADDR")]
    line: Vec<Address>,

    /// What moves the clock
    #[arg(long, value_name = "CLOCK", default_value = "wall")]
    clock: Clock,

    /// One password a line, NAME:PASSWORD or PASSWORD; - is standard input
    /// [default: REWIND_AUTH, whose text is such lines]
    #[arg(long, value_name = "FILE")]
    auth: Option<PathBuf>,

    /// A name, beside those of this machine, that requests of HTTP may call the server by
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,

    /// An origin, such as https://app.example, whose pages may ask over HTTP
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    cors: Vec<String>,

    /// A dialect whose routes are at the root of HTTP as well; they are at /pim and /pbc in any case
    #[arg(long, value_name = "DIALECT")]
    compat: Option<Dialect>,

    /// Milliseconds that what py-in-mem's put puts lives if it does not say [default: for ever]
    #[arg(long, value_name = "MS")]
    default_ttl: Option<u64>,

    /// Refuse writes
    #[arg(long)]
    read_only: bool,

    /// Clients may not end the server
    #[arg(long)]
    no_shutdown: bool,

    /// Write all queries and answers to this file, for `rewind run`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Replace the file of --record
    #[arg(long, requires = "record")]
    force: bool,

    #[command(flatten)]
    limits: LimitArgs,

    #[command(flatten)]
    pub(super) storing: StoreArgs,
}

/// A dialect of another system.
#[derive(Clone, Copy, ValueEnum)]
enum Dialect {
    /// py-in-mem: GET /keys, PUT /put, …
    PyInMem,
    /// pybitcask: POST /put, GET /get/{key}, …
    Pybitcask,
}

/// An origin as browsers write it.
fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_one = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '?', '#', '@']));
    if is_one { Ok(text.to_owned()) } else { Err("an origin is http:// or https:// and a host".to_owned()) }
}

/// What moves the clock of a server.
#[derive(Clone, Copy, ValueEnum)]
enum Clock {
    /// The machine's clock, in milliseconds since 1970
    Wall,
    /// Timestamps and TICK alone, as in a list
    Logical,
}

/// What is not as it is with Redis.
const DIFFERENCES: &str = "\
Over HTTP:
  - / is a page for a browser, and so is /ui: cells as they change, as they were, and a box for queries; of a database
    in memory also lists to learn from, step by step.
  - /v1/records/{key}, with /value, /fields/{field}, /items and /ttl below it: GET, PUT, DELETE; /v1/records lists, and
    /v1/find looks for patterns. ETag, If-Match and If-None-Match make a write depend on what was there.
  - POST /v1/query asks a list of queries as one group, or JSON Lines (application/x-ndjson) one by one as they come.
    POST /v1/check reads a text as the shell does, and asks nothing.
  - /v1/backups, /v1/restore; POST /v1/transactions names a transaction, which requests join by Rewind-Transaction.
  - /v1/cells lists all cells in pages; with ?at=@TIME those that a backup holds, with ?at=GROUP, beside a store, those
    after a group of the log.
  - /v1/events tells what changes as it is committed (server-sent events).
  - /v1/export has the queries that rebuild everything; /v1/store.tar is a hot backup, a folder that --store opens;
    /v1/snapshot makes the log smaller, /v1/stats counts. /metrics, /healthz, /readyz; /openapi.json has all routes.
  - /pim and /pbc speak the dialects of py-in-mem and pybitcask; --compat puts one of them at the root.
  - With --auth: Authorization: Basic, or Bearer and a line of FILE. Pages of other origins are refused, and so are
    other names of the host.

In the line protocol (--line), a command a line, lifetimes in seconds, 0 for ever:
  - PUT key value [TTL seconds], GET key, DEL key, TTL key seconds, STATS, COMPACT, AUTH password, EXIT, SHUTDOWN.
    A value may be several words, which one space separates then.
  - A line that is a JSON array is a query, or a list, in the language of rewind; the answer is JSON.

Not as with Redis:
  - `SET k f v`, `SCAN k`, `EXISTS k f` and `EXPIRE k f 5` are read as Redis reads them; `REWIND SET k f v` asks in the
    language of rewind, and `REWIND` alone makes the connection speak it until RESET, where `REDIS GET k` is
    read as Redis reads it. All other operations go as they are.
  - A hash lives as long as its fields: EXPIRE gives all of them that lifetime, TTL is that of the one that lives
    longest, and a field that is new to a hash all of whose fields end, ends with them.
  - The empty field is the key's own value: no hash has it. A record of other faces may be both a hash and a text.
  - An expiry does not break WATCH, and FLUSHALL breaks every one. Keys of bytes that are no UTF-8 sort behind all
    others.
  - A cursor of SCAN is of no use after a restart. COUNT is a hint.
  - SELECT takes 0 alone. FLUSHALL keeps backups. Times move by milliseconds.
  - There are no sets, sorted sets, streams, scripts, publishing, blocking reads, LPUSH or pops, cluster or
    replication.";

/// Serves until it is ended.
pub(super) fn serve(args: &ServeArgs, in_use: fn() -> usize) -> Result<(), Failure> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    huge_pages::take();
    let options = args.options(in_use)?;
    let database = open(&args.storing, options.clock)?;
    let served = serve::serve(database, options, tell)?;
    // It takes no more signals; whoever cannot wait for the store to be closed breaks that off.
    on_interrupt();
    args.storing.close(served)
}

impl ServeArgs {
    fn options(&self, in_use: fn() -> usize) -> Result<Options, Failure> {
        let resp = self.resp.iter().map(|address| (FaceKind::Resp, address.clone()));
        let line = self.line.iter().map(|address| (FaceKind::Line, address.clone()));
        let http = self.http.iter().map(|address| (FaceKind::Http, address.clone()));
        let mut listeners: Vec<_> = resp.chain(line).chain(http).collect();
        if listeners.is_empty() {
            listeners.push((FaceKind::Resp, RESP.parse().map_err(Failure::Bug)?));
            listeners.push((FaceKind::Http, HTTP.parse().map_err(Failure::Bug)?));
        }
        let passwords = self.passwords()?;
        let far = listeners.iter().find(|(_, address)| !address.is_local());
        if let Some((_, address)) = far {
            if !passwords.are_asked() {
                let message = format!(
                    "whoever reaches {address} could read and write everything\n  \
                     = help: --auth FILE or REWIND_AUTH=NAME:PASSWORD asks for passwords; \
                     or listen at 127.0.0.1 or unix:PATH"
                );
                return Err(Failure::Unsafe(message));
            }
            say(&format!("note: what goes to and from {address} is not encrypted\n"));
        }
        Ok(Options {
            in_use: Some(in_use),
            listeners,
            clock: match self.clock {
                Clock::Wall => ClockSource::Wall,
                Clock::Logical => ClockSource::Logical,
            },
            passwords,
            read_only: self.read_only,
            no_shutdown: self.no_shutdown,
            allowed_hosts: self.allow_host.clone(),
            cors: self.cors.clone(),
            compat: self.compat.map(|dialect| match dialect {
                Dialect::PyInMem => Compat::PyInMem,
                Dialect::Pybitcask => Compat::PyBitcask,
            }),
            default_ttl: self.default_ttl.map(Ttl),
            record: self.record.clone().map(|path| (path, self.force)),
            limits: self.limits.limits(),
            lists: self.lists()?,
        })
    }

    /// A database in memory is one to learn with.
    fn lists(&self) -> Result<Option<Arc<dyn Lists>>, Failure> {
        if self.storing.store.is_some() {
            return Ok(None);
        }
        let broken = |faults: Faults| Failure::Bug(format!("{} faults in a built-in suite", faults.count()));
        Ok(Some(Arc::new(BuiltinLists::read().map_err(broken)?)))
    }

    fn passwords(&self) -> Result<Passwords, Failure> {
        let read = match (&self.auth, std::env::var("REWIND_AUTH")) {
            (Some(file), _) => Passwords::of_file(file)
                .map_err(|error| (file.display().to_string().escape_debug().to_string(), error)),
            (None, Ok(text)) => Passwords::of_lines(&text).map_err(|error| ("REWIND_AUTH".to_owned(), error)),
            (None, Err(VarError::NotPresent)) => Ok(Passwords::default()),
            // Whoever sets it wants a password.
            (None, Err(VarError::NotUnicode(_))) => {
                let why = io::Error::new(io::ErrorKind::InvalidData, "it is no UTF-8");
                Err(("REWIND_AUTH".to_owned(), Unsafe::Unreadable(why)))
            }
        };
        read.map_err(|(name, error)| match error {
            Unsafe::Readable => Failure::Unsafe(format!("{name} {error} {name}")),
            error => Failure::Usage(format!("{name} {error}")),
        })
    }
}

/// The database that is served: of the monotone rule, for a server's time does not go back.
fn open(storing: &StoreArgs, clock: ClockSource) -> Result<Database, Failure> {
    let database = storing.open(None)?.unwrap_or_default();
    if database.clock_rule() == ClockRule::Free {
        let message = "this store is of the free rule, under which no clock moves: \
                       a server needs one of the monotone rule";
        return Err(Failure::Usage(message.to_owned()));
    }
    if clock == ClockSource::Wall {
        let machine = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let ahead = u128::from(database.now().0).saturating_sub(machine.as_millis());
        if ahead > 0 {
            say(&format!(
                "note: the store is {ahead} ms ahead of the machine's clock: its own stands still until then\n"
            ));
        }
    }
    Ok(database)
}

/// Says what a server has to say. Where nobody listens any more it goes on.
fn tell(event: Event<'_>) {
    let mut out = io::stdout().lock();
    let _ = match event {
        Event::Listens(line) => writeln!(out, "{line}"),
        Event::Ready => writeln!(out, "ready").and_then(|()| out.flush()),
        Event::Note(note) => {
            say(&format!("note: {}\n", crate::script::plain(note)));
            Ok(())
        }
    };
}

impl From<serve::Failure> for Failure {
    fn from(failure: serve::Failure) -> Self {
        match failure {
            serve::Failure::Listen(address, why) => Self::Usage(format!("cannot listen at {address}: {why}")),
            serve::Failure::Record(why) if why.kind() == io::ErrorKind::AlreadyExists => {
                Self::Usage("the file of --record is there already: --force replaces it".to_owned())
            }
            serve::Failure::Record(why) => Self::Usage(format!("the file of --record: {why}")),
            serve::Failure::System(why) => Self::Bug(format!("the system gives no loop: {why}")),
            serve::Failure::Interrupted => Self::Interrupted,
        }
    }
}
