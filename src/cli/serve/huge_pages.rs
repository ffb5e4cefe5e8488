//! Memory in huge pages. The records of a server lie anywhere, and most of what a request waits for is the way from an
//! address to its page; of huge pages the processor remembers all.
//!
//! glibc takes them if its environment says so before the program begins: so a server starts itself once more.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::{env, fs};

/// What glibc reads, and the word in it that is meant here.
const TUNABLES: &str = "GLIBC_TUNABLES";
const HUGE: &str = "glibc.malloc.hugetlb";

/// How often it has been started once more. That glibc was told does not show it: from a program with rights of its
/// own, which somebody else has started, it is taken away.
const AGAIN: &str = "REWIND_STARTED_AGAIN";

/// glibc 2.36 compares what the system says with one byte too many, of memory nobody has written: told to take huge
/// pages it takes them three times of four, by chance. So often it is asked.
const MOST: u32 = 8;

/// Starts the program once more, as it was started, if huge pages are to be had and nobody has said whether they are to
/// be taken. If that fails it goes on without.
pub(super) fn take() {
    let tunables = env::var_os(TUNABLES).unwrap_or_default();
    let Some(given) = tunables.to_str() else { return };
    let starts = env::var(AGAIN).ok().and_then(|starts| starts.parse().ok()).unwrap_or(0);
    let is_done = if starts == 0 { given.contains(HUGE) } else { starts >= MOST || are_taken() };
    if is_done || !are_given_on_request() {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let tunables = match given {
        "" => format!("{HUGE}=1"),
        given if given.contains(HUGE) => given.to_owned(),
        given => format!("{given}:{HUGE}=1"),
    };
    let mut arguments = env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    again.args(arguments).env(AGAIN, (starts + 1).to_string()).env(TUNABLES, tunables);
    let _ = again.exec();
}

/// Who asks for huge pages gets them, and nobody else.
fn are_given_on_request() -> bool {
    let modes = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled");
    modes.is_ok_and(|modes| modes.contains("[madvise]"))
}

/// glibc has asked for them: a piece of the heap has the flag. Where the system does not show it, they count as taken.
fn are_taken() -> bool {
    let Ok(maps) = fs::read_to_string("/proc/self/smaps") else { return true };
    let pieces = maps.split_inclusive("VmFlags:").zip(maps.split("VmFlags:").skip(1));
    let mut of_heap = pieces.filter(|(piece, _)| piece.contains("[heap]"));
    of_heap
        .any(|(_, flags)| flags.lines().next().is_some_and(|flags| flags.split(' ').any(|flag| flag == "hg")))
}
