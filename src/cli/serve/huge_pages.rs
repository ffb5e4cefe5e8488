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

/// Who has been started once more is told so. That glibc was told does not show it: from a program with rights of its
/// own, which somebody else has started, it is taken away.
const AGAIN: &str = "REWIND_STARTED_AGAIN";

/// Starts the program once more, as it was started, if huge pages are to be had and nobody has said whether they are to
/// be taken. If that fails it goes on without.
pub(super) fn take() {
    let given = env::var_os(TUNABLES).unwrap_or_default();
    let Some(given) = given.to_str() else { return };
    if env::var_os(AGAIN).is_some() || given.contains(HUGE) || !are_given_on_request() {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let separator = if given.is_empty() { "" } else { ":" };
    let mut arguments = env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    again.args(arguments).env(AGAIN, "1").env(TUNABLES, format!("{given}{separator}{HUGE}=1"));
    let _ = again.exec();
}

/// Who asks for huge pages gets them, and nobody else.
fn are_given_on_request() -> bool {
    let modes = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled");
    modes.is_ok_and(|modes| modes.contains("[madvise]"))
}
