//! Who is connected.
//!
//! Invariant: a client is listed from its first byte to its last, and what it holds is counted once.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

use tokio::task::AbortHandle;

use super::options::FaceKind;

/// A connection, as others see it.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: u64,
    pub(super) face: FaceKind,
    /// Where it comes from, and where it came to.
    pub(super) peer: String,
    pub(super) local: String,
    /// As it calls itself, and the library it speaks through, with that one's version.
    pub(super) name: RefCell<String>,
    pub(super) library: RefCell<[String; 2]>,
    pub(super) user: RefCell<String>,
    pub(super) command: Cell<&'static str>,
    pub(super) protocol: Cell<u8>,
    pub(super) since: Instant,
    /// When it last said something, when it began the request that is not whole, and since when it takes nothing.
    pub(super) spoke: Cell<Instant>,
    pub(super) half: Cell<Option<Instant>>,
    pub(super) stalled: Cell<Option<Instant>>,
    /// Has it said who it is, where that is asked?
    pub(super) is_admitted: Cell<bool>,
    /// Is nothing of it in hand?
    pub(super) is_idle: Cell<bool>,
    /// Is it closed, and only still on its way out?
    is_ended: Cell<bool>,
    /// Bytes that it holds: read, to be written, and queued or watched for an EXEC.
    pub(super) input: Cell<usize>,
    pub(super) output: Cell<usize>,
    pub(super) queued: Cell<usize>,
    pub(super) task: RefCell<Option<AbortHandle>>,
}

/// All that are connected, by number.
#[derive(Debug, Default)]
pub(super) struct Clients {
    by_id: BTreeMap<u64, Rc<Client>>,
    last: u64,
}

impl Clients {
    /// Adds one.
    pub(super) fn add(&mut self, face: FaceKind, peer: String, local: String) -> Rc<Client> {
        self.last += 1;
        let now = Instant::now();
        let client = Rc::new(Client {
            id: self.last,
            face,
            peer,
            local,
            name: RefCell::default(),
            library: RefCell::default(),
            user: RefCell::new("default".to_owned()),
            command: Cell::new("NULL"),
            protocol: Cell::new(2),
            since: now,
            spoke: Cell::new(now),
            half: Cell::new(None),
            stalled: Cell::new(None),
            is_admitted: Cell::new(false),
            is_idle: Cell::new(true),
            is_ended: Cell::new(false),
            input: Cell::new(0),
            output: Cell::new(0),
            queued: Cell::new(0),
            task: RefCell::default(),
        });
        self.by_id.insert(client.id, Rc::clone(&client));
        client
    }

    pub(super) fn remove(&mut self, id: u64) {
        self.by_id.remove(&id);
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn get(&self, id: u64) -> Option<&Rc<Client>> {
        self.by_id.get(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Rc<Client>> {
        self.by_id.values()
    }

    /// How many come from a host.
    pub(super) fn of_host(&self, host: &str) -> usize {
        self.iter().filter(|client| client.host() == host).count()
    }

    /// Closes those that hold most until all together hold no more than this.
    pub(super) fn hold_to(&self, most: usize) {
        let mut held: usize = self.iter().map(|client| client.held()).sum();
        while held > most {
            let Some(largest) = self.iter().max_by_key(|client| client.held()) else { return };
            held -= largest.held();
            largest.end();
        }
    }
}

impl Client {
    /// Bytes that it holds; what one holds that is closed goes with it.
    pub(super) fn held(&self) -> usize {
        if self.is_ended.get() {
            return 0;
        }
        let [library, version] = &*self.library.borrow();
        let named = self.name.borrow().len() + library.len() + version.len();
        self.input.get() + self.output.get() + self.queued.get() + named
    }

    /// The host that it comes from; of a socket in the file system its path.
    pub(super) fn host(&self) -> &str {
        self.peer.rsplit_once(':').map_or("", |(host, _)| host)
    }

    /// It takes its replies again: as long as it did not, it could say nothing either.
    pub(super) fn takes(&self) {
        if self.stalled.take().is_some() {
            let now = Instant::now();
            self.spoke.set(now);
            self.half.set(self.half.get().map(|_| now));
        }
    }

    /// Closes it at once. What it has open is rolled back.
    pub(super) fn end(&self) {
        self.is_ended.set(true);
        if let Some(task) = &*self.task.borrow() {
            task.abort();
        }
    }
}
