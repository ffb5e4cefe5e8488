//! From the first door opened to the last reply written.
//!
//! Invariant: what was acknowledged is in the store when the server ends, however it is asked to.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, LocalOptions};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, spawn_local};

use super::address::Address;
use super::desk::Desk;
use super::http;
use super::limits::{Limits, READ};
use super::listener::{self, Listener};
use super::notify::notify;
use super::options::{FaceKind, Options};
use super::turn::Turn;
use crate::db::Database;

/// What all connections share.
pub(super) struct Server {
    pub(super) desk: RefCell<Desk>,
    pub(super) turn: Turn,
    /// What is read first is read here.
    pub(super) scratch: RefCell<Box<[u8]>>,
    /// Somebody asks the server to end.
    pub(super) shutdown: Notify,
    pub(super) is_draining: Cell<bool>,
    /// What the connections of HTTP share.
    pub(super) http: http::Shared,
    limits: Limits,
}

impl Server {
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// What a server says while it runs.
#[derive(Clone, Copy, Debug)]
pub enum Event<'e> {
    /// It listens there: the name of the face and the address.
    Listens(&'e str),
    /// Clients are answered from now on.
    Ready,
    /// Something for a person to know.
    Note(&'e str),
}

/// Why a server does not begin, or how it was broken off.
#[derive(Debug)]
pub enum Failure {
    /// No door opens there.
    Listen(Address, io::Error),
    /// The record cannot be written.
    Record(io::Error),
    /// The system does not give what a loop needs.
    System(io::Error),
    /// A second signal came before all was written.
    Interrupted,
}

/// How often it is looked who has been idle too long.
const WATCH: Duration = Duration::from_millis(500);

/// How often memory is measured at most.
const MEASURE: Duration = Duration::from_millis(100);

/// So many steps an idle loop sweeps dead cells for.
const SWEEP: usize = 4_096;

/// Serves a database until a signal or a client ends it. Returns it with all that was acknowledged, to be closed.
///
/// # Errors
/// [`Failure`].
pub fn serve(
    database: Database,
    mut options: Options,
    tell: impl Fn(Event<'_>) + 'static,
) -> Result<Database, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
    let runtime = runtime.map_err(Failure::System)?;
    options.limits = options.limits.countable();
    let server = Rc::new(Server {
        limits: options.limits.clone(),
        desk: RefCell::new(Desk::new(database, options)),
        turn: Turn::default(),
        scratch: RefCell::new(vec![0; READ].into_boxed_slice()),
        shutdown: Notify::new(),
        is_draining: Cell::new(false),
        http: http::Shared::default(),
    });
    let ended = runtime.block_on(run(Rc::clone(&server), Rc::new(tell)));
    // Whatever is still there goes with its tasks.
    // Who reads files or a copy elsewhere is not waited for.
    runtime.shutdown_background();
    ended?;
    let server = Rc::try_unwrap(server).map_err(|_| Failure::Interrupted)?;
    Ok(server.desk.into_inner().into_database())
}

async fn run(server: Rc<Server>, tell: Rc<dyn Fn(Event<'_>)>) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(Failure::System)?;
    let doors = open(&server)?;
    begin(&mut server.desk.borrow_mut()).map_err(Failure::Record)?;
    for door in &doors {
        tell(Event::Listens(&door.line()));
    }
    tell(Event::Ready);
    notify("READY=1");
    let turn = spawn_local({
        let server = Rc::clone(&server);
        async move { server.turn.run(&server.desk).await }
    });
    let watch = spawn_local(watch(Rc::clone(&server), Rc::clone(&tell)));
    let doors: Vec<AbortHandle> =
        doors.into_iter().map(|door| spawn_local(door.run(Rc::clone(&server))).abort_handle()).collect();
    tokio::select! {
        () = signals.next() => {}
        () = server.shutdown.notified() => {}
    }
    notify("STOPPING=1");
    doors.iter().for_each(AbortHandle::abort);
    let drained = tokio::select! {
        () = drain(&server) => Ok(()),
        () = signals.next() => Err(Failure::Interrupted),
    };
    turn.abort();
    watch.abort();
    say(&server, &*tell);
    drained
}

fn open(server: &Server) -> Result<Vec<Listener>, Failure> {
    let listeners: Vec<(FaceKind, Address)> = server.desk.borrow().options.listeners.clone();
    let open = |(face, address): (FaceKind, Address)| {
        Listener::open(face, &address).map_err(|why| Failure::Listen(address, why))
    };
    listeners.into_iter().map(open).collect()
}

/// What is done before anybody is let in, once all handles are taken that it takes.
fn begin(desk: &mut Desk) -> io::Result<()> {
    desk.begin_record()?;
    let connections = &mut desk.options.limits.connections;
    *connections = listener::connections(*connections);
    desk.pass_time();
    Ok(())
}

/// Lets what is in hand come to its end: who is idle is closed at once.
async fn drain(server: &Server) {
    server.is_draining.set(true);
    server.http.drain();
    let until = Instant::now() + server.limits.drain_timeout;
    loop {
        let left: Vec<_> = server.desk.borrow().clients.iter().cloned().collect();
        let is_late = Instant::now() >= until;
        left.iter().filter(|client| is_late || client.is_idle.get()).for_each(|client| client.end());
        if left.is_empty() || is_late {
            // Those that were just ended go now.
            tokio::task::yield_now().await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Looks round: who is too slow or idle is closed, what is dead is swept, what is to be told is told.
async fn watch(server: Rc<Server>, tell: Rc<dyn Fn(Event<'_>)>) {
    let memory = server.limits.memory;
    // What is not allocated: code, stacks.
    let program = resident().saturating_sub(in_use(&server.desk.borrow().options));
    let mut looked = Instant::now();
    loop {
        tokio::time::sleep(if memory.is_some() { MEASURE } else { WATCH }).await;
        say(&server, &*tell);
        server.http.look_round(server.limits.transaction_timeout);
        let desk = &mut *server.desk.borrow_mut();
        // What has died while nobody asked is dead as well.
        desk.pass_time();
        desk.database().sweep(SWEEP);
        if let Some(most) = memory {
            // Of what was deleted the allocator keeps much: with an eighth of it free there is room.
            desk.is_full = resident() > most && program + in_use(&desk.options) > most - most / 8;
            if desk.is_full {
                // Nothing is written now, so it does not come by itself.
                desk.database().give_back();
            }
        }
        if looked.elapsed() >= WATCH {
            looked = Instant::now();
            end_the_slow(desk, &server.limits);
        }
    }
}

fn end_the_slow(desk: &Desk, limits: &Limits) {
    let is_over = |since: Option<Instant>, most: Duration| since.is_some_and(|since| since.elapsed() > most);
    for client in desk.clients.iter() {
        let can_be_idle = client.face == FaceKind::Resp && client.is_admitted.get();
        let whole = if client.face == FaceKind::Http { limits.head_timeout } else { limits.request_timeout };
        let is_slow = match client.stalled.get() {
            Some(since) => is_over(Some(since), limits.write_timeout),
            None => {
                is_over(client.half.get(), whole)
                    || !can_be_idle && is_over(Some(client.spoke.get()), limits.idle_timeout)
            }
        };
        if is_slow {
            client.end();
        }
    }
}

fn say(server: &Server, tell: &dyn Fn(Event<'_>)) {
    let notes = server.desk.borrow_mut().metrics.take_notes();
    for note in &notes {
        tell(Event::Note(note));
    }
}

/// Bytes that are allocated, as far as that is known.
pub(super) fn in_use(options: &Options) -> u64 {
    options.in_use.map_or_else(resident, |count| count() as u64)
}

/// Bytes of memory that the process has; 0 where the system does not tell.
pub(super) fn resident() -> u64 {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = told.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}

/// The signals that end a server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// None where it is to outlive its terminal.
    hangup: Option<Signal>,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let hangup = SignalKind::hangup();
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: if is_ignored(hangup) { None } else { Some(signal(hangup)?) },
        })
    }

    async fn next(&mut self) {
        let Self { terminate, interrupt, hangup } = self;
        let hung_up = async {
            match hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hung_up => {}
        }
    }
}

/// Has whoever started the program said that it ignores a signal, as `nohup` does? No, where the system does not tell.
fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (kind.as_raw_value() - 1) & 1 == 1
}
