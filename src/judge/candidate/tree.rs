//! All processes that a candidate has started, found in the system's list of processes.
//!
//! A process belongs to a candidate if it is in its process group, descends from one that does, or carries the mark
//! that the candidate was given in its environment, which its descendants inherit. One that has shed all three is
//! found where orphans become children of this process ([`adopt_orphans`]). This is no sandbox: it ends what is left
//! running, it does not hold what means to get away. Where there is no `/proc` only the process group is known.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid};

/// The variable that carries the mark.
const MARK: &str = "REWIND_CANDIDATE";

/// The processes there were when orphans began to become children of this process; none if they do not.
static OLDER: OnceLock<BTreeSet<(i32, u64)>> = OnceLock::new();

/// The trees that have not been ended, by their leaders.
static LIVING: Mutex<BTreeMap<i32, ProcessTree>> = Mutex::new(BTreeMap::new());
/// Is the program about to end?
static ENDING: AtomicBool = AtomicBool::new(false);

/// So many times what is left of a candidate is looked for and killed; each time there is less of it.
const ROUNDS: usize = 50;

/// Lets orphans become children of this process, so that those of candidates are found whatever they do. It is for a
/// program that starts nothing but candidates: any other orphan would be ended with them, but for what was there
/// before, as when a shell started something and then became this program.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    if rustix::process::set_child_subreaper(Some(rustix::process::getpid())).is_ok() {
        OLDER.get_or_init(|| entries().iter().map(|(id, entry)| (*id, entry.begun)).collect());
    }
}

/// Ends every candidate that is running, for a program that is about to end: whoever wants to start another one waits
/// for that.
pub fn end_all() {
    let living = living();
    ENDING.store(true, Ordering::Relaxed);
    drop(living);
    end_running();
}

/// Ends every candidate that is running now. Others may be started.
pub fn end_running() {
    let trees: Vec<_> = living().values().cloned().collect();
    trees.iter().for_each(ProcessTree::kill);
}

fn living() -> MutexGuard<'static, BTreeMap<i32, ProcessTree>> {
    LIVING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the program is about to end, this does not return: what a candidate does while it is being ended says nothing
/// of it.
pub(super) fn hold_if_ending() {
    while ENDING.load(Ordering::Relaxed) {
        std::thread::park();
    }
}

/// A candidate's processes.
#[derive(Clone, Debug)]
pub(super) struct ProcessTree {
    /// The first process, which leads a group of its own.
    leader: Pid,
    /// What its environment is marked with.
    mark: String,
}

/// What the processes of a candidate use together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) processes: usize,
    pub(super) memory: u64,
}

/// A process as the system lists it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    parent: i32,
    group: i32,
    pages: u64,
    /// When it began, by the system's own count: numbers are used again, but not at one time.
    begun: u64,
    is_zombie: bool,
}

impl ProcessTree {
    /// Starts a process that leads a group of its own. Nobody can end all trees between its start and its entry.
    pub(super) fn start(command: &mut Command) -> io::Result<(Child, Self)> {
        let mut living = living();
        while ENDING.load(Ordering::Relaxed) {
            drop(living);
            hold_if_ending();
            living = self::living();
        }
        let mark = fresh_mark();
        let child = command.env(MARK, &mark).process_group(0).spawn()?;
        let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let leader = leader.ok_or_else(|| io::Error::other("it has no process number"))?;
        let tree = Self { leader, mark };
        living.insert(leader.as_raw_pid(), tree.clone());
        Ok((child, tree))
    }

    /// Forgets it: it has been killed, and its leader has been waited for.
    pub(super) fn forget(&self) {
        living().remove(&self.leader.as_raw_pid());
    }

    /// What its processes use, as far as it matters: memory is exact once it is more than `enough`.
    pub(super) fn usage(&self, enough: u64) -> Usage {
        let entries = entries();
        let page = rustix::param::page_size() as u64;
        let mut members = self.members(&entries);
        members.extend(entries.keys().filter(|id| is_adopted(**id, &entries)));
        let pages: u64 = members.iter().filter_map(|id| entries.get(id)).map(|entry| entry.pages).sum();
        // What processes share counts once for each of them there, and once in all here.
        let memory =
            if pages * page > enough { members.iter().map(|id| share(*id, &entries, page)).sum() } else { 0 };
        Usage { processes: members.len(), memory }
    }

    /// Ends all of them. What is in the leader's group goes first and at once; what has left it is looked for.
    pub(super) fn kill(&self) {
        let _ = kill_process_group(self.leader, Signal::KILL);
        for _ in 0..ROUNDS {
            let entries = entries();
            let adopted: Vec<_> = entries.keys().filter(|id| is_adopted(**id, &entries)).copied().collect();
            let mut left = self.members(&entries);
            left.extend(entries.keys().filter(|id| self.has_marked(**id)));
            left.extend(&adopted);
            left.retain(|id| entries.get(id).is_some_and(|entry| !entry.is_zombie));
            for id in left.iter().filter_map(|id| Pid::from_raw(*id)) {
                let _ = kill_process(id, Signal::KILL);
            }
            for id in adopted.into_iter().filter_map(Pid::from_raw) {
                // So that the system can forget it.
                let _ = waitpid(Some(id), WaitOptions::NOHANG);
            }
            if left.is_empty() {
                break;
            }
        }
    }

    /// The processes in its group, and those that descend from one of them.
    fn members(&self, entries: &BTreeMap<i32, Entry>) -> BTreeSet<i32> {
        let leader = self.leader.as_raw_pid();
        // The leader itself may have gone over to another group.
        let own = rustix::process::getpid().as_raw_pid();
        let is_leader = |id: i32, entry: &Entry| id == leader && entry.parent == own;
        let in_group = entries.iter().filter(|(id, entry)| entry.group == leader || is_leader(**id, entry));
        let mut members: BTreeSet<i32> = in_group.map(|(id, _)| *id).collect();
        loop {
            let is_new =
                |(id, entry): &(&i32, &Entry)| members.contains(&entry.parent) && !members.contains(id);
            let children: Vec<_> = entries.iter().filter(is_new).map(|(id, _)| *id).collect();
            if children.is_empty() {
                return members;
            }
            members.extend(children);
        }
    }

    /// Does a process carry the mark in its environment?
    fn has_marked(&self, id: i32) -> bool {
        let wanted = format!("{MARK}={}", self.mark);
        let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
    }
}

/// Is it an orphan that became a child of this process?
fn is_adopted(id: i32, entries: &BTreeMap<i32, Entry>) -> bool {
    let (own, entry) = (rustix::process::getpid().as_raw_pid(), entries[&id]);
    let is_child =
        OLDER.get().is_some_and(|older| entry.parent == own && !older.contains(&(id, entry.begun)));
    is_child && !living().contains_key(&id)
}

/// The memory of a process, in bytes, with its part of what it shares with others.
fn share(id: i32, entries: &BTreeMap<i32, Entry>, page: u64) -> u64 {
    let sizes = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    let line = sizes.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes
        .map_or_else(|| entries.get(&id).map_or(0, |entry| entry.pages * page), |kilobytes| kilobytes << 10)
}

/// A mark that no other candidate has.
fn fresh_mark() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// All processes there are, by their number.
fn entries() -> BTreeMap<i32, Entry> {
    let folder = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = folder.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    numbers.filter_map(|id| Some((id, entry(id)?))).collect()
}

/// What the system says of a process: after its name, which stands in brackets and may hold anything, come its state,
/// parent and group, as the 20th when it began, and as the 22nd the pages that it has in memory.
fn entry(id: i32) -> Option<Entry> {
    let stat = std::fs::read(format!("/proc/{id}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(Entry {
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        pages: fields.get(21)?.parse().ok()?,
        begun: fields.get(19)?.parse().ok()?,
        is_zombie: *fields.first()? == "Z",
    })
}
